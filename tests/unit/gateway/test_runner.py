"""The runner: nothing starts that is not as approved, by today's rules and on what people were shown."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from agent_core.errors import ToolFailed
from agent_core.events import Preview, ToolCall
from agent_core.policy.rules import Policy, Rule
from agent_core.tools import Foreseen, call_of
from gateway.foresight import MAX_FORESEEN
from gateway.runner import REFUSED
from tests.unit.gateway.runner_bench import ALLOWED, TOOLS, World, gated

CANARY = "what Ana said to Bo"

# --- what it would do


async def test_asking_says_what_would_be_and_its_fingerprint_and_does_nothing() -> None:
    world = World()
    first, again = await world.ask(), await world.ask()

    assert (first.outcome, first.content) == ("ok", "1.4.0 runs now")
    assert len(first.state) == 64
    assert first.state == again.state
    assert world.done == []
    world.state = "1.4.1 runs"
    assert (await world.ask()).state != first.state


async def test_a_tool_that_says_too_much_of_what_it_would_do_is_cut_and_says_so() -> None:
    told = await World(state="x" * (MAX_FORESEEN + 5)).ask()

    assert len(told.content) < MAX_FORESEEN + 100
    assert told.content.endswith("more characters were left out]")


async def test_what_rests_on_nothing_has_no_fingerprint() -> None:
    assert (await World(state="").ask()).state == ""


class Blind(World):
    """Its tools cannot say what they would do."""

    def __init__(self, error: Exception | None, **more: Any) -> None:
        super().__init__(**more)
        self.error = error

    async def preview(self, arguments: BaseModel) -> Foreseen:
        """Fail, or never come to an end."""
        if self.error is None:
            await asyncio.Event().wait()
        raise self.error or AssertionError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ToolFailed("there is no version 1.4.2"), "there is no version 1.4.2"),
        (None, "deploy did not say within 0.01 s what it would do"),
        (RuntimeError(CANARY), "deploy broke off when asked what it would do: RuntimeError"),
    ],
    ids=["it knows that it cannot", "too slow", "it breaks"],
)
async def test_a_tool_that_cannot_tell_is_named_in_short(error: Exception | None, said: str) -> None:
    told = await Blind(error, preview_timeout=0.01).ask()

    assert (told.outcome, told.content, told.state) == ("failed", said, "")


async def test_a_tool_that_tells_no_text_has_failed_to() -> None:
    class Odd(World):
        async def preview(self, arguments: BaseModel) -> Foreseen:
            return Foreseen({"said": CANARY}, "")  # type: ignore[arg-type]

    told = await Odd().ask()
    assert (told.outcome, CANARY in told.content) == ("failed", False)


async def test_whoever_was_asked_before_it_is_asked_again() -> None:
    world = World()
    call = call_of(TOOLS["deploy"], '{"version":"1.4.2"}')
    told = await world.perform(Preview(id="p1", call=call), "recover")
    assert told.outcome == "ok"


# --- as it was approved


async def test_what_was_approved_runs_while_it_is_as_it_was_shown() -> None:
    world = World()
    call = await world.approved()

    assert (await world.run(call)).outcome == "ok"
    assert world.done == ['{"version":"1.4.2"}']


async def test_what_it_rests_on_has_changed_so_it_does_not_start_and_the_agent_hears_how_it_is_now() -> None:
    world = World()
    call = await world.approved()
    world.state = "1.4.1 runs"

    result = await world.run(call)
    assert (result.outcome, result.content) == ("refused", REFUSED["stale"] + "1.4.1 runs now")
    assert world.done == []


async def test_what_cannot_be_told_any_more_does_not_start() -> None:
    call, blind = await World().approved(), Blind(ToolFailed("the platform is away"))

    result = await blind.run(call)
    assert (result.outcome, result.content) == ("refused", REFUSED["blind"] + "the platform is away")
    assert blind.done == []


@pytest.mark.parametrize("field", ["state", "policy", "digest", "approval", "call"])
async def test_no_part_of_what_was_approved_can_be_another(field: str) -> None:
    world = World()
    call = await world.approved()
    other = {"call": call_of(TOOLS["deploy"], '{"version":"6.6.6"}')}.get(field, "")
    forged: ToolCall = call.model_copy(update={field: other})

    assert (await world.run(forged)).outcome == "refused"
    assert world.done == []


async def test_where_nothing_was_bound_nothing_is_asked_again() -> None:
    world = World()
    call = gated("deploy", '{"version":"1.4.2"}', ALLOWED.version_for((await world.approved()).call), "")
    looked = world.looked

    assert (await world.run(call)).outcome == "ok"
    assert world.looked == looked


# --- by today's rules

STRICTER = Policy(rules=(Rule(tool="deploy", approvers=("bo", "cy"), need=2, expires_in=timedelta(hours=1)),))


@pytest.mark.parametrize("today", [STRICTER, Policy(), Policy(rules=(Rule(tool="deploy", then="forbid"),))])
async def test_an_approval_by_other_rules_than_todays_starts_nothing(today: Policy) -> None:
    world = World()
    call = await world.approved()
    world.policy = today

    result = await world.run(call)
    assert (result.outcome, result.content) == ("refused", REFUSED["rules"])
    assert world.done == []


async def test_an_approval_of_the_time_before_there_were_such_rules_starts_nothing() -> None:
    world, call = World(), gated("deploy", '{"version":"1.4.2"}', "0123456789ab", "")

    assert (await world.run(call)).content == REFUSED["rules"]
    assert world.done == []


async def test_a_tool_that_needs_approval_does_not_start_without_one() -> None:
    world = World()
    call = ToolCall(id="c1", call=call_of(TOOLS["deploy"], '{"version":"1.4.2"}'))

    assert (await world.run(call)).content == REFUSED["not_approved"]
    assert world.done == []


@pytest.mark.parametrize(
    ("then", "outcome"), [("auto", "ok"), ("ask", "refused"), ("forbid", "refused")], ids=["auto", "ask", "forbid"]
)
async def test_a_tool_that_needs_none_does_not_start_where_todays_rules_ask(then: str, outcome: str) -> None:
    world = World(policy=Policy(rules=(Rule.model_validate({"tool": "look", "then": then}),)))
    call = ToolCall(id="c1", call=call_of(TOOLS["look"], "{}"))

    assert (await world.run(call)).outcome == outcome
    assert (await World().run(call)).outcome == "ok"


# --- the last moment


async def test_a_stop_while_the_runner_looked_keeps_it_from_starting() -> None:
    world = World(begun="stopped")

    result = await world.run(await world.approved())
    assert (result.outcome, result.content) == ("refused", REFUSED["stopped"])
    assert world.done == []


async def test_what_the_store_does_not_let_begin_is_left_as_it_is() -> None:
    world = World(begun="lost")

    assert await world.ends(await world.approved()) == []
    assert world.done == []


# --- after a crash


async def test_a_lost_run_that_can_be_repeated_is_while_all_is_as_it_was() -> None:
    world = World()
    call = await world.approved("erase", "{}")

    assert (await world.run(call, "recover")).outcome == "ok"
    assert len(world.done) == 1


async def test_a_lost_run_does_not_take_its_own_doing_for_a_changed_world() -> None:
    world = World()
    call = await world.approved("erase", "{}")
    await world.run(call)  # It ran, and the runner died before anybody heard of it.

    result = await world.run(call, "recover")
    assert result.outcome == "unknown"
    assert "may have been started" in result.content
    assert len(world.done) == 1


async def test_a_lost_run_is_not_repeated_by_rules_that_are_no_more_and_nobody_says_it_did_not_start() -> None:
    world = World()
    call = await world.approved("erase", "{}")
    world.policy = Policy()

    assert (await world.run(call, "recover")).outcome == "unknown"
    assert world.done == []


async def test_a_lost_run_that_cannot_be_repeated_is_left_to_people() -> None:
    world = World()
    call = await world.approved()
    looked = world.looked

    assert (await world.run(call, "recover")).outcome == "unknown"
    assert (world.done, world.looked) == ([], looked)
