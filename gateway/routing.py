"""Routing: to whom an event goes, and where each of them is reached.

The core names identities and persons; which channel is used, and which address, is found here, from who is known and
what the conversation says of where its people are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from adapters.base import Capabilities, Role
from adapters.heard import Address
from agent_core.events import (
    AgentMessage,
    ApprovalRequest,
    Escalation,
    InputRequest,
    Notice,
    Outbound,
    Request,
    RequestClosed,
)
from agent_core.people import People
from agent_core.values import Frozen
from gateway.entry import Conversation

NOWHERE = "nowhere"


class Envelope(Frozen):
    """To whom an outbound event goes: the body of a message effect. `request` is the card a closing speaks of."""

    identity: str
    address: Address
    role: Role
    request: Request | None = None


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

    def envelopes(self, event: Outbound, conversation: Conversation) -> Iterator[Envelope]:
        """One envelope for each place an event goes to: people who are in one room get it once.

        A recipient we cannot reach goes to the queue `nowhere`.
        """
        request = _card(event, conversation)
        going: dict[Address, Envelope] = {}
        for identity, role in dict(self._audience(event, request, conversation)).items():
            address = self._address(identity, event, conversation)
            if address and (address not in going or role == "decide"):
                first = going.get(address)
                named = first.identity if first else identity
                going[address] = Envelope(identity=named, address=address, role=role, request=request)
        yield from going.values()

    def _address(self, identity: str, event: Outbound, conversation: Conversation) -> Address | None:
        """Where an identity is written to; None when it comes and reads by itself."""
        channel = self.channels.get(identity.partition(":")[0])
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
        match event:
            case AgentMessage():
                yield from ((identity, "watch") for identity in event.to)
            case Notice():
                yield event.to, "watch"
            case InputRequest():
                yield event.to, "decide"
            case ApprovalRequest():
                asked = event.requester.identity
                yield asked, "watch"
                yield from ((self._home(person, asked), "decide") for person in event.approvers)
            case RequestClosed() if isinstance(request, ApprovalRequest):
                asked = request.requester.identity
                if self._redraws(asked):
                    yield asked, "watch"
                yield from ((self._home(person, asked), "watch") for person in request.approvers)
            case RequestClosed() if isinstance(request, InputRequest):
                if event.outcome != "answered" or self._redraws(request.to):
                    yield request.to, "watch"
            case Escalation():
                requester = conversation.thread.requester
                asked = requester.identity if requester else ""
                yield from ((self._home(person, asked), "watch") for person in event.to)
                if asked:
                    yield asked, "watch"

    def _redraws(self, identity: str) -> bool:
        """Whether a card that was shown there can be drawn anew."""
        channel = self.channels.get(identity.partition(":")[0])
        return channel is not None and channel.capabilities.edits

    def _home(self, person_id: str, near: str) -> str:
        """Where a person is reached: on the channel of what it is about, or else where they are reached first.

        A channel that people come to by themselves reaches nobody; a person on no channel is nowhere.
        """
        person = self.people.person(person_id)
        identities = person.identities if person else ()
        channel = near.partition(":")[0]
        here = [one for one in identities if one.partition(":")[0] == channel and not self._pulls(channel)]
        return next(iter((*here, *identities)), f"{NOWHERE}:{person_id}")

    def _pulls(self, channel: str) -> bool:
        known = self.channels.get(channel)
        return known is not None and known.capabilities.pull


def _card(event: Outbound, conversation: Conversation) -> Request | None:
    """The open request an event speaks of."""
    match event:
        case RequestClosed():
            return conversation.thread.open_request(event.request_id)
        case Notice():
            return conversation.thread.open_request(event.about)
    return None
