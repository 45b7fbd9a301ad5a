"""A scanner with a real browser opens the link of a mail: scripts run, forms are pressed, and nothing is decided."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Request, expect

from agent_core.events import Event
from gateway.demo.story import first
from gateway.demo.teller import Teller
from gateway.demo.world import ANA, BO, World
from tests.browser.conftest import PATIENCE

expect.set_options(timeout=PATIENCE)
SEND = "Send the decision"


@pytest.fixture
async def scanner(browser: Browser) -> AsyncIterator[Page]:
    """A fresh browser of a scanner's: it runs scripts, and has never been here."""
    context = await browser.new_context(java_script_enabled=True, user_agent="Mozilla/5.0 (compatible; SafeLinks)")
    context.set_default_timeout(PATIENCE)
    yield await context.new_page()
    await context.close()


async def asked(here: World, version: str) -> str:
    """Ana asks for a deployment; the link in the mail to Bo."""
    t = Teller(here, read={BO: len(here.mail.letters(BO))})
    await here.mail.send_as(ANA, here.mail.bot, "Deployment", f"Please deploy {version} to production.")
    card = await t.letter(BO, f'"version":"{version}"', "Bo gets the request")
    return first(r"(http://\S+/d/\S+)", card.text)


async def log(here: World) -> list[Event]:
    """All events of the latest thread."""
    threads = here.house.door().threads
    (latest,) = await threads.latest(most=1, before=None)
    return list(await threads.events(latest.id, after=0))


async def test_a_browser_that_opens_the_link_and_clicks_nothing_decides_nothing(
    scanner: Page, here: World
) -> None:  # EM-49, EM-50
    link = await asked(here, "1.4.1")
    before, starts = await log(here), here.history()
    requests: list[Request] = []
    scanner.on("request", lambda request: requests.append(request))
    answer = await scanner.goto(link, wait_until="networkidle")
    assert answer
    assert answer.headers["content-security-policy"].startswith("default-src 'self';")
    await expect(scanner.get_by_role("heading", level=1)).to_have_text("May this run?")
    await scanner.mouse.move(100, 100)
    await scanner.mouse.wheel(0, 4000)
    await scanner.reload(wait_until="networkidle")
    assert {request.method for request in requests} == {"GET"}
    assert {urlsplit(request.url).netloc for request in requests} == {urlsplit(here.url).netloc}
    assert await scanner.locator("script").count() == 0
    assert await scanner.get_by_role("radio", checked=True).count() == 0, "nothing is chosen for anybody"
    assert await log(here) == before
    assert here.history() == starts


async def test_a_script_from_elsewhere_does_not_run_on_our_page(scanner: Page, here: World) -> None:  # EM-50
    link = await asked(here, "1.4.2")
    await scanner.goto(link)
    await scanner.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.body.append(script);
    }""")
    assert await scanner.evaluate("window.ran") is None


async def test_a_browser_that_presses_every_button_without_the_code_decides_nothing(
    scanner: Page, here: World
) -> None:  # EM-49
    link = await asked(here, "1.4.0")
    before, starts = await log(here), here.history()
    for choice in ("Approve", "Deny"):
        await scanner.goto(link)
        await scanner.get_by_role("button", name=SEND).click()
        await scanner.get_by_label(choice, exact=True).check()
        await scanner.get_by_role("button", name=SEND).click()
        # The browser itself holds an empty form back; a scanner's may not.
        await scanner.locator("form").evaluate("form => { form.noValidate = true; }")
        async with scanner.expect_response(lambda answer: answer.request.method == "POST") as posted:
            await scanner.get_by_role("button", name=SEND).click()
        assert (await posted.value).status == 422
        await expect(scanner.get_by_role("alert")).to_have_text("Please type the six digits from the message.")
    async with scanner.expect_response(lambda answer: answer.request.method == "POST") as posted:
        await scanner.locator("form").evaluate("form => form.submit()")
    assert (await posted.value).status == 422
    assert await log(here) == before
    assert here.history() == starts
