"""The model module and a provider that answers with anything, or with our own words and key."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from agent_core.llm import ChatModel
from sandbox.model import ModelSandbox, parse_script
from tests.contract.llm_scene import AGENT, KEY, THREAD, open_model, provider

ODD = {
    "no choices": b'{"id":"1","object":"chat.completion","created":1,"model":"m","choices":[]}',
    "choices that are null": b'{"id":"1","object":"chat.completion","created":1,"model":"m","choices":null}',
    "no message": b'{"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0}]}',
    "a list": b"[]",
    "an empty object": b"{}",
    "no JSON": b"<html>our servers are tired</html>",
    "nothing": b"",
    "bytes": b"\xff\xfe\x00",
    "a custom call": b'{"id":"1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,'
    b'"finish_reason":"tool_calls","message":{"role":"assistant","content":null,"tool_calls":'
    b'[{"id":"c","type":"custom","custom":{"name":"say","input":"hello"}}]}}]}',
}


@pytest.mark.parametrize("what", ODD)
async def test_an_answer_that_is_none_means_that_the_model_is_unavailable(what: str) -> None:
    async with provider(ODD[what]) as url, open_model(url) as model:
        thought = await model.next_step(AGENT, THREAD)

    assert (thought.outcome, thought.step) == ("unavailable", None)
    assert thought.detail.isidentifier()


async def test_a_provider_that_is_not_there_is_unavailable() -> None:
    async with provider(b"") as url:
        pass
    async with open_model(url) as model:
        thought = await model.next_step(AGENT, THREAD)

    assert (thought.outcome, thought.detail) == ("unavailable", "APIConnectionError")


@pytest.mark.parametrize("status", [b"400 Bad Request", b"401 Unauthorized", b"413 Too Large", b"500 Oops"])
async def test_a_provider_that_quotes_the_request_gets_neither_words_nor_key_into_the_log(status: bytes) -> None:
    echo = b'{"error": {"message": ECHO, "type": "invalid_request_error", "param": null, "code": null}}'
    async with provider(echo, status) as url, open_model(url) as model:
        thought = await model.next_step(AGENT, THREAD)

    assert thought.outcome == "unavailable"
    assert thought.detail.split()[-1] == status.split()[0].decode()
    assert "canary" not in thought.model_dump_json()


async def test_a_local_server_needs_no_key() -> None:
    rules = parse_script("rules: [{name: say, then: {say: Hello.}}]")
    async with ModelSandbox(rules) as server, open_model(server.base_url, key="") as model:
        assert (await model.next_step(AGENT, THREAD)).outcome == "step"


def test_the_key_does_not_show() -> None:
    model = ChatModel(base_url="http://127.0.0.1:9/v1", api_key=SecretStr(KEY), name="scripted")

    assert "canary" not in repr(model)


def test_the_prompts_the_agent_ships_with_name_the_functions_it_is_offered() -> None:
    page = (Path(__file__).parents[2] / "prompts" / "deploy.md").read_text(encoding="utf-8")

    assert all(f"`{name}`" in page for name in ("say", "ask", "give_up"))
