"""REST, what goes wrong: problems with a type, limits on what is read, nothing told of threads that are not there."""

from __future__ import annotations

import json
import secrets
from typing import Any

import httpx
import pytest

from gateway.problem import KINDS, MEDIA_TYPE
from tests.doors.scene import Caller, Scene

NO_THREAD = "a" * 20
NO_REQUEST = "b" * 16
JSON = {"Content-Type": "application/json"}
SECRETIVE = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def problem(answer: httpx.Response) -> tuple[int, str]:
    """The status and the type's last word of a well-formed problem."""
    body = answer.json()
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert set(body) == {"type", "status", "detail"}
    assert body["type"] in KINDS
    assert body["status"] == answer.status_code
    assert body["detail"]
    return answer.status_code, body["type"].rpartition(":")[2]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("GET", "/events", None),
        ("POST", "/messages", {"text": "Hello"}),
        ("POST", "/pause", None),
        ("POST", "/resume", None),
        ("POST", "/stop", None),
        ("POST", f"/requests/{NO_REQUEST}/response", {"text": "yes"}),
        ("POST", f"/requests/{NO_REQUEST}/response", {"decision": "approve", "digest": "0" * 64}),
    ],
)
async def test_a_thread_that_is_not_there(ana: Caller, method: str, path: str, body: object) -> None:
    answer = await ana.http.request(method, f"/v1/threads/{NO_THREAD}{path}", json=body)
    assert problem(answer) == (404, "no-such-thread")
    assert NO_THREAD not in answer.text
    assert NO_THREAD not in [one["id"] for one in await ana.get("/threads")]


@pytest.mark.parametrize("name", ["a" * 19, "A" * 20, "a" * 21, "0" * 20, "a" * 5000, "%00" * 20, "{x}"])
async def test_a_name_no_thread_can_have(ana: Caller, name: str) -> None:
    status, kind = problem(await ana.http.get(f"/v1/threads/{name}"))
    assert (status, kind) in ((422, "not-valid"), (404, "nothing-here"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'"text"',
        b"[]",
        b"null",
        b"{}",
        b'{"text": ""}',
        b'{"text": null}',
        b'{"text": 7}',
        b'{"text": ["a"]}',
        b'{"text": "a", "more": 1}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"text": "' + b"x" * 32_001 + b'"}',
        b'{"text": "half a character: \\ud800"}',
        b'{"text": "a", "\\ud800": 1}',
        b'{"text": "a", "' + b"x" * 100_000 + b'": 1}',
        json.dumps({"text": "a", **{f"k{n}": n for n in range(5000)}}).encode(),
    ],
    ids=range(19),
)
async def test_a_message_that_is_none(at: Scene, ana: Caller, body: bytes) -> None:
    key = secrets.token_hex(8)
    answer = await ana.http.post("/v1/threads", content=body, headers={**JSON, "Idempotency-Key": key})
    status, kind = problem(answer)
    assert (status, kind) in ((422, "not-valid"), (400, "refused"))
    assert len(answer.content) < 3000
    assert not await at.house.opened.threads.exists(at.house.keyring.thread_id("console", f"ana/{key}"))


async def test_a_message_that_is_one_makes_the_thread_its_key_names(at: Scene, ana: Caller) -> None:
    key = secrets.token_hex(8)
    taken = await ana.post("/threads", {"text": "Hello"}, key=key)
    assert taken["thread_id"] == at.house.keyring.thread_id("console", f"ana/{key}")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"decision": "approve"},
        {"decision": "approve", "digest": ""},
        {"decision": "yes", "digest": "0" * 64},
        {"decision": "approve", "digest": "0" * 64, "text": "yes"},
        {"decision": "approve", "digest": "0" * 65},
        {"decision": "deny", "digest": "0" * 64, "reason": "x" * 2001},
        {"text": ""},
    ],
)
async def test_an_answer_that_is_none(ana: Caller, body: object) -> None:
    answer = await ana.http.post(f"/v1/threads/{NO_THREAD}/requests/{NO_REQUEST}/response", json=body)
    assert problem(answer) == (422, "not-valid")


@pytest.mark.parametrize("key", ["", "a b", "x" * 129, "schlüssel", "a\tb"])
async def test_a_key_that_is_none(ana: Caller, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode("latin-1")}
    answer = await ana.http.post("/v1/threads", json={"text": "Hello"}, headers=headers)
    assert problem(answer) == (422, "not-valid")


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/threads", {"most": 0}),
        ("/threads", {"most": 201}),
        ("/threads", {"before": -1}),
        ("/threads", {"before": "now"}),
        (f"/threads/{NO_THREAD}/events", {"after": -1}),
        (f"/threads/{NO_THREAD}/events", {"after": 2**31 + 1}),
        ("/effects/dead", {"most": 0}),
    ],
)
async def test_a_number_out_of_bounds(ana: Caller, path: str, params: dict[str, Any]) -> None:
    assert problem(await ana.http.get(f"/v1{path}", params=params)) == (422, "not-valid")


async def test_what_does_not_exist_is_said_not_to(ana: Caller) -> None:
    assert problem(await ana.http.get("/v1/nothing")) == (404, "nothing-here")
    assert problem(await ana.http.delete("/v1/threads")) == (405, "not-this-method")
    assert problem(await ana.http.post(f"/v1/threads/{NO_THREAD}/explode")) == (422, "not-valid")


async def test_a_body_of_more_than_a_mebibyte_is_not_read(at: Scene, ana: Caller) -> None:
    assert problem(await ana.http.post("/v1/threads", content=b"x" * (1024 * 1024 + 1))) == (413, "body-too-large")
    async with httpx.AsyncClient(base_url=at.url) as stranger:
        assert problem(await stranger.post("/d/x", content=b"x" * (1024 * 1024 + 1))) == (413, "body-too-large")


async def test_a_long_text_that_fits_is_kept_whole(ana: Caller) -> None:
    text = "ä" * 31_999 + "!"
    thread = await ana.launch(text)
    assert (await ana.events(thread, "user_message"))[0]["text"] == text


async def test_the_words_of_a_person_come_back_as_they_were(ana: Caller) -> None:
    text = "<script>\u202e\x00\x1b[31m'\"\\ {{x}} 😀 %s ${y}\r\n"
    thread = await ana.launch(text)
    assert (await ana.events(thread, "user_message"))[0]["text"] == text


async def test_a_problem_does_not_repeat_what_was_sent(ana: Caller) -> None:
    canary = "canary-5f1c"
    for body in ({"text": {"x": canary}}, {"text": "a", "more": canary}, [canary]):
        answer = await ana.http.post("/v1/threads", content=json.dumps(body), headers=JSON)
        assert answer.status_code == 422
        assert canary not in answer.text


async def test_nothing_of_it_is_kept_by_anybody_between(ana: Caller) -> None:
    for path in ("/v1/threads", f"/v1/threads/{NO_THREAD}", "/health", "/openapi.json"):
        answer = await ana.http.get(path)
        assert SECRETIVE.items() <= dict(answer.headers).items(), path


async def test_health_names_the_durability_in_force(at: Scene) -> None:
    async with httpx.AsyncClient(base_url=at.url) as http:
        answer = await http.get("/health")
    assert answer.json() == {"status": "ok", "durability": "single"}
    assert at.house.opened.found.durability == "single"
