"""`dead`, `quarantine`, `rebuild`: what an operator looks at, straight from the store."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import typer

from gateway.app import House, house
from gateway.cli.serve import load_settings, one_line_errors
from gateway.entry import control_verb, received_id

app = typer.Typer()


@app.command()
def dead() -> None:
    """Messages and tools that ended failed, unknown, refused or dead, latest first."""

    async def show(ready: House) -> None:
        for effect in await ready.opened.threads.dead():
            typer.echo(f"{effect.id}  {effect.state:8} {effect.queue:8} thread {effect.thread_id}")

    with_house(show)


@app.command()
def quarantine() -> None:
    """Messages that nobody could understand, with the reason."""

    async def show(ready: House) -> None:
        for source in (source for adapter in ready.channels.read for source in adapter.sources):
            for kept, why in await ready.opened.mailroom.quarantined(source.name):
                typer.echo(f"{kept.id}  {len(kept.raw)} bytes  {why}")

    with_house(show)


@app.command()
def rebuild() -> None:
    """Make heads, indexes and readiness again for threads that have nothing left but their log."""

    async def make(ready: House) -> None:
        typer.echo(f"{await ready.opened.threads.rebuild(received_id, control_verb)} threads")

    with_house(make)


def with_house(work: Callable[[House], Awaitable[None]]) -> None:
    """Open the house, do one thing, close it."""

    async def run() -> None:
        async with house(load_settings()) as ready:
            await work(ready)

    with one_line_errors():
        asyncio.run(run())
