"""A card: what one approver got for one request, and what they do with it in a browser without a token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import httpx

from gateway.keyring import Pass, Place
from tests.doors.scene import Scene


@dataclass(frozen=True)
class Card:
    """A request somebody is asked to decide: their link, and the code from their message."""

    browser: httpx.AsyncClient
    thread: str
    request: Any
    link: str
    code: str

    async def look(self) -> httpx.Response:
        """Open the link."""
        return await self.browser.get(self.link)

    async def form(self, **changed: str) -> dict[str, str]:
        """The filled form of the page, with some fields changed."""
        hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', (await self.look()).text)
        return {**dict(hidden), "decision": "approve", "code": self.code, "reason": "", **changed}

    def wrong(self, most: int) -> list[str]:
        """Codes that are not theirs."""
        return [f"{(int(self.code) + n) % 1_000_000:06d}" for n in range(1, most + 1)]

    async def post(self, form: dict[str, str], **headers: str) -> httpx.Response:
        """Send a form."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.browser.post(self.link, data=form, headers=named)


def card_for(at: Scene, browser: httpx.AsyncClient, thread: str, request: Any, person: str = "bo") -> Card:
    """What this person got in a message."""
    keyring = at.house.keyring
    ticket = keyring.ticket(Pass(thread_id=thread, request_id=request["id"], identity=f"console:{person}"))
    code = keyring.code(Place(thread_id=thread, request_id=request["id"]), person)
    return Card(browser, thread, request, f"/d/{ticket}", code)
