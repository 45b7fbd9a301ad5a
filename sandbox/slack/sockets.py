"""Socket Mode: one-shot tickets, up to ten connections of which one gets each envelope, acks, farewells.

https://docs.slack.dev/apis/events-api/using-socket-mode. Unsure: what `debug_info` holds beyond its names, and that a
retry travels under a new `envelope_id`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import WSMsgType, web

from sandbox.slack.ids import secret
from sandbox.slack.shapes import Json

CONNECTIONS = 10
HEARTBEAT = 30.0  # seconds between the pings of the server
Farewell = Literal["warning", "refresh_requested", "link_disabled", "too_many_websockets"]
FAREWELLS: Mapping[str, Farewell] = {
    "disconnect_warning": "warning",
    "disconnect_refresh": "refresh_requested",
    "disconnect_disabled": "link_disabled",
}


@dataclass(eq=False)
class Connection:
    """One open WebSocket. A deaf one is open, answers pings, and gets nothing."""

    number: int
    socket: web.WebSocketResponse
    request: web.Request
    deaf: bool = False
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)

    async def send(self, envelope: Json) -> None:
        """Send an envelope, unless deaf."""
        if not self.deaf:
            await self.socket.send_str(json.dumps(envelope))

    async def farewell(self, reason: Farewell, app_id: str) -> None:
        """Say that it will close, and, but for a warning, close."""
        note = {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
        with contextlib.suppress(ConnectionError):
            await self.socket.send_str(json.dumps(note | ({"app_id": app_id} if reason == "link_disabled" else {})))
        if reason != "warning":
            await self.socket.close()

    def abort(self) -> None:
        """Break the connection without a word."""
        if self.request.transport is not None:
            self.request.transport.abort()

    def read(self, text: str) -> None:
        """An ack: `{"envelope_id": ..., "payload"?: ...}`; anything else is not for us."""
        with contextlib.suppress(ValueError, AttributeError):
            ack = json.loads(text)
            waiting = self.waiting.pop(ack.get("envelope_id", ""), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(ack)

    def end(self) -> None:
        """Those who wait for an ack wait in vain."""
        for waiting in self.waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionResetError())
        self.waiting.clear()


class Sockets:
    """The open connections of an app."""

    def __init__(self, app_id: str) -> None:
        self._app_id = app_id
        self._tickets: set[str] = set()
        self._opened = 0
        self._turn = 0
        self.connections: list[Connection] = []
        self.disabled = False
        self._farewells: set[asyncio.Task[None]] = set()

    def ticket(self) -> str:
        """A ticket for one connection."""
        value = secret(32)
        self._tickets.add(value)
        return value

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The WebSocket of a ticket, for as long as it lasts."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=403, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(timeout=1.0, heartbeat=HEARTBEAT)
        await socket.prepare(request)
        self._opened += 1
        connection = Connection(self._opened, socket, request)
        if len(self.connections) >= CONNECTIONS:
            await connection.farewell("too_many_websockets", self._app_id)
            return socket
        await self._listen(connection)
        return socket

    async def _listen(self, connection: Connection) -> None:
        self.connections.append(connection)
        try:
            await connection.send(self._hello())
            async for message in connection.socket:
                if message.type == WSMsgType.TEXT:
                    connection.read(message.data)
        except ConnectionError:
            pass
        finally:
            self.connections.remove(connection)
            connection.end()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._app_id},
        }

    def next(self) -> Connection | None:
        """The connection whose turn it is."""
        if not self.connections:
            return None
        self._turn += 1
        return self.connections[self._turn % len(self.connections)]

    def suffer(self, kind: str) -> None:
        """A fault befalls the connections now open."""
        for connection in tuple(self.connections):
            if kind == "socket_drop":
                connection.abort()
            elif kind == "socket_deaf":
                connection.deaf = True
            else:
                self._spawn(connection.farewell(FAREWELLS[kind], self._app_id))
        self.disabled = self.disabled or kind == "disconnect_disabled"

    def recover(self) -> None:
        """The deaf hear again, and Socket Mode is on."""
        self.disabled = False
        for connection in self.connections:
            connection.deaf = False

    def _spawn(self, farewell: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(farewell)
        self._farewells.add(task)
        task.add_done_callback(self._farewells.discard)

    async def close(self) -> None:
        """Close them all."""
        await asyncio.gather(*self._farewells, return_exceptions=True)
        for connection in tuple(self.connections):
            await connection.socket.close()


async def exchange(connection: Connection, envelope: Json, deadline: float) -> Json:
    """Send an envelope and wait for its ack. Raises TimeoutError, or ConnectionError if the socket ends first."""
    ack: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
    connection.waiting[envelope["envelope_id"]] = ack
    try:
        async with asyncio.timeout(deadline):
            await connection.send(envelope)
            return await ack
    finally:
        connection.waiting.pop(envelope["envelope_id"], None)
