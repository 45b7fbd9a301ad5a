"""The JSON of a completion: ids, usage, and the cut that the request's token limit makes."""

from __future__ import annotations

import uuid
from datetime import datetime

from pydantic import JsonValue

from sandbox.model.fault import Reply, cut, size
from sandbox.model.wire import ChatRequest, NamedChoice

CHARACTERS_PER_TOKEN = 4


def completion(reply: Reply, request: ChatRequest, now: datetime) -> dict[str, JsonValue]:
    """The `chat.completion` object."""
    if request.limit is not None and tokens(size(reply)) > request.limit:
        reply = cut(reply, characters=request.limit * CHARACTERS_PER_TOKEN)
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(now.timestamp()),
        "model": request.model,
        "choices": [
            {"index": 0, "message": _message(reply), "logprobs": None, "finish_reason": _finish(reply, request)}
        ],
        "usage": _usage(request, reply),
        "service_tier": "default",
        "system_fingerprint": "fp_sandbox",
    }


def tokens(characters: int) -> int:
    """An estimate, rounded up: nobody here has a tokenizer."""
    return -(-characters // CHARACTERS_PER_TOKEN)


def _message(reply: Reply) -> dict[str, JsonValue]:
    message: dict[str, JsonValue] = {
        "role": "assistant",
        "content": reply.content,
        "refusal": reply.refusal,
        "annotations": [],
    }
    if reply.calls:
        message["tool_calls"] = [
            {
                "id": f"call_{uuid.uuid4().hex[:24]}",
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in reply.calls
        ]
    return message


def _finish(reply: Reply, request: ChatRequest) -> str:
    """A call that the request itself named ends with `stop`; one the model chose, with `tool_calls`."""
    named = isinstance(request.tool_choice, NamedChoice)
    return "stop" if named and reply.finish_reason == "tool_calls" else reply.finish_reason


def _usage(request: ChatRequest, reply: Reply) -> dict[str, JsonValue]:
    asked = request.model_dump_json(include={"messages", "tools"}, exclude_none=True)
    prompt, answered = tokens(len(asked)), tokens(size(reply))
    return {
        "prompt_tokens": prompt,
        "completion_tokens": answered,
        "total_tokens": prompt + answered,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
