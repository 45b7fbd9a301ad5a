"""The stories on the demo's Slack pane, by hand in a real browser: ask, deny and say why, change and approve."""

from __future__ import annotations

from playwright.async_api import expect

from gateway.demo.world import World
from tests.browser.conftest import PATIENCE, Window
from tests.browser.slack_window import opened

expect.set_options(timeout=PATIENCE)
MARKUP = '<img src=https://evil.test/x onerror=alert(1)><script>alert(2)</script><b id="owned">Hello</b>'


async def test_bo_denies_in_the_form_and_everybody_reads_why(window: Window, here: World) -> None:
    slack, before = await opened(window), here.history()
    await slack.ask("1.4.2")
    await slack.sit("Bo")
    await slack.button("Deny").click()
    await slack.dialog.get_by_label("Why not?").fill("the release notes are missing")
    await slack.dialog.get_by_role("button", name="Deny").click()
    card = slack.message("The request was denied by bo")
    await expect(card).to_contain_text("the release notes are missing")
    await expect(slack.button("Approve")).to_have_count(0)
    await slack.sit("Ana")
    await expect(slack.message("The reason given: the release notes are missing")).to_be_visible()
    assert here.history() == before


async def test_bo_changes_one_argument_and_approves(window: Window, here: World) -> None:
    slack, before = await opened(window), here.history()
    await slack.ask("1.4.2")
    await slack.sit("Bo")
    await slack.button("Change and approve").click()
    version = slack.dialog.get_by_label("version")
    await expect(version).to_have_value("1.4.2")
    await version.fill("1.4.1")
    await slack.dialog.get_by_role("button", name="Approve").click()
    await expect(slack.message("with other arguments")).to_contain_text("1.4.1")
    await expect(slack.message("production runs 1.4.1 now")).to_be_visible()
    await expect(slack.page.locator("#running")).to_contain_text("production: 1.4.1")
    assert [(run["version"], run["environment"]) for run in here.history()[len(before) :]] == [("1.4.1", "production")]


async def test_approving_is_asked_about_and_going_back_sends_nothing(window: Window, here: World) -> None:
    slack, before = await opened(window), here.history()
    await slack.ask("1.4.0")
    await slack.sit("Bo")
    presses = len([one for one in here.slack.deliveries if one.kind == "interactive"])
    await slack.button("Approve").click()
    await expect(slack.dialog).to_contain_text("Its risk is high.")
    await slack.dialog.get_by_role("button", name="Go back").click()
    await expect(slack.dialog).to_have_count(0)
    assert len([one for one in here.slack.deliveries if one.kind == "interactive"]) == presses
    assert here.history() == before
    await slack.button("Approve").click()
    await slack.dialog.get_by_role("button", name="Approve").click()
    await expect(slack.message("production runs 1.4.0 now")).to_be_visible()
    assert len(here.history()) == len(before) + 1


async def test_what_is_wrong_with_a_field_is_said_at_the_field(window: Window, here: World) -> None:
    slack, before = await opened(window), here.history()
    await slack.ask("1.4.2")
    await slack.sit("Bo")
    await slack.button("Change and approve").click()
    environment = slack.dialog.get_by_label("environment")
    await environment.fill("the moon")
    await slack.dialog.get_by_label("version").fill("1.4.1")
    await slack.dialog.get_by_role("button", name="Approve").click()
    await expect(environment).to_have_attribute("aria-invalid", "true")
    await expect(environment).to_be_focused()
    await expect(environment).not_to_have_accessible_description("")
    await expect(slack.dialog.get_by_label("version")).to_have_attribute("aria-invalid", "false")
    await expect(slack.dialog.get_by_label("version")).to_have_value("1.4.1")
    assert here.history() == before
    await slack.page.keyboard.press("Escape")
    await expect(slack.dialog).to_have_count(0)
    assert here.slack.person("bo").modals == []


async def test_hostile_words_stay_words(window: Window, here: World) -> None:
    slack = await opened(window)
    await slack.say(f"@holdpoint {MARKUP} *bold* <https://evil.test|https://good.test> <!channel>")
    await expect(slack.message("onerror")).to_contain_text(MARKUP)
    here.slack.person("bo").upload("#deploys", f"{MARKUP}.txt", b"x", text=MARKUP)
    await expect(slack.room.get_by_role("listitem").filter(has_text="File: <img")).to_be_visible()
    await slack.ask("1.4.2")
    await slack.sit("Bo")
    await slack.button("Deny").click()
    await slack.dialog.get_by_label("Why not?").fill(f"{MARKUP} [click](https://evil.test) <@U0ANAACME>")
    await slack.dialog.get_by_role("button", name="Deny").click()
    await expect(slack.message("The request was denied by bo")).to_contain_text(MARKUP)
    await expect(slack.message("The reason given")).to_contain_text(MARKUP)
    for planted in ("#owned", "#slack img", "#slack script", "#slack [onerror]", '#slack a[href*="evil"]'):
        await expect(slack.page.locator(planted)).to_have_count(0)


async def test_what_only_ana_is_told_only_ana_sees(window: Window) -> None:
    slack = await opened(window)
    await slack.ask("1.4.2")
    await slack.button("Approve").click()
    await slack.dialog.get_by_role("button", name="Approve").click()
    told = slack.page.get_by_role("listitem").filter(has_text="asked for themselves")
    await expect(told).to_contain_text("Only visible to you")
    await slack.sit("Bo")
    await expect(slack.message("May this run?")).to_be_visible()
    await expect(told).to_have_count(0)
    await slack.sit("Ana")
    await expect(told).to_be_visible()
