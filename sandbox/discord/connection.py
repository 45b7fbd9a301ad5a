"""One WebSocket of the gateway: what is said goes out in order, as text or in a zlib stream; how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import zlib
from typing import TypeAlias

from aiohttp import WSCloseCode, web

from sandbox.discord.shapes import Json

Farewell: TypeAlias = int  # the code it closes with


class Connection:
    """Says what is pushed. `squeezed`: as one zlib stream, each message flushed, as `compress=zlib-stream` has it.

    `closing` once it was closed from here; `over` is set when it has ended.
    """

    def __init__(self, socket: web.WebSocketResponse, request: web.Request, *, squeezed: bool) -> None:
        self.socket = socket
        self._request = request
        self._squeezer = zlib.compressobj() if squeezed else None
        self._outgoing: asyncio.Queue[str | Farewell] = asyncio.Queue()
        self.closing = False
        self.over = asyncio.Event()
        self._writer = asyncio.create_task(self._write(), name="sandbox discord gateway")

    def push(self, payload: Json) -> None:
        """Say this after all that was pushed before."""
        self.push_text(json.dumps(payload))

    def push_text(self, text: str) -> None:
        """Say this, as it is, after all that was pushed before."""
        if not self.over.is_set():
            self._outgoing.put_nowait(text)

    def close(self, code: Farewell) -> None:
        """Close it after all that was pushed."""
        if not self.over.is_set():
            self._outgoing.put_nowait(code)

    def abort(self) -> None:
        """Break it without a word; what was not yet out is not said."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def said(self) -> None:
        """Wait until all that was pushed is out, or can no longer be."""
        await self._outgoing.join()

    async def end(self) -> None:
        """It is over: nobody waits for it any more."""
        self.over.set()
        self._writer.cancel()
        await asyncio.gather(self._writer, return_exceptions=True)
        while not self._outgoing.empty():
            self._outgoing.get_nowait()
            self._outgoing.task_done()

    async def shut(self) -> None:
        """Close it as a server that goes away, at once."""
        self.closing = True
        await self.socket.close(code=WSCloseCode.GOING_AWAY)

    async def _write(self) -> None:
        while True:
            said = await self._outgoing.get()
            try:
                with contextlib.suppress(ConnectionError):
                    await self._say(said)
            finally:
                self._outgoing.task_done()

    async def _say(self, said: str | Farewell) -> None:
        if isinstance(said, int):
            self.closing = True
            await self.socket.close(code=said)
        elif self._squeezer is None:
            await self.socket.send_str(said)
        else:
            squeezed = self._squeezer.compress(said.encode())
            await self.socket.send_bytes(squeezed + self._squeezer.flush(zlib.Z_SYNC_FLUSH))
