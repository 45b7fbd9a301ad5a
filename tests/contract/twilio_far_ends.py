"""Two Twilios that have no line in common: our local one, and somebody else's, the npm package `emulate`.

What is asserted of the one is asserted of the other. Where `emulate` plainly is not what Twilio documents, it is named
in `DIFFERS` with the page that says so; a test then asserts what `emulate` does instead, so that a name which is not
true any more fails.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

import httpx
from aiohttp import web
from pydantic import JsonValue

from sandbox.twilio import TwilioSandbox
from tests.node import emulate

FarEndName = Literal["sandbox", "emulate"]
FAR_ENDS: tuple[FarEndName, ...] = ("sandbox", "emulate")

DOCS = "https://www.twilio.com/docs"
DIFFERS: Mapping[str, str] = {
    "tells of the first status": f"{DOCS}/messaging/guides/outbound-message-status-in-status-callbacks",
    "a service picks its sender at once": f"{DOCS}/messaging/api/message-resource",
    "counts segments by 160 characters": f"{DOCS}/glossary/what-sms-character-limit",
    "calls a bad number a missing one": f"{DOCS}/api/errors/21211",
    "sends nothing": f"{DOCS}/api/errors/21602",
    "sends any length": f"{DOCS}/api/errors/21617",
    "knows no opt-out": f"{DOCS}/api/errors/21610",
    "forgets the query on the next page": f"{DOCS}/usage/twilios-response#pagination",
    "lists every day": f"{DOCS}/messaging/api/message-resource#read-multiple-message-resources",
    "fails without a code": f"{DOCS}/messaging/guides/track-outbound-message-status",
    "tells nothing of places": f"{DOCS}/messaging/guides/webhook-request",
}


class FarEnd(Protocol):
    """A Twilio, whose webhooks come to `<hooks>/sms/events` and `<hooks>/whatsapp/events`."""

    name: FarEndName
    url: str
    account_sid: str
    auth_token: str
    number: str
    service: str
    pool_number: str
    whatsapp_number: str

    def differs(self, name: str) -> bool:
        """Whether it does so, other than Twilio: a name in `DIFFERS`."""
        ...

    async def text(self, person: str, to: str, body: str) -> None:
        """Somebody writes to us: E.164 numbers, both with `whatsapp:` in front there."""
        ...

    def unreachable(self, number: str) -> None:
        """What is sent there from now on does not arrive."""
        ...

    async def settled(self) -> None:
        """Whatever was sent has come to its end, and we have been told."""
        ...


@dataclass
class Emulated:
    """`emulate`: messages go on only when it is told so, and a failure is only a word to it."""

    owner: httpx.AsyncClient
    url: str
    account_sid: str = "AC5e0a1d3f7b924c6880e2d4f6a8b0c2e4"
    auth_token: str = "the token of somebody else's Twilio"
    number: str = "+447700900100"
    service: str = "MG5e0a1d3f7b924c6880e2d4f6a8b0c2e4"
    pool_number: str = "+447700900101"
    whatsapp_number: str = "+447700900102"
    name: FarEndName = "emulate"
    away: set[str] = field(default_factory=set)

    def differs(self, name: str) -> bool:
        """In all of it."""
        assert name in DIFFERS, "a misspelt name"
        return True

    async def text(self, person: str, to: str, body: str) -> None:
        """Wait until our hook has answered, as `emulate` does."""
        await self._simulate("inbound-message", From=person, To=to, Body=body)

    def unreachable(self, number: str) -> None:
        """Remembered here: `emulate` reaches everybody and nobody."""
        self.away.add(number)

    async def settled(self) -> None:
        """Take each message through its states."""
        listed = await self.owner.get(f"/2010-04-01/Accounts/{self.account_sid}/Messages.json")
        for message in listed.json()["messages"]:
            if message["status"] == "queued":
                await self._go_on(message["sid"], "undelivered" if message["to"] in self.away else "delivered")

    async def _go_on(self, sid: str, end: str) -> None:
        for status in ("sent", end):
            await self._simulate("message-status", MessageSid=sid, Status=status)

    async def _simulate(self, what: str, **form: str) -> None:
        answer = await self.owner.post(f"/_twilio/simulate/{what}", data=form)
        assert answer.is_success, answer.text


@dataclass
class Sandboxed:
    """Our local Twilio."""

    twilio: TwilioSandbox
    name: FarEndName = "sandbox"

    def __post_init__(self) -> None:
        self.url, self.account_sid, self.auth_token = self.twilio.url, self.twilio.account_sid, self.twilio.auth_token
        self.number, self.service = self.twilio.number, self.twilio.service
        self.pool_number, self.whatsapp_number = self.twilio.pool_number, self.twilio.whatsapp_number

    def differs(self, name: str) -> bool:
        """In nothing."""
        assert name in DIFFERS, "a misspelt name"
        return False

    async def text(self, person: str, to: str, body: str) -> None:
        """Write from a phone, and wait until our hook has answered."""
        phone = self.twilio.phone(person.removeprefix("whatsapp:"))
        if person.startswith("whatsapp:"):
            phone.whatsapp(body)
        else:
            phone.text(body, to=to)
        await self.settled()

    def unreachable(self, number: str) -> None:
        """As phones are."""
        self.twilio.unreachable(number, 30003)

    async def settled(self) -> None:
        """Messages go their way by themselves."""
        await self.twilio.settled()


def http(url: str = "", auth: tuple[str, str] | None = None) -> httpx.AsyncClient:
    """Plain HTTP on this machine, without a look at the world's certificates: that takes longer than most tests."""
    return httpx.AsyncClient(base_url=url, auth=auth, trust_env=False, verify=False)


def as_owner(far: FarEnd) -> httpx.AsyncClient:
    """Calls Twilio as the account may, without our adapter."""
    return http(far.url, (far.account_sid, far.auth_token))


@contextlib.asynccontextmanager
async def far_end(name: FarEndName, hooks: str, directory: Path) -> AsyncIterator[FarEnd]:
    """One of the two, at work; `hooks` is the URL our hooks are at."""
    making = _sandbox(hooks) if name == "sandbox" else _emulate(hooks, directory)
    async with making as made:
        yield made


@contextlib.asynccontextmanager
async def _sandbox(hooks: str) -> AsyncIterator[FarEnd]:
    async with TwilioSandbox() as twilio:
        twilio.deliver_to("sms", f"{hooks}/sms/events")
        twilio.deliver_to("whatsapp", f"{hooks}/whatsapp/events")
        yield Sandboxed(twilio)
        assert twilio.strays == []


@contextlib.asynccontextmanager
async def _emulate(hooks: str, directory: Path) -> AsyncIterator[FarEnd]:
    we = Emulated
    numbers = {we.number: "sms", we.pool_number: "sms", f"whatsapp:{we.whatsapp_number}": "whatsapp"}
    seed: dict[str, JsonValue] = {
        "account": {"sid": we.account_sid, "auth_token": we.auth_token},
        "phone_numbers": [
            {"phone_number": number, "sms_url": f"{hooks}/{channel}/events"} for number, channel in numbers.items()
        ],
        "messaging_services": [{"sid": we.service, "friendly_name": "pool", "phone_numbers": [we.pool_number]}],
    }
    async with emulate("twilio", seed, directory) as url, http(url, (we.account_sid, we.auth_token)) as owner:
        yield Emulated(owner, url)


@contextlib.asynccontextmanager
async def losing_answers(url: str) -> AsyncIterator[str]:
    """A way to Twilio on which every request arrives, and no answer comes back."""

    async def lose(request: web.Request) -> web.Response:
        body, headers = await request.read(), {"Authorization": request.headers["Authorization"]}
        headers["Content-Type"] = request.headers.get("Content-Type", "")
        async with http() as way:
            answer = await way.request(request.method, f"{url}{request.path_qs}", content=body, headers=headers)
        assert answer.is_success, answer.text
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", lose)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
