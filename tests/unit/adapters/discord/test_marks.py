"""Marks of places that came to be ours while we heard: how far they were heard is known from then on."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from adapters.discord.listening import Ear
from adapters.discord.marks import Marks
from adapters.discord.meaning import Room
from adapters.discord.missed import Told
from adapters.discord.payload import CREATED
from adapters.discord.where import moment
from tests.contract.slack_bench import Noted
from tests.unit.adapters.discord.payloads import US, given

pytestmark = pytest.mark.anyio


async def test_where_we_wrote_first_what_was_heard_live_since_is_not_read_again() -> None:
    # A card is posted in a room where nobody spoke to us. Its thousand messages since would leave no room for the rest.
    desk = Noted()
    marks = Marks(desk)
    await marks.load()
    desk.at = {"room": 100}
    for at in (200, 300):
        marks.move("room", at)

    assert await marks.load() == {"room": 300}
    await marks.tell()
    assert desk.at == {"room": 300}


async def test_what_was_heard_before_a_gap_says_nothing_of_a_place_that_was_unknown_then() -> None:
    desk = Noted()
    marks = Marks(desk)
    await marks.load()
    marks.move("room", 200)
    await marks.load()  # a gap: nobody knew that the room should be read

    desk.at = {"room": 100}
    assert await marks.load() == {"room": 100}


class Fetching:
    """Acting that does not come to an end with what people sent along."""

    us = US

    async def heard(self, said: object, raw: bytes) -> bool:
        """Its process dies meanwhile."""
        raise asyncio.CancelledError


async def test_a_first_message_whose_files_are_being_fetched_is_not_lost() -> None:
    # DC-04: there is a mark before it, from which the next process reads on.
    desk, anything = Noted(), cast(Any, object())
    marks = Marks(desk)
    said = given("message_files")["d"]
    room = Room(id=said["channel_id"], kind="direct")

    async def find(id: str, guild: str | None) -> Room:
        return room

    ear = Ear(cast(Any, Fetching()), cast(Any, SimpleNamespace(find=find)), anything, marks)
    with pytest.raises(asyncio.CancelledError):
        await ear.hear(Told(CREATED, said, b"{}"))
    assert list(desk.at) == [room.id]
    assert desk.at[room.id] < moment(said["id"])
