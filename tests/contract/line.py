"""A line to a server that breaks at the worst moment: the command got through and ran, its reply is lost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any


class Line:
    """Passes bytes between clients and one server. `lost` counts replies."""

    def __init__(self, server: Path, here: Path) -> None:
        self.url = f"unix://{here}"
        self.lost = 0
        self._losing = False
        self._server = server
        self._here = here
        self._open: set[asyncio.StreamWriter] = set()
        self._served: set[asyncio.Task[Any]] = set()

    def lose_next(self) -> None:
        """The next reply is lost."""
        self._losing = True

    @contextlib.asynccontextmanager
    async def laid(self) -> AsyncIterator[Line]:
        """The line, ready for use."""
        listening = await asyncio.start_unix_server(self._connect, str(self._here))
        try:
            yield self
        finally:
            listening.close()
            for writer in list(self._open):
                writer.close()
            await asyncio.gather(*self._served, return_exceptions=True)

    async def _connect(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._served.add(task)
        from_server, to_server = await asyncio.open_unix_connection(str(self._server))
        self._open |= {to_client, to_server}
        with contextlib.suppress(OSError):
            await asyncio.gather(self._commands(from_client, to_server), self._replies(from_server, to_client))
        for writer in (to_client, to_server):
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        self._open -= {to_client, to_server}

    async def _commands(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
        writer.close()

    async def _replies(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            if self._losing:
                self._losing, self.lost = False, self.lost + 1
                break
            writer.write(data)
        writer.close()
