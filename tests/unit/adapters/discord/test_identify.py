"""How often a connection may begin: what Discord says, what we allow ourselves, and who is next (DC-03, DC-29)."""

from __future__ import annotations

import pytest

from adapters.discord.identify import DAY, IN_DAY, IN_WINDOW, WINDOW, Advice, Lanes, advice, count, wait_needed
from adapters.errors import TryLater, Unreadable

URL = "wss://gateway.discord.gg"
LIMIT = {"total": 1000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 16}
TOLD = advice({"url": URL, "shards": 9, "session_start_limit": LIMIT})


class Counter:
    """A meter whose windows end when `now` says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.counted: dict[str, list[float]] = {}

    async def take(self, name: str, count: int, *, most: int, seconds: int) -> float:
        within = [at for at in self.counted.get(name, []) if at > self.now - seconds]
        if len(within) + count > most:
            return within[0] + seconds - self.now
        self.counted[name] = within + [self.now] * count
        return 0.0

    async def first(self, name: str, owner: str) -> str:
        return owner


def test_what_discord_says_is_read() -> None:
    assert Advice(URL, shards=9, remaining=999, reset_after=14_400.0, at_once=16) == TOLD


def test_what_it_leaves_out_is_the_least() -> None:
    assert advice({"url": URL}) == Advice(URL, shards=1, remaining=1, reset_after=0.0, at_once=1)


@pytest.mark.parametrize("url", [None, "", "https://discord.com", 5])
def test_without_a_gateway_there_is_nowhere_to_go(url: object) -> None:
    with pytest.raises(Unreadable):
        advice({"url": url, "shards": 1})


@pytest.mark.anyio
async def test_five_in_five_minutes() -> None:
    # DC-03
    meter = Counter()
    for _ in range(IN_WINDOW):
        assert await wait_needed(meter, TOLD, 1) == 0
        await count(meter, 1)
        meter.now += 10
    assert await wait_needed(meter, TOLD, 1) == WINDOW - IN_WINDOW * 10
    with pytest.raises(TryLater) as refused:
        await count(meter, 1)
    assert refused.value.retry_after == WINDOW - IN_WINDOW * 10
    meter.now = WINDOW
    assert await wait_needed(meter, TOLD, 1) == 0


@pytest.mark.anyio
async def test_a_crash_loop_never_uses_up_the_day() -> None:
    # DC-03
    meter, begun = Counter(), 0
    while meter.now < DAY:
        wait = await wait_needed(meter, TOLD, 1)
        if wait:
            meter.now += wait
        else:
            await count(meter, 1)
            begun, meter.now = begun + 1, meter.now + 1
    assert begun <= IN_DAY


@pytest.mark.anyio
async def test_asking_counts_nothing() -> None:
    meter = Counter()
    for _ in range(IN_WINDOW * 2):
        assert await wait_needed(meter, TOLD, 1) == 0


@pytest.mark.anyio
async def test_each_shard_has_its_share() -> None:
    # DC-29
    meter = Counter()
    for _ in range(IN_WINDOW * 3):
        await count(meter, 3)
    assert await wait_needed(meter, TOLD, 3) == WINDOW


@pytest.mark.anyio
async def test_what_discord_has_none_left_of_is_waited_for() -> None:
    # DC-03
    used_up = advice({"url": URL, "session_start_limit": {**LIMIT, "remaining": 0}})
    assert await wait_needed(Counter(), used_up, 1) == 14_400.0


@pytest.mark.anyio
async def test_shards_of_one_lane_are_five_seconds_apart() -> None:
    # DC-29: 0 and 2 are of one lane, 1 and 3 of another.
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    lanes = Lanes(sleep, clock=lambda: 100.0)
    for shard in (0, 1, 2, 3, 4):
        await lanes.turn(shard, 2)
    assert slept == [5.0, 5.0, 10.0]
