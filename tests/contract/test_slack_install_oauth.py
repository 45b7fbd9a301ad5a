"""The way in through the browser, over real HTTP: once, for ten minutes, and only in the browser that began it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import time_machine
from fastapi import FastAPI
from structlog.testing import capture_logs

from gateway.keyring import Keyring
from gateway.oauth import COOKIE, INSTALL_PATH, installing_routes
from gateway.slack_install import REDIRECT_PATH, STATE_SECONDS, SlackInstalling
from sandbox.slack import Fault
from tests.contract.bench import Bench
from tests.contract.slack_installed import SECRET, Rotated, rotated_at, secrets_of

US = "https://holdpoint.example.test"
TEAM = "T0ACME"


@dataclass
class Door:
    """The Slack, and our routes."""

    at: Rotated
    app: FastAPI

    def browser(self) -> httpx.AsyncClient:
        """Somebody's browser; it follows nothing by itself."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=US)

    async def consent(self, sent: httpx.Response) -> str:
        """Somebody agrees at Slack; where Slack sends the browser back to."""
        async with httpx.AsyncClient() as client:
            agreed = await client.get(sent.headers["location"])
        assert agreed.status_code == 302
        return agreed.headers["location"]


@pytest.fixture
async def door(bench: Bench) -> AsyncIterator[Door]:
    """On both servers."""
    async with rotated_at(bench) as at:
        app = FastAPI()
        app.include_router(installing_routes(SlackInstalling(at.oauth, at.registry, Keyring(SECRET), US)))
        yield Door(at, app)


async def test_an_admin_installs_the_app(door: Door) -> None:
    async with door.browser() as browser:
        sent = await browser.get(INSTALL_PATH)
        back = await door.consent(sent)
        with capture_logs() as logs:
            done = await browser.get(back)
    assert back.startswith(US + REDIRECT_PATH)
    assert done.status_code == 200
    assert "The app is installed" in done.text
    home = await door.at.registry.find(TEAM, "")
    assert home is not None
    assert home.us.bot_user == "U0HOLDPOINTACME"
    assert set(home.scopes) == set(door.at.slack.app.scopes)
    assert await door.at.works(home)
    said = f"{logs}{done.text}{done.headers}".encode()
    assert [log["event"] for log in logs] == ["installed"]
    assert [secret for secret in secrets_of(home) if secret in said] == []


async def test_the_cookie_is_for_us_alone_and_gone_afterwards(door: Door) -> None:
    async with door.browser() as browser:
        sent = await browser.get(INSTALL_PATH)
        cookie = sent.headers["set-cookie"].lower()
        for part in ("secure", "httponly", "samesite=lax", f"path={REDIRECT_PATH}", f"max-age={STATE_SECONDS}"):
            assert part in cookie
        value = browser.cookies[COOKIE]
        assert value not in sent.headers["location"]
        await browser.get(await door.consent(sent))
        assert COOKIE not in browser.cookies


async def test_nobody_else_can_finish_what_a_browser_began(door: Door) -> None:
    async with door.browser() as ana, door.browser() as mallory:
        await ana.get(INSTALL_PATH)
        back = await door.consent(await mallory.get(INSTALL_PATH))
        mallory.cookies.clear()
        for victim in (ana, mallory):
            refused = await victim.get(back)
            assert refused.status_code == 400
            assert "not the browser" in refused.text
    assert await door.at.registry.find(TEAM, "") is None
    assert door.at.renewals == 0


async def test_a_way_in_works_once(door: Door) -> None:
    async with door.browser() as browser:
        back = await door.consent(await browser.get(INSTALL_PATH))
        cookie = browser.cookies[COOKIE]
        assert (await browser.get(back)).status_code == 200
        for state in (_state(back), _otherwise(_state(back))):  # SL-43
            code = door.at.slack.core.tokens.code(TEAM)
            again = await browser.get(
                REDIRECT_PATH, params={"code": code, "state": state}, headers={"cookie": f"{COOKIE}={cookie}"}
            )
            assert again.status_code == 400
            assert "used already" in again.text
    assert door.at.renewals == 1


async def test_a_way_in_is_open_for_ten_minutes(door: Door) -> None:
    async with door.browser() as browser:
        with time_machine.travel(0, tick=False) as now:
            sent = await browser.get(INSTALL_PATH)
            value, back = browser.cookies[COOKIE], await door.consent(sent)
            now.shift(STATE_SECONDS + 1)
            late = await browser.get(back, headers={"cookie": f"{COOKIE}={value}"})
    assert late.status_code == 400
    assert "not valid any more" in late.text
    assert door.at.renewals == 0


@pytest.mark.parametrize("state", ["", "junk", "\x00", "W10.aaaa.bbbb", "ein\udce4"])
async def test_no_other_state_counts(door: Door, state: str) -> None:
    async with door.browser() as browser:
        await browser.get(INSTALL_PATH)
        query = {"code": door.at.slack.core.tokens.code(TEAM), "state": state.encode("utf-8", "replace").decode()}
        refused = await browser.get(REDIRECT_PATH, params=query)
    assert refused.status_code == 400
    assert door.at.renewals == 0


async def test_another_installations_key_signs_no_way_in(door: Door) -> None:
    foreign = SlackInstalling(door.at.oauth, door.at.registry, Keyring(b"a secret of somebody else's"), US)
    begun = foreign.begin()
    query = {"code": door.at.slack.core.tokens.code(TEAM), "state": _state(begun.url)}
    async with door.browser() as browser:
        refused = await browser.get(REDIRECT_PATH, params=query, headers={"cookie": f"{COOKIE}={begun.cookie}"})
    assert refused.status_code == 400


async def test_who_does_not_agree_installs_nothing_and_is_told_so(door: Door) -> None:
    async with door.browser() as browser:
        back = await door.consent(await browser.get(INSTALL_PATH))
        query = {"error": "access_denied<script>", "state": _state(back)}
        refused = await browser.get(REDIRECT_PATH, params=query)
    assert refused.status_code == 400
    assert "Nobody agreed" in refused.text
    assert "script" not in refused.text
    assert door.at.renewals == 0


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault("error", method="oauth.v2.access", error="invalid_code"), 400),
        (Fault("rate_limited", method="oauth.v2.access"), 503),
        (Fault("lost_reply", method="oauth.v2.access"), 503),
        (Fault("server_error", method="auth.test"), 503),
    ],
    ids=lambda value: f"{value.kind}-{value.method}" if isinstance(value, Fault) else str(value),
)
async def test_what_slack_does_not_finish_is_not_kept_and_can_be_begun_again(
    door: Door, fault: Fault, status: int
) -> None:
    async with door.browser() as browser:
        back = await door.consent(await browser.get(INSTALL_PATH))
        door.at.slack.order(fault)
        assert (await browser.get(back)).status_code == status
        assert await door.at.registry.find(TEAM, "") is None
        assert (await browser.get(await door.consent(await browser.get(INSTALL_PATH)))).status_code == 200
    assert await door.at.registry.find(TEAM, "") is not None


async def test_installing_again_revives_the_dead_in_its_place(door: Door, bench: Bench) -> None:
    await door.at.install()
    await door.at.registry.bury(TEAM, "", "app_uninstalled")
    async with door.browser() as browser:
        await browser.get(await door.consent(await browser.get(INSTALL_PATH)))
    home = await door.at.registry.find(TEAM, "")
    assert home is not None
    assert not home.dead
    assert await door.at.works(home)
    assert len([name async for name in bench.redis.scan_iter(match="hp:installation:*")]) == 1


async def test_an_organisation_installs_it_for_all_its_workspaces(door: Door) -> None:
    slack = door.at.slack  # SL-40
    unit = slack.town.team("unit", enterprise="E0ACME")
    slack.town.user("uma", unit)
    slack.town.install(unit, org_wide=True)
    async with door.browser() as browser:
        sent = await browser.get(INSTALL_PATH)
        sent.headers["location"] += f"&team={unit.id}"
        assert (await browser.get(await door.consent(sent))).status_code == 200
    for team in (unit.id, "T0ANOTHER"):
        home = await door.at.registry.find(team, "E0ACME")
        assert home is not None
        assert (home.us.team, home.us.enterprise, home.us.workspaces) == ("E0ACME", "E0ACME", (unit.id,))
    assert await door.at.registry.find(unit.id, "") is None


def _state(url: str) -> str:
    return parse_qs(urlsplit(url).query)["state"][0]


def _otherwise(state: str) -> str:
    """The same state, written in another way: the last character of its signature holds bits that nobody reads."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return state[:-1] + alphabet[alphabet.index(state[-1]) ^ 1]
