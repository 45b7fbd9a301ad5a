"""The console's renderer: an outbound event as plain lines for a terminal, with nothing a terminal would obey."""

from __future__ import annotations

from adapters.base import Role
from adapters.layout import layout, plain
from adapters.text import visible
from agent_core.events import Outbound, Request


def lines(event: Outbound, *, role: Role, request: Request | None = None) -> str:
    """What a person at a terminal reads. Control characters, escape sequences included, are spelled out."""
    return visible(plain(layout(event, role=role, request=request)))
