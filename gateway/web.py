"""The web role: REST, the decision page, health. Problems come back as `application/problem+json`, in plain words."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import hooks, pages
from gateway.api import threads
from gateway.door import Door
from gateway.errors import Misconfigured, NoSuchThread
from gateway.limits import BodyLimit
from gateway.problem import kind_of, problem
from gateway.store.errors import StoreError

STATIC = Path(__file__).parent / "static"
RETRY_AFTER = "5"
DRAIN_SECONDS = 10
BACKLOG = 2048
MAX_NAMED = 32
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


def web(door: Door) -> FastAPI:
    """The application behind one door."""
    app = FastAPI(title="Holdpoint", version="1", docs_url=None, redoc_url=None)
    app.state.door = door
    app.include_router(threads.router)
    app.include_router(pages.router)
    app.include_router(hooks.router)
    if door.installing:
        from gateway.oauth import installing_routes  # With Slack's, which others may not have installed.

        app.include_router(installing_routes(door.installing))
    app.add_api_route("/health", health, methods=["GET"])
    app.add_api_route("/static/holdpoint.css", style, methods=["GET"], include_in_schema=False)
    app.add_api_route("/favicon.ico", no_icon, methods=["GET"], status_code=204, include_in_schema=False)
    app.add_exception_handler(NoSuchThread, _no_such_thread)
    app.add_exception_handler(StoreError, _try_later)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _broken)
    app.add_middleware(BodyLimit, larger=door.admits)
    app.add_middleware(_WithHeaders)
    return app


async def serve_app(app: FastAPI, host: str, port: int, stopping: asyncio.Event) -> None:
    """Answer until `stopping`; requests under way are finished. Raises Misconfigured."""
    config = uvicorn.Config(
        app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=DRAIN_SECONDS
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[_bound(host, port)]))
    waiting = asyncio.create_task(stopping.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    server.should_exit = True
    await serving


def _bound(host: str, port: int) -> socket.socket:
    """The socket to listen on. Left to make it, uvicorn would end the whole process when it cannot."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise Misconfigured(f"cannot listen on {host} port {port}: {os.strerror(error.errno or 0)}") from error


class _Server(uvicorn.Server):
    """A server that leaves signals to us: a stop is one matter for all roles."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def health(request: Request) -> dict[str, str]:
    """Whether the store answers, and what its acknowledgements survive."""
    door: Door = request.app.state.door
    await door.store.exists("health")
    return {"status": "ok", "durability": door.durability}


async def style() -> FileResponse:
    """The one style sheet."""
    return FileResponse(STATIC / "holdpoint.css", media_type="text/css")


async def no_icon() -> None:
    """Browsers ask for an icon by themselves; there is none, and that is no error."""


class _WithHeaders:
    """Middleware: these headers are on every answer, also on those that nobody of ours had a look at."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, answer)


async def _no_such_thread(request: Request, error: Exception) -> Response:
    return problem(404, "urn:holdpoint:no-such-thread", "there is no such thread")


async def _try_later(request: Request, error: Exception) -> Response:
    """Nothing was stored; whoever called should call again."""
    detail = f"not stored, please try again: {error}"
    return problem(503, "urn:holdpoint:not-stored", detail, {"Retry-After": RETRY_AFTER})


async def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # The names in a place may be the caller's own: of unknown fields there may be many, and long ones.
    named = [(".".join(str(part)[:MAX_NAMED] for part in e["loc"]), e["msg"]) for e in error.errors()[:MAX_NAMED]]
    problems = [f"{place}: {why}" for place, why in named]
    return problem(422, "urn:holdpoint:not-valid", "; ".join(problems))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, kind_of(error.status_code), str(error.detail), error.headers)


async def _broken(request: Request, error: Exception) -> Response:
    """What went wrong is logged by the server, which gets the error all the same; beyond all middleware, though."""
    return problem(500, kind_of(500), "something went wrong here, please try again", _HEADERS)
