"""The victim: one role in a forked process, that kills itself with `kill -9` at one exact moment.

A moment is a method of a port and a side of it: `before` it is called, or `after` it has done its work and before
anybody here hears of it. That is the worst a crash can do to a transition.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

import structlog

from config.settings import Settings
from gateway.app import House, house
from gateway.people.roster import Roster
from gateway.reading import read_people
from gateway.serve import ROLES, stop_on_signals


class Built(Protocol):
    """Where a house is; picklable, and enough to build it."""

    def settings(self) -> Settings:
        """Its settings."""
        ...


@dataclass(frozen=True)
class Moment:
    """When to die: the `occurrence`-th time that this method has something to do."""

    method: str
    side: Literal["before", "after"]
    occurrence: int = 1

    def __str__(self) -> str:
        return f"{self.side} {self.method} {self.occurrence}"


def act(place: Built, role: str, moment: Moment | None) -> None:
    """Run one role until SIGTERM, or until the moment."""
    structlog.configure(processors=[_drop])
    asyncio.run(_act(place, role, moment))


async def _act(place: Built, role: str, moment: Moment | None) -> None:
    stopping = asyncio.Event()
    stop_on_signals(stopping)
    async with house(place.settings()) as ready:
        await ROLES[role](_doomed(ready, moment) if moment else ready, stopping)


def _doomed(ready: House, moment: Moment) -> House:
    """The house with the moment laid round every port it may be reached by."""
    doom = _Doom(moment)
    rooms = {name: doom.round(getattr(ready.opened, name)) for name in ("threads", "mailroom", "places", "roster")}
    opened = replace(ready.opened, **rooms)
    roster = Roster(read_people(ready.settings.people_file), opened.roster)
    adapters: Mapping[str, Any] = {name: doom.round(adapter) for name, adapter in ready.channels.adapters.items()}
    channels = replace(ready.channels, adapters=adapters)
    doomed = _House(
        **{**vars(ready), "opened": opened, "roster": roster, "model": doom.round(ready.model), "channels": channels}
    )
    doomed.doom = doom
    return doomed


class _House(House):
    """A house whose tools die with it, too."""

    doom: _Doom

    def __setattr__(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def runner(self) -> Any:
        """The runner, its executors and previewers within reach of the moment."""
        runner = super().runner()
        tools = {name: self.doom.wrapped("execute", run) for name, run in runner.executors.items()}
        eyes = {name: self.doom.wrapped("preview", look) for name, look in runner.previewers.items()}
        return replace(runner, executors=tools, previewers=eyes)


class _Doom:
    """Counts occurrences and dies."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._seen = 0

    def round(self, inner: Any) -> Any:
        """The port, with its one deadly method."""
        return _Port(inner, self)

    def wrapped(self, name: str, method: Any) -> Any:
        """The method, deadly if it is the one."""
        if name != self._moment.method:
            return method

        async def deadly(*args: Any, **kwargs: Any) -> Any:
            if self._moment.side == "before":
                self._count()
            result = await method(*args, **kwargs)
            if self._moment.side == "after" and result not in (None, [], 0):
                self._count()
            return result

        return deadly

    def _count(self) -> None:
        self._seen += 1
        if self._seen == self._moment.occurrence:
            os.kill(os.getpid(), signal.SIGKILL)


class _Port:
    def __init__(self, inner: Any, doom: _Doom) -> None:
        self._inner, self._doom = inner, doom

    def __getattr__(self, name: str) -> Any:
        return self._doom.wrapped(name, getattr(self._inner, name))


def _drop(logger: object, method: str, line: Any) -> Any:
    raise structlog.DropEvent
