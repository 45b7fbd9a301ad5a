"""The demo's page: Slack, Discord, mailboxes and phones to use, the events of every thread, and what runs where."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import typer
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.trustedhost import TrustedHostMiddleware

from gateway.demo.discord_pane import discord_routes
from gateway.demo.phones_pane import phone_routes
from gateway.demo.slack_pane import slack_routes
from gateway.demo.world import ANA, BO, World
from gateway.web import serve_app
from sandbox.mail.control import control_routes

STATIC = Path(__file__).parent / "static"
PORT = 8025
THREADS = 5
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


async def serve_page(world: World, stopping: asyncio.Event) -> None:
    """Serve the page until `stopping`."""
    typer.echo(f"\n  Holdpoint demo: http://127.0.0.1:{PORT}\n\n  Ask as Ana, decide as Bo or Di. Ctrl-C ends it.\n")
    await serve_app(page(world), "127.0.0.1", PORT, stopping)


def page(world: World) -> FastAPI:
    """The application: static files, the people's hands in the sandboxes, and what the house knows."""
    app = FastAPI(docs_url=None, redoc_url=None)
    app.middleware("http")(_of_this_page)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    app.include_router(control_routes(world.mail))
    app.include_router(slack_routes(world))
    app.include_router(discord_routes(world))
    app.include_router(phone_routes(world))
    app.mount("/static", StaticFiles(directory=STATIC))

    @app.get("/")
    async def index() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    @app.get("/state")
    async def state() -> dict[str, Any]:
        return {
            "people": {"Ana": ANA, "Bo": BO},
            "bot": world.mail.bot,
            "running": {name: world.running(name) for name in ("staging", "production")},
            "history": world.history(),
            "threads": await _threads(world),
        }

    @app.post("/clock/{hours}", status_code=204)
    async def move_on(hours: int) -> None:
        world.move_on(hours=min(hours, 100))

    return app


async def _of_this_page(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuse what another page in the same browser asks: here one acts as anybody."""
    if request.headers.get("Origin", own := f"http://{request.headers.get('Host')}") != own:
        return Response("this page may not", 403)
    response = await answer(request)
    response.headers.update(HEADERS)
    return response


async def _threads(world: World) -> list[dict[str, Any]]:
    """The latest threads with all their events."""
    threads = world.house.door().threads
    listed = await threads.latest(most=THREADS, before=None)
    return [
        {"id": one.id, "status": (await threads.get(one.id)).status, "events": await threads.events(one.id, after=0)}
        for one in listed
    ]
