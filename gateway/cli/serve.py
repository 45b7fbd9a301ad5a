"""`up`, `run`, `demo`: processes that stay until they are told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import Coroutine, Iterator
from typing import Annotated, Any

import typer
import yaml
from pydantic import ValidationError
from pydantic_settings import SettingsError

from config.settings import Settings, problems
from gateway import telemetry
from gateway.app import house
from gateway.errors import GatewayError
from gateway.serve import ROLES, serve, stop_on_signals
from gateway.store.errors import StoreError

app = typer.Typer()


@app.command()
def up() -> None:
    """All roles in one process, with an embedded store unless one is configured."""
    run_to_end(_serve(list(ROLES)))


@app.command()
def run(role: Annotated[str, typer.Argument(help=", ".join(ROLES))]) -> None:
    """One role in a process of its own."""
    if role not in ROLES:
        raise typer.BadParameter(f"there is no role {role}: choose from {', '.join(ROLES)}")
    run_to_end(_serve([role]))


@app.command()
def demo(once: Annotated[bool, typer.Option("--once", help="Play the story unattended and check it.")] = False) -> None:
    """The main job on local servers: nothing needed, nothing kept."""
    from gateway.demo import play  # The sandbox is an extra; nobody else needs it.

    run_to_end(play(once=once), level=logging.WARNING)  # What happens, the story and the page tell.


async def _serve(roles: list[str]) -> None:
    settings = load_settings()
    stopping = asyncio.Event()
    stop_on_signals(stopping)
    async with house(settings) as ready:
        await serve(ready, roles, stopping)


def load_settings() -> Settings:
    """The settings of this place and environment. Raises SystemExit with what is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        raise SystemExit(f"holdpoint: the settings are wrong: {problems(error)}") from None
    except SettingsError as error:
        raise SystemExit(f"holdpoint: the settings are wrong: {error}") from None
    except (OSError, TypeError, ValueError, yaml.YAMLError) as error:
        why = " ".join(str(error).split()) if isinstance(error, OSError | yaml.YAMLError) else "it is no mapping"
        raise SystemExit(f"holdpoint: holdpoint.yaml cannot be read: {why}") from None


def run_to_end(work: Coroutine[Any, Any, None], *, level: int = logging.INFO) -> None:
    """Run a coroutine; what we know can go wrong is one line, not a traceback. Logs less than `level` are left out."""
    telemetry.configure(json=not sys.stderr.isatty(), level=level)
    with one_line_errors():
        asyncio.run(work)


@contextlib.contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn errors of ours into one line and exit code 1."""
    try:
        yield
    except (GatewayError, StoreError) as error:
        raise SystemExit(f"holdpoint: {error}") from None
