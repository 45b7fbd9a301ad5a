"""Behind short links: the decision page as behind long ones, or a message to be read; and what weak proof is worth."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
from bs4 import BeautifulSoup

from adapters.base import Capabilities, WebhookAdapter
from agent_core.events import AgentMessage, ApprovalRequest, Event, InputRequest, Notice, RequestClosed
from agent_core.values import Author, Call, Proof
from gateway.door import Hook
from gateway.entry import encode
from gateway.keyring import Pass, Place
from gateway.links import ShortLinks
from gateway.web import web
from tests.doors.card import Card, card_for
from tests.doors.scene import PATIENCE, Caller, Scene
from tests.doors.test_page import HEADERS

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
async def browser(at: Scene) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody's browser."""
    async with httpx.AsyncClient(base_url=at.url, timeout=PATIENCE) as client:
        yield client


async def short(at: Scene, bearer: Pass) -> str:
    """The short link somebody was sent."""
    return f"/d/{await ShortLinks(at.house.opened.links, at.house.keyring).make(bearer)}"


async def told(at: Scene, ana: Caller, *events: Event) -> str:
    """A thread whose log has these events at its end."""
    thread = await ana.launch("Hello")
    for event in events:
        await at.house.opened.threads.ingest(thread, f"test:{event.id}", encode(event))
    return thread


async def card_by_short(at: Scene, ana: Caller, browser: httpx.AsyncClient) -> Card:
    thread = await ana.launch("Please deploy 1.4.1 to staging.")
    card = card_for(at, browser, thread, await ana.request(thread))
    link = await short(at, Pass(thread_id=thread, request_id=card.request["id"], identity="console:bo"))
    return replace(card, link=link)


# --- decisions


async def test_a_short_link_decides_as_a_long_one_does(at: Scene, ana: Caller, browser: httpx.AsyncClient) -> None:
    card = await card_by_short(at, ana, browser)
    assert len(card.link) == len("/d/") + 16
    assert "May this run?" in (await card.look()).text
    assert (await card.post(await card.form(code="000000"))).status_code == 422
    assert (await card.post(await card.form())).headers["location"] == card.link
    closed = await ana.heard(card.thread, "request_closed", outcome="approved")
    assert (closed["by"]["person"], closed["by"]["assurance"]) == ("bo", "verified")
    assert "This request was approved by bo" in (await card.look()).text


async def test_short_links_that_nobody_was_sent_open_nothing(
    at: Scene, ana: Caller, browser: httpx.AsyncClient
) -> None:
    card = await card_by_short(at, ana, browser)
    link = card.link.removeprefix("/d/")
    bearer = Pass(thread_id=card.thread, request_id=card.request["id"], identity="console:bo")
    # Not kept, kept for another pass, and kept by somebody who does not know what a pass is.
    unkept = at.house.keyring.short(bearer.model_copy(update={"identity": "console:cy"}))
    await at.house.opened.links.shorten("a" * 16, bearer.model_dump_json().encode())
    await at.house.opened.links.shorten("b" * 16, b"[]")
    for other in (unkept, "a" * 16, "b" * 16, link.upper(), f"{link[:-1]}x", link[:-1]):
        answer = await browser.get(f"/d/{other}")
        assert answer.status_code == 404, other
        assert "1.4.1" not in answer.text


async def test_a_short_link_ends(at: Scene, ana: Caller, browser: httpx.AsyncClient) -> None:
    card = await card_by_short(at, ana, browser)
    links = at.house.opened.links
    await links.redis.delete(links._short(card.link.removeprefix("/d/")))
    assert (await card.look()).status_code == 404


# --- messages


async def test_a_message_is_shown_whole_and_with_nothing_to_press(
    at: Scene, ana: Caller, browser: httpx.AsyncClient
) -> None:
    words = "First line\nSecond line\u202e hidden"
    thread = await told(at, ana, AgentMessage(id="a1", to=("console:bo",), text=words))
    link = await short(at, Pass(thread_id=thread, request_id="a1", identity="console:bo"))
    for answer in (await browser.get(link), await browser.head(link)):
        assert answer.status_code == 200
        assert HEADERS.items() <= dict(answer.headers).items()
    page = BeautifulSoup((await browser.get(link)).text, "html.parser")
    assert page.find_all(["form", "input", "button", "a", "script"]) == []
    shown = page.get_text("\n")
    assert "First line" in shown
    assert "Second line\\u{202E} hidden" in shown
    form_token = at.house.keyring.form_token(link.removeprefix("/d/"))
    code = at.house.keyring.code(Place(thread_id=thread, request_id="a1"), "bo")
    await browser.post(link, data={"decision": "approve", "code": "000000"})
    await browser.post(link, data={"decision": "approve", "code": code, "form_token": form_token})
    await ana.heard(thread, "notice", kind="unknown_request")
    assert await ana.events(thread, "request_closed") == []


NOW = datetime.now(UTC)
REQUEST = ApprovalRequest(
    id="r1",
    call=Call(tool="deploy", version="1", arguments='{"version":"1.4.1"}'),
    risk="low",
    digest="0" * 64,
    requester=Author(identity="console:ana", person="ana", assurance="verified"),
    approvers=("bo",),
    policy="p1",
    expires_at=NOW + timedelta(days=1),
)
EVENTS: list[tuple[Event, str]] = [
    (InputRequest(id="x", to="console:bo", question="Which one?", expires_at=NOW + timedelta(days=1)), "Which one?"),
    (Notice(id="x", to="console:bo", kind="already_closed", about="r1", detail="denied by cy"), "denied by cy"),
    (RequestClosed(id="x", request_id="r1", outcome="withdrawn", reason="asked anew"), "was withdrawn"),
]


@pytest.mark.parametrize(("event", "words"), EVENTS)
async def test_every_kind_of_message_can_be_read(
    at: Scene, ana: Caller, browser: httpx.AsyncClient, event: Event, words: str
) -> None:
    thread = await told(at, ana, REQUEST, event)
    answer = await browser.get(await short(at, Pass(thread_id=thread, request_id="x", identity="console:bo")))
    assert (answer.status_code, words in answer.text) == (200, True)
    if not isinstance(event, InputRequest):
        assert "1.4.1" in answer.text  # What it speaks of.


async def test_nothing_but_what_was_sent_is_shown(at: Scene, ana: Caller, browser: httpx.AsyncClient) -> None:
    thread = await told(at, ana)
    (said,) = await ana.events(thread, "user_message")
    answer = await browser.get(await short(at, Pass(thread_id=thread, request_id=said["id"], identity="console:bo")))
    assert "This request is closed." in answer.text
    assert "Hello" not in answer.text
    nowhere = await short(at, Pass(thread_id="a" * 20, request_id="a1", identity="console:bo"))
    assert (await browser.get(nowhere)).status_code == 404


async def test_markup_in_a_message_is_text(at: Scene, ana: Caller, browser: httpx.AsyncClient) -> None:
    for number, markup in enumerate((SCRIPT, f"</p></section>{SCRIPT}", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}")):
        hostile: list[Event] = [
            AgentMessage(id=f"a{number}", to=("console:bo",), text=markup),
            Notice(id=f"b{number}", to="console:bo", kind="not_a_choice", detail=markup),
        ]
        thread = await told(at, ana, *hostile)
        for event in hostile:
            bearer = Pass(thread_id=thread, request_id=event.id, identity="console:bo")
            page = BeautifulSoup((await browser.get(await short(at, bearer))).text, "html.parser")
            assert page.find_all(["script", "img"]) == []
            assert markup in page.get_text()


# --- weak proof


@dataclass(frozen=True)
class Weak:
    """A channel that proves little."""

    capabilities: Capabilities


@pytest.fixture
async def by_phone(at: Scene) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at a door where the console proves as little as a number does."""
    hook = Hook(cast(WebhookAdapter, Weak(Capabilities(proof="restricted"))), cast(Any, None))
    door = replace(at.house.door(), hooks={"console": hook})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(web(door)), base_url=at.url) as client:
        yield client


@pytest.mark.parametrize(("needs", "assurance"), [("restricted", "restricted"), ("verified", "verified")])
async def test_who_has_link_and_code_from_one_phone_is_no_better_known(
    at: Scene, ana: Caller, by_phone: httpx.AsyncClient, needs: Proof, assurance: str
) -> None:  # SM-16
    thread = await told(at, ana, REQUEST.model_copy(update={"needs": needs}))
    card = card_for(at, by_phone, thread, {"id": "r1"})
    link = await short(at, Pass(thread_id=thread, request_id="r1", identity="console:bo"))
    card = replace(card, link=link)
    assert (await card.post(await card.form())).status_code == 303
    said = await ana.heard(thread, "approval_response")
    assert (said["author"]["person"], said["author"]["assurance"]) == ("bo", assurance)


async def test_codes_are_tried_out_five_times_an_hour_by_whoever_has_the_phone(
    at: Scene, ana: Caller, by_phone: httpx.AsyncClient
) -> None:  # SM-15
    thread = await told(at, ana, REQUEST.model_copy(update={"needs": "verified"}))
    link = await short(at, Pass(thread_id=thread, request_id="r1", identity="console:bo"))
    card = replace(card_for(at, by_phone, thread, {"id": "r1"}), link=link)
    guesses = [await card.form(code=code) for code in card.wrong(5)]
    assert [(await card.post(guess)).status_code for guess in guesses] == [422] * 5
    refused = await card.post(await card.form())
    assert (refused.status_code, "Please wait an hour" in refused.text) == (429, True)
    redis = at.house.opened.guard.redis
    names = [name async for name in redis.scan_iter(match="hp:tries:code:*")]
    left = await asyncio.gather(*(redis.ttl(name) for name in names))
    assert max(left) > 3000
