"""A line of ours that sends through the local Twilio, to phones of which something is known."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from adapters.base import Parcel, Receipt
from adapters.sms.account import Bounds, Line
from adapters.sms.adapter import SmsAdapter
from adapters.sms.contacts import Contact
from agent_core.events import AgentMessage, ApprovalRequest
from agent_core.values import Fact
from sandbox.twilio import Call, TwilioSandbox
from sandbox.twilio.phone import Phone
from tests.contract.sms_bench import ANA, Book, Desk
from tests.unit.adapters.cards import card
from tests.unit.adapters.sms import shown

WIDE = Bounds(seconds=1, per_hour=1_000, segments_per_day=10_000, segments_per_country=10_000)


@dataclass
class Meter:
    """Counts in fixed windows by a clock, as the store does."""

    clock: Callable[[], datetime]
    counted: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    async def first(self, name: str, owner: str) -> str:
        return self.owners.setdefault(name, owner)

    async def take(self, name: str, count: int, *, most: int, seconds: int) -> float:
        now = self.clock()
        begun, so_far = self.counted.get(name, (now, 0))
        over = begun + timedelta(seconds=seconds)
        if now >= over:
            begun, so_far, over = now, 0, now + timedelta(seconds=seconds)
        if so_far + count > most:
            return (over - now).total_seconds()
        self.counted[name] = (begun, so_far + count)
        return 0.0


@dataclass
class Sending:
    """The line, and both of its ends."""

    twilio: TwilioSandbox
    adapter: SmsAdapter
    book: Book
    desk: Desk
    phone: Phone
    line: Line
    born: datetime

    async def send(self, parcel: Parcel) -> Receipt:
        receipt = await self.adapter.send(parcel)
        await self.twilio.settled()
        return receipt

    @property
    def bodies(self) -> list[str]:
        return [bubble.body for bubble in self.phone.inbox]

    @property
    def posts(self) -> list[Call]:
        return [call for call in self.twilio.calls if call.method == "POST"]

    def parcel(self, event: Any = None, *, old: bool = False, lasts: float = 3_600, **given: Any) -> Parcel:
        """A parcel for Ana's phone; its event was made just now, or when all began. Requests last so long from then."""
        made: Fact = event or card()
        times: dict[str, Any] = {"at": self.born if old else self.twilio.clock.now()}
        if hasattr(made, "expires_at"):
            times["expires_at"] = self.born + timedelta(seconds=lasts)
        return shown.parcel(made.model_copy(update=times), number=ANA, channel=self.line.channel, **given)  # type: ignore[arg-type]

    async def knows(self, **values: Any) -> None:
        """Change what is known of Ana."""
        identity = f"{self.line.channel}:{ANA}"
        self.book.known[identity] = (await self.book.find(identity)).model_copy(update=values)

    def forward(self, seconds: float) -> None:
        self.twilio.clock.forward(seconds)


@contextlib.asynccontextmanager
async def sending(channel: str = "sms", *, service: bool = False, **changes: Any) -> AsyncIterator[Sending]:
    """A line to the local Twilio; Ana agreed an hour ago, and knows who we are."""
    async with TwilioSandbox() as twilio:
        number = twilio.number if channel == "sms" else twilio.whatsapp_number
        line = Line(
            channel="sms" if channel == "sms" else "whatsapp",
            account_sid=twilio.account_sid,
            auth_tokens=(SecretStr(twilio.auth_token),),
            sender=twilio.service if service else number,
            public_url="http://127.0.0.1:9",
            region="GB",
            countries=("GB",),
            bounds=WIDE,
            base_url=twilio.url,
        )
        line = replace(line, **changes)
        book, clock = Book(), twilio.clock.now
        agreed = clock() - timedelta(hours=1)
        book.known[f"{channel}:{ANA}"] = Contact(consent="by hand", consent_at=agreed, greeted=True)
        adapter = SmsAdapter(line, book, Meter(clock), clock)
        desk = Desk()
        await adapter.begin(desk)
        async with contextlib.aclosing(adapter):
            yield Sending(twilio, adapter, book, desk, twilio.phone(ANA, name="Ana"), line, clock())
        assert twilio.strays == []


def said(text: str) -> AgentMessage:
    return AgentMessage(id="a1", to=("x",), text=text)


def asked(**changes: Any) -> ApprovalRequest:
    return card().model_copy(update=changes)


def query(call: Call) -> dict[str, list[str]]:
    """What the callback's URL carries."""
    return parse_qs(urlsplit(call.form["StatusCallback"][0]).query)
