"""What kind of place a channel's id stands for: told by the gateway, or asked for once."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from adapters.discord.meaning import Room
from adapters.discord.rooms import Rooms
from adapters.errors import Unreadable

GUILD = {
    "id": "1",
    "channels": [{"id": "10", "type": 0}, {"id": "11", "type": 2}, {"type": 0, "id": "12"}],
    "threads": [{"id": "20", "type": 11, "parent_id": "10"}],
}


class Discord:
    """Answers for channels, and counts how often."""

    def __init__(self, **channels: Mapping[str, object]) -> None:
        self.channels = {name.lstrip("c"): channel for name, channel in channels.items()}
        self.asked: list[str] = []

    async def __call__(self, id: str) -> Mapping[str, object]:
        self.asked.append(id)
        return self.channels[id]


@pytest.mark.anyio
async def test_what_a_server_lists_is_in_it() -> None:
    discord = Discord()
    rooms = Rooms(discord)
    rooms.learn("GUILD_CREATE", GUILD)
    assert await rooms.find("10", "1") == Room(id="10", kind="channel", guild="1")
    assert await rooms.find("11", "1") == Room(id="11", kind="channel", guild="1")
    assert await rooms.find("20", "1") == Room(id="20", kind="thread", guild="1", parent="10")
    assert discord.asked == []


@pytest.mark.anyio
async def test_what_is_in_no_server_is_direct() -> None:
    assert await Rooms(Discord()).find("5", "") == Room(id="5", kind="direct")


@pytest.mark.anyio
async def test_nobody_said_whether_it_is_in_a_server_so_discord_is_asked() -> None:
    discord = Discord(c5={"id": "5", "type": 1}, c6={"id": "6", "type": 11, "guild_id": "1", "parent_id": "10"})
    rooms = Rooms(discord)
    for _ in range(2):
        assert (await rooms.find("5", None)).kind == "direct"
        assert await rooms.find("6", None) == Room(id="6", kind="thread", guild="1", parent="10")
    assert discord.asked == ["5", "6"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("THREAD_CREATE", {"id": "30", "type": 11, "guild_id": "1", "parent_id": "10"}),
        ("THREAD_UPDATE", {"id": "30", "type": 12, "guild_id": "1", "parent_id": "10"}),
        ("THREAD_LIST_SYNC", {"guild_id": "1", "threads": [{"id": "30", "type": 11, "parent_id": "10"}]}),
    ],
)
async def test_threads_are_told_of(event: str, data: Mapping[str, object]) -> None:
    rooms = Rooms(Discord())
    rooms.learn(event, data)
    assert await rooms.find("30", "1") == Room(id="30", kind="thread", guild="1", parent="10")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("event", "data"),
    [("CHANNEL_DELETE", {"id": "10"}), ("GUILD_DELETE", {"id": "1"}), ("THREAD_DELETE", {"id": "10"})],
)
async def test_what_is_gone_is_known_no_more(event: str, data: Mapping[str, object]) -> None:
    discord = Discord(c10={"id": "10", "type": 0, "guild_id": "1"})
    rooms = Rooms(discord)
    rooms.learn("GUILD_CREATE", GUILD)
    rooms.learn(event, data)
    await rooms.find("10", "1")
    assert discord.asked == ["10"]


@pytest.mark.anyio
async def test_a_server_that_is_away_for_a_while_keeps_its_rooms() -> None:
    discord = Discord()
    rooms = Rooms(discord)
    rooms.learn("GUILD_CREATE", GUILD)
    rooms.learn("GUILD_DELETE", {"id": "1", "unavailable": True})
    assert (await rooms.find("20", "1")).kind == "thread"
    assert discord.asked == []


@pytest.mark.anyio
async def test_an_answer_about_another_channel_is_none() -> None:
    with pytest.raises(Unreadable):
        await Rooms(Discord(c10={"id": "11", "type": 0})).find("10", "1")


@pytest.mark.parametrize("data", [{}, {"id": "x", "type": 0}, {"id": "1/2"}])
def test_odd_events_are_unreadable(data: Mapping[str, object]) -> None:
    with pytest.raises(Unreadable):
        Rooms(Discord()).learn("CHANNEL_CREATE", data)
