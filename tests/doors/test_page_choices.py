"""The page, what is neither a plain yes nor a no: arguments in fields, words instead, a question, all of it checked."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from html import unescape

import httpx
import pytest

from tests.doors.card import Card, card_for
from tests.doors.scene import PATIENCE, Caller, Scene


@pytest.fixture
async def card(at: Scene, ana: Caller) -> AsyncIterator[Card]:
    """Ana has asked; this is what Bo got, and a browser without a token."""
    thread = await ana.launch("Please deploy 1.4.1 to staging.")
    async with httpx.AsyncClient(base_url=at.url, timeout=PATIENCE) as browser:
        yield card_for(at, browser, thread, await ana.request(thread))


async def said(ana: Caller, card: Card) -> list[str]:
    """The decisions that were stored."""
    return [event["decision"] for event in await ana.events(card.thread, "approval_response")]


def fields(page: str) -> dict[str, str]:
    """The texts of the arguments' fields."""
    found = re.findall(r'<textarea name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    return {name: unescape(text) for name, text in found}


async def test_every_argument_has_a_field_with_a_label(card: Card) -> None:
    page = (await card.look()).text
    assert list(fields(page).values()) == ["1.4.1", "staging"]
    assert len(re.findall(r"<label>\w+\s+<textarea", page)) == 2


async def test_changed_arguments_run_and_the_page_says_what_was_changed(ana: Caller, card: Card) -> None:
    form = await card.form(decision="change", **{"argument-0": "1.4.0", "argument-1": "staging"})
    assert (await card.post(form)).status_code == 303
    closed = await ana.heard(card.thread, "request_closed", outcome="approved")
    assert closed["call"]["arguments"] == '{"version":"1.4.0","environment":"staging"}'
    ended = (await card.look()).text
    assert "<code>&#34;1.4.1&#34;</code> became <code>&#34;1.4.0&#34;</code>" in ended
    assert "staging" not in ended


async def test_what_the_tool_would_not_take_is_said_at_its_field_and_nothing_is_stored(ana: Caller, card: Card) -> None:
    form = await card.form(decision="change", **{"argument-0": "1.4.0", "argument-1": "<the moon>"})
    answer = await card.post(form)
    assert answer.status_code == 422
    assert fields(answer.text) == {"argument-0": "1.4.0", "argument-1": "<the moon>"}
    assert re.search(r'environment\s*<span class="problem">[^<]*staging', answer.text)
    assert await said(ana, card) == []


@pytest.mark.parametrize(
    ("decision", "changed"),
    [
        ("approve", {"argument-0": "1.4.0"}),
        ("change", {}),
        ("ask", {"reason": "  "}),
        ("answer", {}),
        ("delegate", {}),
        ("delegate", {"to": "cy"}),
        ("undo", {}),
        ("", {}),
    ],
)
async def test_what_cannot_be_meant_is_asked_back_and_not_stored(
    ana: Caller, card: Card, decision: str, changed: dict[str, str]
) -> None:
    assert (await card.post(await card.form(decision=decision, **changed))).status_code == 422
    assert await said(ana, card) == []


async def test_a_wrong_code_loses_nothing_that_was_typed(ana: Caller, card: Card) -> None:
    form = await card.form(decision="change", reason="an <older> one", **{"argument-0": "1.4.0"})
    answer = await card.post({**form, "code": card.wrong(1)[0]})
    assert answer.status_code == 422
    assert fields(answer.text)["argument-0"] == "1.4.0"
    assert 'value="an &lt;older&gt; one"' in answer.text
    assert re.search(r'value="change" required checked', answer.text)
    assert await said(ana, card) == []


async def test_a_question_leaves_it_open_and_an_answer_instead_ends_it(ana: Caller, card: Card) -> None:
    assert (await card.post(await card.form(decision="ask", reason="Which cluster?"))).status_code == 303
    asked = await ana.heard(card.thread, "input_request", question="Which cluster?")
    assert asked["by"]["person"] == "bo"
    await ana.heard(card.thread, "notice", kind="asked_back")
    assert (await card.post(await card.form(decision="answer", reason="It runs already."))).status_code == 303
    closed = await ana.heard(card.thread, "request_closed", outcome="answered", reason="It runs already.")
    assert closed["by"]["person"] == "bo"
    assert "answered by bo" in (await card.look()).text
