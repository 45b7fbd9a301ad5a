"""The stories on the demo's Discord pane, by hand in a real browser: asked in private, decided by forms, dropped."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import expect

from gateway.demo.world import World
from sandbox.discord.forms import form
from tests.browser.conftest import PATIENCE, Window
from tests.browser.discord_window import CARD, opened

expect.set_options(timeout=PATIENCE)
MARKUP = '<img src=x onerror=alert(1)><script>alert(2)</script><b id="owned">Hello</b>'

FORM = {
    "title": "Your answer",
    "custom_id": "a form",
    "components": [
        {
            "type": 18,
            "label": "Which version?",
            "description": "Three numbers with dots",
            "component": {"type": 4, "style": 1, "custom_id": "version"},
        },
        {
            "type": 18,
            "label": "Where to?",
            "component": {
                "type": 3,
                "custom_id": "environment",
                "options": [{"label": one, "value": one} for one in ("staging", "production")],
            },
        },
    ],
}


async def test_di_asks_in_private_answers_by_a_button_and_bo_approves(window: Window, here: World) -> None:
    discord = await opened(window)
    await discord.sit("Di")
    await discord.go("Holdpoint")
    await discord.say("Please deploy 1.4.1.")
    await discord.message("To which environment").get_by_role("button", name="production").click()
    await discord.sit("Bo")
    await discord.go("Holdpoint")
    await expect(discord.message(CARD)).to_contain_text("1.4.1")
    await discord.button(discord.message(CARD), "Approve").click()
    await expect(discord.page.locator("#running")).to_contain_text("production: 1.4.1")
    await expect(discord.message("approved by bo")).to_be_visible()
    await discord.sit("Di")
    await discord.go("Holdpoint")
    await expect(discord.message("production runs 1.4.1 now")).to_be_visible()
    assert here.running("production") == "1.4.1"


async def test_di_denies_by_the_form_and_everybody_reads_why(window: Window, here: World) -> None:
    discord, before = await opened(window), here.history()
    card = await discord.ask("1.4.2")
    await discord.sit("Di")
    await discord.button(card, "Deny").click()
    await expect(discord.form).to_be_visible()
    await discord.form.get_by_role("textbox").first.fill("the release notes are missing")
    await discord.form.get_by_role("button", name="Submit").click()
    await expect(discord.form).to_have_count(0)
    await expect(discord.message("denied by di")).to_contain_text("the release notes are missing")
    await discord.sit("Ana")
    await discord.go("releases")
    await expect(discord.message("denied by di")).to_contain_text("the release notes are missing")
    assert here.history() == before


async def test_di_changes_one_argument_and_approves_by_keyboard_alone(window: Window, here: World) -> None:
    discord, before = await opened(window), here.history()
    card = await discord.ask("1.4.0")
    await discord.sit("Di")
    change = discord.button(card, "Change and approve")
    await change.focus()
    await discord.page.keyboard.press("Enter")
    version = discord.form.get_by_label("version")
    await expect(version).to_have_value("1.4.0")
    await expect(version).to_be_focused()
    await discord.page.keyboard.press("Control+A")
    await discord.page.keyboard.type("1.4.2")
    await discord.page.keyboard.press("Enter")
    await expect(discord.message("with other arguments")).to_contain_text("1.4.2")
    await expect(discord.message("production runs 1.4.2 now")).to_be_visible()
    assert [(run["version"], run["environment"]) for run in here.history()[len(before) :]] == [("1.4.2", "production")]


async def test_what_is_wrong_with_a_field_is_said_at_the_field(window: Window, here: World) -> None:
    discord, ana = await opened(window), here.discord.person("ana")
    sent = len(here.discord.deliveries)
    here.discord.interactions.forms[ana.id] = form(FORM, channel=here.discord.channel("#general").id)
    version = discord.form.get_by_label("Which version?")
    await expect(version).to_be_focused()
    await discord.form.get_by_label("Where to?").select_option("staging")
    await discord.form.get_by_role("button", name="Submit").click()
    await expect(version).to_have_attribute("aria-invalid", "true")
    await expect(version).to_have_accessible_description("Three numbers with dots This field is required")
    await expect(discord.form.get_by_label("Where to?")).to_have_attribute("aria-invalid", "false")
    await expect(discord.form.get_by_label("Where to?")).to_have_value("staging")
    await discord.page.keyboard.press("Escape")
    await expect(discord.form).to_have_count(0)
    assert ana.modal is None
    assert len(here.discord.deliveries) == sent


async def test_what_only_ana_is_told_only_ana_sees(window: Window) -> None:
    discord = await opened(window)
    card = await discord.ask("1.4.1")
    await discord.button(card, "Approve").click()
    told = discord.message("asked for themselves")
    await expect(told).to_contain_text("Only you can see this")
    await discord.sit("Bo")
    await expect(discord.side.get_by_role("radio", name="Bo")).to_be_checked()
    await expect(discord.message(CARD)).to_be_visible()
    await expect(told).to_have_count(0)


async def test_what_was_said_while_the_connection_was_broken_is_answered(window: Window, here: World) -> None:
    discord = await opened(window)
    await discord.ask("1.4.0")
    state = discord.side.get_by_role("status")
    await expect(state).to_have_text("Holdpoint is connected")
    here.discord.unreachable(True)
    await discord.side.get_by_role("button", name="Drop the connection").click()
    await expect(state).to_have_text("Holdpoint is not connected")
    await expect(discord.side.get_by_role("button", name="Drop the connection")).to_be_disabled()
    await discord.say("Is there anything new?")
    here.discord.unreachable(False)
    await expect(state).to_have_text("Holdpoint is connected")
    await expect(discord.message("It still waits for approval")).to_be_visible()


async def test_hostile_words_stay_words(window: Window, here: World) -> None:
    discord = await opened(window)
    links = "[https://good.test](https://elsewhere.test) <https://quiet.test> [x](javascript:alert(3)) @everyone"
    here.discord.person("bo").say("#general", f"{MARKUP} **bold** ||{MARKUP}|| {links}")
    said = discord.message("javascript:")
    await expect(said.locator(".dc-said")).to_contain_text(f"{MARKUP} bold")
    await expect(said.locator("b").get_by_text("bold", exact=True)).to_be_visible()
    for address in await said.get_by_role("link").all():
        assert await address.get_attribute("href") == await address.text_content()
        assert await address.get_attribute("rel") == "noopener noreferrer"
    await expect(said.get_by_role("link")).to_have_count(3)
    here.discord.person("bo").say("#general", MARKUP, files=[(f"{MARKUP}.txt".replace("/", "_"), b"x")])
    await expect(discord.message("File: <img")).to_be_visible()
    card = await discord.ask("1.4.2")
    await discord.sit("Bo")
    await discord.button(card, "Deny").click()
    await discord.form.get_by_role("textbox").first.fill(f"{MARKUP} [click](https://evil.test) <@1>")
    await discord.form.get_by_role("button", name="Submit").click()
    await expect(discord.message("denied by bo")).to_contain_text(MARKUP)
    for planted in ("#owned", "#discord img", "#discord script", "#discord [onerror]"):
        await expect(discord.page.locator(planted)).to_have_count(0)
    for address in await discord.page.locator('#discord a[href*="evil"]').all():
        assert await address.text_content() == await address.get_attribute("href")


async def test_what_is_being_written_stays_and_each_room_has_its_own(window: Window, here: World) -> None:
    discord = await opened(window)
    await discord.box.fill("half a sent")
    here.discord.person("bo").say("#general", "I am back")
    await expect(discord.log).to_contain_text("I am back")
    await expect(discord.box).to_have_value("half a sent")
    await expect(discord.box).to_be_focused()
    deploys = discord.side.get_by_role("button", name="deploys")
    await expect(deploys).to_have_accessible_name("deploys")
    here.discord.person("bo").say("#deploys", "lunch?")
    await expect(deploys).to_have_accessible_name("deploys new messages")
    await discord.go("deploys")
    await expect(discord.log).to_contain_text("lunch?")
    await expect(deploys).to_have_accessible_name("deploys")
    await expect(discord.box).to_have_value("")
    await discord.go("general")
    await expect(discord.box).to_have_value("half a sent")


async def test_a_command_is_answered_to_whoever_typed_it_and_an_unknown_one_is_said_to_be(window: Window) -> None:
    discord = await opened(window)
    await discord.say("/nothing of this kind")
    await expect(discord.page.get_by_role("alert").filter(has_text="no command /nothing")).to_be_visible()
    await expect(discord.box).to_have_value("/nothing of this kind")
    window.complaints[:] = [said for said in window.complaints if "404" not in said]
    await discord.box.fill("")
    await discord.say("/status")
    await expect(discord.message("Only you can see this")).to_be_visible()
    await discord.sit("Bo")
    await expect(discord.side.get_by_role("radio", name="Bo")).to_be_checked()
    await expect(discord.log.get_by_text("Only you can see this")).to_have_count(0)


@pytest.mark.parametrize("width", [320, 760, 1280])
async def test_nothing_is_wider_than_the_screen_and_everything_is_at_hand(window: Window, width: int) -> None:
    discord = await opened(window)
    await discord.page.set_viewport_size({"width": width, "height": 844})
    card = await discord.ask("1.4.2")
    await expect(discord.button(card, "Approve")).to_be_in_viewport(ratio=0.99)
    await expect(discord.box).to_be_in_viewport(ratio=0.99)
    for control in (("radio", "Di"), ("button", "Drop the connection")):
        await expect(discord.side.get_by_role(control[0], name=control[1])).to_be_in_viewport(ratio=0.99)
    assert await discord.page.evaluate("document.documentElement.scrollWidth") <= width
    assert await discord.log.evaluate("box => box.scrollWidth <= box.clientWidth")


async def test_every_control_has_a_name(window: Window) -> None:
    discord = await opened(window)
    card = await discord.ask("1.4.2")
    await discord.button(card, "Change and approve").click()
    await expect(discord.form).to_be_visible()
    controls = await discord.page.locator("#discord :is(button, input, select, textarea, summary)").all()
    assert len(controls) > 10
    for control in controls:
        await expect(control).not_to_have_accessible_name("")


async def test_nobody_sees_the_private_room_of_who_sat_there_before(demo: str) -> None:
    async with httpx.AsyncClient(base_url=demo, trust_env=False) as browser:
        hers = (await browser.get("discord/window", params={"person": "di"})).json()["room"]
        found = await browser.get("discord/window", params={"person": "bo", "room": hers})
        assert found.status_code == 200
        assert found.json()["room"] not in ("", hers)


async def test_only_this_page_acts_and_only_as_a_person_may(demo: str) -> None:
    async with httpx.AsyncClient(base_url=demo, trust_env=False) as browser:
        said = {"person": "ana", "text": "hello"}
        elsewhere = await browser.post("discord/say", json=said, headers={"Origin": "http://evil.test"})
        assert elsewhere.status_code == 403
        assert (await browser.post("discord/say", json=said, headers={"Host": "evil.test"})).status_code == 400
        assert (await browser.post("discord/say", json=said)).status_code == 200
        assert (await browser.get("discord/window", params={"person": "eve"})).status_code == 404
        for closed in ("calls", "deliveries", "screen", "..%2fapi%2fv10"):
            assert (await browser.get(f"discord/{closed}")).status_code == 404
        for closed in ("grant", "revoke", "faults", "forward", "deliver-to"):
            assert (await browser.post(f"discord/{closed}", json={})).status_code == 404
