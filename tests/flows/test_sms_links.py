"""Long answers of the agent: up to three texts, then one and a page that shows the rest; and what an emoji costs."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.sms.parts import SEGMENTS
from sandbox.twilio import Sms
from tests.flows.slack_house import script
from tests.flows.sms_house import SmsHouse, sms_house
from tests.flows.sms_steps import link

SENTENCES = [f"This is sentence number {number} of it." for number in range(1, 101)]
THREE, MORE = " ".join(SENTENCES[:45]), "<script>alert(1)</script> & <b>all</b>. " + " ".join(SENTENCES)
EMOJI = "All is well \N{ROCKET} and production runs what it should, as it did before; nothing else was touched."


def says(words: str, text: str) -> dict[str, Any]:
    """What the agent answers to these words."""
    return {"name": words, "when": {"last_event": f"<user_message [^>]*>.*{words}"}, "then": {"say": text}}


@pytest.fixture
async def h(tmp_path: Path) -> AsyncIterator[SmsHouse]:
    async with sms_house(tmp_path) as made:
        answers = {
            "three parts": THREE,
            "much more": MORE,
            "an emoji": EMOJI,
            "plainly": EMOJI.replace("\N{ROCKET}", ""),
        }
        made.model.use(script([says(words, text) for words, text in answers.items()]))
        yield made


async def test_a_long_answer_comes_in_three_numbered_parts(h: SmsHouse) -> None:  # SM-19
    h.text("ana", "three parts")
    parts = [(await h.sms("ana", f"({number}/3) ")) for number in (1, 2, 3)]
    await h.settled()
    assert h.unread("ana") == []
    said = [one.body.partition("/3) Agent: ")[2] for one in parts]
    assert " ".join(said) == THREE, "every sentence once, in order, and each part says whose it is"
    assert all(one.segments <= SEGMENTS and one.encoding == "GSM-7" for one in parts)
    assert all("http" not in one.body for one in parts)


async def test_a_longer_one_is_one_text_and_a_page_that_shows_all_of_it(h: SmsHouse) -> None:  # SM-19, SM-20
    h.text("ana", "much more")
    text = await h.sms("ana", "Agent: ", "Read it whole: ")
    await h.settled()
    assert h.unread("ana") == []
    assert text.segments <= SEGMENTS
    url = link(text.body)
    assert url.startswith(f"{h.settings.public_url}/d/")
    assert len(url.rpartition("/")[2]) == 16
    async with httpx.AsyncClient() as browser:
        page = await browser.get(url)
    assert page.status_code == 200
    assert html.escape("<script>alert(1)</script> & <b>all</b>.") in page.text
    assert "<script>" not in page.text
    assert all(sentence in page.text for sentence in SENTENCES)
    assert "<form" not in page.text, "there is nothing to answer"


async def test_a_page_is_its_bearers_alone(h: SmsHouse) -> None:  # SM-20
    for name in ("ana", "bo"):
        h.text(name, "much more")
    ana, bo = [link((await h.sms(name, "Read it whole: ")).body) for name in ("ana", "bo")]
    assert ana != bo
    before, characters = ana.rpartition("/")[0], ana.rpartition("/")[2]
    changed = ("B" if characters[0] == "A" else "A") + characters[1:]
    async with httpx.AsyncClient() as browser:
        for guess in (changed, characters[:-1], characters.swapcase(), ""):
            answer = await browser.get(f"{before}/{guess}")
            assert answer.status_code == 404
            assert SENTENCES[0] not in answer.text


async def test_an_emoji_makes_a_message_dearer_and_we_know_it(h: SmsHouse) -> None:  # SM-18
    h.text("ana", "hello")
    await h.sms("ana", "Agent: Hello!")  # Who we are is said once.
    h.text("ana", "an emoji")
    dear = await h.sms("ana", "\N{ROCKET}")
    h.text("ana", "plainly")
    cheap = await h.sms("ana", "All is well")
    assert [(one.encoding, one.segments) for one in (dear, cheap)] == [("UCS-2", 2), ("GSM-7", 1)]
    assert len(_units(dear)) == len(_units(cheap)) + 2 <= 134, "it is all the emoji's doing"


def _units(sms: Sms) -> bytes:
    return sms.body.encode("utf-16-be")[::2]
