"""A long answer told in a thread of the local Slack, at the pace of a clock that only the telling moves."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import SecretStr

from adapters.base import Parcel, Receipt
from adapters.errors import OutcomeUnknown, TryLater
from adapters.slack.account import SlackApp
from adapters.slack.adapter import SlackAdapter
from adapters.slack.api import Api
from adapters.slack.install import Single
from adapters.slack.stream import PACE, Pace
from agent_core.events import AgentMessage, Outbound
from sandbox.slack import Message, SlackSandbox
from tests.unit.adapters.slack.shown import parcel

LINES = [f"{number}. what there is to say about server number {number}" for number in range(1, 301)]
ANSWER = AgentMessage(id="a1", to=("slack:T1/U2",), text="\n".join(LINES))
ENOUGH = 20


@dataclass
class Naps:
    """The sleeps of the telling: each moves the clock, ours and Slack's; `during` is what happens in one, by number."""

    now: float = 0.0
    taken: list[float] = field(default_factory=list)
    during: dict[int, Callable[[], Awaitable[object] | None]] = field(default_factory=dict)
    forward: Callable[[float], None] = lambda seconds: None

    async def sleep(self, seconds: float) -> None:
        """No time passes but on the clocks."""
        self.taken.append(seconds)
        self.now += seconds
        self.forward(seconds)
        if happens := self.during.pop(len(self.taken), None):
            happening = happens()
            if happening is not None:
                await happening


@dataclass(frozen=True)
class Telling:
    """The adapter, and a thread that Ana has opened."""

    slack: SlackSandbox
    adapter: SlackAdapter
    asked: Message
    naps: Naps

    def parcel(self, event: Outbound = ANSWER, asked: Message | None = None, /, **update: Any) -> Parcel:
        """The event for Ana, in her thread."""
        root = asked or self.asked
        made = parcel(event, ref=f"{self.slack.team.id}/{root.channel}/{root.ts}")
        return made.model_copy(update={"identity": f"slack:{self.slack.team.id}/{root.user}"} | update)

    async def persist(self, sent: Parcel) -> Receipt:
        """Send, and send again as the sender does, until it is through."""
        for number in range(ENOUGH):
            with contextlib.suppress(OutcomeUnknown, TryLater):
                return await self.adapter.send(sent.model_copy(update={"repeat": number > 0}))
        raise AssertionError(f"not through after {ENOUGH} times")

    @property
    def shown(self) -> list[Message]:
        """What stands below the question."""
        return self.slack.messages("#deploys", thread=self.asked.ts)[1:]

    @property
    def open(self) -> list[Message]:
        """The streams that nobody has ended."""
        return [one for channel in self.slack.core.world.channels.values() for one in channel.messages if _open(one)]

    def said(self, method: str) -> list[Mapping[str, Any]]:
        """What a method was called with, each time."""
        return [call.arguments for call in self.slack.called(method)]


def _open(message: Message) -> bool:
    return message.streaming == "in_progress"


@contextlib.asynccontextmanager
async def telling(pace: Pace = PACE, **sandbox: Any) -> AsyncIterator[Telling]:
    """All of it; at the end nothing strange was called."""
    async with SlackSandbox(retry_delays=(), deadline=0.1, **sandbox) as slack, Api(slack.api_url) as api:
        naps = Naps(forward=slack.clock.forward)
        app = SlackApp((SecretStr(slack.app.signing_secret),), base_url=slack.api_url)
        paced = replace(pace, clock=lambda: naps.now, sleep=naps.sleep)
        adapter = SlackAdapter(app, api, Single(api, SecretStr(slack.bot_token)), paced)
        asked = slack.person("ana").say("#deploys", "@holdpoint what is there to say?")
        yield Telling(slack, adapter, asked, naps)
        assert slack.strays == []


def told(messages: Sequence[Message]) -> list[str]:
    """The numbered lines that can be read, in order."""
    return [line for one in messages for line in re.findall(r"^\d+\. .*$", one.text, re.MULTILINE)]
