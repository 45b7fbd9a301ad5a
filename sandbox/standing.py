"""Standing: a sandbox as a process of its own: it says how to reach it, and stands until it is told to end."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Mapping


async def standing(told: Mapping[str, str | int]) -> None:
    """Print one line of JSON, and wait for SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    print(json.dumps(told), flush=True)
    await stop.wait()
