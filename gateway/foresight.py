"""Foresight: asking a tool what a call would do, with a limit on how long it may take and how much it may say.

Nothing may come of asking, so it is asked as often as needed: before people are, and again before the call starts.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import structlog

from agent_core.errors import ToolFailed
from agent_core.tools import Foreseen, Previewer, Tool
from agent_core.values import Call

log = structlog.get_logger(__name__)

MAX_FORESEEN = 4_000  # characters
MAX_WHY_NOT = 500


@dataclass(frozen=True)
class Foretold:
    """What a tool said, in words for people; `state` is the SHA-256, in hex, of what that rests on; empty: nothing."""

    outcome: Literal["ok", "failed"]
    content: str
    state: str = ""


@dataclass(frozen=True)
class Foresight:
    """`previewers` by tool; each may take `timeout` seconds."""

    tools: Mapping[str, Tool]
    previewers: Mapping[str, Previewer]
    timeout: float = 30.0

    async def tell(self, call: Call) -> Foretold:
        """What the call would do; never raises for what a previewer does."""
        tool, previewer = self.tools.get(call.tool), self.previewers.get(call.tool)
        if tool is None or previewer is None or tool.version != call.version:
            return Foretold("failed", f"there is nothing here that knows what {call.tool} {call.version} would do")
        try:
            async with asyncio.timeout(self.timeout):
                foreseen = await previewer(tool.arguments.model_validate_json(call.arguments))
            return Foretold("ok", bounded(foreseen.consequences, MAX_FORESEEN), fingerprint(foreseen))
        except ToolFailed as error:
            return Foretold("failed", bounded(str(error), MAX_WHY_NOT))
        except TimeoutError:
            return Foretold("failed", f"{call.tool} did not say within {self.timeout:g} s what it would do")
        except Exception as error:
            log.exception("preview broke", tool=call.tool, error=type(error).__name__)
            return Foretold("failed", f"{call.tool} broke off when asked what it would do: {type(error).__name__}")


def fingerprint(foreseen: Foreseen) -> str:
    """SHA-256 of what it rests on, in hex; empty when it rests on nothing. Raises TypeError, UnicodeError."""
    if not isinstance(foreseen.state, str):
        raise TypeError("what a call rests on must be text")
    return hashlib.sha256(foreseen.state.encode()).hexdigest() if foreseen.state else ""


def bounded(content: object, most: int) -> str:
    """What a tool tells: text, and no more of it than a thread can carry along. Raises TypeError."""
    if not isinstance(content, str):
        raise TypeError("a tool must return text")
    left_out = len(content) - most
    return content if left_out <= 0 else f"{content[:most]}\n[{left_out} more characters were left out]"
