"""A host of files that does whatever a test wants, and notes who came with which token."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class FileHost:
    """`serve` by path; `seen` are the paths asked for and the tokens that came; `released` ends what hangs."""

    url: str = ""
    serve: dict[str, Serve] = field(default_factory=dict)
    seen: list[tuple[str, str]] = field(default_factory=list)
    sent: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def gives(self, path: str, body: bytes = b"the plan", media_type: str = "text/plain", status: int = 200) -> str:
        """Serve this there; its address."""

        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(body=body, content_type=media_type, status=status)

        return self.does(path, answer)

    def points(self, path: str, target: str, status: int = 302) -> str:
        """Send whoever asks for this there."""

        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(status=status, headers={"Location": target})

        return self.does(path, answer)

    def pours(self, path: str, chunk: bytes, chunks: int, media_type: str = "text/plain") -> str:
        """Send so much, without saying how much it will be."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": media_type})
            await response.prepare(request)
            with contextlib.suppress(ConnectionError):
                for _ in range(chunks):
                    await response.write(chunk)
                    self.sent += len(chunk)
            return response

        return self.does(path, answer)

    def hangs(self, path: str) -> str:
        """Answer with nothing until the test is over."""

        async def answer(_: web.Request) -> web.StreamResponse:
            await self.released.wait()
            return web.Response()

        return self.does(path, answer)

    def does(self, path: str, serve: Serve) -> str:
        """Serve in any way; the address."""
        self.serve[path] = serve
        return f"{self.url}{path}"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Whatever was asked for."""
        self.seen.append((request.path, request.headers.get("Authorization", "")))
        serve = self.serve.get(request.path)
        return await serve(request) if serve else web.Response(status=404)


@contextlib.asynccontextmanager
async def file_host() -> AsyncIterator[FileHost]:
    """One, on a free port of this machine."""
    host = FileHost()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", host.handle)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host.url = "http://{}:{}".format(*runner.addresses[0][:2])
    try:
        yield host
    finally:
        host.released.set()
        await runner.cleanup()
