"""From nothing to an answer: a workspace installs the app over real HTTP, works with it, and keeps it by rotation."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.slack.install import Installation
from gateway.app import House
from sandbox.slack import Fault
from sandbox.slack.tokens import LIFETIME
from tests.contract.bench import Bench
from tests.contract.slack_house import KEY, Installable, installable
from tests.contract.slack_installed import secrets_of
from tests.doors.scene import until
from tests.servers import Server

HELLO = "Hello! I can list"
HARD_AT_WORK = 20  # More than one sender has in hand at once.


@pytest.fixture
async def at(valkey_server: Server, valkey_bench: Bench, tmp_path: Path) -> AsyncIterator[Installable]:
    """On a store that the bench has emptied."""
    async with installable(tmp_path, valkey_server.url, people=HARD_AT_WORK) as ready:
        yield ready


async def installed(at: Installable, ready: House) -> Installation:
    """An admin installs the app; what is kept of it."""
    async with at.browser() as browser:
        done = await browser.get(await at.consented(browser))
    assert done.status_code == 200, done.text
    return await kept(at, ready)


async def kept(at: Installable, ready: House) -> Installation:
    assert ready.channels.installing is not None
    home = await ready.channels.installing.registry.find(at.team.id, "")
    assert home is not None
    return home


async def decided(ready: House, many: int) -> None:
    """Until so many messages wait to be sent."""

    async def look() -> bool:
        store = ready.opened.threads
        return sum([len(await store.effects(thread.id)) for thread in await store.threads()]) == many

    await until(look)


async def test_a_workspace_installs_the_app_and_is_answered_and_no_secret_is_told_to_any_log(
    at: Installable, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)  # SL-43, SL-45
    with capture_logs() as logs:
        async with at.at_work("web", "worker", "sender") as ready:
            home = await installed(at, ready)
            asked = at.slack.person("person0", at.team).say(None, "hello")
            assert await at.answered(asked, HELLO)
            described = repr((ready, home, at.settings))
        said = f"{logs}\n{caplog.text}\n{described}".encode()
    app = at.slack.app
    assert (home.us.team, home.us.bot_user) == (at.team.id, "U0HOLDPOINTBETA")
    assert {"installed", "payload read", "delivery settled"} <= {line["event"] for line in logs}
    secrets = [*secrets_of(home), app.client_secret.encode(), app.signing_secret.encode(), KEY.encode()]
    assert len(secrets) == 5
    assert [secret for secret in secrets if secret in said] == []


async def test_only_the_browser_that_began_can_finish_and_only_once(at: Installable) -> None:
    async with at.at_work("web") as ready:
        assert ready.channels.installing is not None
        async with at.browser() as ana, at.browser() as mallory:
            back = await at.consented(ana)
            refused = await mallory.get(back)
            assert (refused.status_code, "not the browser" in refused.text) == (400, True)
            assert await ready.channels.installing.registry.find(at.team.id, "") is None
            cookies = dict(ana.cookies)
            assert (await ana.get(back)).status_code == 200
            ana.cookies.update(cookies)
            again = await ana.get(back)
            assert (again.status_code, "used already" in again.text) == (400, True)


async def test_an_app_that_was_removed_is_silent_until_it_is_installed_again(at: Installable) -> None:
    async with at.at_work("web", "worker", "sender") as ready:  # SL-44
        await installed(at, ready)
        at.slack.uninstall(at.team)
        await at.slack.settled()
        home = await kept(at, ready)
        assert home.dead in ("app_uninstalled", "tokens_revoked")
        assert list(secrets_of(home)) == []
        again = await installed(at, ready)
        assert not again.dead
        asked = at.slack.person("person0", at.team).say(None, "hello")
        assert await at.answered(asked, HELLO)


async def test_old_word_of_a_removal_does_not_take_the_app_away_again(at: Installable) -> None:
    """Slack tells an event again for an hour, and by then the app may have been installed anew."""
    async with at.at_work("web", "worker", "sender") as ready:  # SL-44
        home = await installed(at, ready)
        at.slack.emit({"type": "app_uninstalled"}, at.team)
        at.slack.emit({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [home.us.bot_user]}}, at.team)
        await at.slack.settled()
        assert await kept(at, ready) == home


async def test_two_senders_with_a_token_that_ran_out_renew_it_once_and_lose_nothing(at: Installable) -> None:
    async with at.at_work("web", "worker") as ready:  # SL-42
        assert ready.channels.installing is not None
        home = await installed(at, ready)
        asked = [at.slack.person(one.name, at.team).say(None, "hello") for one in at.people]
        await at.slack.settled()
        await decided(ready, len(asked))
        await ready.channels.installing.registry.save(home.model_copy(update={"expires_at": time.time() - 1}))
        at.slack.clock.forward(LIFETIME + 1)
        at.slack.forget()
        at.slack.order(Fault("hang", method="oauth.v2.access", seconds=0.5))
        async with at.at_work("sender"), at.at_work("sender"):
            for message in asked:
                assert await at.answered(message, HELLO)
        (renewal,) = at.slack.called("oauth.v2.access")
        assert renewal.arguments["grant_type"] == "refresh_token"
        assert (await kept(at, ready)).bot_token != home.bot_token
        posted = at.slack.called("chat.postMessage")
        assert len(posted) == len(asked), "nothing was sent with the token that ran out, and nothing twice"
        assert all(call.answer["ok"] for call in posted)
