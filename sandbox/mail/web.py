"""The web server of the mail sandbox: routes on a loopback port, in the event loop that runs it all."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from fastapi import APIRouter, FastAPI


@contextlib.asynccontextmanager
async def listening(host: str, port: int, *routers: APIRouter) -> AsyncIterator[str]:
    """Routes, served until the end of the block; the URL of the server."""
    app = FastAPI(title="Mail sandbox", docs_url=None, redoc_url=None, openapi_url=None)
    for router in routers:
        app.include_router(router)
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1
    )
    server = _Server(config)
    with socket.create_server((host, port)) as here:
        serving = asyncio.create_task(server.serve(sockets=[here]), name="sandbox mail web")
        try:
            yield f"http://{host}:{here.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    """A server that leaves the process's signals to whoever owns the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
