"""Meanings: what Discord's events and interactions can say to us, beyond what every channel hears."""

from __future__ import annotations

from typing import Literal

from pydantic import SecretStr

from adapters.heard import Filled, Ignored, Pressed, Received, Revised
from agent_core.values import Author, Frozen, Text

Modal = Literal["deny", "edit", "answer", "ask", "instead", "delegate"]
Verb = Literal["ask", "status", "stop"]
RoomKind = Literal["direct", "thread", "channel"]


class Us(Frozen):
    """Who we are on Discord: the application's id and its bot user's."""

    application: str
    user: str


class Room(Frozen):
    """A channel or thread as far as it matters: `parent` is the channel a thread is in. `guild` is empty for DMs."""

    id: str
    kind: RoomKind
    guild: str = ""
    parent: str = ""


class File(Frozen):
    """A file somebody sent along; `size` in bytes, None where Discord does not say. Its URL is good for a day or so."""

    id: str
    name: Text = ""
    media_type: Text = ""
    size: int | None = None
    url: str = ""


class Interaction(Frozen):
    """One interaction: where somebody pressed, sent off or commanded, and how they are answered.

    `token` is good for 15 minutes; the first answer must come within 3 seconds. `message` is the one that was pressed.
    """

    id: str
    application: str
    token: SecretStr
    room: Room
    user: str
    message: str = ""


class Opens(Frozen):
    """A button that opens a form. `carried` is what the button carried, and the form is to carry on."""

    kind: Modal
    carried: str
    ticket: str
    digest: str
    seal: str
    author: Author


class Chose(Frozen):
    """A person answered a question by its choice number `index`, counted from 0, or by several of a list."""

    id: str
    author: Author
    ticket: str
    seal: str
    indexes: tuple[int, ...]


class Changed(Frozen):
    """A person sent off the form of changed arguments: the text of its inputs by name, in their order."""

    id: str
    author: Author
    ticket: str
    digest: str
    seal: str
    values: tuple[tuple[str, Text], ...]


class Slash(Frozen):
    """A slash command of ours; `ask` has its question in `text`."""

    id: str
    verb: Verb
    text: Text
    author: Author


class Ping(Frozen):
    """Discord asks whether this URL answers."""


Spoken = Received | Revised | Ignored
Acted = Pressed | Filled | Opens | Chose | Changed | Slash | Ping | Ignored
Meaning = Spoken | Acted
