"""A Slack that reaches the adapter only while a test lets it, and what the adapter then reads by itself."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from adapters.heard import Received
from adapters.slack.api import Api
from adapters.slack.manifest import scopes_asked
from adapters.slack.reading import BOUNDS, Bounds
from adapters.slack.socket import Watch
from sandbox.slack import App, SlackSandbox
from tests.contract.slack_bench import Bench, Noted, adapter_for, by_http

ROOM = "#deploys"
SHORT = Watch(look_every=0.05, deaf_after=600.0, pause=0.05, gap_after=0.0)


class Slept:
    """Sleeps no time, and notes how long it should have been."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@contextlib.asynccontextmanager
async def apart(bounds: Bounds = BOUNDS, watch: Watch = SHORT) -> AsyncIterator[Bench]:
    """The adapter and a Slack that does not reach it, unless a test lets it."""
    async with SlackSandbox(App(scopes=scopes_asked()), retry_delays=(0.01,)) as slack, Api(slack.api_url) as api:
        yield (made := Bench(slack, adapter_for(slack, api, watch=watch, bounds=bounds), Noted()))
        await made.adapter.aclose()
        assert slack.strays == []


@contextlib.asynccontextmanager
async def reached(here: Bench) -> AsyncIterator[None]:
    """For as long as this lasts, Slack reaches us; in the end, all that was delivered is dealt with."""
    async with by_http(here):
        yield
        await here.slack.settled()
        await here.adapter.settled()


async def caught_up(here: Bench) -> None:
    """We are told to begin, as at a start, and read all there is; what Slack tried meanwhile is lost."""
    await here.slack.settled()
    await here.adapter.begin(here.desk)
    await here.adapter.missed.settled()


def heard(here: Bench) -> list[str]:
    """What was said, each once, in the order it was heard first."""
    return [one.message.text for one in here.desk.stored if isinstance(one, Received)]
