"""Missed: what was said while Slack did not reach us is read afterwards, and heard as if Slack had posted it.

It goes the way of all other messages, so the log knows those it has: to read too much, or twice, does no harm.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Mapping, Sequence

import structlog

from adapters.base import Desk
from adapters.errors import SendError
from adapters.slack.api import Api
from adapters.slack.install import Installations
from adapters.slack.reading import Bounds, Hear, Reading, Spot, spots
from adapters.slack.wire import CHANNEL, moment

log = structlog.get_logger(__name__)

# Seconds in which a gap is one process's: as long as it may take several to start. A shorter one Slack closes itself.
TURN = 15
MINUTE = 60
# Word that Slack holds something back is tried for an hour; whatever it says, no older history is read for it.
OLDEST = 7200


class Missed:
    """Reads in the background what was missed, in one process at a time."""

    def __init__(self, api: Api, installations: Installations, hear: Hear, bounds: Bounds) -> None:
        self._api = api
        self._installations = installations
        self._hear = hear
        self._bounds = bounds
        self._known: Mapping[str, int] | None = None
        self._catching: set[asyncio.Task[None]] = set()
        self._reading = 0
        self._noted: dict[str, int] = {}

    @property
    def behind(self) -> bool:
        """Whether something is still to be read."""
        return self._known is not None or self._reading > 0

    async def note(self, desk: Desk, conversation: str, ts: str) -> None:
        """Something Slack posted was heard. Before all is read that came earlier, that is not said to anybody."""
        if self.behind:
            self._noted[conversation] = max(moment(ts), self._noted.get(conversation, 0))
        else:
            await desk.heard({conversation: moment(ts)})

    async def look(self, desk: Desk) -> None:
        """Before we can be heard again: find out how far we had heard."""
        try:
            self._known = await desk.places()
        except Exception as error:
            log.error("missed messages not looked for", source=CHANNEL, error=type(error).__name__)

    async def begin(self, desk: Desk) -> None:
        """Read from there on, in the background."""
        known, self._known = self._known, None
        if known:
            self._reading += 1
            self._start(self._catch_up(desk, known))
        else:
            await self._say(desk)

    async def dismiss(self, desk: Desk) -> None:
        """There was no gap to speak of."""
        self._known = None
        await self._say(desk)

    def held_back(self, desk: Desk, team: str, minute: int) -> None:
        """Slack holds back what is said from this minute on; read it in the background when the minute is over."""
        self._start(self._later(desk, team, minute))

    async def settled(self) -> None:
        """When all is read."""
        while self._catching:
            await asyncio.gather(*self._catching, return_exceptions=True)

    async def stop(self) -> None:
        """Read no further; what has not been read will be the next time."""
        self._known = None
        for task in self._catching:
            task.cancel()
        await self.settled()

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(_alone(work))
        self._catching.add(task)
        task.add_done_callback(self._catching.discard)

    async def _catch_up(self, desk: Desk, known: Mapping[str, int]) -> None:
        try:
            for team in sorted({place.partition("/")[0] for place in known}):
                await _alone(self._read(desk, team, spots(known, team)))
        finally:
            self._reading -= 1
        await self._say(desk)

    async def _say(self, desk: Desk) -> None:
        if self._noted and not self.behind:
            noted, self._noted = self._noted, {}
            await desk.heard(noted)

    async def _later(self, desk: Desk, team: str, minute: int) -> None:
        """Slack says so once for each minute."""
        now = int(self._bounds.clock())
        since = max(minute, now - OLDEST)
        await self._bounds.sleep(max(since + MINUTE + self._bounds.pause - now, 0.0))
        await self._read(desk, team, spots(await desk.places(), team, since * 1_000_000))

    async def _read(self, desk: Desk, team: str, found: Sequence[Spot]) -> None:
        if not found or not await desk.turn(f"missed:{_digest(found)}", TURN):
            return
        home = await self._installations.find(team, "")
        if home is None or home.dead:
            return
        if left := found[self._bounds.places :]:
            log.warning("places not read", source=CHANNEL, team=team, places=len(left))
        await Reading(self._api, home, desk, self._hear, self._bounds).all(found[: self._bounds.places])
        log.info("missed messages read", source=CHANNEL, team=team, places=len(found))


def _digest(found: Sequence[Spot]) -> str:
    """The name of a gap: who finds the same one need not read it as well."""
    return hashlib.sha256("".join(f"{one.place} {one.since}\n" for one in found).encode()).hexdigest()[:32]


async def _alone(work: Awaitable[None]) -> None:
    """What breaks here has nobody to go to but an operator."""
    try:
        await work
    except SendError as error:
        log.error("missed messages not read", source=CHANNEL, why=str(error))
    except Exception as error:
        log.exception("missed messages not read", source=CHANNEL, error=type(error).__name__)
