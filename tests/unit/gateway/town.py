"""A town: a small team on four channels, one of which proves little of who writes there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from adapters.base import Capabilities, Role
from adapters.heard import Address
from agent_core.deliveries import Redirect
from agent_core.events import ApprovalRequest, Event, InputRequest, Outbound, RequestClosed, UserMessage
from agent_core.people import People, Person
from agent_core.values import Author, Call
from gateway.consequences import effects_of
from gateway.entry import Conversation, Entry
from gateway.ports import TOOL_LANE, NewEffect
from gateway.routing import Channel, Envelope, Routing
from tests.unit.core.story import ANA, ANA_AT_CONSOLE, BO, DI, START, Story

ANA_TEXT, BO_TEXT, CY_TEXT = "sms:+447700900101", "sms:+447700900102", "sms:+447700900103"
BO_SLACK, DI_SLACK = "slack:T1.bo", "slack:T1.di"
PEOPLE = People(
    people=(
        Person(id="ana", name="Ana", identities=(ANA_AT_CONSOLE.identity, ANA.identity, ANA_TEXT)),
        Person(id="bo", name="Bo", identities=(BO_TEXT, BO.identity, BO_SLACK)),
        Person(id="cy", name="Cy", identities=(CY_TEXT,)),
        Person(id="di", name="Di", identities=(DI_SLACK, DI.identity)),
    )
)
SOMEBODY = tuple(identity for person in PEOPLE.people for identity in person.identities)
EMAIL, SLACK, CONSOLE = Capabilities(), Capabilities(edits=True), Capabilities(pull=True)
SMS = Capabilities(finds=True, shared=True, paced=True, proof="restricted")


def first(identity: str) -> Address:
    """Where a conversation with somebody begins."""
    channel, _, ref = identity.partition(":")
    return Address(channel=channel, ref=ref)


TOWN = Routing(
    PEOPLE,
    {
        name: Channel(can, first)
        for name, can in {"email": EMAIL, "slack": SLACK, "console": CONSOLE, "sms": SMS}.items()
    },
)


def after(events: Iterable[Event]) -> Conversation:
    """The conversation of these events."""
    return Conversation(thread=Story().thread).said(events)


def heard(conversation: Conversation, event: Event, ref: str = "") -> Conversation:
    """The conversation with an event from outside, said at some place."""
    address = Address(channel="slack", ref=ref) if ref else None
    return conversation.heard([Entry(event=event, address=address)])


def messages(event: Event, conversation: Conversation) -> dict[str, tuple[NewEffect, Envelope]]:
    """The messages an event becomes, by recipient."""
    effects = [effect for effect in effects_of(event, conversation, TOWN) if effect.queue != TOOL_LANE]
    opened = [(effect, Envelope.model_validate_json(effect.body)) for effect in effects]
    return {envelope.identity: (effect, envelope) for effect, envelope in opened}


def told(event: Outbound, conversation: Conversation) -> dict[str, Role]:
    """Who gets an event, and what for."""
    return {identity: envelope.role for identity, (_, envelope) in messages(event, conversation).items()}


# --- what happens there

LATER = START + timedelta(hours=1)
TEXTER = Author(identity=ANA_TEXT, person="ana", assurance="restricted", evidence="twilio")
ASKED = ApprovalRequest(
    id="r1",
    call=Call(tool="deploy", version="1", arguments="{}"),
    risk="high",
    digest="d",
    requester=ANA,
    approvers=("bo",),
    policy="p",
    expires_at=LATER,
    needs="restricted",
)
SURE = ASKED.model_copy(update={"needs": "verified"})
CLOSED = RequestClosed(id="c1", request_id="r1", outcome="denied")
QUESTION = InputRequest(id="q1", to=BO_TEXT, question="Where?", expires_at=LATER)


def asked(**changes: object) -> ApprovalRequest:
    """The request, otherwise."""
    return ASKED.model_copy(update=changes)


def went(cause: str, instead_of: str, to: str, id: str = "w1") -> Redirect:
    """An event goes another way."""
    return Redirect(id=id, cause=cause, instead_of=instead_of, to=to)


def wrote(identity: str) -> UserMessage:
    """Somebody writes."""
    return UserMessage(id=f"m-{identity}", author=Author(identity=identity), text="hello")
