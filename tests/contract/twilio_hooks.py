"""Our SMS adapter behind the web role's own hook, at either Twilio, with everything noted that is posted to it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Literal, cast
from urllib.parse import parse_qsl

import httpx
from pydantic import SecretStr

from adapters.base import Desk, HttpCall, HttpReply, Parcel, WebhookAdapter
from adapters.heard import Address, Received, Returned
from adapters.sms.account import Bounds, Line, LineName
from adapters.sms.adapter import SmsAdapter
from adapters.sms.contacts import Contact
from agent_core.events import AgentMessage
from gateway.door import Door, Hook
from gateway.web import serve_app, web
from tests.contract.slack_bench import Noted
from tests.contract.twilio_far_ends import FarEnd, FarEndName, far_end, http
from tests.doors.scene import free_port, listening

Kind = Literal["number", "service", "whatsapp"]
KINDS: tuple[Kind, ...] = ("number", "service", "whatsapp")
PERSON = "+447700900001"
SIGNATURE = "x-twilio-signature"
NO_BOUNDS = Bounds(seconds=1, per_hour=1_000)


@dataclass
class KnownPeople:
    """Contacts and a meter in one: everybody agreed just now, until they opt out; nothing is counted."""

    out: set[str] = field(default_factory=set)

    async def find(self, identity: str) -> Contact:
        now = datetime.now(UTC)
        return Contact(consent="asked", consent_at=now, heard_at=now, greeted=True, out=identity in self.out)

    async def heard(self, identity: str, at: datetime) -> None:
        pass

    async def opted_out(self, identity: str, at: datetime) -> None:
        self.out.add(identity)

    async def opted_in(self, identity: str, at: datetime) -> None:
        self.out.discard(identity)

    async def bar(self, identity: str, why: str) -> None:
        raise AssertionError(f"barred: {why}")

    async def greeted(self, identity: str) -> None:
        pass

    async def take(self, name: str, count: int, *, most: int, seconds: int) -> float:
        return 0.0

    async def first(self, name: str, owner: str) -> str:
        return owner


@dataclass
class Noting:
    """A webhook adapter that notes what is posted, and what is answered."""

    adapter: WebhookAdapter
    posted: list[tuple[HttpCall, HttpReply]] = field(default_factory=list)

    async def receive(self, call: HttpCall, desk: Desk) -> HttpReply:
        reply = await self.adapter.receive(call, desk)
        self.posted.append((call, reply))
        return reply


@dataclass(frozen=True)
class Judged:
    """`theirs` and `ours` are how Twilio writes the addresses of the person and of what they write to."""

    far: FarEnd
    line: Line
    adapter: SmsAdapter
    desk: Noted
    people: KnownPeople
    noting: Noting

    @property
    def theirs(self) -> str:
        """The person's address."""
        return f"whatsapp:{PERSON}" if self.line.channel == "whatsapp" else PERSON

    @property
    def ours(self) -> str:
        """The address of ours they write to: a number, also where a service has it."""
        if self.line.channel == "whatsapp":
            return f"whatsapp:{self.far.whatsapp_number}"
        return self.far.pool_number if self.line.sender == self.far.service else self.far.number

    @property
    def identity(self) -> str:
        """The person's."""
        return f"{self.line.channel}:{PERSON}"

    @property
    def forms(self) -> Sequence[Mapping[str, str]]:
        """What was posted, as fields."""
        return [dict(parse_qsl(call.body.decode(), keep_blank_values=True)) for call, _ in self.noting.posted]

    @property
    def received(self) -> Received:
        """The one message on the desk."""
        (heard,) = self.desk.taken
        assert isinstance(heard, Received)
        return heard

    @property
    def returned(self) -> Returned:
        """The one end on the desk."""
        (heard,) = self.desk.taken
        assert isinstance(heard, Returned)
        return heard

    async def text(self, body: str) -> None:
        """The person writes to us, and we have answered Twilio."""
        await self.far.text(self.theirs, self.ours, body)

    async def opened(self) -> None:
        """The person wrote a moment ago, without which nobody is written to on WhatsApp; and that is forgotten here."""
        await self.text("hello")
        self.desk.taken.clear()
        self.noting.posted.clear()

    def parcel(self, text: str = "It is deployed.", *, effect: str = "e1", repeat: bool = False) -> Parcel:
        """Something to tell the person."""
        event = AgentMessage(id=f"cause-{effect}", at=datetime.now(UTC), to=(self.identity,), text=text)
        return Parcel(
            effect_id=effect,
            thread_id="t1",
            reply_token="token",
            identity=self.identity,
            address=Address(channel=self.line.channel, ref=PERSON),
            event=event,
            role="decide",
            repeat=repeat,
        )

    async def post(
        self, call: HttpCall, *, body: bytes | None = None, query: str | None = None, signed: str | None = None
    ) -> int:
        """Post a request once more, something of it changed; what we answer."""
        headers = {"content-type": call.headers["content-type"], SIGNATURE: signature(call)}
        url = httpx.URL(self.line.hook, query=(call.query if query is None else query).encode() or None)
        async with http() as anybody:
            answer = await anybody.post(
                url,
                content=call.body if body is None else body,
                headers=headers if signed is None else headers | {SIGNATURE: signed},
            )
        return answer.status_code


def now() -> datetime:
    """Our clock."""
    return datetime.now(UTC)


def signature(call: HttpCall) -> str:
    """What a request is signed with."""
    return call.headers[SIGNATURE]


@contextlib.asynccontextmanager
async def judged(name: FarEndName, kind: Kind, directory: Path, *newer_tokens: str) -> AsyncIterator[Judged]:
    """All of it at work; `newer_tokens` of ours are in force too."""
    port = free_port()
    async with far_end(name, f"http://127.0.0.1:{port}", directory) as far:
        line = _line(far, kind, f"http://127.0.0.1:{port}", newer_tokens)
        people, desk = KnownPeople(), Noted()
        adapter = SmsAdapter(line, people, people, now)
        noting = Noting(adapter)
        try:
            async with _hooked(line.channel, noting, desk, port):
                yield Judged(far, line, adapter, desk, people, noting)
        finally:
            await adapter.aclose()


def _line(far: FarEnd, kind: Kind, public_url: str, newer_tokens: Sequence[str]) -> Line:
    senders = {"number": far.number, "service": far.service, "whatsapp": far.whatsapp_number}
    channel: LineName = "whatsapp" if kind == "whatsapp" else "sms"
    return Line(
        channel,
        far.account_sid,
        tuple(SecretStr(token) for token in (*newer_tokens, far.auth_token)),
        senders[kind],
        public_url,
        region="GB",
        countries=("GB",),
        bounds=NO_BOUNDS,
        base_url=far.url,
    )


@contextlib.asynccontextmanager
async def _hooked(channel: str, adapter: Noting, desk: Noted, port: int) -> AsyncIterator[None]:
    hooks = {channel: Hook(cast(WebhookAdapter, adapter), desk)}
    door = cast(Door, SimpleNamespace(hooks=hooks, admits={}, installing=None))
    stopping = asyncio.Event()
    serving = asyncio.create_task(serve_app(web(door), "127.0.0.1", port, stopping))
    await listening(port)
    try:
        yield
    finally:
        stopping.set()
        await serving
