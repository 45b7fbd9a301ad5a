"""Several decisions in one message: each finds its own request by its code, is heard once, and is tried once.

Everything is real but the platform: desk, log, links and counters, on a server.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.heard import Address, Received
from adapters.sms.keywords import typed
from agent_core.events import UserMessage
from agent_core.values import Attachment, Author, Doubt
from gateway.bundle import Bundle, one_by_one
from gateway.desk import FrontDesk
from gateway.keyring import Place
from gateway.line import GUESSES
from gateway.load import Member
from tests.contract.bench import Bench
from tests.contract.exchange import ANA, BO, BO_MAIL, Exchange, SameCodes, approval, exchange_at

FILE = Attachment(name="notes.txt", text="see there")
FIRST, SECOND = Place(thread_id="t1", request_id="r1"), Place(thread_id="t2", request_id="r2")


@pytest.fixture
def at(valkey_bench: Bench) -> Exchange:
    return exchange_at(valkey_bench)


async def heard(at: Exchange) -> dict[str, list[tuple[str, str, str | None]]]:
    """What each thread heard: id, text, and the request that was proven."""
    return {
        thread: [(one.id, one.text, one.answers) for one in said] for thread, said in (await at.heard()).items() if said
    }


# --- by text


async def test_each_line_of_a_text_goes_where_its_code_belongs_and_goes_there_again(at: Exchange) -> None:  # SM-14
    one, two = await at.ask("t1", approval("r1")), await at.ask("t2", approval("r2"))
    both = at.said("m1", f"R {two} too early\n\nA {one}")
    once = {"t2": [("m1", f"R {two} too early", "r2")], "t1": [("m1#2", f"A {one}", "r1")]}
    for _ in range(2):
        assert await at.desk.take(both, b"raw")
        assert await heard(at) == once


async def test_what_really_came_is_kept_once_and_files_with_the_first_line(at: Exchange) -> None:
    one, two = await at.ask("t1", approval("r1")), await at.ask("t2", approval("r2"))
    said = at.said("m1", f"A {one}\nA {two}")
    said = said.model_copy(update={"message": said.message.model_copy(update={"attachments": (FILE,)})})
    await at.desk.take(said, b"raw")
    [first], [second] = await at.events("t1", UserMessage), await at.events("t2", UserMessage)
    assert first.raw
    assert await at.inbound.blobs.get("t1", first.raw) == b"raw"
    assert (first.attachments, second.raw, second.attachments) == ((FILE,), None, ())


async def test_each_wrong_code_of_a_text_is_a_try(at: Exchange) -> None:  # SM-15
    right = await at.ask("t1", approval("r1"))
    wrong = [code for code in (f"{n:06d}" for n in range(99)) if code != right][: GUESSES + 1]
    await at.desk.take(at.said("m1", "\n".join(f"A {code}" for code in [*wrong, right])))
    assert [text for _, text, _ in (await heard(at))["t1"]] == [f"A {code}" for code in wrong[:GUESSES]]
    assert not await at.desk.take(at.said("m2", f"A {right}\nR {wrong[0]}"))
    assert all(answers is None for _, _, answers in (await heard(at))["t1"])


async def test_a_text_that_is_not_only_decisions_stays_whole(at: Exchange) -> None:
    one, two = await at.ask("t1", approval("r1")), await at.ask("t2", approval("r2"))
    await at.desk.take(at.said("m1", f"A {one}\nA {two}\nBest, Bo"))
    assert await heard(at) == {"t1": [("m1", f"A {one}\nA {two}\nBest, Bo", "r1")]}


# --- what is told apart at all


def received(text: str, *, code: str | None = "111111", doubt: Doubt = "") -> Received:
    message = UserMessage(id="m1", author=Author(identity=BO), text=text, doubt=doubt)
    return Received(message=message, address=Address(channel="sms", ref="1"), conversation="c", code=code)


def test_only_where_codes_are_read_and_nothing_is_in_doubt() -> None:
    two = "A 111111\nR 222222"
    assert [(one.message.id, one.code) for one in one_by_one(received(two))] == [("m1", "111111"), ("m1#2", "222222")]
    below = received(two).model_copy(update={"below": True})
    # A platform whose conversation names the request itself: there each line would speak of that one.
    for whole in (received(two, code=None), received(two, doubt="two_texts"), received("A 111111\nyes"), below):
        assert one_by_one(whole) == (whole,)


# --- by mail


class Mailed:
    """Two requests that went to Bo in one mail, and the desk that hears the answers."""

    def __init__(self, at: Exchange) -> None:
        self.at = at
        self.token = at.inbound.keyring.reply_token(FIRST, "bo")
        self.one, self.two = (at.inbound.keyring.code(place, "bo") for place in (FIRST, SECOND))

    async def sent(self, *, together: bool = True) -> Mailed:
        for place in (FIRST, SECOND):
            await self.at.log(place.thread_id, approval(place.request_id))
        if together:
            along = Member(place=SECOND, effect_id="fx-r2", event_id="r2")
            await Bundle(self.at.inbound).note(self.token, (along,))
        return self

    @property
    def desk(self) -> FrontDesk:
        return replace(self.at.desk, channel="email", line=None)

    async def says(self, text: str, *, by: str = BO_MAIL, token: str | None = None, id: str = "m1") -> None:
        message = UserMessage(id=id, author=Author(identity=by, assurance="verified"), text=text)
        where = Address(channel="email", ref=by)
        code = typed(text).code
        said = Received(message=message, address=where, conversation=f"{by}/{id}", token=token or self.token, code=code)
        await self.desk.take(said, b"raw")


async def test_the_lines_of_an_answer_belong_to_what_went_in_one_mail(at: Exchange) -> None:
    mail = await Mailed(at).sent()
    once = {"t1": [("m1#2", f"APPROVE {mail.one}", "r1")], "t2": [("m1", f"DENY {mail.two} no", "r2")]}
    for _ in range(2):
        await mail.says(f"DENY {mail.two} no\nAPPROVE {mail.one}")
        assert await heard(at) == once


async def test_the_code_alone_names_one_of_them_too(at: Exchange) -> None:
    mail = await Mailed(at).sent()
    await mail.says(f"DENY {mail.two}")
    await mail.says("What is this?", id="m2")
    assert await heard(at) == {"t2": [("m1", f"DENY {mail.two}", "r2")], "t1": [("m2", "What is this?", None)]}


async def test_a_code_that_did_not_go_in_this_mail_is_placed_nowhere_else(at: Exchange) -> None:
    mail = await Mailed(at).sent(together=False)
    await mail.says(f"APPROVE {mail.one}\nAPPROVE {mail.two}")
    said = [("m1", f"APPROVE {mail.one}", "r1"), ("m1#2", f"APPROVE {mail.two}", None)]
    assert await heard(at) == {"t1": said}


async def test_who_the_mail_was_not_for_reaches_nothing_by_its_codes(at: Exchange) -> None:
    mail = await Mailed(at).sent()
    await mail.says(f"APPROVE {mail.one}\nAPPROVE {mail.two}", by=ANA)
    found = await heard(at)
    assert not {"t1", "t2"} & set(found)
    assert [answers for said in found.values() for _, _, answers in said] == [None, None]


async def test_a_code_that_two_of_one_mail_have_decides_neither(valkey_bench: Bench) -> None:
    mail = await Mailed(exchange_at(valkey_bench, SameCodes(b"a secret for tests only"))).sent()
    await mail.says("APPROVE 123456")
    assert await heard(mail.at) == {"t1": [("m1", "APPROVE 123456", None)]}
