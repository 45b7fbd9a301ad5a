"""What the tests of the sandbox Twilio share: the SDK as a client of it, and an app that takes its webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator, get_signature_algorithm
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from sandbox.twilio import TwilioSandbox

PUBLIC = "https://public.test/sms/events"
ANA = "+447700900001"


@asynccontextmanager
async def client_of(twilio: TwilioSandbox, token: str = "", account: str = "") -> AsyncIterator[Client]:
    """The SDK as it is, but for the address it calls."""
    async with AsyncTwilioHttpClient() as http:
        client = Client(account or twilio.account_sid, token or twilio.auth_token, http_client=http)
        client.api.base_url = twilio.url
        yield client


async def send(twilio: TwilioSandbox, to: str = ANA, **fields: object) -> MessageInstance:
    """Create a message with the SDK, from the number that stands alone unless something else is said."""
    if "messaging_service_sid" not in fields:
        fields = {"from_": twilio.number} | fields
    async with client_of(twilio) as client:
        made = await client.messages.create_async(to=to, **fields)
    assert isinstance(made, MessageInstance)
    return made


async def refusal(twilio: TwilioSandbox, to: str = ANA, **fields: object) -> tuple[int, int | None]:
    """Status and code of a refused message."""
    with pytest.raises(TwilioRestException) as refused:
        await send(twilio, to, **fields)
    return refused.value.status, refused.value.code


async def until(true: Callable[[], object]) -> None:
    """Wait for something that is bound to happen; ten seconds without it are a failure."""
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


@dataclass
class Taken:
    """A request the app took; `valid` by the SDK's own validator over the public URL."""

    form: dict[str, str]
    headers: dict[str, str]
    query: str
    valid: bool


@dataclass
class App:
    """An app behind a public URL. `answer` is its TwiML; the statuses in `trouble` are answered first."""

    url: str = ""
    public: str = PUBLIC
    tokens: list[str] = field(default_factory=list)
    answer: str = "<Response/>"
    media_type: str = "text/xml"
    trouble: list[int] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        posted = await request.post()
        form = {name: str(posted[name]) for name in posted}
        url = self.public + (f"?{request.query_string}" if request.query_string else "")
        algorithm = get_signature_algorithm(request.headers.get("X-Twilio-Webhooks-Signature-Settings", ""))
        signature = request.headers["X-Twilio-Signature"]
        valid = any(RequestValidator(token).validate(url, form, signature, algorithm) for token in self.tokens)
        self.taken.append(Taken(form, dict(request.headers), request.query_string, valid))
        status = self.trouble.pop(0) if self.trouble else 200
        return web.Response(text=self.answer, status=status, content_type=self.media_type)

    @property
    def statuses(self) -> list[str]:
        """The statuses that were called back, in the order in which they came."""
        return [one.form["MessageStatus"] for one in self.taken if "MessageStatus" in one.form]


@asynccontextmanager
async def app_of(twilio: TwilioSandbox, public: str = PUBLIC) -> AsyncIterator[App]:
    """An app that takes what is meant for the public URL, for SMS and WhatsApp."""
    app = App(public=public, tokens=[twilio.auth_token])
    application = web.Application()
    application.router.add_post("/sms/events", app.take)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        app.url = f"http://127.0.0.1:{runner.addresses[0][1]}/sms/events"
        twilio.deliver_to("sms", public, post_to=app.url)
        twilio.deliver_to("whatsapp", public, post_to=app.url)
        yield app
    finally:
        await runner.cleanup()


# --- fixtures, by import


@pytest.fixture(name="twilio")
async def local_twilio() -> AsyncIterator[TwilioSandbox]:
    """The sandbox, of which nothing is asked that it does not have."""
    async with TwilioSandbox() as running:
        yield running
        assert running.strays == []


@pytest.fixture(name="app")
async def app_of_twilio(twilio: TwilioSandbox) -> AsyncIterator[App]:
    """An app that takes its webhooks."""
    async with app_of(twilio) as running:
        yield running
