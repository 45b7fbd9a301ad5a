"""kill -9 of who writes down whose an address is: the roster has it once, and the thread is told once.

The registrar works in the worker's process, and nobody else there writes to the roster or carries effects: it dies when
the change was claimed, on both sides of writing it down, and on both sides of settling it.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

import pytest

from agent_core.events import IdentityLinked, Notice, RosterChanged
from gateway.app import House
from gateway.cli.audit import court_of
from gateway.demo.story import first
from gateway.demo.teller import Teller
from gateway.demo.world import ANA
from gateway.ledger.agreeing import opened_by
from gateway.ledger.evidence import Deviation
from gateway.ledger.trail import steps_by_thread
from gateway.people import personnel
from gateway.people.changes import Linked, Said
from gateway.ports import PEOPLE_LANE
from tests.crash.actor import Moment
from tests.crash.test_kill import Stage, both, cell, promises_kept, stage as stage

NEW = "cy@example.test"
IDENTITY = f"email:{NEW}"
ANNOUNCED = "is taken for you"
SETTLED = Moment("fx_done", "after")
SHORT = [Moment("fx_claim", "after"), Moment("append", "after"), SETTLED]
LONG = [moment for method in ("append", "fx_done") for moment in both(method) if moment.side == "before"]
CELLS: list[Any] = [*SHORT, *(pytest.param(moment, marks=pytest.mark.slow) for moment in LONG)]


@pytest.mark.parametrize("moment", CELLS, ids=lambda moment: str(moment).replace(" ", "-"))
async def test_a_registrar_killed_at_any_moment_writes_it_down_once_and_says_so_once(
    stage: Stage, moment: Moment
) -> None:
    sent_before, letters_before = len(stage.mail.journal), len(stage.mail.letters(NEW))
    async with cell(stage, "worker", moment) as t:
        changes_before = await _whose_it_was(t.world.house)
        await _proves(t)
        await t.letter(NEW, ANNOUNCED, "the new address hears whose it is")
        await t.letter(ANA, ANNOUNCED, "and so does Ana's")
        await promises_kept(t, sent_before, may_repeat=False)
        await _once(t.world.house, changes_before, attempts=1 if moment == SETTLED else 2)
        assert [ANNOUNCED in one.text for one in t.world.mail.letters(NEW)[letters_before:]].count(True) == 1


async def _whose_it_was(ready: House) -> int:
    """All cells have one store, and so the same people: the address is nobody's again. How many changes there are."""
    if (await ready.roster.fresh()).people.owner(IDENTITY):
        said = Said(id=secrets.token_hex(8), at=datetime.now(UTC), by="the test")
        await ready.roster.write(personnel.unlinked(IDENTITY, said))
    return len(await ready.roster.history())


async def _proves(t: Teller) -> None:
    """Ana says that another address is hers, and proves it from there."""
    await t.world.mail.send_as(ANA, t.world.mail.bot, "My other address", f"LINK {IDENTITY}")
    asked = await t.letter(NEW, "says that this address is theirs", "the address is asked whether it is hers")
    await t.world.mail.reply_as(NEW, asked, first(r"CONFIRM \d{6}", asked.text))


async def _once(ready: House, changes_before: int, *, attempts: int) -> None:
    """However often it was tried: one change, asked for and told by one event each, and a notice to each address."""
    (change,) = (await ready.roster.history())[changes_before:]
    assert isinstance(change, Linked)
    assert (change.person, change.identity) == ("ana", IDENTITY)
    latest, *_ = await ready.opened.threads.threads()
    (effect,) = (one for one in await ready.opened.threads.effects(latest.id) if one.queue == PEOPLE_LANE)
    assert (effect.state, effect.attempt) == ("sent", attempts)
    events = await ready.door().threads.events(latest.id, after=0)
    (asked,) = (event for event in events if isinstance(event, IdentityLinked))
    (told,) = (event for event in events if isinstance(event, RosterChanged))
    assert (told.cause, told.outcome) == (asked.id, "linked")
    notices = [event.to for event in events if isinstance(event, Notice) and event.kind == "linked"]
    assert sorted(notices) == sorted({*notices, IDENTITY, f"email:{ANA}"})
    assert (await ready.roster.fresh()).people.owner(IDENTITY) == ready.people.person("ana")
    assert await _deviations(ready, latest.id) == []


async def _deviations(ready: House, thread_id: str) -> list[Deviation]:
    """Where the thread's log is not what the audit chain says of it."""
    chains = await ready.opened.evidence.chains()
    steps = [step for links, _ in chains.values() for step in steps_by_thread(links).get(thread_id, ())]
    (kept,) = [one async for one in ready.opened.evidence.threads(opened_by) if one.thread_id == thread_id]
    return list(court_of(ready).deviations(kept, steps, len(steps)))
