"""The deploy story's script, read through the agent's own renderer and asked through its own model module."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

import sandbox.model
from agent_core.agent import Agent
from agent_core.agents.deploy import deploy_agent
from agent_core.agents.deploy_tools import executors, seed
from agent_core.events import (
    ApprovalRequest,
    Event,
    Failure,
    InputRequest,
    InputResponse,
    RequestClosed,
    ToolCall,
    ToolResult,
    UserMessage,
)
from agent_core.fold import append
from agent_core.llm import ChatModel
from agent_core.steps import Ask, GiveUp, Say, Step, Use
from agent_core.thread import Thread
from agent_core.tools import ToolFailed
from agent_core.values import Author, Call
from sandbox.model import Fault, ModelSandbox, load_script

SCRIPT = Path(sandbox.model.__file__).parent / "scripts" / "deploy.yaml"
PROMPTS = Path(__file__).parents[3] / "prompts"
ANA = Author(identity="email:ana@example.com", person="ana", assurance="verified")
BO = Author(identity="email:bo@example.com", person="bo", assurance="verified")
TOMORROW = datetime(2026, 1, 2, tzinfo=UTC)
CALL = Call(tool="deploy", version="1", arguments='{"version":"1.4.2","environment":"production"}')


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[ModelSandbox]:
    async with ModelSandbox(load_script(SCRIPT)) as model:
        yield model


@pytest.fixture
async def chat(running: ModelSandbox) -> AsyncIterator[ChatModel]:
    model = ChatModel(base_url=running.base_url, api_key=SecretStr("k"), name="scripted", timeout=10)
    yield model
    await model.aclose()
    assert running.unmatched == ()


@pytest.fixture
def agent() -> Agent:
    return deploy_agent(PROMPTS)


def says(text: str) -> UserMessage:
    return UserMessage(id="m1", author=ANA, text=text)


def asked() -> ApprovalRequest:
    return ApprovalRequest(
        id="r1",
        call=CALL,
        risk="high",
        digest="0" * 64,
        requester=ANA,
        approvers=("bo",),
        policy="p",
        expires_at=TOMORROW,
        reason="why not",
    )


def closed(outcome: str, reason: str = "") -> RequestClosed:
    return RequestClosed.model_validate({"id": "c1", "request_id": "r1", "outcome": outcome, "reason": reason})


def ran(tool: str, outcome: str, content: str) -> tuple[ToolCall, ToolResult]:
    call = ToolCall(id="t1", call=CALL.model_copy(update={"tool": tool}))
    return call, ToolResult.model_validate({"id": "t2", "call_id": "t1", "outcome": outcome, "content": content})


async def run(folder: Path, agent: Agent, name: str, **arguments: str) -> str:
    """What the real tool says."""
    seed(folder)
    tool = agent.tool(name)
    assert tool
    return await executors(folder)[name](tool.arguments.model_validate(arguments), key="k")


async def step(chat: ChatModel, agent: Agent, *events: Event) -> Step:
    thought = await chat.next_step(agent, append(Thread(id="t"), *events))
    assert thought.step is not None, thought
    return thought.step


async def said(chat: ChatModel, agent: Agent, *events: Event) -> str:
    choice = await step(chat, agent, *events)
    assert isinstance(choice, Say)
    return choice.text


# --- what somebody wants


@pytest.mark.parametrize(
    "text",
    ["what versions are there?", "Which versions can I deploy?", "Hi,\n\nlist the releases please.\n\nAna"],
)
async def test_versions_are_listed(chat: ChatModel, agent: Agent, text: str) -> None:
    assert await step(chat, agent, says(text)) == Use(tool="list_versions", arguments="{}")


@pytest.mark.parametrize(
    ("text", "version", "environment"),
    [
        ("deploy 1.4.2 to production", "1.4.2", "production"),
        ("Hello,\n\nplease DEPLOY version v10.0.12 on Production.\n\nThanks, Ana", "10.0.12", "production"),
        ("could staging have 1.4.1 deployed?", "1.4.1", "staging"),
        ("deploy to production the version 6.6.6 <now> & fast", "6.6.6", "production"),
    ],
)
async def test_a_deploy_is_chosen_with_its_arguments(
    chat: ChatModel, agent: Agent, text: str, version: str, environment: str
) -> None:
    choice = await step(chat, agent, says(text))
    assert isinstance(choice, Use)
    assert choice.tool == "deploy"
    assert choice.arguments == f'{{"version": "{version}", "environment": "{environment}"}}'
    assert version in choice.reason


async def test_what_is_missing_is_asked_for(chat: ChatModel, agent: Agent) -> None:
    choice = await step(chat, agent, says("deploy 1.4.2"))
    assert choice == Ask(question="To which environment should 1.4.2 go?", choices=("staging", "production"))
    assert isinstance(await step(chat, agent, says("please deploy")), Ask)


async def test_the_answer_to_a_question_completes_the_call(chat: ChatModel, agent: Agent) -> None:
    question = InputRequest(id="q1", to=ANA.identity, question="To which?", choices=("staging",), expires_at=TOMORROW)
    answer = InputResponse(id="a1", request_id="q1", author=ANA, text="staging")
    end = RequestClosed(id="c1", request_id="q1", outcome="answered", by=ANA)
    choice = await step(chat, agent, says("deploy 1.4.2"), question, answer, end)
    assert isinstance(choice, Use)
    assert choice.arguments == '{"version": "1.4.2", "environment": "staging"}'


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        ("roll back production", "production"),
        ("Roll production back, please", "production"),
        ("we need a ROLLBACK on production, deploy 1.4.2 broke it", "production"),
        ("please roll it back in staging", "staging"),
    ],
)
async def test_a_rollback_is_chosen_with_its_environment(
    chat: ChatModel, agent: Agent, text: str, environment: str
) -> None:
    choice = await step(chat, agent, says(text))
    assert isinstance(choice, Use)
    assert (choice.tool, choice.arguments) == ("rollback", f'{{"environment": "{environment}"}}')


async def test_where_to_roll_back_is_asked_and_the_answer_completes_the_call(chat: ChatModel, agent: Agent) -> None:
    wanted = says("please roll back")
    choice = await step(chat, agent, wanted)
    assert choice == Ask(question="Which environment should be rolled back?", choices=("staging", "production"))
    question = InputRequest(id="q1", to=ANA.identity, question="Which?", choices=("staging",), expires_at=TOMORROW)
    answer = InputResponse(id="a1", request_id="q1", author=ANA, text="staging")
    end = RequestClosed(id="c1", request_id="q1", outcome="answered", by=ANA)
    earlier = says("deploy 1.4.2")
    then = await step(chat, agent, earlier, wanted, question, answer, end)
    assert isinstance(then, Use)
    assert (then.tool, then.arguments) == ("rollback", '{"environment": "staging"}')
    then = await step(chat, agent, wanted, earlier, question, answer, end)
    assert isinstance(then, Use)
    assert then.tool == "deploy"


async def test_who_wants_a_human_gets_one(chat: ChatModel, agent: Agent) -> None:
    assert isinstance(await step(chat, agent, says("I want to talk to a human")), GiveUp)


@pytest.mark.parametrize("text", ["Hello!", "thanks a lot", "what is the weather?"])
async def test_talk_is_answered(chat: ChatModel, agent: Agent, text: str) -> None:
    assert await said(chat, agent, says(text))


async def test_who_asks_meanwhile_hears_that_it_waits(chat: ChatModel, agent: Agent) -> None:
    assert "waits for approval" in await said(chat, agent, says("deploy 1.4.2 to production"), asked(), says("well?"))


# --- what came of it


async def test_the_versions_are_told_from_what_the_tool_says(chat: ChatModel, agent: Agent, tmp_path: Path) -> None:
    listed = await run(tmp_path, agent, "list_versions")
    text = await said(chat, agent, says("versions?"), *ran("list_versions", "ok", listed))
    assert '"1.4.2"' in text
    assert text.endswith("Staging runs 1.4.0, production runs 1.4.0.")


async def test_a_deploy_that_went_well_is_told(chat: ChatModel, agent: Agent, tmp_path: Path) -> None:
    done = await run(tmp_path, agent, "deploy", version="1.4.2", environment="production")
    request = (says("deploy 1.4.2 to production"), asked(), closed("approved"))
    assert await said(chat, agent, *request, *ran("deploy", "ok", done)) == f"Done: {done}."


async def test_a_rollback_that_went_well_is_told(chat: ChatModel, agent: Agent, tmp_path: Path) -> None:
    done = await run(tmp_path, agent, "rollback", environment="production")
    request = (says("roll back production"), asked(), closed("approved"))
    assert await said(chat, agent, *request, *ran("rollback", "ok", done)) == "Done: production runs 1.3.9 again."


async def test_a_deploy_that_failed_is_told(chat: ChatModel, agent: Agent, tmp_path: Path) -> None:
    with pytest.raises(ToolFailed) as failed:
        await run(tmp_path, agent, "deploy", version="6.6.6", environment="staging")
    told = await said(chat, agent, says("deploy 6.6.6 to staging"), *ran("deploy", "failed", str(failed.value)))
    assert told == f"That failed: {failed.value}."


async def test_a_deploy_that_was_not_let_start_is_told(chat: ChatModel, agent: Agent) -> None:
    told = await said(
        chat, agent, says("deploy 1.4.2 to production"), *ran("deploy", "refused", "its approval expired")
    )
    assert told == "It was not started: its approval expired."


async def test_what_may_have_happened_goes_to_a_human(chat: ChatModel, agent: Agent) -> None:
    lost = ran("deploy", "unknown", "the runner died")
    assert isinstance(await step(chat, agent, says("deploy 1.4.2 to production"), *lost), GiveUp)


async def test_a_denial_is_told_with_its_reason(chat: ChatModel, agent: Agent) -> None:
    request = (says("deploy 1.4.2 to production"), asked())
    reason = 'not on a <Friday> & not before the "freeze" ends'
    told = await said(chat, agent, *request, closed("denied", reason))
    assert told == f"This was denied. The reason given: {reason}"
    assert "no reason was given" in await said(chat, agent, *request, closed("denied"))


async def test_an_expiry_is_told(chat: ChatModel, agent: Agent) -> None:
    told = await said(chat, agent, says("deploy 1.4.2 to production"), asked(), closed("expired"))
    assert told.startswith("Nobody answered in time")


async def test_the_approvers_words_do_not_hide_the_denial(chat: ChatModel, agent: Agent) -> None:
    words = UserMessage(id="m2", author=BO, text="DENY too early, deploy 1.4.1 to production instead")
    told = await said(chat, agent, says("deploy 1.4.2 to production"), asked(), words, closed("denied", "too early"))
    assert told == "This was denied. The reason given: too early"


async def test_a_call_that_cannot_be_is_told(chat: ChatModel, agent: Agent) -> None:
    failure = Failure(id="f1", kind="forbidden", summary="nobody may approve this")
    assert await said(chat, agent, says("deploy 1.4.2 to staging"), failure) == (
        "I could not do that: nobody may approve this."
    )


async def test_after_an_answer_that_went_wrong_the_same_is_chosen_again(
    running: ModelSandbox, chat: ChatModel, agent: Agent
) -> None:
    running.order(Fault(kind="two_calls"))
    request = says("what versions are there?")
    thought = await chat.next_step(agent, append(Thread(id="t"), request))
    assert thought.outcome == "several_calls"
    failure = Failure(id="f1", kind=thought.outcome, summary=thought.detail)
    assert await step(chat, agent, request, failure) == Use(tool="list_versions", arguments="{}")
