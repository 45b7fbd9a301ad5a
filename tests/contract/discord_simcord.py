"""simcord behind a URL: somebody else's Discord, at which discord.py works as it is, over HTTP and a web socket.

simcord puts itself in the place of discord.py's HTTP client and hands events to its parsers. Here its world stands
behind a web server instead: requests go to its router, events come from its gateway, and only the carrying is ours:
JSON, files, status codes, HELLO, heartbeats, sequence numbers, whether the token is right. A client of its own that
nobody listens to is attached, since its people act through one.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import discord
import simcord
from aiohttp import BodyPartReader, web
from simcord.gateway import ShardRouter
from simcord.http import RouteNotImplemented, UnsupportedField, router

TOKEN = "the token of somebody else's Discord"
# These are called with a token in the path.
FREE = ("/interactions/", "/webhooks/")
HEARTBEAT_MS = 41_250


class Parsers(dict[str, Callable[[dict[str, Any]], None]]):
    """In place of discord.py's parsers: takes every event by its name."""

    def __init__(self, take: Callable[[str, dict[str, Any]], None]) -> None:
        super().__init__()
        self._take = take

    def __missing__(self, event: str) -> Callable[[dict[str, Any]], None]:
        return partial(self._take, event)


class Listener:
    """What is connected, as simcord's gateway looks at it: what it asked for, and where its events go."""

    def __init__(self, intents: int, url: str) -> None:
        self.intents = discord.Intents._from_value(intents)
        self.guilds = ()
        self.outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.parsers = Parsers(self._take)
        self._url, self._sequence = url, 0

    def _take(self, event: str, payload: dict[str, Any]) -> None:
        self._sequence += 1
        if event == "READY":
            payload["resume_gateway_url"] = self._url
        self.outgoing.put_nowait({"op": 0, "s": self._sequence, "t": event, "d": payload})


class Served:
    """simcord at `api_url`. `strays` are the requests that it has no answer for, routes and fields."""

    def __init__(self, env: simcord.Env) -> None:
        self.env, self.backend = env, env.backend
        self.api_url = self.socket_url = ""
        self.strays: list[str] = []

    async def rest(self, request: web.Request) -> web.Response:
        """One request, as simcord's router answers it."""
        path = f"/{request.match_info['path']}"
        if not path.startswith(FREE) and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return _json({"message": "401: Unauthorized", "code": 0}, status=401)
        if path == "/gateway/bot":
            return _json(self._gateway_bot())
        body, files = await _content(request)
        try:
            answer = router.dispatch(
                self.backend, request.method, path, json=body, params=dict(request.query), files=files
            )
        except (RouteNotImplemented, UnsupportedField) as missing:
            self.strays.append(str(missing))
            return _json(missing.to_json(), status=missing.status)
        except simcord.BackendError as refused:
            return _json(refused.to_json(), status=refused.status)
        return web.Response(status=204) if answer is None else _json(answer)

    async def gateway(self, request: web.Request) -> web.WebSocketResponse:
        """One connection."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        async with contextlib.AsyncExitStack() as while_open:
            async for message in socket:
                said = message.json()
                if said["op"] == 1:
                    await socket.send_json({"op": 11})
                elif said["op"] == 6:
                    await socket.send_json({"op": 9, "d": False})
                elif said["op"] == 2 and said["d"]["token"] != TOKEN:
                    await socket.close(code=4004)
                elif said["op"] == 2:
                    await while_open.enter_async_context(self._fed(socket, said["d"]["intents"]))
        return socket

    @contextlib.asynccontextmanager
    async def _fed(self, socket: web.WebSocketResponse, intents: int) -> AsyncIterator[None]:
        """READY, the servers, and from then on whatever happens."""
        listener = Listener(intents, self.socket_url)
        shards = ShardRouter(self.backend, listener, lambda *_: None, 1, (0,))
        shards.identify(0, replay_guilds=True)
        self.backend.subscribers.append(shards.feed)
        sending = asyncio.create_task(_send_on(listener, socket))
        try:
            yield
        finally:
            self.backend.subscribers.remove(shards.feed)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    def _gateway_bot(self) -> dict[str, Any]:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return {"url": self.socket_url, "shards": 1, "session_start_limit": limit}


@contextlib.asynccontextmanager
async def served() -> AsyncIterator[Served]:
    """simcord at work, its clock set to ours once and standing still from then on."""
    env = simcord.Env(discord.Client(intents=discord.Intents.all()))
    env.backend.advance_clock((datetime.now(UTC) - env.now()).total_seconds())
    here = Served(env)
    application = web.Application()
    application.router.add_route("*", "/api/v10/{path:.*}", here.rest)
    application.router.add_get("/gateway/", here.gateway)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await env.start()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    here.api_url, here.socket_url = f"http://127.0.0.1:{port}/api/v10", f"ws://127.0.0.1:{port}/gateway/"
    try:
        yield here
    finally:
        await runner.cleanup()
        await env.shutdown()


def _json(answer: Any, status: int = 200) -> web.Response:
    """As Discord says it: discord.py reads as JSON only what has no charset."""
    return web.Response(body=json.dumps(answer), status=status, headers={"Content-Type": "application/json"})


async def _send_on(listener: Listener, socket: web.WebSocketResponse) -> None:
    while True:
        await socket.send_json(await listener.outgoing.get())


async def _content(request: web.Request) -> tuple[Any, list[discord.File]]:
    """The JSON of a request, and the files beside it, with what the JSON says of them."""
    if not request.content_type.startswith("multipart/"):
        body = await request.read()
        return (json.loads(body) if body else None), []
    payload: Any = None
    files: list[discord.File] = []
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        data = bytes(await part.read(decode=True))
        if part.name == "payload_json":
            payload = json.loads(data)
        else:
            files.append(discord.File(io.BytesIO(data), filename=part.filename))
    return payload, files
