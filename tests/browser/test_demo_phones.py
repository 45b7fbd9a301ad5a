"""The demo's phones as screens: what is shown of a message and what not, what their owners may do, narrow and wide."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import expect

from gateway.demo.world import NUMBERS, World
from tests.browser.conftest import PATIENCE, Window
from tests.browser.phones_window import opened, sends

expect.set_options(timeout=PATIENCE)
MARKUP = '<img src=https://evil.test/x onerror=alert(1)><script>alert(2)</script><b id="owned">Hello</b>'

# What only looks at the demo's own page is a long proof.
pytestmark = pytest.mark.slow


async def test_a_bubble_says_who_wrote_what_it_cost_and_what_became_of_it(window: Window, here: World) -> None:
    phones = await opened(window)
    await sends(here, "bo", "short")
    await expect(phones.bubble("Bo", "short")).to_have_accessible_name("Received")
    await expect(phones.bubble("Bo", "short")).to_contain_text("1 segment · delivered")
    await sends(here, "bo", "long " * 40)
    await expect(phones.bubble("Bo", "long long")).to_contain_text("2 segments · delivered")
    await sends(here, "bo", "\N{PARTY POPPER} " + "emoji " * 12)
    await expect(phones.bubble("Bo", "emoji")).to_contain_text("2 segments (UCS-2) · delivered")
    await phones.text("Bo", "Hello, is anybody there?")
    await expect(phones.bubble("Bo", "is anybody there?")).to_have_accessible_name("Sent")


async def test_what_the_carrier_does_is_shown_as_its_own(window: Window, here: World) -> None:
    phones = await opened(window)
    await phones.text("Ana", "STOP")
    await expect(phones.bubble("Ana", "unsubscribed")).to_contain_text("by the carrier")
    await expect(phones.phone("Ana").get_by_text("opted out", exact=True)).to_be_visible()
    await phones.text("Ana", "START")
    await expect(phones.phone("Ana").get_by_text("opted out", exact=True)).to_be_hidden()


async def test_a_phone_that_is_switched_off_shows_it_later(window: Window, here: World) -> None:
    phones = await opened(window)
    await phones.phone("Bo").get_by_role("button", name="Switch off").click()
    await expect(phones.phone("Bo").get_by_role("button", name="Switch on")).to_be_visible()
    await sends(here, "bo", "while it was off")
    assert not [one for one in here.phone("bo").inbox if one.body == "while it was off"]
    await phones.phone("Bo").get_by_role("button", name="Switch on").click()
    await expect(phones.bubble("Bo", "while it was off")).to_contain_text("delivered")


async def test_hostile_words_stay_words_and_only_a_request_is_a_link(window: Window, here: World) -> None:
    phones = await opened(window)
    await sends(here, "ana", f"{MARKUP} https://evil.test/login javascript:alert(3) {here.url}/d/0123456789abcdef")
    shown = phones.bubble("Ana", "onerror")
    await expect(shown.locator(".body")).to_contain_text(MARKUP)
    await expect(shown.get_by_role("link")).to_have_attribute("href", f"{here.url}/d/0123456789abcdef")
    await phones.text("Bo", MARKUP)
    await expect(phones.bubble("Bo", "onerror").locator(".body")).to_have_text(MARKUP)
    for planted in ("#owned", ".phone img", ".phone script", ".phone [onerror]", '.phone a[href*="evil"]'):
        await expect(phones.page.locator(planted)).to_have_count(0)


async def test_what_is_being_written_stays_and_each_app_has_its_own(window: Window, here: World) -> None:
    phones = await opened(window)
    box = phones.phone("Ana").get_by_role("textbox")
    await box.fill("half a sent")
    await sends(here, "ana", "something new")
    await expect(phones.bubble("Ana", "something new")).to_be_visible()
    await expect(box).to_have_value("half a sent")
    await expect(box).to_be_focused()
    await phones.phone("Ana").get_by_role("button", name="WhatsApp").click()
    await expect(box).to_have_accessible_name("WhatsApp from Ana")
    await expect(box).to_have_value("")
    await expect(phones.bubble("Ana", "something new")).to_have_count(0)
    await box.fill("by the other way")
    await box.press("Enter")
    await expect(phones.bubble("Ana", "by the other way")).to_be_visible()
    await phones.phone("Ana").get_by_role("button", name="SMS").click()
    await expect(box).to_have_value("half a sent")
    await expect(phones.bubble("Ana", "by the other way")).to_have_count(0)


async def test_what_came_unseen_marks_the_way_to_it(window: Window, here: World) -> None:
    page = await window.open(f"{window.demo}#mail")
    tab = page.get_by_role("navigation", name="Panes").get_by_role("link", name="Phones")
    await expect(page.locator(".phone")).to_have_count(2)
    await tab.click()
    await expect(tab).to_have_accessible_name("Phones")
    await page.get_by_role("navigation", name="Panes").get_by_role("link", name="Mail").click()
    await sends(here, "bo", "look here")
    await expect(tab).to_have_accessible_name("Phones new messages")
    await tab.click()
    await expect(tab).to_have_accessible_name("Phones")


@pytest.mark.parametrize("width", [390, 760, 1280, 1400])
async def test_nothing_is_wider_than_the_screen_and_everything_is_at_hand(window: Window, width: int) -> None:
    phones = await opened(window)
    await phones.page.set_viewport_size({"width": width, "height": 844})
    for name in ("Ana", "Bo"):
        box = phones.phone(name).get_by_role("textbox")
        await box.scroll_into_view_if_needed()
        await expect(box).to_be_in_viewport(ratio=0.99)
    assert await phones.page.evaluate("document.documentElement.scrollWidth") <= width


async def test_where_there_is_room_the_phones_stand_beside_slack_and_mail(window: Window) -> None:
    phones = await opened(window)
    for pane in ("slack", "mail"):
        await phones.page.set_viewport_size({"width": 1400, "height": 800})
        await phones.page.goto(f"{window.demo}#{pane}")
        for name in ("Ana", "Bo"):
            await expect(phones.phone(name).get_by_role("textbox")).to_be_in_viewport(ratio=0.99)
        assert await phones.page.evaluate("document.documentElement.scrollWidth") <= 1400
        await phones.page.set_viewport_size({"width": 1399, "height": 800})
        await expect(phones.phone("Bo")).to_be_hidden()


async def test_a_page_may_do_with_a_phone_what_its_owner_may_and_no_more(demo: str) -> None:
    async with httpx.AsyncClient(base_url=demo, trust_env=False) as browser:
        said = {"phone": NUMBERS["ana"], "body": "hello"}
        elsewhere = await browser.post("twilio/text", json=said, headers={"Origin": "http://evil.test"})
        assert elsewhere.status_code == 403
        assert (await browser.post("twilio/text", json=said, headers={"Host": "evil.test"})).status_code == 400
        assert (await browser.post("twilio/text", json=said)).status_code == 200
        for closed in ("status", "calls", "deliveries", "..%2f2010-04-01"):
            assert (await browser.get(f"twilio/{closed}")).status_code == 404
        for closed in ("phones", "forward", "faults", "unreachable", "hold"):
            assert (await browser.post(f"twilio/{closed}", json={})).status_code == 404
