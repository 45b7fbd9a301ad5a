"""Load: whether a card goes to somebody now, waits for room or for others, or went with another one.

People who are asked too much stop looking. What is over a limit waits; what goes to the same person within a moment, on
a channel where cards cannot be redrawn and have no buttons, goes as one message. Each card stays an effect of its own,
with an end of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from pydantic import TypeAdapter

from adapters.base import Capabilities
from agent_core.deliveries import Delivery
from agent_core.events import ApprovalRequest
from agent_core.policy.limits import Limits
from agent_core.values import Frozen
from gateway.asked import Book
from gateway.entry import decode, encode
from gateway.errors import NoSuchThread
from gateway.keyring import Place
from gateway.people.roster import Roster
from gateway.ports import Grant
from gateway.routing import Envelope
from gateway.storage import Gathered, Joining, LoadStore

MOST_TOGETHER = 5
# How long a card waits for another one to take it along, whose sender may be gone.
PATIENCE = 900_000
# Where it is noted which cards went with an effect.
TOGETHER = "together"
# How soon a card looks again how the one ended that took it along, in ms.
LOOK_AGAIN = 2_000


@dataclass(frozen=True, slots=True)
class Go:
    """It goes now, and takes these along."""

    together: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """It is to be looked at again in `ms`. `crowded`: there was no room for it."""

    ms: int
    crowded: bool = False


@dataclass(frozen=True, slots=True)
class Went:
    """It went with another one, which the far end knows by this id."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Needless:
    """Nobody needs it any more: its request was closed while it waited."""


Turn = Go | Wait | Went | Needless


class Member(Frozen):
    """A card that goes with another one: where its request is, and by which effect it was to go."""

    place: Place
    effect_id: str
    event_id: str


# The cards that went with one, so that what is said of that one later can be said of them.
MEMBERS = TypeAdapter(tuple[Member, ...])


@dataclass(frozen=True)
class Load:
    """`sealed` are the channels where buttons may be pressed."""

    limits: Limits
    store: LoadStore
    book: Book
    roster: Roster
    capabilities: Mapping[str, Capabilities]
    sealed: Collection[str] = field(default=())

    async def turn(self, grant: Grant) -> Turn:
        """What is to be done with an effect. Raises StoreError."""
        card = self._card(grant)
        if card is None:
            return Go()
        if not await self._is_open(card.member.place):
            await self.store.ended(card.line, grant.id, "")
            return Needless()
        if ms := await self._room(card):
            return Wait(ms, crowded=True)
        crowded = await self._is_crowded(card)
        if not self._gathers(card):
            return Go()
        joining = Joining(
            what=grant.id,
            entry=card.member.model_dump_json().encode(),
            window=_millis(self.limits.together_within),
            patience=PATIENCE,
            most=MOST_TOGETHER,
            crowded=crowded,
        )
        return _turn(await self.store.gather(card.line, joining, now=card.now))

    async def over(self, grant: Grant, provider_id: str) -> None:
        """One that took others along has ended, by the far end's name for it; empty, if it did not go out."""
        if card := self._card(grant):
            await self.store.ended(card.line, grant.id, provider_id)

    # --- what is asked of somebody

    def _card(self, grant: Grant) -> _Card | None:
        """The card this effect brings to somebody who may decide; None for anything else, which nothing holds up."""
        envelope = Envelope.model_validate_json(grant.body)
        event = envelope.event or decode(grant.record).event
        if self.limits == Limits() or envelope.role != "decide" or not isinstance(event, ApprovalRequest):
            return None
        place = Place(thread_id=grant.thread_id, request_id=event.id)
        member = Member(place=place, effect_id=grant.id, event_id=event.id)
        return _Card(member, envelope, event, self._person(envelope.identity), grant.now)

    def _person(self, identity: str) -> str:
        """Who is asked there; empty where many are."""
        people = self.roster.people
        if people.is_room(identity):
            return ""
        owner = people.owner(identity)
        return owner.id if owner else identity

    async def _is_open(self, place: Place) -> bool:
        try:
            return (await self.book.threads.thread(place.thread_id)).open_request(place.request_id) is not None
        except NoSuchThread:
            return False

    # --- how much

    async def _room(self, card: _Card) -> int:
        """In how many ms there is room; 0 when it is counted, for its person and its channel."""
        limits, what = self.limits, card.member.effect_id
        person, channel = f"person:{card.person}", f"channel:{card.envelope.address.channel}"
        most = limits.per_person_per_hour if card.person else None
        if most and (ms := await self.store.room(person, what, most=most, now=card.now)):
            return ms
        on_channel = limits.per_channel_per_hour.get(card.envelope.address.channel)
        ms = await self.store.room(channel, what, most=on_channel, now=card.now) if on_channel else 0
        if ms and most:
            await self.store.leave(person, what)
        return ms

    async def _is_crowded(self, card: _Card) -> bool:
        """Whether more is open with somebody than they should have at once; this one is noted as well."""
        if not (self.limits.open_per_person and card.person):
            return False
        desk = f"person:{card.person}"
        await self.book.note(desk, card.member.place, card.member.effect_id, card.event, card.event.at)
        return len(await self.book.open(desk)) > self.limits.open_per_person

    # --- together

    def _gathers(self, card: _Card) -> bool:
        channel, envelope = card.envelope.address.channel, card.envelope
        can = self.capabilities.get(channel)
        return bool(
            self.limits.together_within
            and card.person
            and can
            and not (can.edits or channel in self.sealed or envelope.raised)
            and card.event.risk not in self.limits.at_once
        )


@dataclass(frozen=True, slots=True)
class _Card:
    member: Member
    envelope: Envelope
    event: ApprovalRequest
    person: str
    now: int

    @property
    def line(self) -> str:
        """Where cards are gathered: at one identity of a person."""
        return f"line:{self.envelope.identity}"


def waiting(grant: Grant, identity: str, cause: str, ms: int) -> tuple[str, bytes]:
    """The record, under its name, that there is no room for a card yet."""
    minutes = -(-ms // 60_000)
    told = Delivery(
        id=f"waiting:{grant.id}",
        effect_id=grant.id,
        cause=cause,
        to=identity,
        outcome="waiting",
        detail=f"whoever decides was asked so much of late that it waits for about {minutes} min",
    )
    return told.id, encode(told)


def _turn(gathered: Gathered) -> Turn:
    match gathered.what:
        case "wait":
            return Wait(gathered.ms)
        case "lead":
            return Go(tuple(Member.model_validate_json(entry) for entry in gathered.entries))
        case "with":
            return Went(gathered.ended) if gathered.ended else Wait(LOOK_AGAIN)
    return Go()


def _millis(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
