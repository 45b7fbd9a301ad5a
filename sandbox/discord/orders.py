"""The orders that `/_control` takes: what a person is to do, and what is to go wrong."""

from __future__ import annotations

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from sandbox.discord.fault import FaultKind, Scope


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Nothing(_Order):
    """An order that says it all by its name."""


class ByPerson(_Order):
    """`person` is a handle."""

    person: str


class File(_Order):
    """A file sent along; `content` in base64."""

    name: str
    content: Base64Bytes


class Dm(ByPerson):
    """Write to the bot directly; `reply_to` is the id of a message there."""

    text: str
    files: tuple[File, ...] = ()
    reply_to: str = ""


class Say(Dm):
    """Write in a channel, by `#name` or id, or in a thread by its id; without it in the DM."""

    channel: str = ""


class OnMessage(ByPerson):
    """Something with one message, by its id."""

    message: str


class Reply(OnMessage):
    """Answer a message, where it stands."""

    text: str


class Edit(OnMessage):
    """Change one's message."""

    text: str


class Click(OnMessage):
    """Press a button, by its label or custom_id."""

    label: str


class Choose(OnMessage):
    """Choose in a select, by its options' labels."""

    labels: tuple[str, ...]


class Submit(ByPerson):
    """Fill in the open form, by the fields' labels or custom_ids, and send it off."""

    values: dict[str, str | list[str]] = {}


class Slash(ByPerson):
    """Use a slash command; without `channel` in the DM."""

    name: str
    channel: str = ""
    options: dict[str, str | int | bool] = {}


class OfRole(ByPerson):
    """A role somebody is given, or loses."""

    role: str


class Forward(_Order):
    """Let time pass."""

    seconds: float = Field(ge=0)


class Code(_Order):
    """The code that connections are closed with, now or at the next `count` IDENTIFYs."""

    code: int = Field(ge=1000, le=4999)
    count: int = Field(default=1, ge=1)


class Invalidate(_Order):
    """Whether the session may be resumed all the same."""

    resumable: bool = False


class Really(_Order):
    """Whether it is so."""

    really: bool = True


class DeliverTo(_Order):
    """Where interactions are posted to; null is the gateway."""

    url: str | None = None
    verify: bool = True


class FaultOrder(_Order):
    """What goes wrong with the next `count` calls that fit."""

    kind: FaultKind
    path: str = "*"
    method: str = ""
    seconds: float = Field(default=1.0, ge=0)
    via: bool = True
    scope: Scope = "user"
    status: int = 500
    code: int = 0
    count: int = Field(default=1, ge=1)
