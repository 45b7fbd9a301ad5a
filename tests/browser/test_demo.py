"""The demo in a real browser: Ana writes, Bo approves, by mail or on the page behind the link; markup stays text."""

from __future__ import annotations

import asyncio
import re

from playwright.async_api import Locator, Page, Route, expect

from gateway.demo.teller import Teller
from gateway.demo.world import ANA, BO, World
from tests.browser.conftest import PATIENCE, Window

expect.set_options(timeout=PATIENCE)


def mailbox(page: Page, name: str) -> Locator:
    """One person's side of the demo page."""
    return page.locator(f'.person[data-name="{name}"]')


async def write(page: Page, name: str, text: str) -> None:
    """A new mail, written and sent by that person."""
    await mailbox(page, name).locator(".compose input").fill(text)
    await mailbox(page, name).locator(".compose button").click()


def letter(page: Page, name: str, containing: str) -> Locator:
    """The latest letter of a person that says this."""
    return mailbox(page, name).locator(".letters > li").filter(has_text=containing).first


async def test_ana_asks_and_bo_approves_by_answering(window: Window, here: World) -> None:
    page = await window.open(f"{window.demo}#mail")
    await write(page, "Ana", "Please deploy 1.4.1 to production.")
    card = letter(page, "Bo", '{"version":"1.4.1","environment":"production"}')
    await expect(card).to_be_visible()
    await expect(card.locator("input")).to_have_value(re.compile(r"^APPROVE \d{6}$"))
    await card.locator("button").click()
    await expect(letter(page, "Ana", "production runs 1.4.1 now")).to_be_visible()
    await expect(page.locator("#running")).to_contain_text("production: 1.4.1")
    await expect(page.locator("#threads")).to_contain_text("request_closed: approved")
    assert here.running("production") == "1.4.1"


async def test_bo_decides_on_the_page_behind_the_link(window: Window, here: World) -> None:
    page = await window.open(f"{window.demo}#mail")
    await write(page, "Ana", "Please deploy 1.4.2 to staging.")
    card = letter(page, "Bo", '{"version":"1.4.2","environment":"staging"}')
    await expect(card).to_be_visible()
    code = (await card.locator("input").input_value()).removeprefix("APPROVE ")
    async with window.context.expect_page() as opened:
        await card.get_by_role("link", name="Look and decide").click()
    decision = await opened.value
    await expect(decision.get_by_role("heading", level=1)).to_have_text("May this run?")
    await expect(decision.locator("table")).to_contain_text("1.4.2")
    await decision.get_by_role("button", name="Send the decision").click()
    await expect(decision.get_by_role("heading", level=1)).to_have_text("May this run?")
    assert here.running("staging") != "1.4.2"
    await decision.get_by_label("Approve", exact=True).check()
    await decision.get_by_label("Why").fill("<b>looks good</b>")
    await decision.get_by_label("The six digits").fill(code)
    await decision.get_by_role("button", name="Send the decision").click()
    await expect(decision.locator("main")).to_contain_text("This request was approved by bo")
    await expect(letter(page, "Ana", "staging runs 1.4.2 now")).to_be_visible()
    assert here.running("staging") == "1.4.2"


async def test_a_wrong_code_is_said_to_be_wrong_and_decides_nothing(window: Window, here: World) -> None:
    t = Teller(here, read={BO: len(here.mail.letters(BO))})
    await here.mail.send_as(ANA, here.mail.bot, "Deployment", "Please deploy 1.4.0 to production.")
    card = await t.letter(BO, "May this run?", "Bo gets the request")
    found = re.search(r"http://\S+/d/\S+", card.text)
    assert found
    page, before = await window.open(found[0]), here.running("production")
    await page.get_by_label("Approve", exact=True).check()
    await page.get_by_label("The six digits").fill("000000")
    await page.get_by_role("button", name="Send the decision").click()
    await expect(page.get_by_role("alert")).to_have_text("That is not the code from the message.")
    assert here.running("production") == before
    window.complaints[:] = [said for said in window.complaints if "422" not in said]


async def test_what_is_being_written_and_what_was_closed_stays_so(window: Window, here: World) -> None:
    go_on = asyncio.Event()

    async def hold(route: Route) -> None:
        await go_on.wait()
        await route.continue_()

    page = await window.open(f"{window.demo}#mail")
    await page.route("**/_control/send", hold)
    compose = mailbox(page, "Ana").locator(".compose input")
    await write(page, "Ana", "Please deploy 1.4.0 to staging.")
    await compose.fill("while it is under way")
    go_on.set()
    card = letter(page, "Bo", '{"version":"1.4.0","environment":"staging"}')
    await expect(card).to_be_visible()
    await expect(compose).to_have_value("while it is under way")
    await expect(compose).to_be_focused()
    await page.goto(f"{window.demo}#inside")
    thread = page.locator("#threads details").first
    await thread.locator("summary").click()
    code = (await card.locator("input").input_value()).removeprefix("APPROVE ")
    await here.mail.reply_as(BO, here.mail.letters(BO)[-1], f"DENY {code} not now")
    await expect(thread).to_contain_text("request_closed: denied")
    await expect(thread).not_to_have_attribute("open", "")


async def test_hostile_mail_stays_text(window: Window, here: World) -> None:
    markup = "<img src=https://evil.test/x onerror=alert(1)><script>alert(2)</script><b id=owned>Hello</b>"
    page = await window.open(f"{window.demo}#mail")
    await here.mail.send_as(
        ANA, BO, markup, f'{markup}\nhttp://127.0.0.1:9/d/x"onclick=alert(3)', html=f"<p>{markup}</p>"
    )
    await here.mail.send_as(ANA, here.mail.bot, markup, f"Hello {markup}")
    shown = letter(page, "Bo", "onerror")
    await expect(shown.locator(".head")).to_contain_text(markup)
    await expect(shown.locator("pre")).to_contain_text(markup)
    await expect(page.locator("#threads")).to_contain_text(f"user_message: Hello {markup}")
    for planted in ("#owned", ".person img", ".person script", "#threads img", "[onclick]"):
        await expect(page.locator(planted)).to_have_count(0)
