"""What a person does with the phones on the demo page: finds things by what they are called, as people do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import httpx
from playwright.async_api import Locator, Page, expect

from gateway.demo.world import NUMBERS, World
from tests.browser.conftest import Window

Person = Literal["Ana", "Bo"]


@dataclass(frozen=True)
class Phones:
    """The phones on one open page."""

    page: Page

    def phone(self, name: Person) -> Locator:
        """Somebody's phone."""
        return self.page.get_by_role("region", name=f"{name}’s phone")

    def bubbles(self, name: Person) -> Locator:
        """Everything on its screen."""
        return self.phone(name).get_by_role("log").get_by_role("listitem")

    def bubble(self, name: Person, containing: str) -> Locator:
        """The latest message on it that says this."""
        return self.bubbles(name).filter(has_text=containing).last

    async def text(self, name: Person, body: str) -> None:
        """Write an SMS and press Enter."""
        box = self.phone(name).get_by_role("textbox", name=f"SMS from {name}")
        await box.fill(body)
        await box.press("Enter")


async def opened(window: Window, pane: str = "phones") -> Phones:
    """The page with the phones to be seen."""
    page = await window.open(f"{window.demo}#{pane}")
    phones = Phones(page)
    await expect(phones.phone("Ana")).to_be_visible()
    await expect(phones.phone("Bo")).to_be_visible()
    return phones


async def sends(here: World, name: Literal["ana", "bo"], body: str) -> None:
    """As the owner of the account, send an SMS past the house."""
    twilio = here.twilio
    keys = (twilio.account_sid, twilio.auth_token)
    async with httpx.AsyncClient(base_url=twilio.url, auth=keys, trust_env=False) as account:
        form = {"To": NUMBERS[name], "From": twilio.number, "Body": body}
        answer = await account.post(f"/2010-04-01/Accounts/{twilio.account_sid}/Messages.json", data=form)
        assert answer.status_code == 201, answer.text
