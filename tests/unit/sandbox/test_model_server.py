"""The scripted model's server, asked by the real OpenAI client and by hand."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion, ChatCompletionMessageFunctionToolCall, ChatCompletionToolParam

from sandbox.model import Exchange, ModelSandbox, parse_script

SCRIPT = """
rules:
  - {name: greet, when: {contains: hello}, then: {say: Hello to you.}}
  - {name: words, when: {contains: words}, then: {raw: {content: only words}}}
"""
SAY: ChatCompletionToolParam = {
    "type": "function",
    "function": {
        "name": "say",
        "parameters": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
    },
}


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
    async with AsyncOpenAI(base_url=model.base_url, api_key="sk-test", max_retries=0, timeout=10) as ready:
        yield ready


@pytest.fixture
async def web(model: ModelSandbox) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=model.url, headers={"authorization": "Bearer k"}, timeout=10) as ready:
        yield ready


async def ask(client: AsyncOpenAI, text: str, **more: Any) -> ChatCompletion:
    completion = await client.chat.completions.create(
        model="scripted", messages=[{"role": "user", "content": text}], tools=[SAY], **more
    )
    assert isinstance(completion, ChatCompletion)
    return completion


def only_call(completion: ChatCompletion) -> ChatCompletionMessageFunctionToolCall:
    calls = completion.choices[0].message.tool_calls or []
    assert len(calls) == 1
    assert isinstance(calls[0], ChatCompletionMessageFunctionToolCall)
    return calls[0]


# --- completions


async def test_a_completion_is_what_the_sdk_says_it_must_be(model: ModelSandbox, client: AsyncOpenAI) -> None:
    await ask(client, "hello")
    completion = ChatCompletion.model_validate(model.exchanges[0].answer)
    message = completion.choices[0].message
    call = only_call(completion)
    unknown = [x.model_extra for x in (completion, completion.choices[0], message, call, completion.usage) if x]
    assert unknown == [{}] * 5
    assert completion.choices[0].finish_reason == "tool_calls"
    assert (call.function.name, json.loads(call.function.arguments)) == ("say", {"text": "Hello to you."})
    assert completion.id.startswith("chatcmpl-")
    assert call.id.startswith("call_")


async def test_ids_are_never_used_twice(client: AsyncOpenAI) -> None:
    first, second = await ask(client, "hello"), await ask(client, "hello")
    assert first.id != second.id
    assert only_call(first).id != only_call(second).id


async def test_usage_grows_with_what_is_asked(client: AsyncOpenAI) -> None:
    short, long = await ask(client, "hello"), await ask(client, "hello " * 100)
    assert short.usage
    assert long.usage
    assert long.usage.prompt_tokens - short.usage.prompt_tokens == pytest.approx(99 * 6 / 4, abs=1)
    assert long.usage.total_tokens == long.usage.prompt_tokens + long.usage.completion_tokens


async def test_a_call_the_request_names_ends_with_stop(client: AsyncOpenAI) -> None:
    named = {"type": "function", "function": {"name": "say"}}
    completion = await ask(client, "hello", tool_choice=named)
    assert completion.choices[0].finish_reason == "stop"
    assert completion.choices[0].message.tool_calls


@pytest.mark.parametrize("limit", ["max_tokens", "max_completion_tokens"])
async def test_the_token_limit_cuts_the_answer(client: AsyncOpenAI, limit: str) -> None:
    completion = await ask(client, "hello", **{limit: 3})
    assert only_call(completion).function.arguments == '{"text": "He'
    assert completion.choices[0].finish_reason == "length"
    assert completion.usage
    assert completion.usage.completion_tokens == 3


async def test_raw_words(client: AsyncOpenAI) -> None:
    completion = await ask(client, "words")
    assert completion.choices[0].message.content == "only words"
    assert completion.choices[0].finish_reason == "stop"


async def test_the_models_are_those_of_the_script(client: AsyncOpenAI) -> None:
    assert [known.id async for known in client.models.list()] == ["scripted"]
    with pytest.raises(openai.NotFoundError) as caught:
        await client.chat.completions.create(model="gpt-9", messages=[{"role": "user", "content": "hello"}])
    assert caught.value.code == "model_not_found"


# --- what is refused


async def test_without_a_key_nothing_is_answered(model: ModelSandbox, web: httpx2.AsyncClient) -> None:
    for method, path in (("POST", "/v1/chat/completions"), ("GET", "/v1/models")):
        response = await web.request(method, path, headers={"authorization": ""})
        assert response.status_code == 401
        assert response.json()["error"]["type"] == "invalid_request_error"
    assert [exchange.status for exchange in model.exchanges] == [401, 401]


async def test_a_malformed_body_is_a_bad_request(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await ask(client, "hello", temperature=3)
    assert caught.value.param == "temperature"


async def test_no_rule_is_a_bad_request_that_is_remembered(model: ModelSandbox, client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="the last event is: something else"):
        await ask(client, "something else")
    (exchange,) = model.unmatched
    assert (exchange.status, exchange.asked["messages"][0]["content"]) == (400, "something else")


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("POST", "/v1/responses", 404, "Invalid URL (POST /v1/responses)"),
        ("GET", "/v1/chat/completions", 405, "Not allowed to GET on /v1/chat/completions."),
    ],
)
async def test_an_unknown_route_is_answered_as_by_the_api_and_remembered(
    model: ModelSandbox, web: httpx2.AsyncClient, method: str, path: str, status: int, message: str
) -> None:
    response = await web.request(method, path, content=b"" if method == "GET" else b"{}")
    assert (response.status_code, response.json()["error"]["message"]) == (status, message)
    assert [exchange.problem for exchange in model.unmatched] == [message]


# --- control


async def test_control_shows_the_exact_bytes_that_were_sent(model: ModelSandbox, web: httpx2.AsyncClient) -> None:
    body = '{"model": "scripted",\n "messages": [{"content": "words \\u00e9 ü", "role": "user"}]}'
    sent = await web.post("/v1/chat/completions", content=body, headers={"content-type": "application/json"})
    (shown,) = (await web.get("/_control/requests")).json()
    exchange = Exchange.model_validate(shown)
    assert exchange.body == body
    assert exchange.answer == sent.json()
    assert (exchange.rule, exchange.status, exchange.problem) == ("words", 200, "")
    assert (exchange,) == model.exchanges
    await web.delete("/_control/requests")
    assert len(model.exchanges) == 0


async def test_control_shows_no_key(web: httpx2.AsyncClient, client: AsyncOpenAI) -> None:
    await ask(client, "hello")
    assert "sk-test" not in (await web.get("/_control/requests")).text


async def test_control_replaces_the_script(web: httpx2.AsyncClient, client: AsyncOpenAI) -> None:
    script = "rules: [{name: new, when: {contains: news}, then: {raw: {content: it is new}}}]"
    assert (await web.post("/_control/script", content=script)).json() == ["new"]
    assert (await ask(client, "news")).choices[0].message.content == "it is new"


async def test_control_refuses_a_wrong_script_and_keeps_the_old(web: httpx2.AsyncClient, client: AsyncOpenAI) -> None:
    response = await web.post("/_control/script", content="rules: [{name: bad, then: {}}]")
    assert (response.status_code, response.json()["detail"][:10]) == (422, "rule 'bad'")
    assert (await web.get("/_control/script")).json() == ["greet", "words"]
    assert (await ask(client, "words")).choices[0].message.content == "only words"


async def test_control_orders_faults_and_lifts_them(web: httpx2.AsyncClient, client: AsyncOpenAI) -> None:
    await web.post("/_control/faults", json={"kind": "server_error", "count": 3})
    with pytest.raises(openai.InternalServerError):
        await ask(client, "hello")
    assert [fault["kind"] for fault in (await web.get("/_control/faults")).json()] == ["server_error"] * 2
    await web.delete("/_control/faults")
    assert (await ask(client, "hello")).choices[0].finish_reason == "tool_calls"


async def test_control_refuses_a_fault_nobody_knows(web: httpx2.AsyncClient) -> None:
    assert (await web.post("/_control/faults", json={"kind": "sulk"})).status_code == 422
    assert (await web.post("/_control/faults", json={"kind": "hang", "seconds": 9999})).status_code == 422


async def test_control_lists_what_nothing_fitted(web: httpx2.AsyncClient) -> None:
    await web.post("/v1/embeddings", json={})
    assert [shown["path"] for shown in (await web.get("/_control/unmatched")).json()] == ["/v1/embeddings"]
    assert (await web.get("/_control/nothing")).status_code == 404
    assert len((await web.get("/_control/unmatched")).json()) == 1


# --- the process


async def test_two_servers_live_side_by_side() -> None:
    async with ModelSandbox(parse_script(SCRIPT)) as one, ModelSandbox(parse_script(SCRIPT)) as two:
        assert one.url != two.url
        async with AsyncOpenAI(base_url=two.base_url, api_key="k", max_retries=0, timeout=10) as client:
            await ask(client, "hello")
        assert (len(one.exchanges), len(two.exchanges)) == (0, 1)


async def test_a_server_that_has_ended_listens_no_more() -> None:
    async with ModelSandbox(parse_script(SCRIPT)) as model:
        url = model.url
    async with httpx2.AsyncClient() as web:
        with pytest.raises(httpx2.ConnectError):
            await web.get(url)


def start(*options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sandbox.model", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_alone_it_says_where_it_listens_and_stops_when_told(tmp_path: Path, sign: signal.Signals) -> None:
    script = tmp_path / "script.yaml"
    script.write_text(SCRIPT)
    with start("--script", str(script), "--port", "0") as process:
        assert process.stdout
        said = json.loads(process.stdout.readline())
        assert httpx2.get(said["url"] + "/_control/script").json() == ["greet", "words"]
        assert said["base_url"] == said["url"] + "/v1"
        process.send_signal(sign)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")


def test_alone_it_says_in_one_line_what_is_wrong_with_the_script(tmp_path: Path) -> None:
    script = tmp_path / "script.yaml"
    script.write_text("rules: [{name: bad, then: {}}]")
    with start("--script", str(script)) as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 1
    assert errors == "sandbox.model: script.yaml: rule 'bad': then: give exactly one of call, say, raw and fault\n"
