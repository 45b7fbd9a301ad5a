"""Rotation over a real store: one call for all workers, saved before it is used, no workspace lost to a bad minute."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from adapters.errors import TryLater
from adapters.slack.install import Installation
from adapters.slack.rotation import EARLY
from gateway.slack_install import SlackInstallations
from gateway.store.errors import StoreDown
from sandbox.slack import Fault
from sandbox.slack.tokens import LIFETIME
from tests.contract.bench import Bench
from tests.contract.slack_installed import Rotated, home_at, rotated_at, secrets_of

TEAM = "T0ACME"
DUE = LIFETIME - EARLY + 60
WORKERS = 20


@pytest.fixture
async def at(bench: Bench) -> AsyncIterator[Rotated]:
    """On both servers."""
    async with rotated_at(bench) as ready:
        yield ready


async def found(at: Rotated, by: SlackInstallations | None = None) -> Installation:
    """What a fresh worker finds."""
    home = await at.worker(by).find(TEAM, "")
    assert home is not None
    return home


async def test_a_young_token_is_left_alone(at: Rotated) -> None:
    home = await at.install()
    at.slack.clock.forward(LIFETIME - EARLY - 60)
    assert await found(at) == home
    assert at.renewals == 0


async def test_twenty_workers_at_once_make_one_call_and_all_have_a_token_that_works(at: Rotated) -> None:
    old = await at.install()  # SL-42
    at.slack.clock.forward(DUE)
    homes = await asyncio.gather(*(found(at) for _ in range(WORKERS)))
    assert at.renewals == 1
    assert all([await at.works(home) for home in homes])
    new = await at.registry.find(TEAM, "")
    assert new is not None
    assert new.bot_token != old.bot_token
    assert {home.bot_token for home in homes} <= {old.bot_token, new.bot_token}
    assert (new.us, new.scopes) == (old.us, old.scopes)


async def test_after_the_end_all_wait_for_the_one_who_renews(at: Rotated) -> None:
    await at.install()
    at.slack.clock.forward(LIFETIME + 1)
    at.slack.order(Fault("hang", method="oauth.v2.access", seconds=0.3))
    one = at.worker()
    homes = await asyncio.gather(*(one.find(TEAM, "") for _ in range(5)), *(found(at) for _ in range(WORKERS)))
    assert at.renewals == 1
    assert len({home.bot_token for home in homes if home}) == 1
    assert await at.works(homes[0])


async def test_tokens_are_renewed_again_and_again(at: Rotated) -> None:
    await at.install()
    worker = at.worker()
    for times in range(1, 4):
        at.slack.clock.forward(DUE)
        assert await at.works(await worker.find(TEAM, ""))
        assert at.renewals == times


async def test_while_slack_does_not_answer_the_old_token_serves(at: Rotated) -> None:
    old = await at.install()
    at.slack.clock.forward(DUE)
    at.slack.order(Fault("rate_limited", method="oauth.v2.access"), count=9)
    for _ in range(3):
        assert await found(at) == old
    assert at.renewals == 1, "who failed keeps the turn: nobody tries again at once"
    assert await at.works(old)


async def test_when_the_turn_has_lapsed_it_is_tried_again(at: Rotated, bench: Bench) -> None:
    old = await at.install()
    at.slack.clock.forward(DUE)
    at.slack.order(Fault("server_error", method="oauth.v2.access"))
    assert await found(at) == old
    await _lapse(bench)
    assert (await found(at)).bot_token != old.bot_token


async def test_a_spent_refresh_token_costs_nothing_while_the_token_lives(at: Rotated, bench: Bench) -> None:
    """The worker that has its successor may only be slow to save it."""
    old = await at.install()
    at.slack.clock.forward(DUE)
    new = await at.oauth.renew(old)
    assert await found(at) == old
    assert await at.registry.replace(old, new)
    assert await found(at) == new


async def test_a_workspace_whose_token_cannot_be_renewed_any_more_is_dead_at_its_end(at: Rotated) -> None:
    old = await at.install()  # SL-44
    await at.oauth.renew(old)
    at.slack.clock.forward(LIFETIME + 1)
    home = await found(at)
    assert home.dead == "invalid_refresh_token"
    assert list(secrets_of(home)) == []


async def test_a_token_that_ran_out_while_slack_is_down_is_no_death(
    at: Rotated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.rotation.PATIENCE", 0.0)
    old = await at.install()
    at.slack.clock.forward(LIFETIME + 1)
    at.slack.order(Fault("unavailable", method="oauth.v2.access"))
    with pytest.raises(TryLater, match="run out"):
        await found(at)
    assert await at.registry.find(TEAM, "") == old


@dataclass(frozen=True)
class Unreliable(SlackInstallations):
    """A registry that cannot save, until it is told that it can."""

    broken: list[str] = field(default_factory=lambda: ["yes"])

    async def replace(self, old: Installation, new: Installation) -> bool:
        if self.broken:
            raise StoreDown("the store does not answer")
        return await super().replace(old, new)


async def test_what_could_not_be_saved_is_not_used_and_not_lost(at: Rotated, bench: Bench) -> None:
    old = await at.install()  # SL-42
    at.slack.clock.forward(DUE)
    unreliable = Unreliable(at.registry.store, at.registry.sealer)
    worker = at.worker(unreliable)
    with pytest.raises(StoreDown):
        await worker.find(TEAM, "")
    assert await at.registry.find(TEAM, "") == old
    assert await found(at) == old
    unreliable.broken.clear()
    new = await worker.find(TEAM, "")
    assert at.renewals == 1
    assert new == await at.registry.find(TEAM, "") != old
    assert await at.works(new)


async def test_who_is_cancelled_leaves_the_renewal_at_work(at: Rotated) -> None:
    old = await at.install()
    at.slack.clock.forward(DUE)
    at.slack.order(Fault("hang", method="oauth.v2.access", seconds=5))
    worker = at.worker()
    asking = asyncio.create_task(worker.find(TEAM, ""))
    async with asyncio.timeout(10):
        while not at.renewals:
            await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    at.slack.lift()
    await worker.aclose()
    new = await at.registry.find(TEAM, "")
    assert new is not None
    assert new.bot_token != old.bot_token
    assert await at.works(new)


async def test_an_installation_anew_outlives_a_renewal_under_way(at: Rotated) -> None:
    await at.install()
    at.slack.clock.forward(DUE)
    at.slack.order(Fault("hang", method="oauth.v2.access", seconds=5))
    asking = asyncio.create_task(found(at))
    async with asyncio.timeout(10):
        while not at.renewals:
            await asyncio.sleep(0.01)
    anew = home_at(TEAM, "xoxb-anew")
    await at.registry.save(anew)
    at.slack.lift()
    assert await asking == anew
    assert await at.registry.find(TEAM, "") == anew


async def test_the_dead_are_not_renewed(at: Rotated) -> None:
    await at.install()
    await at.registry.bury(TEAM, "", "app_uninstalled")
    at.slack.clock.forward(LIFETIME + 1)
    assert (await found(at)).dead == "app_uninstalled"
    assert at.renewals == 0
    assert await at.worker().find("T0UMBRA", "") is None


async def _lapse(bench: Bench) -> None:
    """Let the turns taken so far lapse."""
    for name in [name async for name in bench.redis.scan_iter(match="hp:turn:*")]:
        await bench.redis.delete(name)
