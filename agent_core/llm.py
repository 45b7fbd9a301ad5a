"""The one room that calls a model provider: a thread goes out as two messages, one step comes back.

The system message is the agent's prompt, the user message the rendered thread, and nothing else: no history is kept
anywhere but in the log. What the model may choose is offered as functions: the agent's tools and `say`, `ask` and
`give_up`. Exactly one call is a step; everything else a model or its provider can do is a typed outcome, never an
exception. Only this file imports pydantic-ai and a provider's SDK.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr, ValidationError
from pydantic_ai.direct import model_request
from pydantic_ai.exceptions import ContentFilterError, ModelHTTPError
from pydantic_ai.messages import ModelRequest, ModelResponse, SystemPromptPart, ToolCallPart, UserPromptPart
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.instrumented import InstrumentationSettings
from pydantic_ai.settings import ModelSettings
from pydantic_ai.tools import GenerateToolJsonSchema, ToolDefinition

from agent_core.agent import Agent, Thought
from agent_core.context import render
from agent_core.errors import BadArguments
from agent_core.steps import Ask, GiveUp, Say, Step, Use
from agent_core.thread import Thread
from agent_core.tools import Tool, problems, strict_json

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from pydantic_ai.models.openai import OpenAIChatModel

MAX_TOKENS = 4096
NO_KEY = "none"
REASON = {"type": "string", "description": "Why, in one short sentence, for the person who must approve."}
_SPOKEN: Mapping[str, type[Say | Ask | GiveUp]] = {"say": Say, "ask": Ask, "give_up": GiveUp}


@dataclass(frozen=True)
class ChatModel:
    """A model behind an OpenAI-compatible endpoint. An empty `api_key` is for a local server that asks for none.

    `timeout` is the limit, in seconds, of one whole request. Nothing is tried twice here: an unavailable model is an
    outcome in the log, and the thread's own timer asks again.
    """

    base_url: str
    api_key: SecretStr
    name: str
    timeout: float = 60.0

    async def next_step(self, agent: Agent, thread: Thread) -> Thought:
        """The model's choice, or how it failed to make one."""
        try:
            response = await self._ask(agent, thread)
        except ContentFilterError:
            return Thought(outcome="refusal", detail="the provider's filter refused", model=self.name)
        except Exception as error:  # Whatever the provider and its SDK come up with, the thread must go on.
            return Thought(outcome="unavailable", detail=_blame(error), model=self.name)
        return thought_of(agent, response)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _ask(self, agent: Agent, thread: Thread) -> ModelResponse:
        words = ModelRequest(parts=[SystemPromptPart(agent.prompt.text), UserPromptPart(render(thread))])
        return await model_request(
            self._model,
            [words],
            model_settings=ModelSettings(
                max_tokens=MAX_TOKENS,
                parallel_tool_calls=False,
                tool_choice="required",
                request_timeout=self.timeout,
            ),
            model_request_parameters=ModelRequestParameters(function_tools=functions(agent)),
            instrument=InstrumentationSettings(include_content=False),
        )

    @cached_property
    def _client(self) -> AsyncOpenAI:
        """The SDK with its own retries off: by default it asks three times and triples the timeout."""
        from openai import AsyncOpenAI

        key = self.api_key.get_secret_value() or NO_KEY
        return AsyncOpenAI(base_url=self.base_url, api_key=key, max_retries=0, timeout=self.timeout)

    @cached_property
    def _model(self) -> OpenAIChatModel:
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.providers.openai import OpenAIProvider

        return OpenAIChatModel(self.name, provider=OpenAIProvider(openai_client=self._client))


def _blame(error: Exception) -> str:
    """The error's class and status. Never its text: providers quote the request in it, and some the key."""
    cause = error.__cause__ or error
    status = f" {error.status_code}" if isinstance(error, ModelHTTPError) else ""
    return f"{type(cause).__name__}{status}"


# --- what the model may choose


def functions(agent: Agent) -> list[ToolDefinition]:
    """The functions on offer: the agent's tools, then the ways to speak."""
    tools = [_offer(tool.name, tool.description, _parameters(tool)) for tool in agent.tools]
    spoken = [_offer(name, step.__doc__ or "", _schema(step, without="step")) for name, step in _SPOKEN.items()]
    return tools + spoken


def _offer(name: str, description: str, parameters: dict[str, Any]) -> ToolDefinition:
    return ToolDefinition(name=name, description=description, parameters_json_schema=parameters)


def _parameters(tool: Tool) -> dict[str, Any]:
    """The schema of the tool's arguments; who asks for an approval says why."""
    schema = _schema(tool.arguments)
    if tool.approval:
        schema["properties"] = {**schema["properties"], "reason": REASON}
        schema["required"] = [*schema.get("required", ()), "reason"]
    return schema


def _schema(model: type[Any], without: str = "") -> dict[str, Any]:
    """A model's JSON schema, less what the function says already (title, description) and the field `without`."""
    schema: dict[str, Any] = model.model_json_schema(schema_generator=GenerateToolJsonSchema)
    kept = {key: value for key, value in schema.items() if key not in ("title", "description")}
    return kept | {"properties": {key: value for key, value in schema["properties"].items() if key != without}}


# --- what it chose


def thought_of(agent: Agent, response: ModelResponse) -> Thought:
    """The step in an answer, or what is wrong with the answer."""
    calls = [part for part in response.parts if isinstance(part, ToolCallPart)]
    match response.finish_reason, calls:
        case "content_filter", _:
            thought = Thought(outcome="refusal", detail="the model refused")
        case "length", _:
            thought = Thought(outcome="cut_off", detail="the answer was too long and was cut off")
        case _, []:
            thought = Thought(outcome="invalid", detail="no function was called")
        case _, [call]:
            thought = _read(agent, call)
        case _:
            thought = Thought(outcome="several_calls", detail=f"{len(calls)} functions were called instead of one")
    used = response.usage
    cost = {"input_tokens": used.input_tokens, "output_tokens": used.output_tokens}
    return thought.model_copy(update={"model": response.model_name or "", **cost})


def _read(agent: Agent, call: ToolCallPart) -> Thought:
    """A call as a step. The arguments of a tool are not judged here: the turn does, against the tool's own model."""
    # The raw text: pydantic-ai's own conversion wraps broken JSON into an object that looks fine.
    text = call.args if isinstance(call.args, str) else call.args_as_json_str()
    tool = agent.tool(call.tool_name)
    try:
        if tool is not None:
            return Thought(outcome="step", step=_use(tool, text))
        if call.tool_name in _SPOKEN:
            return Thought(outcome="step", step=_spoken(call.tool_name, text))
    except BadArguments as error:
        return Thought(outcome="invalid", detail=f"{call.tool_name}: {error}")
    return Thought(outcome="invalid", detail=f"there is no function {call.tool_name[:64]!r}")


def _use(tool: Tool, text: str) -> Use:
    if not tool.approval:
        return Use(tool=tool.name, arguments=text)
    arguments = strict_json(text)
    reason = arguments.pop("reason", "")
    if not isinstance(reason, str):
        raise BadArguments("reason: must be text")
    return Use(tool=tool.name, arguments=json.dumps(arguments, ensure_ascii=False), reason=reason)


def _spoken(name: str, text: str) -> Step:
    said = strict_json(text)
    if any(isinstance(words, str) and not words.strip() for words in said.values()):
        raise BadArguments("there are no words in it")
    if "step" in said:
        raise BadArguments("step: Extra inputs are not permitted")
    try:
        return _SPOKEN[name].model_validate(said | {"step": name})
    except ValidationError as error:
        raise BadArguments(problems(error)) from error
