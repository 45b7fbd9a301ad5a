"""The desks of the house that a story is played in: they stay where they are while houses come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from fastapi import FastAPI

from adapters.base import Waiting
from adapters.heard import Heard
from agent_core.events import Request
from agent_core.values import Author
from gateway.app import House
from gateway.desk import FrontDesk
from gateway.door import Door, Hook


class Passing:
    """A desk that passes everything to the one of the present house. `taken` counts what it was brought."""

    def __init__(self, desk: FrontDesk) -> None:
        self.now = desk
        self.taken = 0
        self.bell = asyncio.Condition()

    async def take(self, heard: Heard, raw: bytes | None = None) -> bool:
        """As the desk does."""
        try:
            return await self.now.take(heard, raw)
        finally:
            self.taken += 1
            async with self.bell:
                self.bell.notify_all()

    async def request(self, ticket: str, seal: str) -> Request | None:
        """As the desk does."""
        return await self.now.request(ticket, seal)

    async def waiting(self, author: Author, seal: str) -> Sequence[Waiting]:
        """As the desk does."""
        return await self.now.waiting(author, seal)

    async def status(self, conversation: str) -> str | None:
        """As the desk does."""
        return await self.now.status(conversation)

    async def begun(self, places: Mapping[str, int]) -> None:
        """As the desk does."""
        await self.now.begun(places)

    async def heard(self, places: Mapping[str, int]) -> None:
        """As the desk does."""
        await self.now.heard(places)

    async def places(self) -> Mapping[str, int]:
        """As the desk does."""
        return await self.now.places()

    async def turn(self, name: str, seconds: int) -> bool:
        """As the desk does."""
        return await self.now.turn(name, seconds)


class Desks:
    """One for each channel, and the door, which has them too."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._desks: dict[str, Passing] = {}
        self._application: FastAPI | None = None

    def of(self, channel: str) -> Passing:
        """The desk of a channel."""
        if channel not in self._desks:
            self._desks[channel] = Passing(self._house.desk(channel))
        return self._desks[channel]

    def door(self) -> Door:
        """The door of the present house, with these desks."""
        door = self._house.door()
        hooks = {channel: Hook(hook.adapter, self.of(channel)) for channel, hook in door.hooks.items()}
        return replace(door, hooks=hooks)

    def answer_with(self, application: FastAPI) -> None:
        """The application whose door it is."""
        self._application = application

    def turn_to(self, house: House) -> None:
        """Everything is for this house from now on."""
        self._house = house
        for channel, desk in self._desks.items():
            desk.now = house.desk(channel)
        if self._application:
            self._application.state.door = self.door()
