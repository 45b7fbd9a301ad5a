"""What waits in a channel that is too full: what is dropped is read from Discord again, from where it was said."""

from __future__ import annotations

from adapters.discord.hearing import _Channel
from adapters.discord.missed import Told
from adapters.discord.payload import CREATED, UPDATED
from adapters.discord.where import moment, snowflake

OLD, ONE, TWO = (snowflake(micros) for micros in (1_500_000_000_000_000, 1_790_000_000_000_000, 1_790_000_001_000_000))


def told(event: str, id: str) -> Told:
    return Told(event, {"id": id}, b"{}")


def test_an_old_message_that_is_changed_while_there_is_no_room_sends_nobody_back_to_it() -> None:
    # A thousand messages from there on, and the place would be held for read.
    channel = _Channel()
    for one in (told(CREATED, ONE), told(UPDATED, OLD), told(CREATED, TWO)):
        channel.put(one, most=1)
    assert [one.data["id"] for one in channel.waiting] == [ONE]
    channel.waiting.clear()
    assert channel.to_read() == moment(TWO)
