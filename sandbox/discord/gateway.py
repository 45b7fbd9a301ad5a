"""The gateway: HELLO, heartbeats, IDENTIFY, RESUME, and the closing of connections that do not keep to the rules.

https://docs.discord.com/developers/events/gateway. Unsure: what a client hears that stops its heartbeats; here it is
closed with 4009, and may resume.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from aiohttp import WSMsgType, web

from sandbox.discord import greeting
from sandbox.discord.clock import Clock
from sandbox.discord.connection import Connection
from sandbox.discord.events import KNOWN, MESSAGE_CONTENT, PRIVILEGED
from sandbox.discord.ids import secret
from sandbox.discord.protocol import (
    ACK,
    HEARTBEAT,
    HELLO,
    IDENTIFY,
    INVALID,
    MEMBERS,
    PRESENCE,
    RESUME,
    SOUNDS,
    VOICE,
    Closes,
    Sends,
    operation,
    payload,
    sharding,
)
from sandbox.discord.session import Session, Sessions
from sandbox.discord.shapes import Json
from sandbox.discord.starts import Starts
from sandbox.discord.world import Event, World

Op: TypeAlias = Callable[[Connection, Json], None]


class Gateway:
    """The connections and sessions of the app. `heartbeat` is the interval in seconds; `acks` whether beats are heard.

    `pause` is what must lie between two IDENTIFYs, by the clock of the sandbox.
    """

    def __init__(self, world: World, clock: Clock, starts: Starts, *, heartbeat: float, pause: float) -> None:
        self._world = world
        self._clock = clock
        self._starts = starts
        self._heartbeat = heartbeat
        self._pause = pause
        self._identified = -pause
        self._connections: dict[Connection, Session | None] = {}
        self._sessions: dict[str, Session] = {}
        self._counts = {"identifies": 0, "resumes": 0}
        self._refusals: deque[int] = deque()
        self.url = ""
        self.acks = True
        self.unreachable = False
        world.listen(self.tell)

    @property
    def sessions(self) -> Sessions:
        """Those that somebody listens to."""
        return Sessions(tuple(one for one in self._connections.values() if one is not None), **self._counts)

    # What the sandbox does to it

    def tell(self, event: Event) -> None:
        """Tell every session that is to know of it, connected or not."""
        for session in self._sessions.values():
            session.tell(event)

    def refuse(self, code: int, count: int) -> None:
        """Close the next so many IDENTIFYs with this code."""
        self._refusals.extend([code] * count)

    def push(self, payload: Json) -> None:
        """Say something on every connection."""
        for connection in self._connections:
            connection.push(payload)

    def drop(self) -> None:
        """Every connection breaks without a word."""
        for connection in self._connections:
            connection.abort()

    def close(self, code: int) -> None:
        """Every connection is closed with this code."""
        for connection in self._connections:
            connection.close(code)

    def forget(self) -> None:
        """No session of now can be resumed any more."""
        for session in self._sessions.values():
            session.forgotten = True

    def recover(self) -> None:
        """Everybody can connect, and heartbeats are acknowledged."""
        self.unreachable, self.acks = False, True
        self._refusals.clear()

    async def said(self) -> None:
        """Wait until all connections have said what they were to say."""
        await asyncio.gather(*(one.said() for one in list(self._connections)))

    async def gone(self) -> None:
        """Wait until the connections that are open now are open no more."""
        await asyncio.gather(*(one.over.wait() for one in list(self._connections)))

    async def stop(self) -> None:
        """Close them all."""
        await asyncio.gather(*(one.shut() for one in list(self._connections)), return_exceptions=True)

    # What an app says

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, for as long as it lasts."""
        if self.unreachable:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=503)
        socket = web.WebSocketResponse(timeout=1.0, compress=False, max_msg_size=0)
        await socket.prepare(request)
        connection = Connection(socket, request, squeezed=request.query.get("compress") == "zlib-stream")
        self._connections[connection] = None
        try:
            await self._attend(connection, request)
        finally:
            self._left(connection)
            await connection.end()
        return socket

    async def _attend(self, connection: Connection, request: web.Request) -> None:
        try:
            if request.query.get("v") != "10" or request.query.get("encoding") != "json":
                raise Closes(4012)
            await self._listen(connection)
        except Closes as closes:
            connection.close(closes.code)
            await connection.said()
        except TimeoutError:
            connection.close(4009)
            await connection.said()

    async def _listen(self, connection: Connection) -> None:
        connection.push(operation(HELLO, {"heartbeat_interval": int(self._heartbeat * 1000)}))
        sends = Sends()
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(2 * self._heartbeat) as patience:
            with contextlib.suppress(ConnectionError):
                async for message in connection.socket:
                    sends.count(self._clock.seconds())
                    said = payload(message.data if message.type == WSMsgType.TEXT else "")
                    if said["op"] == HEARTBEAT:
                        patience.reschedule(loop.time() + 2 * self._heartbeat)
                    self._hear(connection, said)

    def _left(self, connection: Connection) -> None:
        session = self._connections.pop(connection)
        if session is None or session.connection is not connection:
            return
        session.connection, session.left = None, self._clock.seconds()
        if connection.socket.close_code in (1000, 1001) and not connection.closing:
            self._sessions.pop(session.id, None)

    def _hear(self, connection: Connection, said: Json) -> None:
        op, data = said["op"], said.get("d")
        if op == HEARTBEAT:
            if self.acks:
                connection.push({"op": ACK})
            return
        does: dict[int, Op] = {IDENTIFY: self._identify, RESUME: self._resume, MEMBERS: self._members}
        if op not in does and op not in (PRESENCE, VOICE, SOUNDS):
            raise Closes(4001)
        if not isinstance(data, dict):
            raise Closes(4002)
        authenticated = self._connections[connection] is not None
        if op in (IDENTIFY, RESUME) and authenticated:
            raise Closes(4005)
        if op not in (IDENTIFY, RESUME) and not authenticated:
            raise Closes(4003)
        if op in does:
            does[op](connection, data)

    # IDENTIFY

    def _identify(self, connection: Connection, data: Json) -> None:
        if not isinstance(data.get("properties"), dict) or not isinstance(data.get("token"), str):
            raise Closes(4002)
        self._check_token(data["token"])
        self._counts["identifies"] += 1
        if not self._starts.count():
            self._reset_token()
        if self._refusals:
            raise Closes(self._refusals.popleft())
        shard, intents = sharding(data.get("shard", [0, 1])), self._intents(data.get("intents"))
        if self._clock.seconds() - self._identified < self._pause:
            connection.push(operation(INVALID, False))
            return
        self._identified = self._clock.seconds()
        session = Session(intents, shard, self._world.app.bot)
        self._sessions[session.id] = session
        self._link(connection, session)
        self._greet(session)

    def _greet(self, session: Session) -> None:
        session.say("READY", greeting.ready(self._world, session, self.url))
        session.tell(Event("GUILD_CREATE", greeting.guild_create(self._world), guild=self._world.guild.id))

    def _intents(self, intents: object) -> int:
        if not isinstance(intents, int) or isinstance(intents, bool) or intents & ~KNOWN:
            raise Closes(4013)
        allowed = MESSAGE_CONTENT if self._world.app.may_read_all else 0
        if intents & PRIVILEGED & ~allowed:
            raise Closes(4014)
        return intents

    def _check_token(self, token: str) -> None:
        if token.removeprefix("Bot ") != self._world.app.token:
            raise Closes(4004)

    def _reset_token(self) -> None:
        """Too many IDENTIFYs in a day: every session ends, and the token is another."""
        self._world.app.token = secret(64)
        self._sessions.clear()
        self.close(4004)
        raise Closes(4004)

    # RESUME

    def _resume(self, connection: Connection, data: Json) -> None:
        id, seq = data.get("session_id"), data.get("seq")
        if not isinstance(data.get("token"), str):
            raise Closes(4002)
        self._check_token(data["token"])
        session = self._sessions.get(str(id))
        if session is None or not session.resumable(self._clock.seconds()):
            connection.push(operation(INVALID, False))
            return
        if not isinstance(seq, int) or not 0 <= seq <= session.seq:
            raise Closes(4007)
        missed = session.missed(seq)
        if missed is None:
            connection.push(operation(INVALID, False))
            return
        self._counts["resumes"] += 1
        for text in missed:
            connection.push_text(text)
        self._link(connection, session)
        session.say("RESUMED", {"_trace": []})

    def _link(self, connection: Connection, session: Session) -> None:
        if session.connection is not None:
            session.connection.abort()
            self._connections[session.connection] = None
        session.connection = connection
        self._connections[connection] = session

    # Members

    def _members(self, connection: Connection, data: Json) -> None:
        session = self._connections[connection]
        if session is None or str(data.get("guild_id")) != self._world.guild.id:
            return
        chunk = greeting.members_chunk(self._world, session, data)
        if chunk is not None:
            session.say("GUILD_MEMBERS_CHUNK", chunk)
