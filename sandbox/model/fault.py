"""Faults: the ways in which a model or its provider goes wrong, as data, and how each bends an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sandbox.model.wire import ApiError

BENDING = ("invalid_json", "schema_mismatch", "unknown_tool", "two_calls", "cut_off", "hang", "drop")

FaultKind = Literal[
    "invalid_json",  # the arguments are not JSON
    "schema_mismatch",  # the arguments are JSON, but not what the schema asks for
    "unknown_tool",  # the call names a function nobody offered
    "two_calls",  # the call comes twice, against parallel_tool_calls=false
    "plain_text",  # words instead of a call, against tool_choice=required
    "refusal",  # the model declines, in message.refusal
    "cut_off",  # the answer ends half-way: finish_reason length
    "content_filter",  # the provider withholds the answer: finish_reason content_filter
    "unauthorized",  # 401: the key is not, or no longer, valid
    "rate_limited",  # 429, to be tried again after `seconds`
    "server_error",  # 500
    "hang",  # the answer comes `seconds` late
    "drop",  # the connection breaks in the middle of the answer
]
Finish = Literal["stop", "tool_calls", "length", "content_filter"]


class Fault(BaseModel):
    """One fault. `seconds`: how long `hang` waits (at most two minutes), or the retry-after of `rate_limited`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FaultKind
    seconds: Annotated[float, Field(ge=0, le=120)] = 1.0

    @property
    def bends(self) -> bool:
        """Whether it needs an answer to bend; the other faults take the answer's place."""
        return self.kind in BENDING


class WrittenCall(BaseModel):
    """A call as the model wrote it: `arguments` is text, JSON or not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    arguments: str


class Reply(BaseModel):
    """What the model says, before ids, usage and the token limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    content: str | None = None
    refusal: str | None = None
    calls: tuple[WrittenCall, ...] = ()
    finish_reason: Finish = "stop"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A reply or an error of the API, and how it travels: `delay` seconds late, or broken off half-way (`drop`)."""

    outcome: Reply | ApiError
    delay: float = 0.0
    drop: bool = False


def instead(fault: Fault) -> Delivery:
    """What a fault that needs no answer puts in its place."""
    match fault.kind:
        case "plain_text":
            return Delivery(Reply(content="Let me think about that for a moment."))
        case "refusal":
            return Delivery(Reply(refusal="I'm sorry, I can't help with that."))
        case "content_filter":
            return Delivery(Reply(finish_reason="content_filter"))
        case "unauthorized":
            return Delivery(ApiError(401, "Incorrect API key provided.", code="invalid_api_key"))
        case "rate_limited":
            error = ApiError(429, "Rate limit reached.", "requests", None, "rate_limit_exceeded", fault.seconds)
            return Delivery(error)
        case "server_error":
            return Delivery(ApiError(500, "The server had an error while processing your request.", "server_error"))
    raise ValueError(f"{fault.kind} bends an answer; it cannot take its place")


def bend(fault: Fault, reply: Reply) -> Delivery:
    """The reply, gone wrong."""
    match fault.kind:
        case "invalid_json":
            return Delivery(_rewrite(reply, arguments='{"broken": '))
        case "schema_mismatch":
            return Delivery(_rewrite(reply, arguments='{"no_such_argument": true}'))
        case "unknown_tool":
            return Delivery(_rewrite(reply, name="no_such_tool"))
        case "two_calls":
            return Delivery(reply.model_copy(update={"calls": reply.calls * 2}))
        case "cut_off":
            return Delivery(cut(reply, characters=size(reply) // 2))
        case "hang":
            return Delivery(reply, delay=fault.seconds)
        case "drop":
            return Delivery(reply, drop=True)
    return instead(fault)


def cut(reply: Reply, *, characters: int) -> Reply:
    """The reply as far as this many characters of its words and arguments go, ended by the length."""
    content, calls = reply.content, []
    if content is not None:
        content = content[:characters]
        characters -= len(content)
    for call in reply.calls:
        if characters > 0:
            calls.append(call.model_copy(update={"arguments": call.arguments[:characters]}))
        characters -= len(call.arguments)
    return Reply(content=content, refusal=reply.refusal, calls=tuple(calls), finish_reason="length")


def size(reply: Reply) -> int:
    """The characters a reply has: words and arguments."""
    return len(reply.content or reply.refusal or "") + sum(len(call.arguments) for call in reply.calls)


def _rewrite(reply: Reply, **changes: str) -> Reply:
    return reply.model_copy(update={"calls": tuple(call.model_copy(update=changes) for call in reply.calls)})
