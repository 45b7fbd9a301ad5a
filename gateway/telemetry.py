"""Telemetry: one line for each turn and effect, as JSON or for a terminal. No bodies, no secrets, by construction.

Only named fields pass; a field nobody has thought about is dropped, so that no message text can slip into a log.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = {
    "event", "level", "timestamp", "logger", "thread", "effect", "queue", "state", "tool", "outcome", "events", "roles",
    "role", "source", "message", "kind", "why", "fresh", "count", "error", "durability", "exception", "url",
    "team", "scopes", "why_not", "id", "place", "channel", "shard", "seconds", "read", "how",
}  # fmt: skip
_LOUD = (
    "uvicorn.error", "uvicorn.access", "httpx", "httpx2", "aioimaplib.aioimaplib", "mail.log",
    "slack_bolt", "slack_sdk",
)  # fmt: skip


def configure(*, json: bool, level: int = logging.INFO) -> None:
    """Send our log lines to standard error."""
    last: Any = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _frames_only,
            _only_allowed,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(handlers=[_Libraries()], level=logging.WARNING, force=True)
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.ERROR)


class _Libraries(logging.Handler):
    """What libraries log: who, where and what broke. Never their text, which may quote a message or a secret."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line of ours for one of theirs."""
        broke = record.exc_info[0] if record.exc_info else None
        structlog.get_logger().log(
            record.levelno,
            "a library says something",
            logger=record.name,
            source=f"{record.module}:{record.lineno}",
            error=broke.__name__ if broke else "",
            exc_info=record.exc_info,
        )


def _only_allowed(logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: value for name, value in line.items() if name in ALLOWED}


def _frames_only(logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An exception as its places in the code: its text may quote a message."""
    if given := line.pop("exc_info", None):
        frames, traceback = [], (given if isinstance(given, tuple) else sys.exc_info())[2]
        while traceback:
            code = traceback.tb_frame.f_code
            frames.append(f"{code.co_filename.rpartition('/')[2]}:{traceback.tb_lineno} {code.co_name}")
            traceback = traceback.tb_next
        line["exception"] = ", ".join(frames)
    return line
