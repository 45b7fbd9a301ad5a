"""REST, who may call: every route of the document against every token that must not open it; tokens kept as hashes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import time_machine
from fastapi import FastAPI

from gateway.access import Access, Scope
from gateway.web import web
from tests.doors.scene import EVERYTHING, Caller, Scene

THREAD, REQUEST = "a" * 20, "b" * 16
OPEN = {"/health"}
NEEDED: dict[tuple[str, str], Scope] = {
    ("POST", "/v1/threads"): "write",
    ("GET", "/v1/threads"): "read",
    ("GET", "/v1/threads/{thread_id}"): "read",
    ("GET", "/v1/threads/{thread_id}/events"): "read",
    ("POST", "/v1/threads/{thread_id}/messages"): "write",
    ("POST", "/v1/threads/{thread_id}/{verb}"): "write",
    ("POST", "/v1/threads/{thread_id}/requests/{request_id}/response"): "approve",
    ("GET", "/v1/effects/dead"): "admin",
}
BODIES = {
    "/v1/threads": {"text": "Hello"},
    "/v1/threads/{thread_id}/messages": {"text": "Hello"},
    "/v1/threads/{thread_id}/requests/{request_id}/response": {"text": "yes"},
}
ROUTES = [pytest.param(method, path, id=f"{method} {path}") for method, path in NEEDED]


@dataclass(frozen=True)
class Knock:
    """One call of a route with some authorization."""

    url: str
    method: str
    path: str

    async def __call__(self, authorization: str | None) -> httpx.Response:
        path = self.path.format(thread_id=THREAD, request_id=REQUEST, verb="stop")
        headers = {b"Authorization": authorization.encode("latin-1")} if authorization is not None else {}
        async with httpx.AsyncClient(base_url=self.url) as http:
            return await http.request(self.method, path, headers=headers, json=BODIES.get(self.path))


def shut(answer: httpx.Response) -> bool:
    """A plain 401 that tells nothing but that a token is needed."""
    body = answer.json()
    return (
        answer.status_code == 401
        and answer.headers["www-authenticate"] == "Bearer"
        and body == {"type": "urn:holdpoint:token-needed", "status": 401, "detail": "a valid token is needed"}
    )


def test_every_route_is_in_the_table(at: Scene) -> None:
    app: FastAPI = web(at.house.door())
    described = {
        (method.upper(), path)
        for path, methods in app.openapi()["paths"].items()
        for method in methods
        if path not in OPEN
    }
    assert described == set(NEEDED)


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_nobody_enters_without_a_good_token(at: Scene, method: str, path: str) -> None:
    knock, access = Knock(at.url, method, path), at.house.access
    good = await access.create("bo", EVERYTHING, days=1)
    elsewhere = await Access(at.house.opened.tokens, "another").create("bo", EVERYTHING, days=1)
    revoked = await access.create("bo", EVERYTHING, days=1)
    assert await access.revoke(hashlib.sha256(revoked.encode()).hexdigest()[:8])
    with time_machine.travel(datetime.now(UTC) - timedelta(days=2), tick=False):
        expired = await access.create("bo", EVERYTHING, days=1)
    for token in (elsewhere, revoked, expired, good[:-1], good + "x", good.upper(), "hp_", "é"):
        assert shut(await knock(f"Bearer {token}")), token
    for authorization in (None, good, f"Basic {good}", "Bearer", f"Token {good}"):
        assert shut(await knock(authorization)), authorization
    assert (await knock(f"Bearer {good}")).status_code in (200, 202, 404)


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_each_route_needs_its_own_scope_and_no_other(at: Scene, method: str, path: str) -> None:
    knock, needed = Knock(at.url, method, path), NEEDED[method, path]
    for scope in EVERYTHING:
        answer = await knock(f"Bearer {await at.house.access.create('bo', (scope,), days=1)}")
        if scope == needed:
            assert answer.status_code in (200, 202, 404)
        else:
            assert answer.status_code == 403
            assert answer.json()["type"] == "urn:holdpoint:scope-missing"
            assert needed in answer.json()["detail"]


async def test_a_token_in_the_query_opens_nothing(at: Scene) -> None:
    token = await at.house.access.create("bo", EVERYTHING, days=1)
    async with httpx.AsyncClient(base_url=at.url) as http:
        for name in ("token", "access_token", "authorization"):
            assert shut(await http.get("/v1/threads", params={name: token}))


async def test_the_store_knows_a_token_only_by_its_hash(at: Scene) -> None:
    token = await at.house.access.create("bo", ("read",), days=1)
    kept = await at.house.opened.tokens.all()
    assert hashlib.sha256(token.encode()).hexdigest() in kept
    assert all(token not in digest and token.encode() not in body for digest, body in kept.items())


async def test_who_speaks_is_who_the_token_belongs_to_whatever_the_body_says(at: Scene, ana: Caller) -> None:
    forged = {"text": "Hello", "author": {"identity": "console:bo", "person": "bo"}}
    answer = await ana.http.post("/v1/threads", json=forged)
    assert answer.status_code == 422
    thread = await ana.launch("Hello")
    author = (await ana.events(thread, "user_message"))[0]["author"]
    assert (author["identity"], author["person"], author["assurance"]) == ("console:ana", "ana", "verified")


async def test_a_person_nobody_knows_can_ask_but_not_decide(at: Scene, ana: Caller) -> None:
    thread = await ana.launch("Please deploy 1.4.1 to staging.")
    request = await ana.request(thread)
    async with at.caller("mallory", "approve") as mallory:
        await mallory.decide(thread, request, "approve")
    await ana.heard(thread, "notice", to="console:mallory", kind="not_an_approver")
    assert (await ana.request(thread))["id"] == request["id"]
