"""Routing: to whom an event goes, and where each of them is reached.

The core names identities and persons; which channel is used, and which address, is found here, from who is known and
what the conversation says of where its people are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from adapters.base import Capabilities, Role
from adapters.heard import Address
from agent_core.deliveries import Redirect
from agent_core.events import (
    AgentMessage,
    ApprovalRequest,
    Escalation,
    FieldRequest,
    InputRequest,
    Notice,
    Outbound,
    Request,
    RequestClosed,
)
from agent_core.people import People
from agent_core.thread import Thread
from agent_core.values import Frozen, Proof
from gateway.entry import Conversation, follow

NOWHERE = "nowhere"


class Envelope(Frozen):
    """To whom an outbound event goes: the body of a message effect. `request` is the card a closing speaks of.

    `event` is what goes, where that is not the event that sends it: a redirect sends an earlier one.
    """

    identity: str
    address: Address
    role: Role
    request: Request | None = None
    event: Annotated[Outbound, Field(discriminator="type")] | None = None


@dataclass(frozen=True)
class Channel:
    """What routing must know of a channel."""

    capabilities: Capabilities
    address_of: Callable[[str], Address]


@dataclass(frozen=True)
class Routing:
    """Who is where: people's identities and the channels that exist."""

    people: People
    channels: Mapping[str, Channel]

    @property
    def reach(self) -> Mapping[str, Proof]:
        """The channels that people can be written to on, with how sure it is who answers there."""
        return {name: c.capabilities.proof for name, c in self.channels.items() if not c.capabilities.pull}

    @property
    def paced(self) -> frozenset[str]:
        """The channels on which forms are asked field by field."""
        return frozenset(name for name, channel in self.channels.items() if channel.capabilities.paced)

    def envelopes(self, event: Outbound, conversation: Conversation) -> Iterator[Envelope]:
        """One envelope for each place an event goes to: people who are in one room get it once.

        A recipient we cannot reach goes to the queue `nowhere`.
        """
        request = _card(event, conversation.thread)
        going: dict[Address, Envelope] = {}
        for identity, role in dict(self._audience(event, request, conversation)).items():
            address = self._address(identity, event, conversation)
            if address and (address not in going or role == "decide"):
                first = going.get(address)
                named = first.identity if first else identity
                going[address] = Envelope(identity=named, address=address, role=role, request=request)
        yield from going.values()

    def redirected(self, redirect: Redirect, conversation: Conversation) -> Iterator[Envelope]:
        """The envelope of an earlier event that goes another way; none when the thread remembers it no more."""
        event = _remembered(redirect.cause, conversation.thread)
        address = self._address(redirect.to, event, conversation) if event else None
        if event and address:
            yield Envelope(
                identity=redirect.to,
                address=address,
                role=self._role(redirect.to, event),
                request=_card(event, conversation.thread),
                event=event,
            )

    def _address(self, identity: str, event: Outbound, conversation: Conversation) -> Address | None:
        """Where an identity is written to; None when it comes and reads by itself."""
        channel = self.channels.get(_channel(identity))
        if channel is None:
            return Address(channel=NOWHERE, ref=identity)
        if channel.capabilities.pull:
            return None
        match event:
            case RequestClosed() if channel.capabilities.edits and event.request_id in conversation.cards:
                # The card is redrawn where it was shown, wherever its people have been since.
                found = conversation.cards[event.request_id].get(identity)
            case Notice(about=about) if about and event.kind != "undelivered" and identity in conversation.pressed:
                # Whoever pressed looks there for an answer, even if they never said a word here.
                found = conversation.pressed[identity]
            case _:
                found = conversation.addresses.get(identity)
        return found or channel.address_of(identity)

    def _audience(
        self, event: Outbound, request: Request | None, conversation: Conversation
    ) -> Iterator[tuple[str, Role]]:
        moved = conversation.moved
        match event:
            case AgentMessage():
                yield from ((self._follow(identity, moved), "watch") for identity in event.to)
            case Notice():
                yield self._follow(event.to, moved), "watch"
            case InputRequest() | FieldRequest():
                yield self._follow(event.to, moved), "decide"
            case ApprovalRequest():
                yield from self._asked(event, moved)
            case RequestClosed() if isinstance(request, ApprovalRequest):
                yield from ((identity, "watch") for identity in self._told(request, conversation))
            case RequestClosed() if isinstance(request, InputRequest):
                if self._redraws(request.to):
                    yield request.to, "watch"
                elif event.outcome != "answered":
                    yield self._follow(request.to, moved), "watch"
            case Escalation():
                requester = conversation.thread.requester
                asked = requester.identity if requester else ""
                yield from ((self._home(person, (_channel(asked),), moved), "watch") for person in event.to)
                if asked:
                    yield self._follow(asked, moved), "watch"

    def _asked(self, request: ApprovalRequest, moved: Mapping[str, str]) -> Iterator[tuple[str, Role]]:
        """Where the card of a request goes: to who asked for it, and to those who may decide."""
        asked = request.requester.identity
        yield self._follow(asked, moved), "watch"
        for person in request.approvers:
            if group := self.people.group(person):
                # Where all of them see it; whoever presses must hold the role by then.
                yield group.room, "decide"
                continue
            home = self._home(person, (*request.via, _channel(asked)), moved)
            yield from ((identity, "decide") for identity in self._proving(home, person, request, moved))

    def _told(self, request: ApprovalRequest, conversation: Conversation) -> Iterator[str]:
        """Where the end of a request is told: at its cards, as far as they can be redrawn, or else where people are."""
        for identity, role in self._asked(request, conversation.cards_moved.get(request.id, conversation.moved)):
            if self._redraws(identity):
                yield identity
            elif role == "decide":
                yield self._follow(identity, conversation.moved)

    def _home(self, person_id: str, channels: tuple[str, ...], moved: Mapping[str, str]) -> str:
        """Where a person is reached: on the first of these channels, or else where they are reached first.

        A channel that people come to by themselves reaches nobody; a person on no channel is nowhere.
        """
        identities = self._identities(person_id)
        reached = [one for name in channels if name in self.reach for one in identities if _channel(one) == name]
        return self._follow(next(iter((*reached, *identities)), f"{NOWHERE}:{person_id}"), moved)

    def _proving(
        self, home: str, person_id: str, request: ApprovalRequest, moved: Mapping[str, str]
    ) -> tuple[str, ...]:
        """Where somebody is asked who is reached at `home`: there, and where they can prove well enough who they are.

        Who cannot prove it anywhere is not asked, and that is told as of anybody who is nowhere.
        """
        if request.needs == "restricted" or self.reach.get(_channel(home)) != "restricted":
            return (home,)
        sure = [one for one in self._identities(person_id) if self.reach.get(_channel(one)) == "verified"]
        there = (one for one in (self._follow(one, moved) for one in sure) if one in sure)
        proving = next(iter((*there, *sure)), None)
        return (home, proving) if proving else (f"{NOWHERE}:{person_id}",)

    def _role(self, identity: str, event: Outbound) -> Role:
        """What somebody is to do with an event that goes to them another way."""
        match event:
            case InputRequest() | FieldRequest():
                return "decide"
            case ApprovalRequest(approvers=approvers):
                owner = self.people.owner(identity)
                return "decide" if owner and owner.id in approvers else "watch"
        return "watch"

    def _follow(self, identity: str, moved: Mapping[str, str]) -> str:
        """Where somebody is reached who was reached at this identity, unless that is not theirs any more."""
        found, owner = follow(identity, moved), self.people.owner(identity)
        return found if owner and owner == self.people.owner(found) else identity

    def _redraws(self, identity: str) -> bool:
        """Whether a card that was shown there can be drawn anew."""
        channel = self.channels.get(_channel(identity))
        return channel is not None and channel.capabilities.edits

    def _identities(self, person_id: str) -> tuple[str, ...]:
        person = self.people.person(person_id)
        return person.identities if person else ()


def _channel(identity: str) -> str:
    return identity.partition(":")[0]


def _card(event: Outbound, thread: Thread) -> Request | None:
    """The request an event speaks of: open, or, of a closing that goes another way, closed by itself."""
    match event:
        case RequestClosed():
            return thread.open_request(event.request_id) or _asked_lately(event.request_id, thread)
        case Notice():
            return thread.open_request(event.about)
        case FieldRequest():
            return thread.open_request(event.request_id)
    return None


def _asked_lately(request_id: str, thread: Thread) -> Request | None:
    return next((e for e in thread.recent if isinstance(e, Request) and e.id == request_id), None)


def _remembered(event_id: str, thread: Thread) -> Outbound | None:
    """What was sent, as far as the thread knows: requests while they are open, anything else while it is recent."""
    known = (*thread.open, *reversed(thread.recent))
    return next((e for e in known if isinstance(e, Outbound) and e.id == event_id), None)
