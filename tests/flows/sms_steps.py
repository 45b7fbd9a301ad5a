"""What tests of texts do again and again: carry out what waits by hand, count what Twilio was asked, use a page."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import httpx

from agent_core.deliveries import Delivery, Redirect
from gateway.contacts import KnownContacts
from gateway.store.partition import prefixes
from sandbox.twilio import Call
from tests.flows.sms_house import NUMBERS, SmsHouse

BO = NUMBERS["bo"]
AT_PHONE, AT_MAIL = f"sms:{BO}", "email:bo@example.test"
# Bo, whom nothing but a text reaches.
ALONE = {"bo": (AT_PHONE, "console:bo")}
DEPLOY = "Please deploy 1.4.2 to production."


def posts(h: SmsHouse, number: str = BO) -> list[Call]:
    """Every time Twilio was asked to send something to a number, on SMS or WhatsApp."""
    return [one for one in h.twilio.calls if one.method == "POST" and one.form["To"][0].endswith(number)]


async def carry(h: SmsHouse, queue: str = "sms") -> int:
    """Send what is due by now; how much that was. For houses without a sender of their own."""
    store, (partition,) = h.house.opened.threads, prefixes(1)
    store._waker.hint(queue, partition)  # Without a hint it is looked at once a second only.
    grants = await store.fx_claim(queue, most=9)
    for grant in grants:
        await h.house.sender().carry(grant)
    return len(grants)


async def ends(h: SmsHouse, thread: str, identity: str = AT_PHONE) -> list[Delivery]:
    """How messages to somebody ended, as far as a thread has heard."""
    return [one for one in await h.events(thread, Delivery) if one.to == identity]


async def ways(h: SmsHouse, thread: str) -> list[tuple[str, str]]:
    """From where to where things went that did not arrive."""
    return [(one.instead_of, one.to) for one in await h.events(thread, Redirect)]


def contacts(h: SmsHouse) -> KnownContacts:
    """What is known of numbers."""
    return KnownContacts(h.house.opened.contacts, h.house.people)


def now(h: SmsHouse) -> datetime:
    """By the clock of the house."""
    return datetime.fromtimestamp(h.clock() / 1000, UTC)


def link(text: str) -> str:
    """The link in a text or a letter."""
    found = re.search(r"http://\S+/d/[\w.~-]+", text)
    assert found, f"there is no link in: {text}"
    return found[0]


async def decide(url: str, code: str, decision: str = "approve") -> int:
    """Somebody opens the page, types the code and presses; the status of the answer."""
    async with httpx.AsyncClient() as browser:
        page = (await browser.get(url)).text
        hidden = dict(re.findall(r'name="(form_token|digest|seen)" value="([^"]*)"', page))
        return (await browser.post(url, data={**hidden, "decision": decision, "code": code})).status_code
