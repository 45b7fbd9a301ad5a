"""The decision page under hostile text: whatever a request quotes is shown as text, and what hides is spelled out."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
from bs4 import BeautifulSoup

from agent_core.events import ApprovalRequest
from agent_core.values import Author, Call
from gateway.entry import encode
from tests.doors.card import card_for
from tests.doors.scene import PATIENCE, Caller, Scene, until

REQUEST = "b" * 16
SCRIPT = "<script>alert(1)</script>"


def request(markup: str) -> ApprovalRequest:
    """A request with the same markup in every text that anybody outside can choose."""
    arguments = json.dumps({f"k{markup}": markup, "n": [{f"k{markup}": 1}]}, ensure_ascii=False)
    return ApprovalRequest(
        id=REQUEST,
        call=Call(tool=f"deploy{markup}", version=markup, arguments=arguments),
        risk="high",
        digest="0" * 64,
        requester=Author(identity=f"email:{markup}@evil.test", assurance="none"),
        approvers=("bo",),
        policy="p1",
        expires_at=datetime.now(UTC) + timedelta(days=1),
        reason=markup,
    )


async def page(at: Scene, ana: Caller, markup: str) -> str:
    """The page of such a request."""
    thread = await ana.launch("Hello")
    await at.house.opened.threads.ingest(thread, "hostile", encode(request(markup)))
    async with httpx.AsyncClient(base_url=at.url, timeout=PATIENCE) as browser:

        async def shown() -> str | None:
            text = (await card_for(at, browser, thread, {"id": REQUEST}).look()).text
            return text if "May this run?" in text else None

        return await until(shown)


def tags(text: str) -> Counter[tuple[str, tuple[str, ...]]]:
    """Every element of a page with the names of its attributes."""
    return Counter((tag.name, tuple(sorted(tag.attrs))) for tag in BeautifulSoup(text, "html.parser").find_all(True))


async def test_markup_adds_nothing_to_the_page(at: Scene, ana: Caller) -> None:
    plain = tags(await page(at, ana, "plain"))
    for markup in (
        SCRIPT,
        f"</code></td></tr></table>{SCRIPT}",
        '"><img src=x onerror=alert(1)>',
        "' onload='alert(1)",
        '" autofocus onfocus="alert(1)',
        "</section><form action=https://evil.test><input name=code>",
        "<meta http-equiv=refresh content=0;url=https://evil.test>",
        "<!--",
        "</title></head><body>",
    ):
        text = await page(at, ana, markup)
        assert tags(text) == plain, markup
        assert BeautifulSoup(text, "html.parser").get_text().count(markup) >= 5, markup


async def test_templates_in_the_text_are_not_run(at: Scene, ana: Caller) -> None:
    text = await page(at, ana, "{{ 7919*7907 }}{% raw %}")
    assert str(7919 * 7907) not in text
    assert "{{ 7919*7907 }}{% raw %}" in text


async def test_what_hides_or_pretends_is_spelled_out(at: Scene, ana: Caller) -> None:
    text = await page(at, ana, "a\u202eb\u200bc\u2066d\x1b[31m" + "раypal")
    for hidden in "\u202e\u200b\u2066\x1b":
        assert hidden not in text
        assert f"\\u{{{ord(hidden):04X}}}" in text
    assert "Look twice: letters of different alphabets are mixed in" in text
