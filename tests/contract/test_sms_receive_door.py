"""What Twilio posts, through a proxy that rewrites host and scheme, to the gateway's own door. SM-01"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import cast

import aiohttp
import pytest
from aiohttp import web as aio
from yarl import URL

from adapters.base import Desk as Front, HttpCall, HttpReply, WebhookAdapter
from adapters.heard import Received
from adapters.sms.wire import MOST_BYTES
from gateway.door import Door, Hook
from gateway.web import serve_app, web
from tests.contract.sms_bench import Bench, incoming, line, posted, status
from tests.doors.scene import free_port, listening


@dataclass(frozen=True)
class Behind:
    """The one thing of an adapter that a door needs."""

    bench: Bench

    async def receive(self, call: HttpCall, desk: Front) -> HttpReply:
        return await self.bench.receive(call)


@contextlib.asynccontextmanager
async def gateway(bench: Bench) -> AsyncIterator[str]:
    """The web role; where it listens."""
    hooks = {bench.line.channel: Hook(cast(WebhookAdapter, Behind(bench)), bench.desk)}
    door = cast(Door, SimpleNamespace(hooks=hooks, admits={}, installing=None))
    port, stopping = free_port(), asyncio.Event()
    serving = asyncio.create_task(serve_app(web(door), "127.0.0.1", port, stopping))
    await listening(port)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        stopping.set()
        await serving


@contextlib.asynccontextmanager
async def proxy(target: str) -> AsyncIterator[str]:
    """Ends TLS for us, as it were: what arrives behind it has another host and another scheme. Where it listens."""
    async with aiohttp.ClientSession(auto_decompress=False) as session:

        async def forward(request: aio.Request) -> aio.Response:
            headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
            headers |= {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "inner.example", "Via": "1.1 proxy"}
            url = URL(f"{target}{request.raw_path}", encoded=True)
            async with session.post(url, data=await request.read(), headers=headers) as answer:
                return aio.Response(body=await answer.read(), status=answer.status, content_type=answer.content_type)

        app = aio.Application(client_max_size=2 * MOST_BYTES)
        app.router.add_post("/{rest:.*}", forward)
        runner = aio.AppRunner(app, shutdown_timeout=1.0)
        await runner.setup()
        await aio.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield "http://{}:{}".format(*runner.addresses[0][:2])
        finally:
            await runner.cleanup()


@contextlib.asynccontextmanager
async def reached(bench: Bench) -> AsyncIterator[str]:
    """The gateway behind its proxy; where Twilio posts to."""
    async with gateway(bench) as inner, proxy(inner) as outer:
        yield f"{outer}/sms/events"


async def post(url: str, call: HttpCall) -> tuple[int, str, bytes]:
    """Twilio's request, as it is, over a wire; what it is answered."""
    at = URL(f"{url}?{call.query}" if call.query else url, encoded=True)
    async with aiohttp.ClientSession() as session, session.post(at, data=call.body, headers=call.headers) as answer:
        return answer.status, answer.content_type, await answer.read()


async def test_a_request_is_known_by_the_url_twilio_has_wherever_it_went() -> None:
    bench = Bench()
    async with reached(bench) as url:
        told = await post(url, posted(incoming(" naïve 🙏 "), bench.line))
        assert told == (200, "text/xml", b'<?xml version="1.0" encoding="UTF-8"?><Response/>')
        query = "effect=a%2Fb%20c&thread=t+1&cause=c"
        assert (await post(url, posted(status("sent"), bench.line, query)))[0] == 200
    (received,) = bench.desk.stored
    assert isinstance(received, Received)
    assert received.message.text == " naïve 🙏 "


@pytest.mark.parametrize("public", ["http://127.0.0.1", "https://inner.example", "http://holdpoint.example.com"])
async def test_a_signature_over_any_other_url_is_refused(public: str) -> None:
    bench = Bench()
    async with reached(bench) as url:
        call = posted(incoming(), line(public_url=public))
        assert (await post(url, call))[0] == 403
        named = {"X-Forwarded-Host": public.partition("//")[2], "X-Forwarded-Proto": public.partition(":")[0]}
        assert (await post(url, HttpCall(call.body, {**call.headers, **named})))[0] == 403
    assert bench.desk.taken == []


async def test_a_store_that_is_away_is_no_answer_so_that_the_fallback_is_asked() -> None:
    bench = Bench()
    bench.desk.down = 1
    async with reached(bench) as url:
        assert (await post(url, posted(incoming(), bench.line)))[0] == 503
        assert (await post(url, posted(incoming(), bench.line)))[0] == 200
    assert len(bench.desk.stored) == 1


async def test_what_is_far_too_long_is_refused_however_it_is_signed() -> None:
    bench = Bench()
    async with reached(bench) as url:
        assert (await post(url, posted(incoming("x" * MOST_BYTES), bench.line)))[0] in (403, 413)
        many = incoming() | {f"Field{number}": "" for number in range(1000)}
        assert (await post(url, posted(many, bench.line)))[0] == 403
    assert bench.desk.taken == []
