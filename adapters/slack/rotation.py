"""Rotation: tokens that expire are renewed before they do, once for all workers.

A refresh token works once, and so does the turn to use it: turns go by the refresh token, and whoever gets one keeps
it. Who does not uses the old token, which lives on. What Slack answered is saved before it is used; until then the old
token stays. When a renewal fails, nobody tries again before the turn has lapsed.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from typing import Protocol

import structlog
from pydantic import SecretStr

from adapters.errors import SendError, TryLater
from adapters.slack.api import SlackRefused
from adapters.slack.install import NOTHING, Installation, Installations
from adapters.slack.oauth import OAuth

log = structlog.get_logger(__name__)

EARLY = 1800.0  # seconds before the end; Slack gives a token twelve hours
TURN = 60.0  # seconds; a renewal takes 15 at most to look, 15 to ask and 10 to save
PAUSE = 0.1
PATIENCE = 20.0


class Registry(Installations, Protocol):
    """Installations that are kept, for all workers."""

    async def save(self, home: Installation) -> None:
        """Installed, or installed anew: it takes the place of what was there."""
        ...

    async def replace(self, old: Installation, new: Installation) -> bool:
        """Put `new` in place of exactly `old`. False: it is not there any more, and nothing was written."""
        ...

    async def turn(self, name: str, seconds: float) -> bool:
        """Whether it is ours to do the thing of this name, among all workers. Nobody else gets it for that long."""
        ...


class Rotating:
    """Installations whose tokens are good for use."""

    def __init__(self, registry: Registry, oauth: OAuth, *, clock: Callable[[], float] = time.time) -> None:
        self._registry = registry
        self._oauth = oauth
        self._clock = clock
        self._unsaved: dict[SecretStr, Installation] = {}
        self._at_work: dict[SecretStr, asyncio.Task[bool]] = {}

    async def find(self, team: str, enterprise: str) -> Installation | None:
        """The installation, its token renewed if that is due. Raises TryLater while there is no token that works."""
        deadline = time.monotonic() + PATIENCE
        while True:
            home = await self._registry.find(team, enterprise)
            if home is None or not self._ends_within(EARLY, home):
                return home
            if await self._renew(home):
                continue
            if not self._ends_within(0, home):
                return home
            if time.monotonic() > deadline:
                raise TryLater("the token has run out and could not be renewed yet", TURN)
            await asyncio.sleep(PAUSE)

    async def bury(self, team: str, enterprise: str, why: str, token: SecretStr | None = None) -> None:
        """It is dead; see Installations."""
        await self._registry.bury(team, enterprise, why, token)

    async def aclose(self) -> None:
        """When what was begun is saved."""
        await asyncio.gather(*self._at_work.values(), return_exceptions=True)

    def _ends_within(self, seconds: float, home: Installation) -> bool:
        end = home.expires_at if home.refresh_token != NOTHING else None
        return end is not None and end <= self._clock() + seconds

    async def _renew(self, home: Installation) -> bool:
        """Whether there is something new to be found.

        Who is cancelled meanwhile leaves the renewal at work: the old refresh token is spent, the next must be saved.
        """
        spent = home.refresh_token
        at_work = self._at_work.get(spent)
        if at_work is None:
            at_work = self._at_work[spent] = asyncio.create_task(self._exchange(home))
            at_work.add_done_callback(lambda _: self._at_work.pop(spent, None))
        elif not self._ends_within(0, home):
            return False
        return await asyncio.shield(at_work)

    async def _exchange(self, home: Installation) -> bool:
        spent = home.refresh_token
        if spent not in self._unsaved:
            if not await self._registry.turn(_name(spent), TURN):
                return False
            try:
                self._unsaved[spent] = await self._oauth.renew(home)
            except SendError as error:
                return await self._failed(home, error)
        # If this fails, the next find does it: nobody else has these tokens, and nobody will get others for the old.
        await self._registry.replace(home, self._unsaved[spent])
        del self._unsaved[spent]
        return True

    async def _failed(self, home: Installation, error: SendError) -> bool:
        """The old token is kept as long as it lives: another worker may be about to save its successor."""
        log.warning("token not renewed", source="slack", team=home.us.team, why=str(error))
        if isinstance(error, SlackRefused) and self._ends_within(0, home):
            await self._registry.bury(home.us.team, home.us.enterprise, error.error, home.bot_token)
            return True
        return False


def _name(refresh_token: SecretStr) -> str:
    return hashlib.sha256(refresh_token.get_secret_value().encode()).hexdigest()[:32]
