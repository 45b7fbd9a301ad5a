"""Packing: an effect as the parcel its channel carries, with all that its recipient, and nobody else, needs to answer.

What is put to somebody where all threads share a conversation is noted before it goes: the answer finds its way by it.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from adapters.base import Adapter, Open, Parcel, Ticket
from adapters.heard import Address
from agent_core.deliveries import Delivery
from agent_core.events import (
    ApprovalRequest,
    FieldRequest,
    InputRequest,
    Notice,
    Outbound,
    Request,
    RequestClosed,
    Vote,
)
from gateway.asked import Book, Standing
from gateway.consequences import effect_id
from gateway.entry import Entry, decode
from gateway.errors import NoSuchThread
from gateway.inbound import Inbound
from gateway.keyring import Keyring, Pass, Place
from gateway.links import ShortLinks
from gateway.load import Member
from gateway.ports import Grant, ThreadStore
from gateway.routing import Envelope

MOST_OTHERS = 9


@dataclass(frozen=True)
class Packer:
    """`public_url` is where links point to; `seals` say, by channel, where buttons may be pressed."""

    store: ThreadStore
    adapters: Mapping[str, Adapter]
    keyring: Keyring
    inbound: Inbound
    public_url: str
    seals: Mapping[str, Callable[[Address], str]]
    book: Book | None

    async def parcel(self, grant: Grant, together: Sequence[Member] = ()) -> Parcel:
        """What is to be sent, with these cards along. Raises StoreError."""
        envelope, entry = Envelope.model_validate_json(grant.body), decode(grant.record)
        event = envelope.event or entry.event
        assert isinstance(event, Outbound)
        place = Place(thread_id=grant.thread_id, request_id=asks_for(event) if envelope.role == "decide" else "")
        shared = await self._shared(grant, envelope, event, place, entry)
        redrawn = envelope.request if isinstance(event, RequestClosed | Vote) else None
        return Parcel(
            effect_id=grant.id,
            thread_id=grant.thread_id,
            reply_token=self.keyring.reply_token(_answered(event, place), self.inbound.owner(envelope.identity)),
            identity=envelope.identity,
            address=envelope.address,
            event=event,
            role=envelope.role,
            ticket=await self._ticket(place, event, envelope),
            request=envelope.request,
            raised=envelope.raised,
            shown=await self._shown(grant, envelope, redrawn),
            page=shared.page,
            others=shared.others,
            together=await self._along(together, envelope),
            repeat=grant.attempt > 1,
            reference=await self._reference(grant.thread_id, envelope),
        )

    async def _reference(self, thread_id: str, envelope: Envelope) -> str:
        """What a subject names the thread by, noted before it goes."""
        adapter = self.adapters.get(envelope.address.channel)
        if adapter is None or not adapter.capabilities.subjects:
            return ""
        owner = self.inbound.owner(envelope.identity)
        reference = self.keyring.reference(thread_id, owner)
        await self.inbound.refer(envelope.address.channel, reference, owner, thread_id)
        return f"HP-{reference}"

    # --- what it is answered with

    async def _ticket(self, place: Place, event: Outbound, envelope: Envelope) -> Ticket | None:
        """A button is for whoever may press it, since its channel proves who did; code and link are one person's."""
        if isinstance(event, Notice):
            return await self._to_undo(place.thread_id, event, envelope)
        if isinstance(event, Vote) and envelope.request:
            event = envelope.request
        if not isinstance(event, Request):
            return None
        button = await self._button(place.thread_id, event, envelope)
        # Code and link speak for their recipient, so they must not stand where others can read them.
        if isinstance(event, InputRequest) and event.links and self._alone(envelope):
            return Ticket(code=self._code(place, envelope.identity), button=button)
        if isinstance(event, InputRequest) or envelope.role != "decide" or not self._alone(envelope):
            return Ticket(button=button) if button else None
        url = await self._link(place, envelope.identity)
        if self._is_weak(envelope.address.channel, event):
            return Ticket(url=url)
        wordless = envelope.address.channel in event.wordless
        code = "" if wordless else self._code(place, envelope.identity)
        page_code = self.keyring.page_code(place, self.inbound.owner(envelope.identity))
        return Ticket(code=code, url=url, button=button, page_code=page_code)

    async def _to_undo(self, thread_id: str, notice: Notice, envelope: Envelope) -> Ticket | None:
        """How who gave an approval that is held takes it back."""
        request = envelope.request
        if notice.kind != "held" or not isinstance(request, ApprovalRequest):
            return None
        if self._is_weak(envelope.address.channel, request):
            return None
        button = await self._button(thread_id, request, envelope)
        if not self._alone(envelope):
            return Ticket(button=button) if button else None
        code = self._code(Place(thread_id=thread_id, request_id=request.id), envelope.identity)
        return Ticket(code=code, button=button)

    def _is_weak(self, channel: str, request: ApprovalRequest) -> bool:
        """Whether who answers on a channel is less sure than this request needs; there its code must not stand."""
        adapter = self.adapters.get(channel)
        return adapter is not None and (adapter.capabilities.proof, request.needs) == ("restricted", "verified")

    def _alone(self, envelope: Envelope) -> bool:
        """Whether a person reads what is sent there and nobody else, on channels where others might."""
        channel = envelope.address.channel
        if self.inbound.people.is_room(envelope.identity):
            return False
        return channel not in self.seals or envelope.address == self.adapters[channel].address_of(envelope.identity)

    async def _button(self, thread_id: str, request: Request, envelope: Envelope) -> str:
        channel = envelope.address.channel
        seal = self.seals.get(channel)
        if seal is None:
            return ""
        named = Pass(thread_id=thread_id, request_id=request.id, identity=seal(envelope.address))
        brief = self.adapters[channel].capabilities.brief
        return await self._short.make(named) if brief else self.keyring.ticket(named)

    def _code(self, place: Place, identity: str) -> str:
        return self.keyring.code(place, self.inbound.owner(identity))

    async def _link(self, place: Place, identity: str) -> str:
        bearer = Pass(thread_id=place.thread_id, request_id=place.request_id, identity=identity)
        return f"{self.public_url.rstrip('/')}/d/{await self._short.make(bearer)}"

    @property
    def _short(self) -> ShortLinks:
        return ShortLinks(self.inbound.links, self.keyring)

    # --- where all threads share a conversation

    async def _shared(self, grant: Grant, envelope: Envelope, event: Outbound, place: Place, entry: Entry) -> _Shared:
        adapter, identity = self.adapters.get(envelope.address.channel), envelope.identity
        if self.book is None or adapter is None or not adapter.capabilities.shared:
            return _Shared()
        if place.request_id:
            await self.book.note(identity, place, grant.id, event, entry.event.at)
        to_decide = isinstance(event, ApprovalRequest) and envelope.role == "decide"
        others = await self._others(self.book, envelope, place) if to_decide or isinstance(event, Notice) else ()
        if isinstance(event, ApprovalRequest):
            return _Shared(others=others)
        read = Place(thread_id=grant.thread_id, request_id=event.id)
        return _Shared(page=await self._link(read, identity), others=others)

    async def _others(self, book: Book, envelope: Envelope, place: Place) -> tuple[Open, ...]:
        """What else waits in this conversation, the oldest first."""
        standing = await book.open(envelope.identity)
        codes = Counter(self._code(one.place, envelope.identity) for one in standing)
        others = [one for one in reversed(standing) if one.place != place]
        return tuple([await self._waiting(one, envelope, codes) for one in others[:MOST_OTHERS]])

    async def _waiting(self, one: Standing, envelope: Envelope, codes: Counter[str]) -> Open:
        """A request, and how it is answered: where two have the same code, it finds neither of them."""
        request, code = one.request, self._code(one.place, envelope.identity)
        assert request is not None, "what waits is open"
        if codes[code] > 1:
            code = ""
        if not isinstance(request, ApprovalRequest):
            return Open(request=request, ticket=Ticket(code=code))
        if self._is_weak(envelope.address.channel, request):
            code = ""
        return Open(request=request, ticket=Ticket(code=code, url=await self._link(one.place, envelope.identity)))

    # --- what goes along

    async def _along(self, members: Sequence[Member], envelope: Envelope) -> tuple[Open, ...]:
        """Cards that go with another one, as far as they are open."""
        found = [(one, await self._standing(one.place)) for one in members]
        return tuple([await self._with(one, request, envelope) for one, request in found if request])

    async def _standing(self, place: Place) -> ApprovalRequest | None:
        assert self.book, "what goes along was found by it"
        with contextlib.suppress(NoSuchThread):
            request = (await self.book.threads.thread(place.thread_id)).open_request(place.request_id)
            return request if isinstance(request, ApprovalRequest) else None
        return None

    async def _with(self, member: Member, request: ApprovalRequest, envelope: Envelope) -> Open:
        """One of them. By its code a text finds its thread in the book, and an answer to a mail in what went along."""
        ticket = await self._ticket(member.place, request, envelope) or Ticket()
        if self.book and self.adapters[envelope.address.channel].capabilities.shared:
            await self.book.note(envelope.identity, member.place, member.effect_id, request, request.at)
        return Open(request=request, ticket=ticket)

    # --- what was shown before

    async def _shown(self, grant: Grant, envelope: Envelope, request: Request | None) -> str:
        """The far end's id of this recipient's copy of a card: it went out before, in the same lane."""
        adapter = self.adapters.get(grant.queue)
        if request is None or adapter is None or not adapter.capabilities.edits:
            return ""
        copy = (envelope.copy_of,) if envelope.copy_of else ()
        effect, after = effect_id(grant.thread_id, request.id, envelope.identity, *copy), 0
        while records := await self.store.read(grant.thread_id, after=after):
            for event in (decode(record).event for record in records):
                if isinstance(event, Delivery) and event.effect_id == effect and event.outcome != "waiting":
                    return event.provider_id
            after += len(records)
        return ""


@dataclass(frozen=True, slots=True)
class _Shared:
    """What a parcel has besides where all threads share a conversation."""

    page: str = ""
    others: tuple[Open, ...] = ()


def _answered(event: Outbound, place: Place) -> Place:
    """What an answer to this message answers; to a notice it is the request that the notice speaks of."""
    if isinstance(event, Notice) and event.about:
        return place.model_copy(update={"request_id": event.about})
    return place


def asks_for(event: Outbound) -> str:
    """The request that an answer to this event answers; empty if there is none."""
    if isinstance(event, FieldRequest | Vote):
        return event.request_id
    return event.id if isinstance(event, Request) else ""
