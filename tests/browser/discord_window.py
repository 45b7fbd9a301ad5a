"""What a person does in the Discord pane of the demo page: finds things by what they are called, as people do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Window

Person = Literal["Ana", "Bo", "Di"]
CARD = "May this run?"


@dataclass(frozen=True)
class DiscordWindow:
    """The pane on one open page."""

    page: Page

    @property
    def side(self) -> Locator:
        """The column with the people, the rooms and the connection."""
        return self.page.get_by_role("navigation", name="Rooms")

    @property
    def log(self) -> Locator:
        """The messages of the room that is open."""
        return self.page.get_by_role("log", name="Messages in")

    @property
    def form(self) -> Locator:
        """The form over the window."""
        return self.page.get_by_role("dialog")

    @property
    def box(self) -> Locator:
        """Where one writes."""
        return self.page.get_by_role("textbox", name="Message ")

    def message(self, containing: str) -> Locator:
        """The latest message of the room that says this."""
        return self.log.get_by_role("listitem").filter(has_text=containing).last

    def button(self, message: Locator, name: str) -> Locator:
        """A button of a message, by the beginning of its label: of a high risk it says so."""
        return message.get_by_role("button", name=re.compile(f"^{name}"))

    async def sit(self, name: Person) -> None:
        """Be this person from now on."""
        await self.side.get_by_role("radio", name=name).check()

    async def go(self, room: str) -> None:
        """Open a channel, a thread, or the direct messages."""
        await self.side.get_by_role("button", name=room).last.click()
        await expect(self.page.get_by_role("heading", level=2)).to_contain_text(room)

    async def say(self, text: str) -> None:
        """Write something and press Enter."""
        await self.box.fill(text)
        await self.box.press("Enter")

    async def ask(self, version: str) -> Locator:
        """As Ana, ask for a deployment in #general; the card, in the thread that begins there, which is open then."""
        await self.sit("Ana")
        await self.go("general")
        asked = self.log.get_by_role("listitem").filter(has_text=f"Please deploy {version}")
        before = await asked.count()
        await self.say(f"@holdpoint Please deploy {version} to production.")
        await asked.nth(before).get_by_role("button", name="message").click()
        card = self.message(CARD)
        await expect(card).to_contain_text(version)
        return card


async def opened(window: Window) -> DiscordWindow:
    """The pane as one comes to it: as Ana, in #general."""
    page = await window.open(f"{window.demo}#discord")
    await expect(page.get_by_role("heading", name="#general")).to_be_visible()
    return DiscordWindow(page)
