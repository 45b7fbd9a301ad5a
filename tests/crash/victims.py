"""Victims: one role in a process of its own, which dies at a moment and is started again, whole."""

from __future__ import annotations

import asyncio
import multiprocessing
from multiprocessing.context import ForkServerProcess

from tests.crash.actor import Moment, act
from tests.crash.scene import Place

FORKS = multiprocessing.get_context("forkserver")
# A house imports its channels and what asks a model when it is built: here once, and not again in every victim.
FORKS.set_forkserver_preload(
    [
        "tests.crash.actor",
        "adapters.discord.adapter",
        "adapters.email.adapter",
        "adapters.sms.adapter",
        "agent_core.llm",
        "genai_prices.data",
        "openai.resources.chat",
        "pydantic_ai.models.openai",
        "pydantic_ai.providers.openai",
    ]
)


async def raised_again(here: Place, role: str, moment: Moment | None) -> None:
    """Run the victim until cancelled; when it has killed itself, run it again without a moment."""
    process = _start(here, role, moment)
    try:
        while process.is_alive():
            await asyncio.sleep(0.02)
        process.join()
        assert process.exitcode == -9, f"the victim ended by itself: {process.exitcode}"
        process = _start(here, role, None)
        await asyncio.Event().wait()
    finally:
        process.terminate()
        await asyncio.to_thread(process.join, 20)


def _start(here: Place, role: str, moment: Moment | None) -> ForkServerProcess:
    process = FORKS.Process(target=act, args=(here, role, moment), daemon=True)
    process.start()
    return process
