"""The audience: whom an event is for, as identities, from who is known and what has happened to those asked before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from adapters.base import Capabilities, Role
from agent_core.events import (
    AgentMessage,
    ApprovalRequest,
    Escalation,
    FieldRequest,
    InputRequest,
    Notice,
    Outbound,
    Relayed,
    Request,
    RequestClosed,
    RequestRaised,
    Vote,
)
from agent_core.people import People
from gateway.entry import Conversation, follow

NOWHERE = "nowhere"


class Seat(NamedTuple):
    """One for whom an event is. `copy` names the raise that brought the card it speaks of; empty: the first."""

    identity: str
    role: Role
    copy: str = ""


@dataclass(frozen=True)
class Audience:
    """Of people and of what their channels can do."""

    people: People
    channels: Mapping[str, Capabilities]

    def of(self, event: Outbound, request: Request | None, conversation: Conversation) -> Iterator[Seat]:
        """Everybody whom an event is for; `request` is the card it speaks of."""
        moved = conversation.moved
        match event:
            case AgentMessage() | Relayed():
                yield from (Seat(self._follow(identity, moved), "watch") for identity in event.to)
            case Notice():
                yield Seat(self._follow(event.to, moved), "watch")
            case InputRequest() | FieldRequest():
                yield Seat(self._follow(event.to, moved), "decide")
            case ApprovalRequest():
                yield from self._asked(event, moved)
            case Vote() if isinstance(request, ApprovalRequest):
                yield from (seat for seat in self._shown(request, conversation) if self._redraws(seat.identity))
            case RequestClosed() if isinstance(request, ApprovalRequest):
                yield from self._told(request, conversation)
            case RequestClosed() if isinstance(request, InputRequest):
                if self._redraws(request.to):
                    yield Seat(request.to, "watch")
                elif event.outcome != "answered":
                    yield Seat(self._follow(request.to, moved), "watch")
            case Escalation():
                requester = conversation.thread.requester
                asked = requester.identity if requester else ""
                yield from (Seat(self._home(person, (channel_of(asked),), moved), "watch") for person in event.to)
                if asked and not event.about:
                    yield Seat(self._follow(asked, moved), "watch")

    def raised(self, event: RequestRaised, request: ApprovalRequest, moved: Mapping[str, str]) -> Iterator[Seat]:
        """Where the card goes now: to those it is raised to, on the channels it names, or else as it went before."""
        via = (*event.via, *request.via, channel_of(request.requester.identity))
        for identity in dict.fromkeys(one for name in event.to for one in self._deciding(name, request, via, moved)):
            yield Seat(identity, "decide", event.id)

    def role(self, identity: str, event: Outbound) -> Role:
        """What somebody is to do with an event that goes to them another way."""
        match event:
            case InputRequest() | FieldRequest():
                return "decide"
            case ApprovalRequest(approvers=approvers):
                owner = self.people.owner(identity)
                return "decide" if owner and owner.id in self.people.each(approvers) else "watch"
        return "watch"

    def _asked(self, request: ApprovalRequest, moved: Mapping[str, str]) -> Iterator[Seat]:
        """Where the card of a request goes: to who asked for it, and to those who may decide."""
        asked = request.requester.identity
        yield Seat(self._follow(asked, moved), "watch")
        via = (*request.via, channel_of(asked))
        for name in request.approvers:
            yield from (Seat(identity, "decide") for identity in self._deciding(name, request, via, moved))

    def _deciding(
        self, name: str, request: ApprovalRequest, via: tuple[str, ...], moved: Mapping[str, str]
    ) -> Iterator[str]:
        """Where a person or group is asked: a group in its room, or each of its members."""
        group = self.people.group(name)
        if group and group.room:
            # Where all of them see it; whoever presses must belong to it by then.
            yield group.room
            return
        for person in group.members if group else (name,):
            if person not in request.askers:
                yield from self._proving(self._home(person, via, moved), person, request, moved)

    def _shown(self, request: ApprovalRequest, conversation: Conversation) -> Iterator[Seat]:
        """Every copy of a card: the first ones, and those of reminders and of who was asked later."""
        begun = request.model_copy(update={"approvers": request.terms.asked or request.approvers})
        yield from self._asked(begun, conversation.cards_moved.get(request.id, conversation.moved))
        for one in (one for one in conversation.thread.raises if one.request_id == request.id):
            yield from self.raised(one, request, conversation.cards_moved.get(one.id, conversation.moved))

    def _told(self, request: ApprovalRequest, conversation: Conversation) -> Iterator[Seat]:
        """Where the end of a request is told: at its cards, as far as they can be redrawn, or else where people are."""
        told: set[str] = set()
        for seat in self._shown(request, conversation):
            if self._redraws(seat.identity):
                yield seat._replace(role="watch")
            elif seat.role == "decide" and (now := self._follow(seat.identity, conversation.moved)) not in told:
                told.add(now)
                yield Seat(now, "watch")

    def _home(self, person_id: str, channels: tuple[str, ...], moved: Mapping[str, str]) -> str:
        """Where a person is reached: on the first of these channels, or else where they are reached first.

        A channel that people come to by themselves reaches nobody; a person on no channel is nowhere.
        """
        identities = self._identities(person_id)
        reached = [one for name in channels if name in self._reach for one in identities if channel_of(one) == name]
        return self._follow(next(iter((*reached, *identities)), f"{NOWHERE}:{person_id}"), moved)

    def _proving(
        self, home: str, person_id: str, request: ApprovalRequest, moved: Mapping[str, str]
    ) -> tuple[str, ...]:
        """Where somebody is asked who is reached at `home`: there, and where they can prove well enough who they are.

        Who cannot prove it anywhere is not asked, and that is told as of anybody who is nowhere.
        """
        if request.needs == "restricted" or self._reach.get(channel_of(home)) != "restricted":
            return (home,)
        sure = [one for one in self._identities(person_id) if self._reach.get(channel_of(one)) == "verified"]
        there = (one for one in (self._follow(one, moved) for one in sure) if one in sure)
        proving = next(iter((*there, *sure)), None)
        return (home, proving) if proving else (f"{NOWHERE}:{person_id}",)

    @property
    def _reach(self) -> Mapping[str, str]:
        return {name: can.proof for name, can in self.channels.items() if not can.pull}

    def _follow(self, identity: str, moved: Mapping[str, str]) -> str:
        """Where somebody is reached who was reached at this identity, unless that is not theirs any more."""
        found, owner = follow(identity, moved), self.people.owner(identity)
        return found if owner and owner == self.people.owner(found) else identity

    def _redraws(self, identity: str) -> bool:
        """Whether a card that was shown there can be drawn anew."""
        can = self.channels.get(channel_of(identity))
        return can is not None and can.edits

    def _identities(self, person_id: str) -> tuple[str, ...]:
        person = self.people.person(person_id)
        return person.identities if person else ()


def channel_of(identity: str) -> str:
    """The channel of an identity."""
    return identity.partition(":")[0]
