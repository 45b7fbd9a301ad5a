"""The pages behind the links in mails: what every answer forbids, what no log holds, what a link says afterwards."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, cast

import httpx
import pytest
from bs4 import BeautifulSoup
from structlog.testing import capture_logs

from agent_core.events import ApprovalHeld, RequestClosed
from agent_core.fold import MEMORY_OF_CLOSED
from agent_core.values import Author
from gateway.entry import encode
from gateway.keyring import Pass
from gateway.limits import MAX_BODY
from gateway.links import ShortLinks
from gateway.store.errors import StoreError
from gateway.web import serve_app, web
from tests.doors.card import Card, card_for
from tests.doors.scene import PATIENCE, Caller, Scene, free_port, listening
from tests.doors.test_page import HEADERS
from tests.doors.test_page_links import REQUEST, told

MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d UTC"


@dataclass(frozen=True)
class Broken:
    """A store that has this wrong with it."""

    error: Exception

    def __getattr__(self, name: str) -> NoReturn:
        raise self.error


@pytest.fixture
async def browser(at: Scene) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody's browser."""
    async with httpx.AsyncClient(base_url=at.url, timeout=PATIENCE) as client:
        yield client


async def mailed(at: Scene, browser: httpx.AsyncClient, thread: str, request: dict[str, str], person: str) -> Card:
    """What a mail brought: a link as mails have it, and the code."""
    bearer = Pass(thread_id=thread, request_id=request["id"], identity=f"console:{person}")
    link = await ShortLinks(at.house.opened.links, at.house.keyring).make(bearer)
    return replace(card_for(at, browser, thread, request, person), link=f"/d/{link}")


@pytest.fixture
async def card(at: Scene, ana: Caller, browser: httpx.AsyncClient) -> Card:
    """Ana has asked; this is what Bo got."""
    thread = await ana.launch("Please deploy 1.4.1 to staging.")
    return await mailed(at, browser, thread, await ana.request(thread), "bo")


async def said(card: Card) -> str:
    """What the page says."""
    return BeautifulSoup((await card.look()).text, "html.parser").get_text(" ", strip=True)


# --- what every answer forbids


async def test_no_answer_of_a_link_is_kept_indexed_or_passed_on(at: Scene, ana: Caller, card: Card) -> None:  # EM-50
    form, (*guesses, sixth) = await card.form(), card.wrong(6)
    for guess in guesses:
        await card.post({**form, "code": guess})
    answers = {
        200: await card.look(),
        206: await card.browser.get(card.link, headers={"Range": "bytes=0-9"}),
        404: await card.browser.get("/d/" + "a" * 16),
        405: await card.browser.options(card.link),
        413: await card.browser.post(card.link, content=b"x" * (MAX_BODY + 1)),
        422: await card.post({**form, "reason": "x" * 2001}),
        429: await card.post({**form, "code": sixth}),
    }
    assert [answer.status_code for answer in answers.values()] == [200, 200, 404, 405, 413, 422, 429]
    for status, answer in answers.items():
        assert HEADERS.items() <= dict(answer.headers).items(), status
    policy = HEADERS["content-security-policy"].split("; ")
    assert {source for rule in policy for source in rule.split()[1:]} == {"'self'", "'none'"}, "nobody else's anything"


@pytest.mark.parametrize(("error", "status"), [(StoreError("it is away"), 503), (ZeroDivisionError(), 500)])
async def test_nor_is_what_goes_wrong_with_us(at: Scene, card: Card, error: Exception, status: int) -> None:  # EM-50
    door = at.house.door()
    app = web(replace(door, threads=replace(door.threads, store=cast(Any, Broken(error)))))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=at.url) as browser:
        answer = await browser.get(card.link)
    assert answer.status_code == status
    assert HEADERS.items() <= dict(answer.headers).items()


async def test_every_page_asks_nothing_of_anybody_else_and_runs_nothing(ana: Caller, card: Card) -> None:  # EM-50
    form = await card.form()
    pages = [await card.look(), await card.browser.get("/d/x"), await card.post({**form, "code": ""})]
    await card.post({**form, "decision": "deny"})
    await ana.heard(card.thread, "request_closed")
    pages.append(await card.look())
    for page in pages:
        tags = BeautifulSoup(page.text, "html.parser").find_all(True)
        assert {"script", "iframe", "img", "object", "embed"}.isdisjoint(tag.name for tag in tags)
        assert {str(tag[name]) for tag in tags for name in ("href", "src", "action") if tag.has_attr(name)} == {
            "/static/holdpoint.css"
        }


# --- what no log holds


async def test_no_log_holds_a_link_a_form_or_a_code(
    ana: Caller, card: Card, caplog: pytest.LogCaptureFixture
) -> None:  # EM-50
    caplog.set_level(logging.DEBUG)
    with capture_logs() as ours:
        form = await card.form()
        await card.browser.head(card.link)
        await card.browser.get(f"{card.link}x")
        await card.browser.options(card.link)
        await card.post({**form, "code": card.wrong(1)[0]})
        await card.post(form)
        await ana.heard(card.thread, "request_closed", outcome="approved")
        await card.look()
    # The browser here writes down itself where it went; and pytest puts an ear on the access log, which is shut off.
    records = [one for one in caplog.records if one.name.partition(".")[0] not in ("httpx", "httpcore")]
    records = [one for one in records if one.name != "uvicorn.access"]
    assert ours, "there was something to log"
    written = "\n".join([*(one.getMessage() for one in records), *(repr(one) for one in ours)])
    for secret in (card.link.removeprefix("/d/"), form["form_token"], card.code, "/d/"):
        assert secret not in written


async def test_the_server_keeps_no_access_log(at: Scene, monkeypatch: pytest.MonkeyPatch) -> None:  # EM-50
    access, port, stopping = logging.getLogger("uvicorn.access"), free_port(), asyncio.Event()
    monkeypatch.setattr(access, "propagate", True)
    serving = asyncio.create_task(serve_app(web(at.house.door()), "127.0.0.1", port, stopping))
    await listening(port)
    stopping.set()
    await serving
    assert not access.propagate, "nobody who listens to everything hears of paths"


# --- what a link says afterwards


@pytest.mark.parametrize(("decision", "outcome"), [("approve", "approved"), ("deny", "denied")])
async def test_a_used_link_says_what_was_decided_by_whom_and_when(
    ana: Caller, card: Card, decision: str, outcome: str
) -> None:  # EM-51
    await card.post(await card.form(decision=decision))
    await ana.heard(card.thread, "request_closed")
    assert re.search(f"This request was {outcome} by bo at {MOMENT}.", await said(card))
    assert "<form" not in (await card.look()).text


async def test_an_expired_link_says_when(at: Scene, ana: Caller, card: Card) -> None:  # EM-51
    at.clock.move_on(hours=25)
    await ana.heard(card.thread, "request_closed", outcome="expired")
    assert re.search(f"This request was expired at {MOMENT}.", await said(card))


async def test_the_link_of_a_request_that_was_taken_back_says_by_whom_and_when(
    ana: Caller, card: Card
) -> None:  # EM-51
    form = await card.form()
    await ana.post(f"/threads/{card.thread}/stop")
    await ana.heard(card.thread, "request_closed", outcome="withdrawn")
    assert re.search(f"This request was withdrawn by ana at {MOMENT}.", await said(card))
    await card.post(form)
    await ana.heard(card.thread, "notice", kind="already_closed", to="console:bo")
    assert await ana.events(card.thread, "tool_call") == []


async def test_a_link_of_long_ago_still_says_so(at: Scene, ana: Caller, browser: httpx.AsyncClient) -> None:  # EM-51
    bo = Author(identity="console:bo", person="bo", assurance="verified")
    closed = RequestClosed(id="c", request_id="r1", outcome="denied", by=bo)
    others = [RequestClosed(id=f"c{n}", request_id=f"o{n}", outcome="expired") for n in range(MEMORY_OF_CLOSED)]
    thread = await told(at, ana, REQUEST, closed, *others)
    card = await mailed(at, browser, thread, {"id": "r1"}, "bo")
    assert (await at.house.door().threads.thread(thread)).closed_request("r1") is None
    assert re.search(f"This request was denied by bo at {MOMENT}.", await said(card))


async def test_the_link_of_an_approval_that_may_be_taken_back_says_until_when(
    at: Scene, ana: Caller, browser: httpx.AsyncClient
) -> None:  # EM-51
    bo = Author(identity="console:bo", person="bo", assurance="verified")
    held = ApprovalHeld(id="h", request_id="r1", by=bo, until=datetime.now(UTC) + timedelta(days=2))
    thread = await told(at, ana, REQUEST)
    card = await mailed(at, browser, thread, {"id": "r1"}, "bo")
    assert "takes effect" not in await said(card)
    await at.house.opened.threads.ingest(thread, "test:h", encode(held))
    assert re.search(r"This request was approved by bo, and takes effect at [\d-]+ [\d:]+ UTC.", await said(card))


# --- whose a link is


async def test_every_recipient_of_every_request_has_a_link_of_their_own(
    at: Scene, ana: Caller, card: Card
) -> None:  # EM-49
    another = await ana.launch("Please deploy 1.4.2 to staging.")
    other = await ana.request(another)
    asked = [(card.thread, card.request), (another, other)]
    cards = [await mailed(at, card.browser, *one, person) for one in asked for person in ("bo", "cy")]
    assert len({one.link for one in cards}) == len({one.code for one in cards}) == 4
    assert card.link == cards[0].link, "and always the same one"
    form = await card.form()
    for not_his in cards[1:]:
        assert (await not_his.post(form)).status_code == 403
        assert (await not_his.post(await not_his.form(code=card.code))).status_code == 422
    hers = cards[1]
    assert (await hers.post(await hers.form())).status_code == 303
    await ana.heard(card.thread, "notice", to="console:cy")
    (response,) = await ana.events(card.thread, "approval_response")
    assert response["author"]["person"] == "cy", "whoever has a link is whom it was sent to"
    assert (await ana.request(card.thread))["id"] == card.request["id"]


# --- what scanners send


async def test_what_is_no_code_is_no_guess(ana: Caller, card: Card) -> None:  # EM-49
    for dummy in ("", " ", "test", "on", "12345", "1234567", "APPROVE", "٠٠٠٠٠٠", "0000 0"):
        assert (await card.post(await card.form(code=dummy))).status_code == 422, dummy
    assert (await card.post(await card.form())).status_code == 303
    await ana.heard(card.thread, "request_closed", outcome="approved")


async def test_the_same_wrong_code_again_is_no_other_guess(ana: Caller, card: Card) -> None:  # EM-49
    first, *others = [await card.form(code=code) for code in card.wrong(6)]
    for _ in range(10):
        assert (await card.post(first)).status_code == 422
    assert [(await card.post(other)).status_code for other in others] == [422] * 4 + [429]
    assert [(await card.post(form)).status_code for form in (others[-1], await card.form())] == [429, 429]
    assert await ana.events(card.thread, "approval_response") == []
