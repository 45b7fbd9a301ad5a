"""What a person does in the Slack pane of the demo page: finds things by what they are called, as people do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Window


@dataclass(frozen=True)
class SlackWindow:
    """The pane on one open page."""

    page: Page

    @property
    def side(self) -> Locator:
        """The column with the people, the conversations and the transport."""
        return self.page.get_by_role("navigation", name="Conversations")

    @property
    def room(self) -> Locator:
        """The messages of the conversation that is open."""
        return self.page.get_by_role("log", name="Messages in")

    @property
    def thread(self) -> Locator:
        """The thread at the right."""
        return self.page.get_by_role("complementary", name="Thread")

    @property
    def dialog(self) -> Locator:
        """The modal, or the question before a press."""
        return self.page.get_by_role("dialog")

    def message(self, containing: str) -> Locator:
        """A message of the thread that says this."""
        return self.thread.get_by_role("listitem").filter(has_text=containing)

    def button(self, name: str) -> Locator:
        """A button of a card in the thread."""
        return self.thread.get_by_role("button", name=name, exact=True)

    async def sit(self, name: Literal["Ana", "Bo"]) -> None:
        """Be this person from now on."""
        await self.side.get_by_role("radio", name=name).check()

    async def go(self, conversation: str) -> None:
        """Open a channel, or the app."""
        await self.side.get_by_role("button", name=conversation).click()

    async def say(self, text: str, where: str = "Message #deploys") -> None:
        """Write something and press Enter."""
        box = self.page.get_by_role("textbox", name=where, exact=True)
        await box.fill(text)
        await box.press("Enter")

    async def ask(self, version: str) -> None:
        """As Ana, ask for a deployment, and wait for the card in the thread."""
        await self.say(f"@holdpoint Please deploy {version} to production.")
        await expect(self.message("May this run?")).to_contain_text(f'{{"version":"{version}"')


async def opened(window: Window) -> SlackWindow:
    """The pane as one comes to it: as Ana, in #deploys."""
    page = await window.open(window.demo)
    await expect(page.get_by_role("heading", name="#deploys")).to_be_visible()
    return SlackWindow(page)
