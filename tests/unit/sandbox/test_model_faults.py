"""Every fault of the scripted model, as the real clients see it: the OpenAI SDK, and pydantic-ai's direct API on it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any, get_args

import anyio
import httpx2
import openai
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion, ChatCompletionMessageFunctionToolCall, ChatCompletionToolParam
from openai.types.chat.chat_completion import Choice
from pydantic_ai.direct import model_request
from pydantic_ai.exceptions import ModelAPIError, ModelHTTPError
from pydantic_ai.messages import ModelRequest, ModelResponse, TextPart, ToolCallPart, UserPromptPart
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import ToolDefinition

from sandbox.model import Fault, ModelSandbox, parse_script
from sandbox.model.fault import FaultKind

SCRIPT = """
rules:
  - name: deploy
    when: {contains: deploy}
    then: {call: {name: deploy, arguments: {version: 1.4.2}}}
"""
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"version": {"type": "string"}},
    "required": ["version"],
}
DEPLOY: ChatCompletionToolParam = {"type": "function", "function": {"name": "deploy", "parameters": SCHEMA}}


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[ModelSandbox]:
    async with ModelSandbox(parse_script(SCRIPT)) as model:
        yield model


@pytest.fixture
def model(running: ModelSandbox) -> ModelSandbox:
    """The one server of this file, as if fresh."""
    running.lift()
    running.forget()
    running.use(parse_script(SCRIPT))
    return running


@pytest.fixture
async def client(model: ModelSandbox) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=model.base_url, api_key="k", max_retries=0, timeout=30) as ready:
        yield ready


async def ask(client: AsyncOpenAI) -> Choice:
    completion = await client.chat.completions.create(
        model="scripted",
        messages=[{"role": "user", "content": "deploy it"}],
        tools=[DEPLOY],
        tool_choice="required",
        parallel_tool_calls=False,
    )
    assert isinstance(completion, ChatCompletion)
    return completion.choices[0]


async def ask_directly(client: AsyncOpenAI) -> ModelResponse:
    """The same through pydantic-ai."""
    tool = ToolDefinition(name="deploy", description="Deploy.", parameters_json_schema=SCHEMA)
    return await model_request(
        OpenAIChatModel("scripted", provider=OpenAIProvider(openai_client=client)),
        [ModelRequest(parts=[UserPromptPart("deploy it")])],
        model_settings=ModelSettings(tool_choice="required", parallel_tool_calls=False),
        model_request_parameters=ModelRequestParameters(function_tools=[tool]),
    )


def calls_of(choice: Choice) -> list[tuple[str, str]]:
    calls = choice.message.tool_calls or []
    assert all(isinstance(call, ChatCompletionMessageFunctionToolCall) for call in calls)
    return [(call.function.name, call.function.arguments) for call in calls if call.type == "function"]


# --- a model that goes wrong, seen by the SDK


async def test_invalid_json(model: ModelSandbox, client: AsyncOpenAI) -> None:
    model.order(Fault(kind="invalid_json"))
    ((name, arguments),) = calls_of(await ask(client))
    assert name == "deploy"
    with pytest.raises(json.JSONDecodeError):
        json.loads(arguments)


async def test_arguments_that_do_not_fit_the_schema(model: ModelSandbox, client: AsyncOpenAI) -> None:
    model.order(Fault(kind="schema_mismatch"))
    ((name, arguments),) = calls_of(await ask(client))
    assert name == "deploy"
    assert set(json.loads(arguments)).isdisjoint(SCHEMA["required"])


async def test_a_tool_nobody_offered(model: ModelSandbox, client: AsyncOpenAI) -> None:
    model.order(Fault(kind="unknown_tool"))
    assert calls_of(await ask(client)) == [("no_such_tool", '{"version": "1.4.2"}')]


async def test_two_calls(model: ModelSandbox, client: AsyncOpenAI) -> None:
    model.order(Fault(kind="two_calls"))
    choice = await ask(client)
    assert calls_of(choice) == [("deploy", '{"version": "1.4.2"}')] * 2
    assert len({call.id for call in choice.message.tool_calls or ()}) == 2


async def test_words_instead_of_a_call(model: ModelSandbox, client: AsyncOpenAI) -> None:
    model.order(Fault(kind="plain_text"))
    choice = await ask(client)
    assert (bool(choice.message.content), choice.message.tool_calls, choice.finish_reason) == (True, None, "stop")


async def test_refusal(model: ModelSandbox, client: AsyncOpenAI) -> None:
    model.order(Fault(kind="refusal"))
    choice = await ask(client)
    assert (bool(choice.message.refusal), choice.message.content, choice.finish_reason) == (True, None, "stop")


async def test_cut_off(model: ModelSandbox, client: AsyncOpenAI) -> None:
    model.order(Fault(kind="cut_off"))
    choice = await ask(client)
    assert (calls_of(choice), choice.finish_reason) == ([("deploy", '{"version"')], "length")


async def test_content_filter(model: ModelSandbox, client: AsyncOpenAI) -> None:
    model.order(Fault(kind="content_filter"))
    choice = await ask(client)
    assert (choice.message.content, choice.finish_reason) == (None, "content_filter")


# --- a provider that goes wrong, seen by the SDK


async def test_rate_limited(model: ModelSandbox, client: AsyncOpenAI) -> None:
    model.order(Fault(kind="rate_limited", seconds=7))
    with pytest.raises(openai.RateLimitError) as caught:
        await ask(client)
    assert caught.value.response.headers["retry-after"] == "7"
    assert caught.value.code == "rate_limit_exceeded"


async def test_server_error(model: ModelSandbox, client: AsyncOpenAI) -> None:
    model.order(Fault(kind="server_error"))
    with pytest.raises(openai.InternalServerError):
        await ask(client)


async def test_unauthorized(model: ModelSandbox, client: AsyncOpenAI) -> None:
    model.order(Fault(kind="unauthorized"))
    with pytest.raises(openai.AuthenticationError) as caught:
        await ask(client)
    assert caught.value.code == "invalid_api_key"


async def test_the_connection_drops(model: ModelSandbox, client: AsyncOpenAI) -> None:
    model.order(Fault(kind="drop"))
    with pytest.raises(openai.APIConnectionError) as caught:
        await ask(client)
    assert isinstance(caught.value.__cause__, httpx2.RemoteProtocolError)
    assert (model.exchanges[0].fault, model.exchanges[0].status) == ("drop", None)


async def test_a_hang_outlasts_the_clients_patience(model: ModelSandbox, client: AsyncOpenAI) -> None:
    model.order(Fault(kind="hang", seconds=120))
    with pytest.raises(openai.APITimeoutError):
        await ask(client.with_options(timeout=0.3))


async def test_a_hang_ends_by_itself_with_the_scripts_answer(model: ModelSandbox, client: AsyncOpenAI) -> None:
    model.order(Fault(kind="hang", seconds=0.05))
    assert calls_of(await ask(client)) == [("deploy", '{"version": "1.4.2"}')]


async def test_a_hanging_request_is_seen_and_can_be_let_go(model: ModelSandbox, client: AsyncOpenAI) -> None:
    answered: list[Choice] = []

    async def keep(choices: list[Choice]) -> None:
        choices.append(await ask(client))

    model.order(Fault(kind="hang", seconds=120))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(keep, answered)
        with anyio.fail_after(30):
            while not any(exchange.fault == "hang" for exchange in model.exchanges):
                await anyio.sleep(0.01)
        assert (model.exchanges[0].status, answered) == (None, [])
        model.lift()
    assert calls_of(answered[0]) == [("deploy", '{"version": "1.4.2"}')]
    assert model.exchanges[0].status == 200


async def test_a_hanging_request_does_not_keep_the_server_from_ending() -> None:
    async with AsyncOpenAI(base_url="http://x", api_key="k", max_retries=0, timeout=60) as client:
        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks, ModelSandbox(parse_script(SCRIPT)) as model:
                model.order(Fault(kind="hang", seconds=120))
                client.base_url = httpx2.URL(model.base_url)
                tasks.start_soon(ask, client)
                while not any(exchange.fault == "hang" for exchange in model.exchanges):
                    await anyio.sleep(0.01)


@pytest.mark.parametrize("kind", get_args(FaultKind))
async def test_a_fault_is_written_down_and_used_up(model: ModelSandbox, client: AsyncOpenAI, kind: FaultKind) -> None:
    model.order(Fault(kind=kind, seconds=0.01))
    with contextlib.suppress(openai.OpenAIError):
        await ask(client)
    assert calls_of(await ask(client)) == [("deploy", '{"version": "1.4.2"}')]
    assert [exchange.fault for exchange in model.exchanges] == [kind, ""]


# --- the same through pydantic-ai, as the agents' own model module hears it


async def test_directly_an_answer_is_one_call(client: AsyncOpenAI) -> None:
    (part,) = (await ask_directly(client)).parts
    assert isinstance(part, ToolCallPart)
    assert (part.tool_name, part.args) == ("deploy", '{"version": "1.4.2"}')


@pytest.mark.parametrize(
    ("kind", "finish", "heard"),
    [
        ("invalid_json", "tool_call", [("deploy", '{"broken": ')]),
        ("schema_mismatch", "tool_call", [("deploy", '{"no_such_argument": true}')]),
        ("unknown_tool", "tool_call", [("no_such_tool", '{"version": "1.4.2"}')]),
        ("two_calls", "tool_call", [("deploy", '{"version": "1.4.2"}')] * 2),
        ("cut_off", "length", [("deploy", '{"version"')]),
        ("plain_text", "stop", ["Let me think about that for a moment."]),
        ("refusal", "content_filter", []),
        ("hang", "tool_call", [("deploy", '{"version": "1.4.2"}')]),
    ],
)
async def test_directly_a_bad_answer_is_heard_as_it_is(
    model: ModelSandbox, client: AsyncOpenAI, kind: FaultKind, finish: str, heard: list[Any]
) -> None:
    model.order(Fault(kind=kind, seconds=0.01))
    response = await ask_directly(client)
    said = [(part.tool_name, part.args) for part in response.parts if isinstance(part, ToolCallPart)]
    words = [part.content for part in response.parts if isinstance(part, TextPart)]
    assert (response.finish_reason, [*said, *words]) == (finish, heard)


@pytest.mark.parametrize(("kind", "status"), [("rate_limited", 429), ("server_error", 500), ("unauthorized", 401)])
async def test_directly_an_error_has_its_status(
    model: ModelSandbox, client: AsyncOpenAI, kind: FaultKind, status: int
) -> None:
    model.order(Fault(kind=kind))
    with pytest.raises(ModelHTTPError) as caught:
        await ask_directly(client)
    assert caught.value.status_code == status


async def test_directly_a_dropped_connection_is_an_error_without_status(
    model: ModelSandbox, client: AsyncOpenAI
) -> None:
    model.order(Fault(kind="drop"))
    with pytest.raises(ModelAPIError):
        await ask_directly(client)


async def test_directly_a_filtered_answer(model: ModelSandbox, client: AsyncOpenAI) -> None:
    model.order(Fault(kind="content_filter"))
    assert (await ask_directly(client)).finish_reason == "content_filter"
