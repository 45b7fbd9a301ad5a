"""What exists: messages as the REST API has them, bubbles as a phone shows them, media, templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.twilio.account import bare, channel_of
from sandbox.twilio.errors import CannotDo
from sandbox.twilio.segments import Encoding
from sandbox.twilio.shapes import Channel

ENDS = ("delivered", "undelivered", "failed", "read", "received", "canceled")


@dataclass(frozen=True)
class Media:
    """Something attached. `url` is where it came from: of what the account sends; `name` of what a person sends."""

    sid: str
    media_type: str
    content: bytes = b""
    name: str = ""
    url: str = ""


@dataclass(frozen=True)
class Button:
    """A quick reply: what it shows, and what comes back when it is pressed."""

    title: str
    payload: str


@dataclass(frozen=True)
class Template:
    """Content at Twilio, with `{{1}}` for variables; unless `approved`, only good within WhatsApp's 24 hours.

    https://www.twilio.com/docs/content/twilio-quick-reply
    """

    sid: str
    body: str
    buttons: tuple[Button, ...] = ()
    approved: bool = True


@dataclass
class Message:
    """A message. `sender` and `recipient` are addresses, empty `sender`: the service has not chosen one yet."""

    sid: str
    sender: str
    recipient: str
    body: str
    direction: str
    status: str
    created: datetime
    updated: datetime
    segments: int = 1
    encoding: Encoding = "GSM-7"
    service: str = ""
    callback: str = ""
    validity: int = 36_000
    media: list[Media] = field(default_factory=list)
    buttons: tuple[Button, ...] = ()
    template: Template | None = None
    sent: datetime | None = None
    error_code: int = 0

    @property
    def channel(self) -> Channel:
        """By its recipient's address."""
        return channel_of(self.recipient)

    @property
    def expires(self) -> datetime:
        """When it is not sent any more."""
        return self.created + timedelta(seconds=self.validity)

    @property
    def finished(self) -> bool:
        """Whether nothing will become of it any more, but being read."""
        return self.status in ENDS


@dataclass
class Sms:
    """A bubble on a phone. `mine`: the person wrote it. `message` is None for what the carrier itself answers."""

    sender: str
    recipient: str
    body: str
    parts: tuple[str, ...]
    encoding: Encoding
    at: datetime
    mine: bool = False
    media: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    message: Message | None = None

    @property
    def sid(self) -> str:
        """Of the message; "" for what the carrier answered."""
        return self.message.sid if self.message else ""

    @property
    def status(self) -> str:
        """Of the message, as Twilio has it."""
        return self.message.status if self.message else "delivered"

    @property
    def segments(self) -> int:
        """How many are paid for."""
        return len(self.parts)

    @property
    def channel(self) -> Channel:
        """Where it is shown."""
        return channel_of(self.sender)


@dataclass
class Handset:
    """A phone as the carrier knows it: what it shows, whether it is switched on, and what waits until it is."""

    number: str
    name: str
    bubbles: list[Sms] = field(default_factory=list)
    on: bool = True
    waiting: list[Message] = field(default_factory=list)
    heard: dict[str, datetime] = field(default_factory=dict)


@dataclass
class World:
    """All of it. `out` is the opt-out list: pairs of our sender, or its service, and their number."""

    messages: dict[str, Message] = field(default_factory=dict)
    handsets: dict[str, Handset] = field(default_factory=dict)
    templates: dict[str, Template] = field(default_factory=dict)
    out: set[tuple[str, str]] = field(default_factory=set)
    unreachable: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def handset(self, number: str, name: str = "") -> Handset:
        """The phone of a number, new if nobody had it yet."""
        found = self.handsets.setdefault(number, Handset(number, name or number))
        found.name = name or found.name
        return found

    def message(self, sid: str) -> Message:
        """A message by its id."""
        if sid not in self.messages:
            raise CannotDo(f"there is no message {sid}")
        return self.messages[sid]

    def reached(self, address: str) -> Handset:
        """The phone behind an address."""
        return self.handset(bare(address))


def rendered(text: str, variables: Mapping[str, str]) -> str:
    """A template's text with its variables filled in."""
    for name, value in variables.items():
        text = text.replace("{{" + name + "}}", value)
    return text
