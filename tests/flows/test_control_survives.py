"""A word of control outlives everything but the log, and so does work that a restart was killed in the middle of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.app import House, house
from gateway.demo.story import code
from gateway.demo.teller import Teller
from gateway.demo.world import ANA, BO, Clock, World
from gateway.ports import PREVIEW_LANE, Verb
from gateway.serve import ROLES, serve
from gateway.store.client import connect
from gateway.store.threads import RedisThreads
from sandbox.mail import MailSandbox
from tests.crash.scene import Place, Valkey
from tests.crash.test_wipe import living, sandboxes, wipe


def teller(mail: MailSandbox, directory: Path) -> Teller:
    """Watches the mail and the toy environment."""
    return Teller(World(None, mail, None, None, None, None, Clock(), "", directory / "environment"))  # type: ignore[arg-type]


async def approved_but_not_started(here: Place, t: Teller, verb: Verb) -> str:
    """A deployment is approved while no runner starts anything, and then somebody pauses or stops the thread."""
    async with house(here.settings()) as ready:
        stopping = asyncio.Event()
        serving = asyncio.create_task(serve(ready, [role for role in ROLES if role != "runner"], stopping))
        asking = asyncio.create_task(ready.runner().serve(PREVIEW_LANE, stopping))
        await t.world.mail.send_as(ANA, t.world.mail.bot, "x", "Please deploy 1.4.1 to production.")
        card = await t.letter(BO, "May this run?", "Bo gets the request")
        await t.world.mail.reply_as(BO, card, f"APPROVE {code(card)}")
        await t.letter(BO, "was approved by bo", "the decision is in")
        thread = (await ready.door().threads.latest(most=1, before=None))[0].id
        await ready.door().threads.control("ana", thread, verb, "once")
        await t.letter(ANA, {"pause": "is paused", "stop": "was stopped"}[verb], "Ana is told")
        stopping.set()
        await asyncio.gather(serving, asking)
    return thread


async def test_a_paused_tool_is_still_held_when_everything_but_the_log_was_lost(tmp_path: Path) -> None:
    async with sandboxes(tmp_path) as (here, mail, store):
        t = teller(mail, tmp_path)
        thread = await approved_but_not_started(here, t, "pause")
        await wipe(store)
        async with living(here) as ready:
            await asyncio.sleep(1.5)
            assert t.world.history() == []
            await ready.door().threads.control("ana", thread, "resume", "twice")
            await t.letter(ANA, "1.4.1 now", "it starts when the thread goes on")


async def test_a_stopped_tool_never_starts_when_everything_but_the_log_was_lost(tmp_path: Path) -> None:
    async with sandboxes(tmp_path) as (here, mail, store):
        t = teller(mail, tmp_path)
        thread = await approved_but_not_started(here, t, "stop")
        await wipe(store)
        async with living(here) as ready:
            await _result(ready, thread, "refused")
            assert t.world.history() == []


async def test_a_rebuild_that_was_killed_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with sandboxes(tmp_path) as (here, mail, store):
        t = teller(mail, tmp_path)
        async with living(here):
            await mail.send_as(ANA, mail.bot, "x", "Please deploy 1.4.1 to production.")
            await t.letter(BO, "May this run?", "Bo gets the request")
        await wipe(store)
        with monkeypatch.context() as patch:
            patch.setattr(RedisThreads, "rebuild", _killed)
            with pytest.raises(ConnectionAbortedError):
                async with house(here.settings()):
                    pass
        async with living(here):
            await _timer(store)


async def _killed(store: RedisThreads, *how: Callable[[bytes], str | None]) -> int:
    raise ConnectionAbortedError


async def _result(ready: House, thread: str, outcome: str) -> None:
    async with asyncio.timeout(10):
        while not any(
            event.type == "tool_result" and event.outcome == outcome
            for event in await ready.door().threads.events(thread, after=0)
        ):
            await asyncio.sleep(0.05)


async def _timer(store: Valkey) -> None:
    """The request's expiry is watched again."""
    redis = connect(store.url)
    async with asyncio.timeout(10):
        while not [name async for name in redis.scan_iter(match="hp:*:tm")]:
            await asyncio.sleep(0.05)
    await redis.aclose()
