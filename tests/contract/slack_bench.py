"""The Slack adapter on a bench: a local Slack at its far end, at its near end a desk that notes what it is given."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Literal, TypeVar, cast

from pydantic import SecretStr

from adapters.base import HttpCall, Waiting
from adapters.errors import BadAnswer, BadTicket
from adapters.heard import Heard, Received
from adapters.slack.account import SlackApp
from adapters.slack.adapter import SlackAdapter
from adapters.slack.api import Api
from adapters.slack.install import Single
from adapters.slack.manifest import scopes_asked
from adapters.slack.reading import BOUNDS, Bounds
from adapters.slack.socket import Watch
from agent_core.events import Request
from agent_core.values import Author
from gateway.door import Door, Hook
from gateway.store.errors import StoreDown
from gateway.web import serve_app, web
from sandbox.slack import App, SlackSandbox
from sandbox.slack.shapes import Json
from sandbox.slack.webhook import encode, signature
from tests.doors.scene import free_port, listening

Transport = Literal["http", "socket"]
TRANSPORTS: tuple[Transport, ...] = ("http", "socket")
QUICK = Watch(look_every=0.05, deaf_after=600.0, pause=0.05)
NOW = 1_790_000_000
T = TypeVar("T")


@dataclass
class Noted:
    """A desk that notes what it takes, each id once as the log does; `down` is how often its store fails first."""

    down: int = 0
    slow: float = 0.0
    foreign: bool = False
    problems: Mapping[str, str] = field(default_factory=dict)
    open: Request | None = None
    waits: Sequence[Waiting] = ()
    knows: bool = True
    taken: list[Heard] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    calls: int = 0
    at: dict[str, int] = field(default_factory=dict)
    turns: list[str] = field(default_factory=list)
    first: bool = True

    @property
    def stored(self) -> list[Heard]:
        """What is in the log: the first of each id."""
        first: dict[str, Heard] = {}
        for heard in self.taken:
            first.setdefault(_id(heard), heard)
        return list(first.values())

    async def take(self, heard: Heard, raw: bytes | None = None) -> bool:
        self.calls += 1
        await asyncio.sleep(self.slow)
        if self.down:
            self.down -= 1
            raise StoreDown("the store is away")
        if self.foreign:
            raise BadTicket("not shown here")
        if self.problems:
            raise BadAnswer(self.problems)
        self.taken.append(heard)
        self.raw.append(raw or b"")
        return self.knows

    async def request(self, ticket: str, seal: str) -> Request | None:
        if self.foreign:
            raise BadTicket("not shown here")
        return self.open

    async def waiting(self, author: Author, seal: str) -> Sequence[Waiting]:
        return self.waits

    async def status(self, conversation: str) -> str | None:
        return None

    async def begun(self, places: Mapping[str, int]) -> None:
        self.at = dict(places) | self.at

    async def heard(self, places: Mapping[str, int]) -> None:
        self.at |= {place: max(moment, self.at.get(place, 0)) for place, moment in places.items()}

    async def places(self) -> Mapping[str, int]:
        return dict(self.at)

    async def turn(self, name: str, seconds: int) -> bool:
        self.turns.append(name)
        return self.first


def _id(heard: Heard) -> str:
    return heard.message.id if isinstance(heard, Received) else heard.id


@dataclass(frozen=True)
class Bench:
    """The adapter, connected one way or the other."""

    slack: SlackSandbox
    adapter: SlackAdapter
    desk: Noted

    async def deliver(self, payload: Json) -> Any:
        """Have Slack deliver a payload, whatever its kind; what became of it."""
        delivered = await self.slack.core.courier.send(_kind(payload), self.slack.team.id, payload)
        await self.adapter.settled()
        return delivered


def _kind(payload: Json) -> Literal["events_api", "interactive", "slash_commands"]:
    if "command" in payload:
        return "slash_commands"
    return "events_api" if payload.get("type") in ("event_callback", "app_rate_limited") else "interactive"


def adapter_for(
    slack: SlackSandbox,
    api: Api,
    *,
    watch: Watch = QUICK,
    secrets: Sequence[str] | None = None,
    by_socket: bool = True,
    bounds: Bounds = BOUNDS,
) -> SlackAdapter:
    """The adapter of one workspace."""
    signing = tuple(SecretStr(secret) for secret in (secrets or [slack.app.signing_secret]))
    app = SlackApp(signing, SecretStr(slack.app.app_token) if by_socket else None, slack.api_url, watch)
    return SlackAdapter(app, api, Single(api, SecretStr(slack.bot_token)), bounds=bounds)


@contextlib.asynccontextmanager
async def bench(
    transport: Transport, desk: Noted | None = None, *, watch: Watch = QUICK, **sandbox: Any
) -> AsyncIterator[Bench]:
    """All of it, Slack able to reach us."""
    app = App(scopes=scopes_asked())
    sandbox = {"retry_delays": (0.01, 0.01, 0.01)} | sandbox
    async with SlackSandbox(app, **sandbox) as slack, Api(slack.api_url) as api:
        made = Bench(slack, adapter_for(slack, api, watch=watch), desk or Noted())
        connect = by_http if transport == "http" else by_socket
        async with connect(made):
            yield made
        await made.adapter.settled()


@contextlib.asynccontextmanager
async def by_http(bench: Bench) -> AsyncIterator[str]:
    """Behind the web role's own hook."""
    door = cast(Door, SimpleNamespace(hooks={"slack": Hook(bench.adapter, bench.desk)}, admits={}, installing=None))
    port, stopping = free_port(), asyncio.Event()
    serving = asyncio.create_task(serve_app(web(door), "127.0.0.1", port, stopping))
    await listening(port)
    url = f"http://127.0.0.1:{port}/slack/events"
    await bench.slack.deliver_to(url)
    try:
        yield url
    finally:
        await bench.slack.deliver_to(None)
        stopping.set()
        await serving


@contextlib.asynccontextmanager
async def by_socket(bench: Bench) -> AsyncIterator[None]:
    """Connected by Socket Mode."""
    stopping = asyncio.Event()
    hearing = asyncio.create_task(bench.adapter.hear(bench.desk, stopping))
    await until(lambda: bench.slack.core.sockets.connections)
    try:
        yield
    finally:
        stopping.set()
        await hearing


async def until(look: Callable[[], T]) -> T:
    """What a look finds, once it finds something."""
    async with asyncio.timeout(30):
        while not (found := look()):
            await asyncio.sleep(0.01)
        return found


def signed(secret: str, payload: Json, stamp: str, **changes: str) -> HttpCall:
    """A request as Slack signs it; `changes` are headers that say something else."""
    body, media_type = encode(_kind(payload), payload)
    headers = {
        "content-type": media_type,
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": signature(secret, stamp, body),
    }
    return HttpCall(body.encode(), headers | changes)
