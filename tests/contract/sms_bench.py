"""A line at Twilio on a bench: a desk, contacts and a meter that note what they get, and requests as Twilio signs them.

Signatures are made here by the few lines of the documentation, not by the SDK that checks them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr

from adapters.base import HttpCall, HttpReply, Waiting
from adapters.errors import BadTicket
from adapters.heard import Heard, Received
from adapters.sms.account import Line
from adapters.sms.contacts import Contact
from adapters.sms.media import Media
from adapters.sms.receive import receive
from agent_core.events import Request
from agent_core.values import Author
from gateway.store.errors import StoreDown

ACCOUNT, TOKEN = "AC" + "0" * 32, "the-token-of-the-account"
OURS, ANA, BO = "+447700900100", "+447700900001", "+447700900002"
PUBLIC = "https://holdpoint.example.com"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded; charset=utf-8"


def line(**given: Any) -> Line:
    """A line of SMS, with whatever else a test wants."""
    known: dict[str, Any] = {
        "channel": "sms",
        "account_sid": ACCOUNT,
        "auth_tokens": (SecretStr(TOKEN),),
        "sender": OURS,
        "public_url": PUBLIC,
        "region": "GB",
        "countries": ("GB",),
    }
    return Line(**(known | given))


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Desk:
    """A desk that notes what it takes, each id once as the log does; `down` is how often its store fails first."""

    clock: Clock = field(default_factory=Clock)
    down: int = 0
    foreign: bool = False
    knows: bool = True
    taken: list[Heard] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    turns: dict[str, datetime] = field(default_factory=dict)

    @property
    def stored(self) -> list[Heard]:
        """What is in the log: the first of each id."""
        first: dict[str, Heard] = {}
        for heard in self.taken:
            first.setdefault(heard.message.id if isinstance(heard, Received) else heard.id, heard)
        return list(first.values())

    async def take(self, heard: Heard, raw: bytes | None = None) -> bool:
        if self.down:
            self.down -= 1
            raise StoreDown("the store is away")
        if self.foreign:
            raise BadTicket("not shown here")
        self.taken.append(heard)
        self.raw.append(raw or b"")
        return self.knows

    async def request(self, ticket: str, seal: str) -> Request | None:
        return None

    async def waiting(self, author: Author, seal: str) -> Sequence[Waiting]:
        return ()

    async def status(self, conversation: str) -> str | None:
        return None

    async def begun(self, places: Mapping[str, int]) -> None:
        """Nothing is read later on this channel."""

    async def heard(self, places: Mapping[str, int]) -> None:
        """Nothing is read later on this channel."""

    async def places(self) -> Mapping[str, int]:
        return {}

    async def turn(self, name: str, seconds: int) -> bool:
        now = self.clock()
        if self.turns.get(name, now) > now:
            return False
        self.turns[name] = now + timedelta(seconds=seconds)
        return True


@dataclass
class Book:
    """Contacts as a table; `said` is what it was told, in order; `down` is how often it fails first."""

    known: dict[str, Contact] = field(default_factory=dict)
    said: list[tuple[str, str]] = field(default_factory=list)
    down: int = 0

    async def find(self, identity: str) -> Contact:
        return self.known.get(identity, Contact())

    async def heard(self, identity: str, at: datetime) -> None:
        consent = (await self.find(identity)).consent or "wrote first"
        await self._note("heard", identity, heard_at=at, consent=consent, barred="")

    async def opted_out(self, identity: str, at: datetime) -> None:
        await self._note("opted_out", identity, out=True)

    async def opted_in(self, identity: str, at: datetime) -> None:
        await self._note("opted_in", identity, out=False, consent="opted in", consent_at=at)

    async def bar(self, identity: str, why: str) -> None:
        await self._note("bar", identity, barred=why)

    async def greeted(self, identity: str) -> None:
        await self._note("greeted", identity, greeted=True)

    async def _note(self, what: str, identity: str, **changes: Any) -> None:
        if self.down:
            self.down -= 1
            raise StoreDown("the store is away")
        self.said.append((what, identity))
        self.known[identity] = (await self.find(identity)).model_copy(update=changes)


@dataclass
class Scale:
    """A meter that notes what it counts; `waits` says how long to wait, by name."""

    waits: dict[str, float] = field(default_factory=dict)
    taken: list[tuple[str, int]] = field(default_factory=list)

    async def take(self, name: str, count: int, *, most: int, seconds: int) -> float:
        if wait := self.waits.get(name, 0.0):
            return wait
        self.taken.append((name, count))
        return 0.0

    async def first(self, name: str, owner: str) -> str:
        return owner


@dataclass
class Bench:
    """Everything on it."""

    line: Line = field(default_factory=line)
    clock: Clock = field(default_factory=Clock)
    book: Book = field(default_factory=Book)
    desk: Desk = field(default_factory=Desk)

    def __post_init__(self) -> None:
        self.desk.clock = self.clock

    async def receive(self, call: HttpCall) -> HttpReply:
        media = Media(self.line)
        try:
            return await receive(call, self.line, self.desk, self.book, media, self.clock)
        finally:
            await media.aclose()

    async def told(self, form: Mapping[str, str], query: str = "", **changes: str) -> HttpReply:
        """What Twilio is answered when it posts this form."""
        return await self.receive(posted(form, self.line, query, **changes))


def sid(number: int = 1, kind: str = "SM") -> str:
    """An id as Twilio gives them."""
    return f"{kind}{number:032x}"


def incoming(
    body: str = "deploy", *, number: int = 1, sender: str = ANA, to: str = OURS, **more: str
) -> dict[str, str]:
    """The form of an incoming SMS, as the documentation lists it."""
    return {
        "ToCountry": "GB",
        "ToState": "",
        "SmsMessageSid": sid(number),
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "",
        "SmsSid": sid(number),
        "FromState": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": body,
        "FromCountry": "GB",
        "To": to,
        "NumSegments": "1",
        "MessageSid": sid(number),
        "AccountSid": ACCOUNT,
        "From": sender,
        "ApiVersion": "2010-04-01",
    } | more


def status(status: str, *, number: int = 7, to: str = ANA, sender: str = OURS, **more: str) -> dict[str, str]:
    """The form of a status callback."""
    return {
        "MessageSid": sid(number),
        "SmsSid": sid(number),
        "MessageStatus": status,
        "SmsStatus": status,
        "To": to,
        "From": sender,
        "AccountSid": ACCOUNT,
        "ApiVersion": "2010-04-01",
    } | more


def signature(url: str, values: Mapping[str, str], token: str = TOKEN, algorithm: str = "sha1") -> str:
    """https://www.twilio.com/docs/usage/webhooks/webhooks-security, step by step."""
    text = url + "".join(f"{name}{values[name]}" for name in sorted(values))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), getattr(hashlib, algorithm)).digest()).decode()


def posted(form: Mapping[str, str], line: Line, query: str = "", *, token: str = TOKEN, **headers: str) -> HttpCall:
    """A form as Twilio posts it, to the URL it was given; `headers` by their names in snake case."""
    url = f"{line.public_url}/{line.channel}/events{'?' + query if query else ''}"
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpCall(
        urlencode(form).encode(),
        {"content-type": FORM, "x-twilio-signature": signature(url, form, token)} | given,
        query,
    )
