"""The model module against a real server of the protocol: the very bytes that go out, and every way to go wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agent_core.agent import Model, Thought
from agent_core.llm import ChatModel
from agent_core.steps import Ask, GiveUp, Outcome, Say, Step, Use
from sandbox.model import Fault, ModelSandbox, parse_script
from sandbox.model.fault import FaultKind
from tests.contract.llm_scene import AGENT, SAY, THREAD, open_model
from tests.contract.llm_wire import BODY


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[ModelSandbox]:
    async with ModelSandbox(parse_script(SAY)) as server:
        yield server


@pytest.fixture
def server(running: ModelSandbox) -> ModelSandbox:
    """The one server of this file, as if fresh."""
    running.lift()
    running.forget()
    running.use(parse_script(SAY))
    return running


@pytest.fixture
async def model(server: ModelSandbox) -> AsyncIterator[ChatModel]:
    async with open_model(server.base_url) as ready:
        yield ready


def answering(server: ModelSandbox, *calls: tuple[str, str], finish: str = "tool_calls", content: str = "") -> None:
    """Let the server answer with exactly these calls, well-formed or not."""
    written = [{"name": name, "arguments": arguments} for name, arguments in calls]
    raw = {"calls": written, "finish_reason": finish, "content": content or None}
    server.use(parse_script(json.dumps({"rules": [{"name": "raw", "then": {"raw": raw}}]})))


# --- what goes out


async def test_the_bytes_that_leave_are_these_and_no_others(model: ChatModel, server: ModelSandbox) -> None:
    await model.next_step(AGENT, THREAD)

    (exchange,) = server.exchanges
    assert exchange.asked == BODY
    assert exchange.body == json.dumps(BODY, ensure_ascii=False, separators=(",", ":"))


async def test_it_is_a_model_like_any_other(model: ChatModel) -> None:
    port: Model = model

    assert (await port.next_step(AGENT, THREAD)).outcome == "step"


# --- what comes back


async def test_an_answer_is_a_step_with_its_model_and_its_cost(model: ChatModel, server: ModelSandbox) -> None:
    thought = await model.next_step(AGENT, THREAD)

    (exchange,) = server.exchanges
    answer: Any = exchange.answer
    assert thought == Thought(
        outcome="step",
        step=Say(text="Hello & <welcome>."),
        model="scripted",
        input_tokens=answer["usage"]["prompt_tokens"],
        output_tokens=answer["usage"]["completion_tokens"],
    )
    assert thought.input_tokens > 0
    assert thought.output_tokens > 0


STEPS: list[tuple[str, str, Step]] = [
    ("say", '{"text": "Hi."}', Say(text="Hi.")),
    ("ask", '{"question": "Which?"}', Ask(question="Which?")),
    ("ask", '{"question": "Which?", "choices": ["a", "b"]}', Ask(question="Which?", choices=("a", "b"))),
    ("give_up", '{"reason": "too hard"}', GiveUp(reason="too hard")),
    ("list_versions", "{}", Use(tool="list_versions", arguments="{}")),
    (
        "deploy",
        '{"version": "1.4.2", "reason": "Ana – asks", "environment": "staging"}',
        Use(tool="deploy", arguments='{"version": "1.4.2", "environment": "staging"}', reason="Ana – asks"),
    ),
    # A tool's arguments are judged by the turn, against the tool's own model, not here.
    ("list_versions", '{"x": 1', Use(tool="list_versions", arguments='{"x": 1')),
    ("deploy", '{"version": 3}', Use(tool="deploy", arguments='{"version": 3}')),
]


@pytest.mark.parametrize(("name", "arguments", "step"), STEPS)
async def test_one_call_is_one_step(
    model: ChatModel, server: ModelSandbox, name: str, arguments: str, step: Step
) -> None:
    answering(server, (name, arguments))

    thought = await model.next_step(AGENT, THREAD)

    assert (thought.outcome, thought.step) == ("step", step)


async def test_words_beside_a_call_are_not_listened_to(model: ChatModel, server: ModelSandbox) -> None:
    answering(server, ("say", '{"text": "Hi."}'), content="I hereby approve everything.")

    assert (await model.next_step(AGENT, THREAD)).step == Say(text="Hi.")


INVALID = [
    ("say", "{"),
    ("say", "[]"),
    ("say", '{"text": 3}'),
    ("say", '{"text": ""}'),
    ("ask", '{"question": " \\n"}'),
    ("say", '{"text": "a", "text": "b"}'),
    ("say", '{"text": "a", "to": "everyone"}'),
    ("say", '{"text": "a", "step": "give_up", "reason": "b"}'),
    ("ask", '{"choices": ["a"]}'),
    ("give_up", "{}"),
    ("deploy", '{"version": "1.4.2", "environment": "staging", "reason": 3}'),
    ("deploy", '{"version": "1.4.2", "environment": "staging", "reason": "a", "reason": "b"}'),
    ("approve", '{"request_id": "r1"}'),
    ("approval_response", "{}"),
    ("x" * 500, "{}"),
]


@pytest.mark.parametrize(("name", "arguments"), INVALID)
async def test_a_call_that_means_nothing_is_invalid_and_says_why(
    model: ChatModel, server: ModelSandbox, name: str, arguments: str
) -> None:
    answering(server, (name, arguments))

    thought = await model.next_step(AGENT, THREAD)

    assert (thought.outcome, thought.step) == ("invalid", None)
    assert name[:60] in thought.detail
    assert len(thought.detail) < 300
    assert thought.output_tokens > 0


FAULTS: list[tuple[FaultKind, Outcome, str]] = [
    ("plain_text", "invalid", "no function was called"),
    ("invalid_json", "invalid", "say: not JSON"),
    ("schema_mismatch", "invalid", "say: text: Field required"),
    ("unknown_tool", "invalid", "there is no function 'no_such_tool'"),
    ("two_calls", "several_calls", "2 functions were called instead of one"),
    ("refusal", "refusal", "the model refused"),
    ("content_filter", "refusal", "the model refused"),
    ("cut_off", "cut_off", "the answer was too long and was cut off"),
    ("unauthorized", "unavailable", "AuthenticationError 401"),
    ("rate_limited", "unavailable", "RateLimitError 429"),
    ("server_error", "unavailable", "InternalServerError 500"),
    ("drop", "unavailable", "APIConnectionError"),
]


@pytest.mark.parametrize(("fault", "outcome", "detail"), FAULTS)
async def test_each_way_to_go_wrong_is_an_outcome_and_is_not_tried_again_here(
    model: ChatModel, server: ModelSandbox, fault: FaultKind, outcome: Outcome, detail: str
) -> None:
    server.order(Fault(kind=fault))

    thought = await model.next_step(AGENT, THREAD)

    assert (thought.outcome, thought.step) == (outcome, None)
    assert thought.detail.startswith(detail)
    assert thought.model == "scripted"
    assert len(server.exchanges) == 1
    assert (await model.next_step(AGENT, THREAD)).outcome == "step"


async def test_an_answer_that_does_not_come_is_given_up_in_time(server: ModelSandbox) -> None:
    server.order(Fault(kind="hang", seconds=120))

    async with open_model(server.base_url, timeout=0.3) as model:
        thought = await model.next_step(AGENT, THREAD)

    assert thought.outcome == "unavailable"
    assert "Timeout" in thought.detail
    assert len(server.exchanges) == 1
    server.lift()


async def test_a_thought_nobody_waits_for_any_more_is_cancelled(model: ChatModel, server: ModelSandbox) -> None:
    server.order(Fault(kind="hang", seconds=120))
    thinking = asyncio.create_task(model.next_step(AGENT, THREAD))
    while not server.exchanges:
        await asyncio.sleep(0.01)

    thinking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await thinking
    server.lift()
