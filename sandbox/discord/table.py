"""The table of all routes of the REST API."""

from __future__ import annotations

from sandbox.discord import about

ROUTES = (*about.ROUTES,)
