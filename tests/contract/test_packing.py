"""What a text carries: only the codes that may stand there, a short link, what else waits; noted before it is sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import pytest

from adapters.base import Capabilities, Parcel, Receipt, Role
from adapters.heard import Address
from agent_core.deliveries import Delivery, Redirect
from agent_core.events import AgentMessage, Event, Notice, Outbound, Request
from agent_core.people import Group
from gateway.entry import encode
from gateway.keyring import Pass, Place
from gateway.links import ShortLinks
from gateway.people.roster import Roster
from gateway.ports import Commit, NewEffect
from gateway.routing import Envelope
from gateway.sender import Sender
from gateway.store.errors import StoreDown
from tests.contract.bench import Bench
from tests.contract.exchange import BO, BO_MAIL, Exchange, SameCodes, approval, exchange_at, field as field_of, question

PUBLIC = "https://holdpoint.example.com/"


@dataclass
class Channel:
    """A channel that keeps its parcels, with what the book said of their recipient as they came."""

    channel: str
    capabilities: Capabilities
    at: Exchange
    parcels: list[Parcel] = field(default_factory=list)
    noted: list[int] = field(default_factory=list)
    down: bool = False

    def address_of(self, identity: str) -> Address:
        return Address(channel=self.channel, ref=identity.partition(":")[2])

    async def send(self, parcel: Parcel) -> Receipt:
        if self.down:
            raise StoreDown("the store of contacts is away")
        self.parcels.append(parcel)
        self.noted.append(len(await self.at.book.open(parcel.identity)))
        return Receipt(provider_id="SM1")


TEXTS = Capabilities(finds=True, shared=True, paced=True, proof="restricted")


@dataclass(frozen=True)
class Post:
    """A sender with a channel of texts and one of mail."""

    at: Exchange
    texts: Channel
    mail: Channel
    sealed: bool = False

    @property
    def sender(self) -> Sender:
        return Sender(
            store=self.at.bench.store,
            adapters={"sms": self.texts, "email": self.mail},
            keyring=self.at.inbound.keyring,
            inbound=self.at.inbound,
            public_url=PUBLIC,
            seals={"sms": lambda address: f"sms:{address.ref}"} if self.sealed else {},
            book=self.at.book,
        )

    async def send(
        self,
        event: Event,
        thread: str = "t1",
        *,
        to: str = BO,
        role: Role = "decide",
        request: Request | None = None,
        carried: Outbound | None = None,
    ) -> Parcel:
        """Commit an event that sends a message, and send it; returns the parcel."""
        bench, channel = self.at.bench, self.texts if to.startswith("sms") else self.mail
        bench.clock.forward(1)
        envelope = Envelope(
            identity=to, address=channel.address_of(to), role=role, request=request, event=carried
        ).model_dump_json()
        effect = NewEffect(f"fx-{thread}-{event.id}-{to}", channel.channel, to[-6:], 0, envelope.encode())
        await bench.store.ingest(thread, f"said:{event.id}:{to}", encode(Notice(id="n", to=to, kind="resumed")))
        (claim,) = await bench.store.claim(most=1)
        commit = Commit(f"turn:{event.id}:{to}", claim.seq, (encode(event),), effects=(effect,))
        await bench.store.commit(claim, commit)
        (grant,) = await bench.store.fx_claim(channel.channel)
        await self.sender.carry(grant)
        return channel.parcels[-1] if channel.parcels else pytest.fail("nothing was sent")

    def code(self, thread: str, request_id: str) -> str:
        return self.at.inbound.keyring.code(Place(thread_id=thread, request_id=request_id), "bo")

    async def opens(self, url: str) -> Pass:
        link = url.removeprefix("https://holdpoint.example.com/d/")
        assert len(link) == 16
        return await ShortLinks(self.at.inbound.links, self.at.inbound.keyring).open(link)


@pytest.fixture
def post(valkey_bench: Bench) -> Post:
    return post_of(exchange_at(valkey_bench))


def post_of(at: Exchange) -> Post:
    return Post(at, Channel("sms", TEXTS, at), Channel("email", Capabilities(), at))


async def test_what_is_put_to_somebody_is_noted_before_it_is_sent(post: Post) -> None:
    parcel = await post.send(approval("r1"))
    assert post.texts.noted == [1]
    (one,) = await post.at.book.open(BO)
    assert (one.place, one.put.cause) == (Place(thread_id="t1", request_id="r1"), "r1")
    assert one.put.effect_id == parcel.effect_id
    assert parcel.ticket
    assert await post.at.text("m1", f"A {parcel.ticket.code}") == "t1"
    assert await post.at.answered("t1") == "r1"


async def test_who_only_watches_is_not_asked(post: Post) -> None:
    parcel = await post.send(approval("r1"), role="watch")
    assert (parcel.ticket, post.texts.noted) == (None, [0])


async def test_mail_is_not_noted_and_has_no_page_for_what_is_only_read(post: Post) -> None:
    await post.send(approval("r1"), to=BO_MAIL)
    parcel = await post.send(AgentMessage(id="a1", to=(BO_MAIL,), text="Hello"), to=BO_MAIL, role="watch")
    assert await post.at.book.open(BO_MAIL) == ()
    assert (parcel.page, parcel.others) == ("", ())


@pytest.mark.parametrize("sealed", [False, True])
async def test_a_request_that_needs_better_proof_has_no_code_by_text(post: Post, sealed: bool) -> None:  # SM-16
    request = approval("r1", needs="verified")
    ticket = (await Post(post.at, post.texts, post.mail, sealed).send(request)).ticket
    assert ticket
    assert (ticket.code, ticket.button) == ("", "")
    assert await post.opens(ticket.url) == Pass(thread_id="t1", request_id="r1", identity=BO)
    by_mail = (await post.send(request, to=BO_MAIL)).ticket
    assert by_mail
    assert by_mail.code == post.code("t1", "r1")
    assert await post.opens(by_mail.url) == Pass(thread_id="t1", request_id="r1", identity=BO_MAIL)


async def test_a_request_that_may_be_decided_by_text_has_all_that_is_needed(post: Post) -> None:
    ticket = (await Post(post.at, post.texts, post.mail, sealed=True).send(approval("r1"))).ticket
    assert ticket
    assert ticket.code == post.code("t1", "r1")
    assert len(ticket.url) == len("https://holdpoint.example.com/d/") + 16
    named = post.at.inbound.keyring.open_ticket(ticket.button)
    assert named == Pass(thread_id="t1", request_id="r1", identity=BO)


async def test_a_button_that_holds_little_has_a_short_ticket(post: Post) -> None:  # DC-13
    brief = Channel("sms", Capabilities(brief=True), post.at)
    ticket = (await Post(post.at, brief, post.mail, sealed=True).send(approval("r1"))).ticket
    assert ticket
    assert len(ticket.button) == 16
    named = await ShortLinks(post.at.inbound.links, post.at.inbound.keyring).open(ticket.button)
    assert named == Pass(thread_id="t1", request_id="r1", identity=BO)


async def test_in_a_room_stand_neither_code_nor_link_whoever_may_be_there(post: Post) -> None:
    room = "sms:room"
    people = post.at.inbound.roster.people.model_copy(update={"groups": (Group(id="ops", role="x:1", room=room),)})
    at = replace(post.at, inbound=replace(post.at.inbound, roster=Roster(people)))
    rooms = Channel("sms", Capabilities(), at)
    ticket = (await Post(at, rooms, post.mail, sealed=True).send(approval("r1"), to=room)).ticket
    assert ticket
    assert (ticket.code, ticket.url) == ("", "")
    assert at.inbound.keyring.open_ticket(ticket.button) == Pass(thread_id="t1", request_id="r1", identity=room)


Needs = Literal["verified", "restricted"]


@pytest.mark.parametrize(("needs", "to", "told"), [("restricted", BO, True), ("verified", BO, False)])
async def test_who_approved_gets_the_code_to_undo_it(post: Post, needs: Needs, to: str, told: bool) -> None:
    request = approval("r1", needs=needs)
    await post.send(request)
    held = Notice(id="h1", to=to, kind="held", about="r1", detail="until then")
    ticket = (await post.send(held, to=to, role="watch", request=request)).ticket
    assert (ticket.code if ticket else None) == (post.code("t1", "r1") if told else None)
    by_mail = (await post.send(held, to=BO_MAIL, role="watch", request=request)).ticket
    assert by_mail
    assert (by_mail.code, by_mail.url, by_mail.button) == (post.code("t1", "r1"), "", "")
    other = Notice(id="h2", to=to, kind="undone", about="r1")
    assert (await post.send(other, to=to, role="watch", request=request)).ticket is None


async def test_what_else_waits_is_listed_the_oldest_first_with_its_code(post: Post) -> None:  # SM-14
    assert (await post.send(approval("r1"))).others == ()
    await post.send(question("q1"), "t2")
    await post.send(approval("r3", needs="verified"), "t3")
    parcel = await post.send(approval("r4"), "t4")
    assert [one.request.id for one in parcel.others] == ["r1", "q1", "r3"]
    first, second, third = (one.ticket for one in parcel.others)
    assert (first.code, second.code, third.code) == (post.code("t1", "r1"), post.code("t2", "q1"), "")
    assert await post.opens(third.url) == Pass(thread_id="t3", request_id="r3", identity=BO)
    notice = await post.send(Notice(id="n1", to=BO, kind="code_needed"), role="watch")
    assert [one.request.id for one in notice.others] == ["r1", "q1", "r3", "r4"]
    await post.at.close("t1", "r1")
    again = await post.send(Notice(id="n2", to=BO, kind="code_needed"), role="watch")
    assert [one.request.id for one in again.others] == ["q1", "r3", "r4"]


async def test_of_two_with_the_same_code_both_are_listed_by_their_links(valkey_bench: Bench) -> None:
    post = post_of(exchange_at(valkey_bench, SameCodes(b"a secret for tests only")))
    await post.send(approval("r1"))
    await post.send(approval("r2"), "t2")
    notice = await post.send(Notice(id="n1", to=BO, kind="code_needed"), role="watch")
    assert [one.ticket.code for one in notice.others] == ["", ""]
    assert [(await post.opens(one.ticket.url)).request_id for one in notice.others] == ["r1", "r2"]


async def test_no_more_than_nine_others_are_listed(post: Post) -> None:
    for number in range(12):
        await post.at.ask(f"t{number}", approval(f"r{number}"))
    parcel = await post.send(Notice(id="n1", to=BO, kind="code_needed"), "t0", role="watch")
    assert [one.request.id for one in parcel.others] == [f"r{n}" for n in range(9)]


async def test_what_is_only_read_can_be_read_on_a_page_by_its_recipient(post: Post) -> None:
    parcel = await post.send(AgentMessage(id="a1", to=(BO,), text="Hello"), role="watch")
    assert await post.opens(parcel.page) == Pass(thread_id="t1", request_id="a1", identity=BO)
    assert (await post.send(approval("r1"), "t2")).page == ""


async def test_a_redirect_sends_the_event_that_did_not_arrive(post: Post) -> None:
    request = approval("r1")
    await post.send(request, to=BO_MAIL)
    went = Redirect(id="w1", cause="r1", instead_of=BO_MAIL, to=BO)
    parcel = await post.send(went, carried=request)
    assert (parcel.event, parcel.ticket and parcel.ticket.code) == (request, post.code("t1", "r1"))
    assert await post.at.text("m1", f"A {post.code('t1', 'r1')}") == "t1"
    delivered = (await post.at.events("t1", Delivery))[-1]
    assert (delivered.cause, delivered.to, delivered.outcome) == ("r1", BO, "sent")


async def test_a_field_is_answered_as_its_form(post: Post) -> None:
    await post.send(question("q1"))
    await post.send(approval("r2"), "t2")
    parcel = await post.send(field_of("f1", "q1"))
    assert (parcel.ticket, [one.place.request_id for one in await post.at.book.open(BO)]) == (None, ["q1", "r2"])
    place = post.at.inbound.keyring.open_reply_token(parcel.reply_token, "bo")
    assert place == Place(thread_id="t1", request_id="q1")


async def test_while_contacts_cannot_be_read_a_message_waits(post: Post) -> None:
    post.texts.down = True
    with pytest.raises(pytest.fail.Exception):
        await post.send(approval("r1"))
    assert await post.at.events("t1", Delivery) == []
    post.texts.down = False
    post.at.bench.clock.forward(60_000)
    (grant,) = await post.at.bench.store.fx_claim("sms")
    await post.sender.carry(grant)
    (parcel,) = post.texts.parcels
    assert parcel.repeat
    assert [one.outcome for one in await post.at.events("t1", Delivery)] == ["sent"]


async def test_nobodys_secrets_are_in_what_is_kept_of_a_conversation(post: Post) -> None:
    parcel = await post.send(approval("r1"))
    assert parcel.ticket
    kept: Sequence[bytes] = await post.at.book.asked.all(BO)
    assert [sorted(json.loads(entry)) for entry in kept] == [["cause", "effect_id", "place", "type"]]
    assert parcel.ticket.code.encode() not in b"".join(kept)
