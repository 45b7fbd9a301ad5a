"""Socket Mode: whatever becomes of the connection, we are heard again soon, and nothing is lost or counted twice."""

from __future__ import annotations

import asyncio
import itertools
import logging
import tracemalloc
from collections.abc import Set
from functools import partial

import pytest

from adapters.heard import Received
from adapters.slack.api import Api
from adapters.slack.socket import Watch
from sandbox.slack import Fault, SlackSandbox
from sandbox.slack.fault import FaultKind
from sandbox.slack.sockets import Connection
from tests.contract.slack_bench import QUICK, Bench, Noted, adapter_for, bench, by_socket, until
from tests.doors.scene import free_port

SHORT = Watch(look_every=0.05, deaf_after=0.5, pause=0.05)
PATIENT = (0.1,) * 100


def heard(here: Bench) -> list[str]:
    """What was said, each once, in the order it came."""
    return [one.message.text for one in here.desk.stored if isinstance(one, Received)]


async def said(here: Bench, text: str) -> None:
    """Ana says it, and we hear it."""
    here.slack.person("ana").say(None, text)
    await until(lambda: text in heard(here))


@pytest.mark.parametrize("fault", ["socket_drop", "disconnect_refresh", "disconnect_warning"])
async def test_a_connection_that_ends_is_made_anew(fault: FaultKind) -> None:  # SL-38
    async with bench("socket", retry_delays=PATIENT) as here:
        await said(here, "before")
        here.slack.order(Fault(fault))
        await said(here, "after")
        assert heard(here) == ["before", "after"]


async def test_a_deaf_connection_is_made_anew(caplog: pytest.LogCaptureFixture) -> None:  # SL-38
    async with bench("socket", watch=SHORT, retry_delays=PATIENT, deadline=0.3) as here:
        first = here.slack.core.sockets.connections[0]
        here.slack.order(Fault("socket_deaf"))
        await said(here, "can you hear me?")
        assert first not in here.slack.core.sockets.connections
        assert heard(here) == ["can you hear me?"]


async def test_while_socket_mode_is_off_we_keep_asking(caplog: pytest.LogCaptureFixture) -> None:  # SL-38
    caplog.set_level(logging.CRITICAL, "slack_bolt")
    async with bench("socket", retry_delays=PATIENT) as here:
        here.slack.order(Fault("disconnect_disabled"))
        await until(lambda: not here.slack.core.sockets.connections)
        here.slack.lift()
        await said(here, "back again")


async def _dropped(here: Bench, times: int) -> None:
    """Connections that break while people go on talking."""
    for number in range(times):
        here.slack.person("ana").say(None, f"{number}")
        before = frozenset(here.slack.core.sockets.connections)
        here.slack.order(Fault("socket_drop"))
        await until(partial(_another, here, before))
    await here.slack.settled()
    await here.adapter.settled()


def _another(here: Bench, than: Set[Connection]) -> bool:
    return bool(set(here.slack.core.sockets.connections) - than)


async def test_connections_that_break_five_times_lose_nothing() -> None:  # SL-38
    async with bench("socket", retry_delays=PATIENT) as here:
        await _dropped(here, 5)
        assert sorted(heard(here)) == [f"{number}" for number in range(5)]


@pytest.mark.slow
async def test_connections_that_break_twenty_times_lose_nothing_and_leave_nothing_behind() -> None:  # SL-38
    async with bench("socket", retry_delays=PATIENT) as here:
        await _dropped(here, 5)
        tasks = _ours()
        tracemalloc.start()
        before = tracemalloc.take_snapshot()
        await _dropped(here, 20)
        grown = sum(one.size_diff for one in tracemalloc.take_snapshot().compare_to(before, "filename"))
        tracemalloc.stop()
        await until(lambda: _ours() <= tasks)
        assert grown < 5_000_000
        assert len(heard(here)) == 25


def _ours() -> int:
    """How many tasks there are, without those of the local Slack's own web server."""
    return sum("RequestHandler." not in str(task.get_coro()) for task in asyncio.all_tasks())


async def test_any_of_several_workers_takes_an_event_and_each_is_taken_once() -> None:  # SL-38
    async with bench("socket") as here:
        other = Bench(here.slack, adapter_for(here.slack, here.adapter._api, watch=QUICK), here.desk)
        async with by_socket(other):
            await until(lambda: len(here.slack.core.sockets.connections) == 2)
            for number in range(6):
                here.slack.person("ana").say(None, f"{number}")
            await here.slack.settled()
        assert sorted(heard(here)) == [f"{number}" for number in range(6)]
        assert here.desk.calls == 6


async def test_a_handler_that_raises_is_not_acknowledged_and_the_press_can_be_made_again() -> None:  # SL-39
    async with bench("socket", Noted(down=1), deadline=0.5) as here:
        here.slack.person("ana").say(None, "hello")
        await here.slack.settled()
        (delivery,) = here.slack.deliveries
        assert [one.outcome for one in delivery.attempts] == ["timeout", "acknowledged"]
        assert heard(here) == ["hello"]


async def test_a_stop_waits_for_what_was_begun_and_takes_nothing_more() -> None:  # SL-52
    async with bench("socket", Noted(slow=0.5), retry_delays=PATIENT) as here:
        stopping = asyncio.Event()
        late = Bench(here.slack, adapter_for(here.slack, here.adapter._api), here.desk)
        hearing = asyncio.create_task(late.adapter.hear(late.desk, stopping))
        await until(lambda: len(here.slack.core.sockets.connections) == 2)
        for number in range(4):
            here.slack.person("ana").say(None, f"{number}")
        await until(lambda: here.desk.calls >= 4)
        stopping.set()
        await hearing
        begun = set(itertools.chain(heard(here)))
        assert begun, "what was begun was finished before the listener was gone"
        await here.slack.settled()
        assert sorted(heard(here)) == ["0", "1", "2", "3"]


async def test_a_stop_does_not_wait_for_a_slack_that_cannot_be_reached(caplog: pytest.LogCaptureFixture) -> None:
    async with SlackSandbox() as slack, Api(f"http://127.0.0.1:{free_port()}/api/") as api:  # SL-52
        adapter, stopping = adapter_for(slack, api), asyncio.Event()
        hearing = asyncio.create_task(adapter.hear(Noted(), stopping))
        await until(lambda: "Failed to connect" in caplog.text)
        stopping.set()
        async with asyncio.timeout(30):
            await hearing
