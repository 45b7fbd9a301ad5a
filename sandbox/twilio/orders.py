"""The orders that `/_control` takes: what a person is to do, and what is to go wrong."""

from __future__ import annotations

from typing import Annotated

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from sandbox.twilio.fault import FaultKind
from sandbox.twilio.shapes import Channel


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Nothing(_Order):
    """An order that says it all by its name."""


class NewPhone(_Order):
    """Somebody has a phone."""

    number: str
    name: str = ""


class _OnPhone(_Order):
    """`phone` is the number of the one who does it."""

    phone: str


class Attachment(_Order):
    """A file; `content` in base64."""

    name: str
    media_type: str = "application/octet-stream"
    content: Base64Bytes


class Text(_OnPhone):
    """Write. `to` is a number of the account; left out: to whom wrote last. `others` makes it a group MMS."""

    body: str = ""
    channel: Channel = "sms"
    to: str | None = None
    media: list[Attachment] = []
    others: list[str] = []


class Press(_OnPhone):
    """Press a quick reply, by its title, under the message with this sid."""

    sid: str
    title: str


class Read(_OnPhone):
    """Look at a WhatsApp message."""

    sid: str


class Switch(_OnPhone):
    """Switch the phone on or off."""

    on: bool


class Forward(_Order):
    """Let time pass."""

    seconds: Annotated[float, Field(ge=0)]


class Number(_Order):
    """What sending to a number comes to from now on; code 0: it is fine again."""

    number: str
    code: Annotated[int, Field(ge=0)]


class FaultOrder(_Order):
    """Something that goes wrong the next `count` times; the fields of `Fault`."""

    kind: FaultKind
    count: Annotated[int, Field(ge=1, le=1000)] = 1
    code: int = 30008
    seconds: Annotated[float, Field(ge=0, le=120)] = 1.0
    to: str = ""
    method: str = ""
    kind_of: str = ""
    status: str = ""
