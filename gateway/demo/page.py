"""The demo's page: two mailboxes to read and write, the events of every thread, and what runs where."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import typer
from fastapi import FastAPI
from fastapi.responses import FileResponse

from gateway.demo.world import ANA, BO, World
from gateway.web import serve_app
from sandbox.mail.control import control_routes

STATIC = Path(__file__).parent / "static"
PORT = 8025
THREADS = 5


async def serve_page(world: World, stopping: asyncio.Event) -> None:
    """Serve the page until `stopping`."""
    typer.echo(f"\n  Holdpoint demo: http://127.0.0.1:{PORT}\n\n  Write as Ana, decide as Bo. Ctrl-C ends it.\n")
    await serve_app(page(world), "127.0.0.1", PORT, stopping)


def page(world: World) -> FastAPI:
    """The application: static files, the mail sandbox's `/_control`, and what the house knows."""
    app = FastAPI(docs_url=None, redoc_url=None)
    app.include_router(control_routes(world.mail))

    @app.get("/")
    async def index() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    @app.get("/static/{name}")
    async def static(name: str) -> FileResponse:
        return FileResponse(STATIC / {"demo.js": "demo.js", "demo.css": "demo.css"}[name])

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
        world.clock.move_on(min(hours, 100))

    return app


async def _threads(world: World) -> list[dict[str, Any]]:
    """The latest threads with all their events."""
    threads = world.house.door().threads
    listed = await threads.latest(most=THREADS, before=None)
    return [
        {"id": one.id, "status": (await threads.get(one.id)).status, "events": await threads.events(one.id, after=0)}
        for one in listed
    ]
