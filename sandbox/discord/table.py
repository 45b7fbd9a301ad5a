"""The table of all routes of the REST API."""

from __future__ import annotations

from sandbox.discord import about, channels, commands, followups, messages, people

ROUTES = (
    *about.ROUTES,
    *messages.ROUTES,
    *channels.ROUTES,
    *people.ROUTES,
    *followups.ROUTES,
    *commands.ROUTES,
)
