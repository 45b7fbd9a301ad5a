"""Marks of places that came to be ours while we heard: how far they were heard is known from then on."""

from __future__ import annotations

import pytest

from adapters.discord.marks import Marks
from tests.contract.slack_bench import Noted

pytestmark = pytest.mark.anyio


async def test_where_we_wrote_first_what_was_heard_live_since_is_not_read_again() -> None:
    # A card is posted in a room where nobody spoke to us. Its thousand messages since would leave no room for the rest.
    desk = Noted()
    marks = Marks(desk)
    await marks.load()
    desk.at = {"room": 100}
    for moment in (200, 300):
        marks.move("room", moment)

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
