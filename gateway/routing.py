"""Routing: to whom an event goes, and where each of them is reached.

The core names identities and persons; which channel is used, and which address, is found here, from who is known and
what the conversation says of where its people are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from adapters.base import Capabilities, Role
from adapters.heard import Address
from agent_core.deliveries import Redirect
from agent_core.events import (
    ApprovalRequest,
    FieldRequest,
    InputRequest,
    Notice,
    Outbound,
    Request,
    RequestClosed,
    RequestRaised,
    Vote,
)
from agent_core.people import People
from agent_core.raised import raised
from agent_core.thread import Thread
from agent_core.values import Frozen, Proof
from gateway.audience import NOWHERE as NOWHERE, Audience, Seat, channel_of
from gateway.entry import Conversation


class Envelope(Frozen):
    """To whom an outbound event goes: the body of a message effect. `request` is the card a closing speaks of.

    `event` is what goes, where that is not the event that sends it: a redirect sends an earlier one, as does what is
    `raised`. `copy_of` names the raise that brought the copy of the card this is about; empty: the first one.
    """

    identity: str
    address: Address
    role: Role
    request: Request | None = None
    event: Annotated[Outbound, Field(discriminator="type")] | None = None
    raised: RequestRaised | None = None
    copy_of: str = ""


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
        yield from self._sealed(self._audience.of(event, request, conversation), event, request, conversation)

    def raised(self, event: RequestRaised, conversation: Conversation) -> Iterator[Envelope]:
        """The card once more, for those it is raised to, as it is from then on."""
        request = conversation.thread.open_request(event.request_id)
        if isinstance(request, ApprovalRequest):
            now = raised(request, event)
            seats = self._audience.raised(event, now, conversation.moved)
            for envelope in self._sealed(seats, now, None, conversation):
                yield envelope.model_copy(update={"event": now, "raised": event})

    def _sealed(
        self, seats: Iterable[Seat], event: Outbound, request: Request | None, conversation: Conversation
    ) -> Iterator[Envelope]:
        """What is for several people in one place goes there once, for each copy of a card that is there."""
        going: dict[tuple[Address, str], Envelope] = {}
        brought = {one.id: one for one in conversation.thread.raises} if isinstance(event, Vote) else {}
        for (identity, copy), role in {(seat.identity, seat.copy): seat.role for seat in seats}.items():
            address = self._address(identity, copy, event, conversation)
            if address and ((address, copy) not in going or role == "decide"):
                first = going.get((address, copy))
                going[address, copy] = Envelope(
                    identity=first.identity if first else identity,
                    address=address,
                    role=role,
                    request=request,
                    raised=brought.get(copy),
                    copy_of=copy,
                )
        yield from going.values()

    def redirected(self, redirect: Redirect, conversation: Conversation) -> Iterator[Envelope]:
        """The envelope of an earlier event that goes another way; none when the thread remembers it no more."""
        event = _remembered(redirect.cause, conversation.thread)
        address = self._address(redirect.to, "", event, conversation) if event else None
        if event and address:
            yield Envelope(
                identity=redirect.to,
                address=address,
                role=self._audience.role(redirect.to, event),
                request=_card(event, conversation.thread),
                event=event,
            )

    @property
    def _audience(self) -> Audience:
        return Audience(self.people, {name: channel.capabilities for name, channel in self.channels.items()})

    def _address(self, identity: str, copy: str, event: Outbound, conversation: Conversation) -> Address | None:
        """Where an identity is written to; None when it comes and reads by itself."""
        channel = self.channels.get(channel_of(identity))
        if channel is None:
            return Address(channel=NOWHERE, ref=identity)
        if channel.capabilities.pull:
            return None
        match event:
            case RequestClosed() | Vote() if channel.capabilities.edits and event.request_id in conversation.cards:
                # The card is redrawn where it was shown, wherever its people have been since.
                found = conversation.cards.get(copy or event.request_id, {}).get(identity)
            case Notice(about=about) if about and event.kind != "undelivered" and identity in conversation.pressed:
                # Whoever pressed looks there for an answer, even if they never said a word here.
                found = conversation.pressed[identity]
            case _:
                found = conversation.addresses.get(identity)
        return found or channel.address_of(identity)


def _card(event: Outbound, thread: Thread) -> Request | None:
    """The request an event speaks of: open, or, of a closing that goes another way, closed by itself."""
    match event:
        case RequestClosed() | Vote():
            return thread.open_request(event.request_id) or _asked_lately(event.request_id, thread)
        case Notice():
            return thread.open_request(event.about)
        case FieldRequest():
            return thread.open_request(event.request_id)
        case InputRequest(about=about) if about:
            return thread.open_request(about)
    return None


def _asked_lately(request_id: str, thread: Thread) -> Request | None:
    return next((e for e in thread.recent if isinstance(e, Request) and e.id == request_id), None)


def _remembered(event_id: str, thread: Thread) -> Outbound | None:
    """What was sent, as far as the thread knows: requests while they are open, anything else while it is recent."""
    known = (*thread.open, *reversed(thread.recent))
    return next((e for e in known if isinstance(e, Outbound) and e.id == event_id), None)
