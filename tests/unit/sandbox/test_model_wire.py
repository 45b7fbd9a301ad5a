"""What the scripted model's server refuses, as the real API does."""

from __future__ import annotations

import json
from typing import Any, get_type_hints

import pytest
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming

from sandbox.model.check import check_headers, parse_request
from sandbox.model.wire import ApiError, ChatRequest

USER = {"role": "user", "content": "hello"}
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
ASSISTANT = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "call_1", "content": "42"}


def function(**changes: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}} | changes}


def parse(**changes: Any) -> ChatRequest:
    body = {"model": "scripted", "messages": [USER]} | changes
    return parse_request(json.dumps({key: value for key, value in body.items() if value is not ...}).encode())


def test_a_whole_conversation_with_tools_is_accepted() -> None:
    messages = [{"role": "system", "content": "be brief"}, USER, ASSISTANT, RESULT, USER]
    request = parse(messages=messages, tools=[function()], tool_choice="required", parallel_tool_calls=False)
    assert request.last_words == "hello"
    assert list(request.functions_offered) == ["f"]


def test_every_parameter_the_sdk_can_send_is_known() -> None:
    sent = set(get_type_hints(CompletionCreateParamsNonStreaming, include_extras=True))
    assert sent
    assert sent <= set(ChatRequest.model_fields)


@pytest.mark.parametrize(
    ("changes", "param", "message"),
    [
        ({"model": ...}, "model", "Missing required parameter: 'model'."),
        ({"messages": ...}, "messages", "Missing required parameter: 'messages'."),
        ({"messages": []}, "messages", "Invalid value"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0]", "Invalid value"),
        ({"messages": [{"role": "user"}]}, "messages[0].content", "Missing required parameter"),
        ({"messages": [USER | {"mood": "good"}]}, "messages[0].mood", "Unknown parameter"),
        ({"messages": [{"role": "assistant"}]}, "messages[0].content", "needs 'content' or 'tool_calls'"),
        ({"messages": [USER, RESULT]}, "messages[1]", "must respond to a preceding message"),
        ({"messages": [ASSISTANT, USER]}, "messages[1]", "must be followed by tool messages for each: call_1"),
        ({"messages": [USER, ASSISTANT]}, "messages", "must be followed by tool messages for each: call_1"),
        ({"messages": [ASSISTANT, RESULT, RESULT]}, "messages[2]", "must respond to a preceding message"),
        ({"max_token": 5}, "max_token", "Unknown parameter: 'max_token'."),
        ({"max_tokens": 0}, "max_tokens", "Invalid value"),
        ({"max_tokens": "5"}, "max_tokens", "Invalid value"),
        ({"max_tokens": 5, "max_completion_tokens": 5}, None, "at the same time is not supported"),
        ({"temperature": 2.5}, "temperature", "Invalid value"),
        ({"stream": True}, "stream", "Invalid value"),
        ({"n": 2}, "n", "Invalid value"),
        ({"tools": []}, "tools", "Invalid value"),
        ({"tools": [function(name="no spaces")]}, "tools[0].function.name", "Invalid value"),
        ({"tools": [function(name="f" * 65)]}, "tools[0].function.name", "Invalid value"),
        ({"tools": [function(parameters={"type": "array"})]}, "tools[0].function.parameters", "Invalid schema"),
        ({"tools": [function(strict=True)]}, "tools[0].function.parameters", "'additionalProperties' is required"),
        ({"tool_choice": "required"}, "tool_choice", "only allowed when 'tools' are specified"),
        ({"parallel_tool_calls": False}, "parallel_tool_calls", "only allowed when 'tools' are specified"),
        ({"tools": [function()], "tool_choice": "any"}, "tool_choice", "Invalid value"),
        (
            {"tools": [function()], "tool_choice": {"type": "function", "function": {"name": "g"}}},
            "tool_choice",
            "'function.g' not found",
        ),
    ],
)
def test_what_the_api_refuses_is_refused(changes: dict[str, Any], param: str | None, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse(**changes)
    assert caught.value.status == 400
    assert message in caught.value.message
    assert caught.value.param == param


def test_a_strict_function_must_require_all_its_properties() -> None:
    schema = {"type": "object", "additionalProperties": False, "properties": {"a": {}, "b": {}}, "required": ["a"]}
    with pytest.raises(ApiError, match="including every key in properties"):
        parse(tools=[function(strict=True, parameters=schema)])
    parse(tools=[function(strict=True, parameters=schema | {"required": ["a", "b"]})])


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 2000])
def test_what_is_not_json_is_refused(body: bytes) -> None:
    with pytest.raises(ApiError, match="could not parse the JSON body"):
        parse_request(body)


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer  ", "Basic abc", "sk-123"])
def test_a_bearer_key_is_asked_for(authorization: str) -> None:
    with pytest.raises(ApiError) as caught:
        check_headers(authorization, "application/json")
    assert caught.value.status == 401


def test_another_content_type_than_json_is_refused() -> None:
    check_headers("Bearer k", "application/json; charset=utf-8")
    with pytest.raises(ApiError) as caught:
        check_headers("Bearer k", "text/plain")
    assert caught.value.code == "unsupported_content_type"
