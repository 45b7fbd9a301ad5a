"""REST, pause and stop: whatever moment they come at, what has not started does not start, and that is said.

No runner is at work until a test says so: so a call can be caught between the choice of a tool and its run.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from gateway.ports import TOOL_LANE
from sandbox.model import Fault
from tests.doors.scene import Caller, Scene, foreseeing, scene, until

DEPLOY = "Please deploy 1.4.1 to staging."
HANGS = Fault(kind="hang", seconds=120)


@pytest.fixture(scope="module")
async def at(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """A house without a runner: tools are only asked what they would do."""
    async with scene(tmp_path_factory.mktemp("c"), roles=("web", "worker", "timers")) as made, foreseeing(made.house):
        yield made


def starts(at: Scene) -> int:
    """How many deployments were started so far."""
    log = at.house.settings.environment_dir / "history.log"
    return len([json.loads(line) for line in log.read_text().splitlines()]) if log.exists() else 0


async def chosen(ana: Caller, bo: Caller) -> str:
    """A thread whose tool is approved and called, and not started yet."""
    thread = await ana.launch(DEPLOY)
    await bo.decide(thread, await bo.request(thread), "approve")
    await ana.heard(thread, "tool_call")
    return thread


async def runner_has_run(ana: Caller) -> None:
    """The runner has taken a tool that was called later than all others."""
    thread = await ana.launch("What versions are there?")
    await ana.heard(thread, "tool_result", outcome="ok")


async def hanging(at: Scene, ana: Caller) -> str:
    """A thread whose model call is under way and does not end."""
    asked = len(at.model.exchanges)
    at.model.order(HANGS)
    thread = await ana.launch(DEPLOY)

    async def look() -> bool:
        return len(at.model.exchanges) > asked

    await until(look)
    return thread


async def test_a_pause_before_the_run_holds_the_tool_until_it_is_resumed(at: Scene, ana: Caller, bo: Caller) -> None:
    before, thread = starts(at), await chosen(ana, bo)
    await bo.post(f"/threads/{thread}/pause")
    assert await at.house.opened.threads.fx_claim(TOOL_LANE) == []
    async with at.at_work("runner"):
        await runner_has_run(ana)
        assert starts(at) == before
        assert (await ana.get(f"/threads/{thread}"))["status"] == "paused"
        await bo.post(f"/threads/{thread}/resume")
        await ana.heard(thread, "agent_message", text="staging runs 1.4.1 now")
    assert starts(at) == before + 1


async def test_a_stop_before_the_run_refuses_the_tool_and_says_so(at: Scene, ana: Caller, bo: Caller) -> None:
    before, thread = starts(at), await chosen(ana, bo)
    await bo.post(f"/threads/{thread}/stop")
    async with at.at_work("runner"):
        result = await ana.heard(thread, "tool_result")
        await ana.heard(thread, "notice", kind="finished_after_stop", to="console:ana")
    assert (result["outcome"], result["content"]) == ("refused", "the thread was stopped first")
    assert starts(at) == before
    assert (await ana.get(f"/threads/{thread}"))["status"] == "stopped"
    assert (await ana.heard(thread, "notice", kind="stopped"))["detail"] == "bo"
    assert await ana.events(thread, "agent_message") == []


async def test_a_stop_of_a_paused_thread_refuses_what_was_held(at: Scene, ana: Caller, bo: Caller) -> None:
    before, thread = starts(at), await chosen(ana, bo)
    await bo.post(f"/threads/{thread}/pause")
    await bo.post(f"/threads/{thread}/stop")
    async with at.at_work("runner"):
        assert (await ana.heard(thread, "tool_result"))["outcome"] == "refused"
    assert starts(at) == before


async def test_a_pause_during_a_model_call_lets_its_choice_come_to_nothing(at: Scene, ana: Caller, bo: Caller) -> None:
    thread = await hanging(at, ana)
    await bo.post(f"/threads/{thread}/pause")
    assert (await ana.get(f"/threads/{thread}"))["status"] == "paused"
    at.model.lift()
    await ana.heard(thread, "notice", kind="paused")
    assert {e["type"] for e in await ana.get(f"/threads/{thread}/events")} == {"user_message", "control", "notice"}
    await bo.post(f"/threads/{thread}/resume")
    await ana.heard(thread, "approval_request")


async def test_a_stop_during_a_model_call_lets_its_choice_come_to_nothing(at: Scene, ana: Caller, bo: Caller) -> None:
    thread = await hanging(at, ana)
    await bo.post(f"/threads/{thread}/stop")
    assert (await ana.get(f"/threads/{thread}"))["status"] == "stopped"
    at.model.lift()
    await ana.heard(thread, "notice", kind="stopped", to="console:ana")
    assert {e["type"] for e in await ana.get(f"/threads/{thread}/events")} == {"user_message", "control", "notice"}


async def test_a_stop_withdraws_what_was_asked(at: Scene, ana: Caller, bo: Caller) -> None:
    before, thread = starts(at), await ana.launch(DEPLOY)
    request = await bo.request(thread)
    await ana.post(f"/threads/{thread}/stop")
    closed = await ana.heard(thread, "request_closed")
    assert (closed["request_id"], closed["outcome"], closed["by"]["person"]) == (request["id"], "withdrawn", "ana")
    await bo.decide(thread, request, "approve")
    await bo.heard(thread, "notice", kind="already_closed", to="console:bo")
    assert await at.house.opened.threads.fx_claim(TOOL_LANE) == []
    assert starts(at) == before


async def test_a_decision_in_a_paused_thread_counts_when_it_is_resumed(at: Scene, ana: Caller, bo: Caller) -> None:
    before, thread = starts(at), await ana.launch(DEPLOY)
    request = await bo.request(thread)
    await ana.post(f"/threads/{thread}/pause")
    await bo.decide(thread, request, "approve")
    await ana.heard(thread, "tool_call")
    async with at.at_work("runner"):
        await runner_has_run(ana)
        assert starts(at) == before
        await ana.post(f"/threads/{thread}/resume")
        await ana.heard(thread, "tool_result", outcome="ok")
    assert starts(at) == before + 1


async def test_who_speaks_in_a_paused_thread_is_told_and_answered_later(ana: Caller) -> None:
    thread = await ana.launch("Hello")
    await ana.heard(thread, "agent_message", text="Hello!")
    await ana.post(f"/threads/{thread}/pause")
    await ana.post(f"/threads/{thread}/messages", {"text": "Thanks"})

    async def told_twice() -> bool:
        return [e["kind"] for e in await ana.events(thread, "notice")] == ["paused", "paused"]

    await until(told_twice)
    assert len(await ana.events(thread, "agent_message")) == 1
    await ana.post(f"/threads/{thread}/resume")
    await ana.heard(thread, "agent_message", text="You are welcome.")


async def test_a_stopped_thread_starts_anew_with_the_next_word(ana: Caller) -> None:
    thread = await ana.launch("Hello")
    await ana.post(f"/threads/{thread}/stop")
    await ana.heard(thread, "notice", kind="stopped")
    await ana.post(f"/threads/{thread}/messages", {"text": "Thanks"})
    await ana.heard(thread, "agent_message", text="You are welcome.")
    assert (await ana.get(f"/threads/{thread}"))["status"] == "idle"
