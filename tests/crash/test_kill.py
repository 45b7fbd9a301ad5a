"""kill -9 of every role at every transition: nothing acknowledged is lost, nothing happens twice, everybody is told.

The victim role runs in a process of its own and dies at one exact moment; all other roles live on in this one; then
the victim is started again, whole. What is checked is what the world can see: mails, the deployment history, the log.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent_core.events import Escalation, RequestClosed, ToolCall, UserMessage
from gateway.app import House, house
from gateway.demo.story import code, first
from gateway.demo.teller import StoryError, Teller
from gateway.demo.world import ANA, BO, Clock, World
from gateway.serve import ROLES, serve
from sandbox.mail import MailSandbox
from sandbox.model import ModelSandbox, load_script
from tests.crash.actor import Moment
from tests.crash.scene import Valkey, place, valkey
from tests.crash.victims import raised_again
from tests.doors.scene import free_port

SCRIPT = Path(__file__).parents[2] / "sandbox/model/scripts/deploy.yaml"


def both(method: str, *occurrences: int) -> list[Moment]:
    """A moment on either side."""
    return [Moment(method, side, n) for side in ("before", "after") for n in (occurrences or (1,))]


# The first turn, and the runner's first work, are about what the tool would do: see `test_preview_kill.py`.
MOMENTS = [
    *(("listener", moment) for method in ("keep", "ingest", "settle") for moment in both(method)),
    ("worker", Moment("claim", "after")),
    ("worker", Moment("next_step", "after")),
    *(("worker", moment) for moment in both("commit", 2, 3, 4)),
    ("sender", Moment("fx_claim", "after")),
    *(("sender", moment) for method in ("send", "fx_done") for moment in both(method)),
    ("runner", Moment("fx_claim", "after", 2)),
    *(("runner", moment) for moment in (*both("execute"), *both("fx_done", 2))),
    *(("web", moment) for moment in both("ingest")),
    *(("timers", moment) for moment in both("fire")),
]


@dataclass
class Stage:
    """The sandboxes and the store, shared by all cells."""

    mail: MailSandbox
    model: ModelSandbox
    store: Valkey
    directory: Path


@pytest.fixture(scope="module")
async def stage(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """One set of servers; every cell has an empty store and a new environment."""
    directory = tmp_path_factory.mktemp("k")
    async with MailSandbox() as mail, ModelSandbox(load_script(SCRIPT)) as model, valkey(directory) as store:
        yield Stage(mail, model, store, directory)


@contextlib.asynccontextmanager
async def cell(stage: Stage, victim: str, moment: Moment | None, expires: str = "PT1H") -> AsyncIterator[Teller]:
    """A house in which the victim dies at the moment and comes back."""
    directory = stage.directory / random.randbytes(4).hex()
    directory.mkdir()
    here = place(directory, stage.store.url, free_port(), stage.mail, stage.model, expires)
    async with house(here.settings()) as ready:
        stopping = asyncio.Event()
        rest = asyncio.create_task(serve(ready, [role for role in ROLES if role != victim], stopping))
        raising = asyncio.create_task(raised_again(here, victim, moment))
        url = f"http://127.0.0.1:{here.web_port}"
        seen = World(ready, stage.mail, None, None, None, stage.model, Clock(), url, directory / "environment")  # type: ignore[arg-type]
        try:
            read = {address: len(stage.mail.letters(address)) for address in stage.mail.people}
            yield Teller(seen, read=read)
        finally:
            raising.cancel()
            await asyncio.gather(raising, return_exceptions=True)
            stopping.set()
            await rest


def cells() -> list[Any]:
    """All of them; `before` something is little more than `after` what comes before it, and is a long proof.

    So is a turn like the one before.
    """

    def long(moment: Moment) -> bool:
        return moment.side == "before" or (moment.method == "commit" and moment.occurrence in (2, 3))

    return [pytest.param(*cell, marks=pytest.mark.slow if long(cell[1]) else ()) for cell in MOMENTS]


@pytest.mark.parametrize(("role", "moment"), cells(), ids=lambda value: str(value).replace(" ", "-"))
async def test_a_role_killed_at_any_moment_leaves_every_promise_kept(stage: Stage, role: str, moment: Moment) -> None:
    expires, sent_before = "PT3S" if role == "timers" else "PT1H", len(stage.mail.journal)
    async with cell(stage, role, moment, expires) as t:
        asked = await t.world.mail.send_as(ANA, t.world.mail.bot, "Deployment", "Please deploy 1.4.1 to production.")
        card = await t.letter(BO, "May this run?", "Bo gets the request")
        if role == "timers":
            await t.letter(ANA, "Nobody", "Ana is told that nobody answered")
        elif role == "web":
            await _approve_by_link(card)
        else:
            await t.world.mail.reply_as(BO, card, f"APPROVE {code(card)}")
        if role != "timers":
            await t.until(lambda: ended(t, asked), "Ana is told how it ended")
        await promises_kept(t, sent_before, may_repeat=role == "sender")


async def test_the_store_killed_in_the_middle_loses_nothing_it_acknowledged(stage: Stage) -> None:
    sent_before = len(stage.mail.journal)
    async with cell(stage, "timers", None) as t:
        for version in ("1.4.1", "1.4.2"):
            asked = await t.world.mail.send_as(
                ANA, t.world.mail.bot, version, f"Please deploy {version} to production."
            )
            card = await t.letter(BO, f'"version":"{version}"', "Bo gets the request")
            stage.store.kill()
            await stage.store.start()
            await t.world.mail.reply_as(BO, card, f"APPROVE {code(card)}")
            stage.store.kill()
            await stage.store.start()
            await t.until(lambda: ended(t, asked), "Ana is told how it ended")  # noqa: B023 - used at once
        await promises_kept(t, sent_before, may_repeat=True)


def ended(t: Teller, asked: str) -> bool:
    """Whether Ana was told in her mail thread what came of it."""
    mine = [one for one in t.world.mail.letters(ANA) if asked in one.references]
    return any(" now; before" in one.text or "unknown" in one.text for one in mine)


async def _approve_by_link(card: Any) -> None:
    """A person whose browser says "could not connect" tries again."""
    link = first(r"(http://\S+/d/\S+)", card.text)
    async with httpx.AsyncClient() as browser:
        for _ in range(400):
            with contextlib.suppress(httpx.TransportError):
                page = (await browser.get(link)).text
                if 'name="form_token"' not in page:
                    return
                form = {name: first(rf'name="{name}" value="([^"]*)"', page) for name in ("form_token", "digest")}
                await browser.post(link, data={**form, "decision": "approve", "code": code(card)})
            await asyncio.sleep(0.05)
    raise StoryError("the page never came back")


async def promises_kept(t: Teller, sent_before: int, *, may_repeat: bool) -> None:
    ready = t.world.house
    threads = await ready.opened.threads.threads()
    await _quiet(ready, [one.id for one in threads])
    starts = Counter(run["key"] for run in t.world.history())
    assert all(count == 1 for count in starts.values()), "no tool started twice"
    for one in threads:
        await _one_history(ready, one.id)
    ours = Counter(sent.message_id for sent in t.world.mail.journal[sent_before:] if sent.message_id.startswith("<hp."))
    # A mail in the air when its sender died goes once more, under the same Message-ID, so that readers merge the two.
    assert max(ours.values()) <= (2 if may_repeat else 1), "no message was sent too often"
    assert not (await ready.opened.threads.audit()).broken


async def _one_history(ready: House, thread_id: str) -> None:
    """What one log must say: each message once, one decision a request, every call with its approval and its end."""
    events = await ready.door().threads.events(thread_id, after=0)
    said = Counter(e.id for e in events if isinstance(e, UserMessage))
    assert all(count == 1 for count in said.values()), "no message was heard twice"
    decided = Counter(e.request_id for e in events if isinstance(e, RequestClosed))
    assert all(count == 1 for count in decided.values()), "no request was decided twice"
    approved = {e.request_id for e in events if isinstance(e, RequestClosed) and e.outcome == "approved"}
    called = Counter(e.approval for e in events if isinstance(e, ToolCall) and e.approval)
    assert set(called) == approved
    assert all(count == 1 for count in called.values())
    results = {e.call_id: e for e in events if e.type == "tool_result"}
    for call in (e for e in events if isinstance(e, ToolCall)):
        outcome = results[call.id].outcome
        assert outcome in ("ok", "unknown")
        if outcome == "unknown":
            assert any(isinstance(e, Escalation) for e in events), "what is unknown goes to a human"


async def _quiet(ready: House, threads: list[str]) -> None:
    """Until nothing is under way any more."""
    for _ in range(400):
        statuses = [(await ready.door().threads.get(thread_id)).status for thread_id in threads]
        effects = [e for thread_id in threads for e in await ready.opened.threads.effects(thread_id)]
        if set(statuses) <= {"idle"} and not [e for e in effects if e.state in ("pending", "sending")]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"the house does not come to rest: {statuses}")
