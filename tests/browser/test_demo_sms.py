"""The main job by text message, by hand in a real browser: asked on Slack or by text, decided on Bo's phone."""

from __future__ import annotations

import re

from playwright.async_api import Locator, expect

from gateway.demo.world import World
from tests.browser import phones_window, slack_window
from tests.browser.conftest import PATIENCE, Window
from tests.browser.phones_window import Phones

expect.set_options(timeout=PATIENCE)
CODE = re.compile(r"A (\d{6}) to approve")
# Longer than the demo's policy lets an approval be taken back.
WINDOW = 20


async def code(card: Locator) -> str:
    """The code in a request on a phone."""
    await expect(card).to_contain_text(CODE)
    found = CODE.search(await card.inner_text())
    assert found
    return found[1]


async def test_ana_asks_in_slack_and_bo_answers_on_his_phone(window: Window, here: World) -> None:
    slack, before = await slack_window.opened(window), here.running("production")
    await slack.page.set_viewport_size({"width": 1440, "height": 900})
    phones = Phones(slack.page)
    await slack.say("@holdpoint Please roll production back.")
    card = phones.bubble("Bo", "May this run?")
    await expect(card).to_contain_text('rollback (version 1) {"environment":"production"}')
    await expect(card).to_contain_text(re.compile(r"\d segments · delivered"))
    await phones.text("Bo", f"A {await code(card)}")
    await expect(phones.bubble("Bo", "To take it back before that, answer UNDO")).to_be_visible()
    assert here.running("production") == before
    here.move_on(seconds=WINDOW)
    await expect(slack.message("approved by bo")).to_be_visible()
    await expect(slack.message("again")).to_contain_text(f"production runs {here.running('production')} again")
    assert here.running("production") != before


async def test_by_text_alone_a_code_approves_and_a_code_takes_it_back(window: Window, here: World) -> None:
    phones, runs = await phones_window.opened(window), len(here.history())
    await phones.text("Ana", "Please roll staging back.")
    await expect(phones.bubble("Ana", "needs the approval of bo")).to_be_visible()
    digits = await code(phones.bubble("Bo", '{"environment":"staging"}'))
    await phones.text("Bo", f"A {digits}")
    await expect(phones.bubble("Bo", f"answer UNDO {digits}")).to_be_visible()
    await phones.text("Bo", f"U {digits}")
    await expect(phones.bubble("Bo", "took your approval back")).to_be_visible()
    here.move_on(seconds=WINDOW)
    await phones.text("Bo", f"R {digits} we need it as it is")
    await expect(phones.bubble("Ana", "we need it as it is")).to_be_visible()
    assert len(here.history()) == runs
