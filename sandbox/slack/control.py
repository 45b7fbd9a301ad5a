"""`/_control`: what a test or a page does as a person, and what it reads. To be filled."""

from __future__ import annotations

from aiohttp import web

from sandbox.slack.scene import Scene


class Control:
    """The routes over one sandbox."""

    def __init__(self, slack: Scene) -> None:
        self._slack = slack

    def add_to(self, application: web.Application) -> None:
        """Add the routes."""
