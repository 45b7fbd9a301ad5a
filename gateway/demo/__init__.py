"""The demo: the whole house on local servers, to play with or to watch. The only room that knows the sandbox."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from gateway.demo.page import serve_page
from gateway.demo.story import tell
from gateway.demo.world import world
from gateway.serve import stop_on_signals


async def play(*, once: bool) -> None:
    """Tell the story and stop, or stay for somebody to play. Raises SystemExit(1) when the story goes wrong."""
    with tempfile.TemporaryDirectory(prefix="holdpoint-") as directory:
        async with world(Path(directory)) as here:
            if once:
                await tell(here)
                return
            stopping = asyncio.Event()
            stop_on_signals(stopping)
            await serve_page(here, stopping)
