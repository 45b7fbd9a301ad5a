"""The log is all there is: everything else can be lost, and a stalled worker can do no harm."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from agent_core.agent import Agent, Thought
from agent_core.events import AgentMessage
from agent_core.steps import Say
from agent_core.thread import Thread
from gateway.app import House, house
from gateway.demo.story import code
from gateway.demo.teller import Teller
from gateway.demo.world import ANA, BO, Clock, World
from gateway.ports import PREVIEW_LANE, Claim
from gateway.serve import ROLES, serve
from gateway.store.client import connect
from sandbox.mail import MailSandbox
from sandbox.model import ModelSandbox, load_script
from tests.crash.scene import Place, Valkey, place, valkey
from tests.crash.test_kill import SCRIPT
from tests.doors.scene import free_port


@contextlib.asynccontextmanager
async def sandboxes(directory: Path) -> AsyncIterator[tuple[Place, MailSandbox, Valkey]]:
    """A place with a store of its own."""
    async with MailSandbox() as mail, ModelSandbox(load_script(SCRIPT)) as model, valkey(directory) as store:
        yield place(directory, store.url, free_port(), mail, model, "PT1H"), mail, store


@contextlib.asynccontextmanager
async def living(here: Place) -> AsyncIterator[House]:
    """A house with all its roles at work."""
    async with house(here.settings()) as ready:
        stopping = asyncio.Event()
        serving = asyncio.create_task(serve(ready, ROLES, stopping))
        try:
            yield ready
        finally:
            stopping.set()
            await serving


async def wipe(store: Valkey) -> int:
    """Delete every key but the logs and the approvals."""
    redis = connect(store.url)
    names = [name async for name in redis.scan_iter(count=1000)]
    gone = [name for name in names if b":ev:" not in name and b":ap:" not in name]
    await redis.delete(*gone)
    await redis.aclose()
    return len(gone)


async def test_with_nothing_left_but_logs_and_approvals_every_thread_goes_on(tmp_path: Path) -> None:
    async with sandboxes(tmp_path) as (here, mail, store):
        t = Teller(World(None, mail, None, None, None, None, Clock(), "", tmp_path / "environment"))  # type: ignore[arg-type]
        async with living(here):
            # What one of them does must not be what the other one rests on.
            for version, where in (("1.4.1", "production"), ("1.4.2", "staging")):
                await mail.send_as(ANA, mail.bot, version, f"Please deploy {version} to {where}.")
            one = await t.letter(BO, '"version":"1.4.1"', "Bo gets one request")
            two = await t.letter(BO, '"version":"1.4.2"', "Bo gets another")
            await mail.reply_as(BO, one, f"APPROVE {code(one)}")
            await t.letter(ANA, "1.4.1 now", "the first is done")
            await t.letter(BO, "was approved by bo", "and confirmed")
        letters = len(mail.letters(ANA)) + len(mail.letters(BO))
        assert await wipe(store) > 0
        async with living(here) as ready:
            await asyncio.sleep(1.5)
            assert len(mail.letters(ANA)) + len(mail.letters(BO)) == letters, "what was sent is not sent again"
            assert len(t.world.history()) == 1, "what ran does not run again"
            await mail.reply_as(BO, two, f"APPROVE {code(two)}")
            await t.letter(ANA, "1.4.2 now", "the other goes on where it waited")
            assert [run["version"] for run in t.world.history()] == ["1.4.1", "1.4.2"]
            threads = ready.door().threads
            for listed in await threads.latest(most=10, before=None):
                said = [e for e in await threads.events(listed.id, after=0) if e.type == "user_message"]
                assert len(said) == len({e.id for e in said}), "mails read again are known"


async def test_a_tool_that_was_started_before_everything_was_lost_is_unknown_not_run_again(tmp_path: Path) -> None:
    async with sandboxes(tmp_path) as (here, mail, store):
        t = Teller(World(None, mail, None, None, None, None, Clock(), "", tmp_path / "environment"))  # type: ignore[arg-type]
        async with house(here.settings()) as ready:
            stopping = asyncio.Event()
            roles = [role for role in ROLES if role != "runner"]
            serving = asyncio.create_task(serve(ready, roles, stopping))
            asking = asyncio.create_task(ready.runner().serve(PREVIEW_LANE, stopping))
            await mail.send_as(ANA, mail.bot, "x", "Please deploy 1.4.1 to production.")
            card = await t.letter(BO, "May this run?", "Bo gets the request")
            await mail.reply_as(BO, card, f"APPROVE {code(card)}")
            await t.letter(BO, "was approved by bo", "the decision is in")
            grant = await _granted(ready)
            stopping.set()
            await asyncio.gather(serving, asking)
        await wipe(store)
        async with living(here):
            await t.letter(ANA, "unknown whether this ran", "Ana is told that nobody knows")
            await t.letter(BO, "unknown whether this ran", "and so is a human who can look")
            assert grant
            assert t.world.history() == []


async def _granted(ready: House) -> bool:
    """A runner takes the tool and is never heard of again."""
    for _ in range(200):
        if await ready.opened.threads.fx_claim("tool"):
            return True
        await asyncio.sleep(0.02)
    return False


class SlowModel:
    """Thinks until it is told to answer."""

    def __init__(self, words: str) -> None:
        self.answer = asyncio.Event()
        self.asked = asyncio.Event()
        self._words = words

    async def next_step(self, agent: Agent, thread: Thread) -> Thought:
        """Say the words, in the end."""
        self.asked.set()
        await self.answer.wait()
        return Thought(outcome="step", step=Say(text=self._words))


async def test_of_two_workers_the_one_that_stalled_changes_nothing(tmp_path: Path) -> None:
    async with sandboxes(tmp_path) as (here, _, store), house(here.settings()) as ready:
        slow, quick = SlowModel("from the slow one"), SlowModel("from the quick one")
        quick.answer.set()
        accepted = await ready.door().threads.launch("ana", "hello", "once")
        threads = ready.opened.threads
        [claim] = await threads.claim()
        stalled = asyncio.create_task(replace(ready.worker(), model=slow, renew_every=3600).work(claim))
        await slow.asked.wait()
        [again] = await _claimed_again(ready)
        await replace(ready.worker(), model=quick).work(again)
        before = await _everything(store)
        slow.answer.set()
        await stalled
        assert await _everything(store) == before, "a fenced worker changes nothing"
        said = [
            e for e in await ready.door().threads.events(accepted.thread_id, after=0) if isinstance(e, AgentMessage)
        ]
        assert [e.text for e in said] == ["from the quick one"]


async def _claimed_again(ready: House) -> list[Claim]:
    for _ in range(200):
        if claims := await ready.opened.threads.claim():
            return claims
        await asyncio.sleep(0.05)
    return []


async def _everything(store: Valkey) -> dict[bytes, bytes | None]:
    redis = connect(store.url)
    names = sorted([name async for name in redis.scan_iter(count=1000)])
    found = {name: await redis.dump(name) for name in names}
    await redis.aclose()
    return found
