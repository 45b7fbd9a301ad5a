"""The shapes of the wire: the body of `POST /v1/chat/completions`, and the error the API answers with.

Source: OpenAI's API reference, "Create chat completion" and "Error codes".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue


@dataclass(eq=False)
class ApiError(Exception):
    """An answer of the API that is an error. `retry_after`, in seconds, is sent as a header."""

    status: int
    message: str
    kind: str = "invalid_request_error"
    param: str | None = None
    code: str | None = None
    retry_after: float | None = None

    @property
    def body(self) -> dict[str, JsonValue]:
        """The JSON of the answer."""
        return {"error": {"message": self.message, "type": self.kind, "param": self.param, "code": self.code}}


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


# --- messages


class Part(BaseModel):
    """One part of a message. Only text is read; the other kinds are let through."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: Literal["text", "refusal", "image_url", "input_audio", "file"]
    text: str = ""


Content = str | Annotated[list[Part], Field(min_length=1)]


class Instruction(_Closed):
    """What the developer says."""

    role: Literal["developer", "system"]
    content: Content
    name: str | None = None


class User(_Closed):
    """What the user says."""

    role: Literal["user"]
    content: Content
    name: str | None = None


class FunctionCall(_Closed):
    """A function the model chose; `arguments` is JSON text as the model wrote it."""

    name: str
    arguments: str


class ToolCall(_Closed):
    """A call in an earlier answer of the model."""

    id: str
    type: Literal["function"]
    function: FunctionCall


class Assistant(_Closed):
    """What the model said before."""

    role: Literal["assistant"]
    content: Content | None = None
    refusal: str | None = None
    name: str | None = None
    tool_calls: Annotated[list[ToolCall], Field(min_length=1)] | None = None


class ToolOutput(_Closed):
    """What came of a call."""

    role: Literal["tool"]
    content: Content
    tool_call_id: str


Message = Annotated[Instruction | User | Assistant | ToolOutput, Field(discriminator="role")]


# --- tools


class Function(_Closed):
    """A function on offer; `parameters` is its JSON schema."""

    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
    description: str | None = None
    parameters: dict[str, JsonValue] = {}
    strict: bool | None = None


class Tool(_Closed):
    """A tool on offer."""

    type: Literal["function"]
    function: Function


class Name(_Closed):
    """The name of a function."""

    name: str


class NamedChoice(_Closed):
    """The one function the model must call."""

    type: Literal["function"]
    function: Name


Count = Annotated[int, Field(ge=1)]


class ChatRequest(_Closed):
    """The body. Parameters that do not change a scripted answer are taken as they come."""

    model: str
    messages: Annotated[list[Message], Field(min_length=1)]
    tools: Annotated[list[Tool], Field(min_length=1, max_length=128)] | None = None
    tool_choice: Literal["none", "auto", "required"] | NamedChoice | None = None
    parallel_tool_calls: bool | None = None
    max_tokens: Count | None = None
    max_completion_tokens: Count | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    n: Literal[1] | None = None
    stream: Literal[False] | None = None
    audio: JsonValue = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    function_call: None = None
    functions: None = None
    logit_bias: JsonValue = None
    logprobs: bool | None = None
    metadata: dict[str, str] | None = None
    modalities: JsonValue = None
    moderation: JsonValue = None
    prediction: JsonValue = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    prompt_cache_key: str | None = None
    prompt_cache_options: JsonValue = None
    prompt_cache_retention: str | None = None
    reasoning_effort: str | None = None
    response_format: JsonValue = None
    safety_identifier: str | None = None
    seed: int | None = None
    service_tier: str | None = None
    stop: JsonValue = None
    store: bool | None = None
    stream_options: None = None
    top_logprobs: int | None = None
    user: str | None = None
    verbosity: str | None = None
    web_search_options: JsonValue = None

    @property
    def functions_offered(self) -> dict[str, Function]:
        """The functions by name."""
        return {tool.function.name: tool.function for tool in self.tools or ()}

    @property
    def limit(self) -> int | None:
        """The most tokens the answer may have."""
        return self.max_completion_tokens or self.max_tokens

    @property
    def last_words(self) -> str:
        """The text of the latest user message; empty if there is none."""
        for message in reversed(self.messages):
            if isinstance(message, User):
                return text_of(message.content)
        return ""


def text_of(content: Content) -> str:
    """The text of a message's content, its parts joined."""
    return content if isinstance(content, str) else "".join(part.text for part in content)
