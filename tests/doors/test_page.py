"""The decision page: looking decides nothing, one deliberate POST decides once, and no other link or form opens it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import time_machine

from gateway.keyring import Keyring, Pass, Place
from tests.doors.card import Card, card_for
from tests.doors.scene import PATIENCE, Caller, Scene

HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
    "content-security-policy": ("default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"),
}
DAYS = timedelta(days=1)


@pytest.fixture
async def browser(at: Scene) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody's browser: no token, no cookies."""
    async with httpx.AsyncClient(base_url=at.url, timeout=PATIENCE) as client:
        yield client


@pytest.fixture
async def card(at: Scene, ana: Caller, browser: httpx.AsyncClient) -> Card:
    """Ana has asked; this is what Bo got."""
    thread = await ana.launch("Please deploy 1.4.1 to staging.")
    return card_for(at, browser, thread, await ana.request(thread))


async def undecided(ana: Caller, card: Card) -> bool:
    """Whether nobody has said anything to the request."""
    said = await ana.events(card.thread, "approval_response")
    return said == [] and (await ana.request(card.thread))["id"] == card.request["id"]


async def test_ten_looks_decide_nothing(ana: Caller, card: Card) -> None:  # EM-49
    before = await ana.get(f"/threads/{card.thread}/events")
    for _ in range(10):
        assert (await card.look()).status_code == 200
        assert (await card.browser.head(card.link)).status_code == 200
        assert (await card.browser.get(card.link, params=await card.form())).status_code == 200
    assert await ana.get(f"/threads/{card.thread}/events") == before
    assert await undecided(ana, card)


async def test_the_page_shows_all_that_would_run(card: Card) -> None:  # EM-49
    shown = (await card.look()).text
    for part in (
        "deploy (version",
        "1.4.1",
        "staging",
        "{&#34;version&#34;:&#34;1.4.1&#34;,&#34;environment&#34;:&#34;staging&#34;}",
        "high",
        "ana (console:ana, verified)",
        card.request["digest"][:12],
        card.request["expires_at"][:10],
        "Text by the agent, not checked",
    ):
        assert part in shown, part
    assert card.code not in shown


async def test_one_post_decides_and_the_second_is_told_so(at: Scene, ana: Caller, card: Card) -> None:  # EM-51
    form = await card.form(reason="looks good")
    answer = await card.post(form)
    assert (answer.status_code, answer.headers["location"]) == (303, card.link)
    closed = await ana.heard(card.thread, "request_closed", outcome="approved")
    assert (closed["by"]["person"], closed["by"]["evidence"], closed["reason"]) == (
        "bo",
        "decision link and code",
        "looks good",
    )
    assert "This request was approved by bo" in (await card.look()).text
    for again in (form, {**form, "decision": "deny"}):
        assert (await card.post(again)).status_code == 303
        assert "This request was approved by bo" in (await card.look()).text
    await ana.heard(card.thread, "notice", kind="already_closed", to="console:bo")
    assert len(await ana.events(card.thread, "request_closed")) == 1
    assert len(await ana.events(card.thread, "tool_call")) == 1


async def test_a_denial_on_the_page_runs_nothing(ana: Caller, card: Card) -> None:
    await card.post(await card.form(decision="deny", reason="not today"))
    await ana.heard(card.thread, "agent_message", text="not today")
    assert "denied by bo" in (await card.look()).text
    assert await ana.events(card.thread, "tool_call") == []


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"form_token": ""}, 403),
        ({"form_token": "a" * 16}, 403),
        ({"form_token": "é" * 16}, 403),
        ({"decision": ""}, 422),
        ({"decision": "APPROVE"}, 422),
        ({"decision": "yes"}, 422),
        ({"code": ""}, 422),
        ({"code": "000000"}, 422),
        ({"code": "١٢٣٤٥٦"}, 422),
        ({"code": "é"}, 422),
        ({"code": "1" * 17}, 422),
        ({"reason": "x" * 2001}, 422),
        ({"digest": "0" * 65}, 422),
    ],
)
async def test_a_form_that_is_not_as_the_page_made_it(
    ana: Caller, card: Card, changed: dict[str, str], status: int
) -> None:
    assert (await card.post(await card.form(**changed))).status_code == status
    assert await undecided(ana, card)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
async def test_a_form_from_another_site(ana: Caller, card: Card, headers: dict[str, str]) -> None:
    assert (await card.post(await card.form(), **headers)).status_code == 403
    assert await undecided(ana, card)


async def test_the_pages_own_form_passes(at: Scene, ana: Caller, card: Card) -> None:
    answer = await card.post(await card.form(decision="deny"), Origin=at.url, Sec_Fetch_Site="same-origin")
    assert answer.status_code == 303
    await ana.heard(card.thread, "request_closed", outcome="denied")


async def test_a_code_with_a_gap_is_the_code(ana: Caller, card: Card) -> None:
    answer = await card.post(await card.form(decision="deny", code=f" {card.code[:3]} {card.code[3:]} "))
    assert answer.status_code == 303
    await ana.heard(card.thread, "request_closed", outcome="denied")


async def test_after_too_many_wrong_codes_the_right_one_does_not_count_either(ana: Caller, card: Card) -> None:
    guesses = [await card.form(code=code) for code in card.wrong(5)]
    assert [(await card.post(guess)).status_code for guess in guesses] == [422] * 5
    assert (await card.post(await card.form())).status_code == 429
    assert await undecided(ana, card)


async def test_a_digest_that_was_not_shown_decides_nothing(ana: Caller, card: Card) -> None:
    for digest in ("0" * 64, ""):
        assert (await card.post(await card.form(digest=digest))).status_code == 303
        await ana.heard(card.thread, "notice", kind="changed", to="console:bo")
        assert (await ana.request(card.thread))["id"] == card.request["id"]


async def test_a_link_that_is_not_ours_or_too_old(at: Scene, ana: Caller, card: Card) -> None:
    bearer = Pass(thread_id=card.thread, request_id=card.request["id"], identity="console:bo")
    ticket = card.link.removeprefix("/d/")
    with time_machine.travel(datetime.now(UTC) - 31 * DAYS, tick=False):
        old = at.house.keyring.ticket(bearer)
    others = [
        old,
        Keyring(b"another secret of a foreign house").ticket(bearer),
        Keyring(at.house.keyring.secret, tenant="another").ticket(bearer),
        at.house.keyring.reply_token(Place(thread_id=card.thread, request_id=card.request["id"]), "bo"),
        ticket[:-1],
        ticket.swapcase(),
        at.house.keyring.ticket(bearer.model_copy(update={"thread_id": "a" * 20})),
        "x",
        "..",
        "é",
    ]
    form = await card.form()
    for other in others:
        for answer in (await card.browser.get(f"/d/{other}"), await card.browser.post(f"/d/{other}", data=form)):
            assert answer.status_code in (403, 404, 405), other
            assert "1.4.1" not in answer.text
    assert await undecided(ana, card)


async def test_a_link_to_a_request_that_never_was_says_nothing_of_it(at: Scene, card: Card) -> None:
    never = at.house.keyring.ticket(Pass(thread_id=card.thread, request_id="b" * 16, identity="console:bo"))
    answer = await card.browser.get(f"/d/{never}")
    assert "This request is closed." in answer.text
    assert "1.4.1" not in answer.text


async def test_anothers_form_or_code_does_not_fit(at: Scene, ana: Caller, card: Card) -> None:  # EM-49
    hers = card_for(at, card.browser, card.thread, card.request, "ana")
    assert (await card.post({**await card.form(), "form_token": (await hers.form())["form_token"]})).status_code == 403
    assert (await card.post(await card.form(code=hers.code))).status_code == 422
    assert await undecided(ana, card)


async def test_the_requesters_own_link_decides_nothing(at: Scene, ana: Caller, card: Card) -> None:
    hers = card_for(at, card.browser, card.thread, card.request, "ana")
    assert (await hers.post(await hers.form())).status_code == 303
    await ana.heard(card.thread, "notice", kind="own_request", to="console:ana")
    assert (await ana.request(card.thread))["id"] == card.request["id"]


async def test_an_expired_request_says_so_and_cannot_be_decided(at: Scene, ana: Caller, card: Card) -> None:
    form = await card.form()
    at.clock.move_on(hours=25)
    await ana.heard(card.thread, "request_closed", outcome="expired")
    assert "This request was expired" in (await card.look()).text
    await card.post(form)
    await ana.heard(card.thread, "notice", to="console:bo")
    assert await ana.events(card.thread, "tool_call") == []


async def test_what_was_sent_and_not_yet_looked_at_cannot_be_sent_twice(at: Scene, ana: Caller, card: Card) -> None:
    answers = [await card.post(form) for form in [await card.form()] * 3]
    assert [answer.status_code for answer in answers] == [303] * 3
    await ana.heard(card.thread, "request_closed", outcome="approved")
    assert len(await ana.events(card.thread, "approval_response")) == 1


async def test_every_answer_is_kept_by_nobody_and_framed_by_nobody(card: Card) -> None:  # EM-50
    form = await card.form()
    answers = [
        await card.look(),
        await card.browser.head(card.link),
        await card.browser.get("/d/x"),
        await card.post({**form, "form_token": ""}),
        await card.post({**form, "code": "000000"}),
        await card.post({**form, "decision": "deny"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 404, 403, 422, 303]
    for answer in answers:
        assert HEADERS.items() <= dict(answer.headers).items()
        assert "set-cookie" not in answer.headers
