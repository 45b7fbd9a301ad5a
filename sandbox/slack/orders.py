"""The orders that `/_control` takes: what a person is to do, and what is to go wrong."""

from __future__ import annotations

from typing import Annotated

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from sandbox.slack.fault import FaultKind

Entry = str | int | float | list[str] | None


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Nothing(_Order):
    """An order that says it all by its name."""


class _ByPerson(_Order):
    """`person` is a handle; `channel` a `#name` or an id, the DM with the bot when left out."""

    person: str


class Say(_ByPerson):
    """Type a message."""

    text: str
    channel: str | None = None
    thread: str = ""
    broadcast: bool = False


class Upload(_ByPerson):
    """Share a file; `content` in base64."""

    name: str
    content: Base64Bytes
    channel: str | None = None
    text: str = ""
    thread: str = ""


class Edit(_ByPerson):
    """Change one's message."""

    channel: str
    ts: str
    text: str


class OnMessage(_ByPerson):
    """Something with one message: delete it, or stop the agent in its thread."""

    channel: str
    ts: str


class Click(OnMessage):
    """Use a button or menu of a message, named by action_id, value or label."""

    name: str
    choose: Entry = None
    confirm: bool = True
    value: str | None = None


class ClickView(_ByPerson):
    """Use a button or menu of the modal on top, or of the Home tab."""

    name: str
    choose: Entry = None
    home: bool = False


class Submit(_ByPerson):
    """Fill in and submit the modal on top."""

    values: dict[str, Entry] = {}


class Close(_ByPerson):
    """Cancel the modal on top, or all of them."""

    clear: bool = False


class Slash(_ByPerson):
    """Type a slash command."""

    command: str
    text: str = ""
    channel: str | None = None


class OpenTab(_ByPerson):
    """Open the app: its Home tab, or its messages."""

    home: bool = True


class Forward(_Order):
    """Let time pass."""

    seconds: Annotated[float, Field(ge=0)]


class FaultOrder(_Order):
    """Something that goes wrong the next `count` times."""

    kind: FaultKind
    count: Annotated[int, Field(ge=1, le=1000)] = 1
    method: str = ""
    seconds: Annotated[float, Field(ge=0, le=120)] = 1.0
    error: str = "internal_error"
