"""Places of Discord: addresses there and back, what buttons are sealed for, and what time an id tells. DC-08"""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from adapters.discord.where import Where, moment, seal, seal_of, snowflake, where_of
from adapters.errors import Rejected
from adapters.heard import Address
from tests.unit.adapters.discord.payloads import BO, GUILD, MID, OPS, THREAD

ids = st.integers(0, 10**20 - 1).map(str)
replies = st.just("") | st.text("ABab01_=-", min_size=1, max_size=50)
places = (
    st.builds(Where, user=ids, reply=replies)
    | st.builds(Where, guild=ids, channel=ids, reply=replies)
    | st.builds(Where, guild=ids, channel=ids, thread=ids, reply=replies)
)


@given(places)
def test_a_place_is_the_same_there_and_back(where: Where) -> None:
    assert where_of(where.address) == where
    assert where.here.ref == where.ref.partition("?")[0]


NOWHERE = [
    "",
    "@me",
    "@me/",
    "@me/x",
    f"@me/{BO}/1",
    GUILD,
    f"{GUILD}/",
    f"{GUILD}/{OPS}/",
    f"{GUILD}/{OPS}/{THREAD}/1",
]
NOWHERE += [
    "1/../2",
    "1/2\n",
    " 1/2",
    "1/2?",
    "1/2?a b",
    "1/2?a/b",
    f"1/2?{'a' * 1001}",
    "1" * 21 + "/2",
    "\u0663/\u0664",
]


@pytest.mark.parametrize("ref", NOWHERE)
def test_what_is_no_place_is_refused(ref: str) -> None:
    with pytest.raises(Rejected):
        where_of(Address(channel="discord", ref=ref))


def test_what_is_written_to_is_the_thread_or_else_the_channel() -> None:
    assert Where(guild=GUILD, channel=OPS, thread=THREAD).room == THREAD
    assert Where(guild=GUILD, channel=OPS).room == OPS
    assert Where(user=BO).room == ""


def test_a_card_is_pressed_where_it_was_sent_and_its_seal_says_so() -> None:
    for ref in (f"{GUILD}/{OPS}", f"{GUILD}/{OPS}/{THREAD}", f"{GUILD}/{OPS}?YWJj"):
        assert seal(Address(channel="discord", ref=ref)) == seal_of(GUILD, BO) == f"discord:{GUILD}"
    for ref in (f"@me/{BO}", f"@me/{BO}?YWJj"):
        assert seal(Address(channel="discord", ref=ref)) == seal_of("", BO) == f"discord:@me/{BO}"


@given(ids, ids)
def test_no_server_is_sealed_like_a_person(guild: str, user: str) -> None:
    assert seal_of(guild, user) != seal_of("", user)


def test_how_a_reply_is_given_is_not_in_what_is_logged() -> None:
    assert "c2VjcmV0" not in repr(Where(user=BO, reply="c2VjcmV0"))


def test_an_id_tells_when_it_was_made() -> None:
    assert moment("175928847299117063") == 1_462_015_105_796_000  # Discord's own example.
    assert moment("0") == 1_420_070_400_000_000


@given(st.integers(1_420_070_400_000, 5_000_000_000_000))
def test_the_least_id_of_a_moment_is_made_in_it(millis: int) -> None:
    assert moment(snowflake(millis * 1000)) == millis * 1000
    assert moment(str(int(snowflake(millis * 1000)) + (1 << 22) - 1)) == millis * 1000


def test_before_discord_began_there_are_no_ids() -> None:
    assert snowflake(0) == snowflake(-1) == "0"
    assert moment(MID) == moment(snowflake(moment(MID)))
