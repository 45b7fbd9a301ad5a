"""What a channel hears, in the shapes all channels share: who said, pressed or filled in what, and where.

Nothing here knows of threads. An adapter makes one of these of its platform's bytes; the gateway finds where it
belongs.
"""

from __future__ import annotations

from typing import Literal

from agent_core.events import UserMessage
from agent_core.values import Author, Decision, Frozen, Text


class Address(Frozen):
    """Where a conversation lives in a channel. Only the channel's own adapter reads inside `ref`."""

    channel: str
    ref: str


class Received(Frozen):
    """One message as understood by its adapter, still without a thread.

    `conversation` is the platform's root of the conversation, from which a new thread's id is derived. `token` is the
    reply token of ours the message carries, if any: it names the thread (and the request) and outranks the
    conversation. `code` is the decision code the person typed. The message's id is the same for every redelivery.
    `joins`: not said to us, so it counts only in a conversation we are part of already. `under` is the message of ours
    it was said in answer to: where that began a conversation, that one is meant. `reference` is one of ours that
    anybody may have: it finds the conversation of somebody who is proven, and nothing it says decides. `below`: some of
    the words stand below what is quoted, and may be the rest of it.
    """

    message: UserMessage
    address: Address
    conversation: str
    token: str | None = None
    code: str | None = None
    joins: bool = False
    under: str = ""
    reference: str = ""
    below: bool = False


class Pressed(Frozen):
    """A person pressed a button of a card of ours, or sent off its form.

    `ticket` is what the button carried, and `seal` the place it was pressed in: a ticket opens only where it was shown.
    `digest` is the card's; `reason` is why, or what they ask or answer instead; `to` is the person they hand the
    decision to; `arguments` are the call's as they changed them, JSON text, or empty. `address` is where the person is
    answered if it does not count.
    """

    id: str
    author: Author
    ticket: str
    seal: str
    decision: Decision
    digest: str = ""
    reason: Text = ""
    to: str = ""
    arguments: Text = ""
    address: Address | None = None


class Filled(Frozen):
    """A person filled in the form of a question: `values` by the fields' names, in their order; see `Pressed`."""

    id: str
    author: Author
    ticket: str
    seal: str
    values: tuple[tuple[str, Text], ...]
    address: Address | None = None


class Ordered(Frozen):
    """A person tells a conversation's agent to pause, go on or stop."""

    id: str
    author: Author
    conversation: str
    verb: Literal["pause", "resume", "stop"]


class Revised(Frozen):
    """A person changed a message of theirs, the one of the id `revises`; with an empty `text`, they took it back."""

    id: str
    author: Author
    conversation: str
    revises: str
    text: Text = ""


class Lost(Frozen):
    """An identity cannot be written to any more, `why` in a few words. What waits for its answer goes another way."""

    id: str
    identity: str
    why: str


class Returned(Frozen):
    """What later became of a message of ours that the far end had taken: it arrived, or it did not, and `why`.

    `effect_id`, `thread_id`, `cause` (the event it carried) and `to` (the recipient's identity) are the parcel's. The
    id is that of the message at the far end, so that only the first end counts. `again`: it may well work later.
    """

    id: str
    effect_id: str
    thread_id: str
    cause: str
    to: str
    arrived: bool
    why: str = ""
    again: bool = False


Heard = Received | Revised | Pressed | Filled | Ordered | Lost | Returned


class Ignored(Frozen):
    """Read, and deliberately not passed on: automatic mail, our own mail, a bounce. `kind` is for the operator."""

    kind: str
    detail: str = ""
