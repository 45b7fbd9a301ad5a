"""The demo's Slack pane as a window: places, drafts, the app's Home, commands, sessions, transports, narrow screens."""

from __future__ import annotations

import httpx
import pytest
from playwright.async_api import expect

from gateway.demo.world import World
from sandbox.slack.core import Session
from tests.browser.conftest import PATIENCE, Window
from tests.browser.slack_window import opened

expect.set_options(timeout=PATIENCE)

# What only looks at the demo's own page is a long proof.
pytestmark = pytest.mark.slow


async def test_what_is_being_written_stays_while_others_talk_and_while_one_looks_elsewhere(
    window: Window, here: World
) -> None:
    slack = await opened(window)
    box = slack.page.get_by_role("textbox", name="Message #deploys")
    await box.fill("half a sent")
    here.slack.person("bo").say("#deploys", "I am back")
    await expect(slack.room).to_contain_text("I am back")
    await expect(box).to_have_value("half a sent")
    await expect(box).to_be_focused()
    await slack.go("general")
    await expect(slack.page.get_by_role("textbox", name="Message #general")).to_have_value("")
    await slack.go("deploys")
    await expect(box).to_have_value("half a sent")
    await slack.sit("Bo")
    await expect(slack.side.get_by_role("radio", name="Bo")).to_be_checked()
    await expect(box).to_have_value("")


async def test_a_message_elsewhere_is_marked_until_it_is_looked_at(window: Window, here: World) -> None:
    slack = await opened(window)
    general = slack.side.get_by_role("button", name="general")
    await expect(general).to_have_accessible_name("general")
    here.slack.person("bo").say("#general", "lunch?")
    await expect(general).to_have_accessible_name("general new messages")
    await general.click()
    await expect(slack.room).to_contain_text("lunch?")
    await expect(general).to_have_accessible_name("general")


async def test_bo_decides_on_the_home_tab(window: Window, here: World) -> None:
    slack = await opened(window)
    await slack.ask("1.4.2")
    thread = await slack.message("Please deploy").first.get_attribute("data-key")
    await slack.sit("Bo")
    await slack.go("Holdpoint")
    await slack.page.get_by_role("button", name="Home").click()
    home = slack.page.get_by_role("region", name="Home of the app")
    await expect(home.get_by_role("heading", name="Waiting for you")).to_be_visible()
    await home.get_by_role("button", name="Deny").last.click()
    await slack.dialog.get_by_role("button", name="Deny").click()
    await expect(slack.dialog).to_have_count(0)
    await slack.go("deploys")
    await slack.room.locator(f'li[data-key="{thread}"]').get_by_role("button", name="repl").click()
    await expect(slack.message("The request was denied by bo")).to_be_visible()


async def test_a_command_is_answered_to_whoever_typed_it(window: Window) -> None:
    slack = await opened(window)
    await slack.say("/holdpoint help")
    told = slack.room.get_by_role("listitem").filter(has_text="/holdpoint status")
    await expect(told.first).to_contain_text("Only visible to you")
    await slack.sit("Bo")
    await expect(slack.side.get_by_role("radio", name="Bo")).to_be_checked()
    await expect(told).to_have_count(0)


async def test_what_cannot_be_done_is_said(window: Window) -> None:
    slack = await opened(window)
    await slack.ask("1.4.2")
    await slack.say("/holdpoint status", "Reply")
    await expect(slack.page.get_by_role("alert").filter(has_text="Commands")).to_be_visible()
    await expect(slack.page.get_by_role("textbox", name="Reply")).to_have_value("/holdpoint status")


async def test_the_thread_says_what_the_agent_does_and_a_person_can_stop_it(window: Window, here: World) -> None:
    slack = await opened(window)
    await slack.ask("1.4.2")
    await expect(slack.thread.get_by_role("status")).to_have_text("Holdpoint is waiting for an answer")
    await expect(slack.button("Stop")).to_be_hidden()
    ts = await slack.message("Please deploy").first.get_attribute("data-key")
    here.slack.core.sessions[(here.slack.channel("#deploys").id, ts or "")] = Session(status="processing")
    await expect(slack.thread.get_by_role("status")).to_have_text("Holdpoint is at work …")
    stopped = len([one for one in here.slack.deliveries if one.event.get("type") == "agent_session_stopped"])
    await slack.button("Stop").click()
    await expect(slack.message("The request was withdrawn")).to_be_visible()
    after = [one for one in here.slack.deliveries if one.event.get("type") == "agent_session_stopped"]
    assert len(after) == stopped + 1
    assert after[-1].event["thread_ts"] == ts


def by_http(here: World) -> bool:
    """Whether Slack posts to us now."""
    return here.slack.core.courier.webhook is not None


async def test_slack_can_reach_us_by_http_or_by_socket(window: Window, here: World) -> None:
    slack = await opened(window)
    http = slack.side.get_by_role("radio", name="HTTP")
    assert not by_http(here)
    await http.check()
    await expect(http).to_be_checked()
    await slack.ask("1.4.1")
    assert by_http(here)
    await slack.side.get_by_role("radio", name="Socket Mode").check()
    await expect(http).not_to_be_checked()
    await slack.page.wait_for_function("fetch('/slack/transport').then(a => a.json()).then(a => a.mode === 'socket')")
    assert not by_http(here)


@pytest.mark.parametrize("width", [390, 760, 1280])
async def test_nothing_is_wider_than_the_screen_and_everything_is_at_hand(window: Window, width: int) -> None:
    slack = await opened(window)
    await slack.page.set_viewport_size({"width": width, "height": 844})
    await slack.ask("1.4.2")
    await expect(slack.button("Approve")).to_be_in_viewport(ratio=0.99)
    await expect(slack.thread.get_by_role("textbox", name="Reply")).to_be_in_viewport(ratio=0.99)
    await expect(slack.side.get_by_role("radio", name="Bo")).to_be_in_viewport(ratio=0.99)
    assert await slack.page.evaluate("document.documentElement.scrollWidth") <= width
    await slack.thread.get_by_role("button", name="Close the thread").click()
    await expect(slack.page.get_by_role("textbox", name="Message #deploys")).to_be_in_viewport(ratio=0.99)
    for pane in ("mail", "inside"):
        await slack.page.goto(f"{window.demo}#{pane}")
        await expect(slack.page.locator(f"#pane-{pane}")).to_be_visible()
        assert await slack.page.evaluate("document.documentElement.scrollWidth") <= width


async def test_only_this_page_acts_and_only_as_a_person_may(demo: str) -> None:
    async with httpx.AsyncClient(base_url=demo, trust_env=False) as browser:
        said = {"person": "ana", "channel": "#random", "text": "hello"}
        elsewhere = await browser.post("slack/say", json=said, headers={"Origin": "http://evil.test"})
        assert elsewhere.status_code == 403
        assert (await browser.post("slack/say", json=said, headers={"Host": "evil.test"})).status_code == 400
        assert (await browser.post("slack/say", json=said, headers={"Origin": demo.rstrip("/")})).status_code == 200
        for closed in ("calls", "deliveries", "faults", "..%2fapi%2fauth.test"):
            assert (await browser.get(f"slack/{closed}")).status_code == 404
        for closed in ("uninstall", "revoke", "faults", "forward"):
            assert (await browser.post(f"slack/{closed}", json={})).status_code == 404
        policy = (await browser.get("")).headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy
