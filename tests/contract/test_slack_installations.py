"""Installations on both servers: found for whom they serve, sealed at rest, replaced only by who knows them."""

from __future__ import annotations

import asyncio

import pytest
from pydantic import SecretStr

from adapters.errors import TryLater
from gateway.store.installations import RedisInstallations
from tests.contract.bench import Bench
from tests.contract.slack_installed import home_at, registry_on


async def test_an_installation_is_found_for_its_own_workspace_only(bench: Bench) -> None:
    registry, home = registry_on(bench), home_at("T0ACME")
    await registry.save(home)
    assert await registry.find("T0ACME", "") == home
    assert await registry.find("T0ACME", "E0ACME") == home  # The workspace joined an organisation later.
    assert await registry.find("T0UMBRA", "") is None
    assert await registry.find("", "") is None


async def test_one_of_an_organisation_is_found_for_all_its_workspaces(bench: Bench) -> None:
    registry, org = registry_on(bench), home_at("E0ACME", enterprise="E0ACME")  # SL-40
    await registry.save(org)
    assert await registry.find("T0UNIT", "E0ACME") == org
    assert await registry.find("T0OTHER", "E0ACME") == org
    assert await registry.find("E0ACME", "") == org  # Where it is written to people of the whole organisation.
    assert await registry.find("T0UNIT", "E0OTHER") is None


async def test_a_workspaces_own_goes_before_its_organisations_while_it_lives(bench: Bench) -> None:
    registry = registry_on(bench)
    own, org = home_at("T0UNIT", enterprise="E0ACME"), home_at("E0ACME", "xoxb-2", enterprise="E0ACME")
    await registry.save(own)
    await registry.save(org)
    assert await registry.find("T0UNIT", "E0ACME") == own
    await registry.bury("T0UNIT", "E0ACME", "account_inactive")
    assert await registry.find("T0UNIT", "E0ACME") == org
    await registry.bury("E0ACME", "", "account_inactive")
    both_dead = await registry.find("T0UNIT", "E0ACME")
    assert both_dead is not None
    assert both_dead.dead


async def test_installing_again_takes_the_place_of_what_was_there(bench: Bench) -> None:
    registry, again = registry_on(bench), home_at("T0ACME", "xoxb-2")  # SL-43
    await registry.save(home_at("T0ACME"))
    await registry.bury("T0ACME", "", "app_uninstalled")
    await registry.save(again)
    assert await registry.find("T0ACME", "") == again
    assert len(await bench.everything()) == 1


async def test_the_dead_say_why_and_their_tokens_are_forgotten(bench: Bench) -> None:
    registry = registry_on(bench)  # SL-44
    await registry.save(home_at("T0ACME"))
    await registry.bury("T0ACME", "", "account_inactive")
    await registry.bury("T0ACME", "", "a second reason")
    await registry.bury("T0UMBRA", "", "never was")
    home = await registry.find("T0ACME", "")
    assert home is not None
    assert (home.dead, bool(home.bot_token), bool(home.refresh_token)) == ("account_inactive", False, False)
    assert await registry.find("T0UMBRA", "") is None


async def test_the_refusal_of_an_old_token_does_not_bury_the_new_one(bench: Bench) -> None:
    registry, again = registry_on(bench), home_at("T0ACME", "xoxb-2")
    await registry.save(again)
    await registry.bury("T0ACME", "", "token_revoked", SecretStr("xoxb-1"))
    assert await registry.find("T0ACME", "") == again


async def test_a_token_that_can_be_renewed_is_not_buried_for_its_age(bench: Bench) -> None:
    registry = registry_on(bench)
    home = home_at("T0ACME").model_copy(update={"refresh_token": SecretStr("xoxe-1")})
    await registry.save(home)
    await registry.bury("T0ACME", "", "token_expired", home.bot_token)
    assert await registry.find("T0ACME", "") == home


async def test_only_exactly_what_is_there_is_replaced(bench: Bench) -> None:
    registry, old = registry_on(bench), home_at("T0ACME")
    new, anew = home_at("T0ACME", "xoxb-2"), home_at("T0ACME", "xoxb-3")
    assert not await registry.replace(old, new)
    await registry.save(old)
    assert await registry.replace(old, new)
    assert not await registry.replace(old, anew)
    assert await registry.find("T0ACME", "") == new


async def test_one_of_many_replaces(bench: Bench) -> None:
    registry, old = registry_on(bench), home_at("T0ACME")
    for _ in range(3):  # In the first round the connections are opened, one after the other.
        await registry.save(old)
        tries = await asyncio.gather(*(registry.replace(old, home_at("T0ACME", f"xoxb-new-{n}")) for n in range(20)))
        assert sum(tries) == 1
        assert await registry.find("T0ACME", "") == home_at("T0ACME", f"xoxb-new-{tries.index(True)}")


async def test_a_swap_sent_again_after_its_reply_was_lost_succeeds(bench: Bench) -> None:
    store = RedisInstallations(bench.redis)
    await store.put("a", b"one")
    assert await store.swap("a", b"one", b"two")
    assert await store.swap("a", b"one", b"two")
    assert not await store.swap("a", b"one", b"three")
    assert not await store.swap("b", b"one", b"two")
    assert await store.get("a") == b"two"


async def test_a_turn_is_one_workers_and_lapses(bench: Bench) -> None:
    store = RedisInstallations(bench.redis)
    assert sum(await asyncio.gather(*(store.turn("renew", 60) for _ in range(20)))) == 1
    assert await store.turn("another", 60)
    assert 0 < await bench.redis.ttl("hp:turn:renew") <= 60
    await bench.redis.delete("hp:turn:renew")
    assert await store.turn("renew", 60)


async def test_tokens_cannot_be_read_where_they_are_kept(bench: Bench) -> None:
    registry = registry_on(bench)  # SL-45
    home = home_at("T0ACME", "xoxb-very-secret").model_copy(update={"refresh_token": SecretStr("xoxe-very-secret")})
    await registry.save(home)
    kept = b"".join(value or b"" for value, _ in (await bench.everything()).values())
    assert len(kept) > 100
    assert [word for word in (b"xox", b"secret", b"chat:write", b"B0BOT") if word in kept] == []


async def test_nothing_is_opened_by_another_key_nor_in_anothers_place(bench: Bench) -> None:
    registry = registry_on(bench)
    await registry.save(home_at("T0ACME"))
    with pytest.raises(TryLater, match="secret key"):
        await registry_on(bench, b"another secret key, thirty-two b").find("T0ACME", "")
    await bench.redis.copy("hp:installation:slack:T0ACME", "hp:installation:slack:T0UMBRA")
    with pytest.raises(TryLater, match="cannot be opened"):
        await registry.find("T0UMBRA", "")
    await bench.redis.set("hp:installation:slack:T0ACME", b"junk")
    with pytest.raises(TryLater, match="cannot be opened"):
        await registry.find("T0ACME", "")
