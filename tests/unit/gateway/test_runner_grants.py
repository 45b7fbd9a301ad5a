"""The runner: what a standing grant allowed starts only while that grant stands, by the store's clock."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent_core.events import ToolCall
from agent_core.policy.rules import Condition
from agent_core.tools import Foreseen, call_of
from gateway.people.changes import Change, Ended, Granted, Left
from gateway.runner import REFUSED
from tests.unit.gateway.runner_bench import ALLOWED, LEAVE, NOON, TOOLS, World, gated

ERASING = LEAVE.model_copy(update={"id": "g2", "tool": "erase"})
ENDED = Ended(id="s2", at=NOON, by="bo", grant="g1")
GONE = Left(id="s2", at=NOON, by="cy", person="bo")
ELSEWHERE = Granted(
    id="s2", at=NOON, by="bo", grant=LEAVE.model_copy(update={"when": {"to": Condition(one_of=("Rome",))}})
)


def by_leave(name: str = "ship", arguments: str = '{"to":"Oslo"}', state: str = "", leave: str = "g1") -> ToolCall:
    """A call that a standing grant allowed."""
    return gated(name, arguments, ALLOWED.version_for(call_of(TOOLS[name], arguments)), state, leave)


async def test_what_was_allowed_runs_while_the_grant_stands() -> None:
    world = World()

    assert (await world.run(by_leave())).outcome == "ok"
    assert world.done == ['{"to":"Oslo"}']


@pytest.mark.parametrize("since", [ENDED, GONE, ELSEWHERE], ids=["ended", "its giver left", "for other calls by now"])
async def test_what_was_said_since_it_was_allowed_counts(since: Change) -> None:
    world = World()
    world.said.changes.append(since)

    result = await world.run(by_leave())
    assert (result.outcome, result.content) == ("refused", REFUSED["grant"])
    assert world.done == []


async def test_it_runs_until_the_grant_runs_out_by_the_clock_of_the_store() -> None:
    last, over = World(now=LEAVE.until - timedelta(milliseconds=1)), World(now=LEAVE.until)

    assert (await last.run(by_leave())).outcome == "ok"
    assert (await over.run(by_leave())).content == REFUSED["grant"]
    assert over.done == []


async def test_a_grant_nobody_knows_lets_nothing_start() -> None:
    world = World()

    assert (await world.run(by_leave(leave="g2"))).content == REFUSED["grant"]
    assert world.done == []


async def test_what_people_approved_needs_no_grant() -> None:
    world = World()
    world.said.changes.append(ENDED)

    assert (await world.run(by_leave(leave=""))).outcome == "ok"


async def test_what_is_said_while_the_tool_is_asked_once_more_counts() -> None:
    class Slow(World):
        async def preview(self, arguments: object) -> Foreseen:
            told = await super().preview(arguments)  # type: ignore[arg-type]
            self.said.changes.append(ENDED.model_copy(update={"grant": "g2"}))
            return told

    world = Slow()
    world.said.changes.append(Granted(id="s3", at=NOON, by="bo", grant=ERASING))
    told = await World().ask("erase", "{}")

    assert (await world.run(by_leave("erase", "{}", told.state, "g2"))).content == REFUSED["grant"]
    assert (world.done, world.looked) == ([], 1)


async def test_where_nobody_can_say_whether_it_stands_nothing_starts_and_nothing_is_settled() -> None:
    world = World()
    world.said.away = True

    assert await world.ends(by_leave()) == []
    assert world.done == []


async def test_a_lost_run_is_not_repeated_without_leave_and_nobody_says_that_it_did_not_start() -> None:
    world = World()
    world.said.changes.append(Granted(id="s3", at=NOON, by="bo", grant=ERASING))
    call = by_leave("erase", "{}", leave="g2")
    assert (await world.run(call, "recover")).outcome == "ok"
    world.said.changes.append(ENDED.model_copy(update={"id": "s4", "grant": "g2"}))

    result = await world.run(call, "recover")
    assert (result.outcome, REFUSED["grant"] in result.content) == ("unknown", True)
    assert len(world.done) == 1


def test_a_call_of_the_time_before_it_named_a_grant_can_be_read() -> None:
    call = by_leave(leave="")
    assert ToolCall.model_validate_json(call.model_dump_json(exclude={"grant"})) == call
