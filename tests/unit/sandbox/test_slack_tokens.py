"""Tokens that die, expire and rotate, and the way a workspace installs the app. SL-40, 42, 43, 44."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import App, CannotDo, SlackSandbox
from tests.unit.sandbox.slack_app import client_of, refused

# slack_sdk's own way to send client id and secret; aiohttp 3.14 deprecates it.
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(retry_delays=()) as running:
        yield running


async def test_a_token_is_needed_known_and_alive(slack: SlackSandbox) -> None:
    nobody = AsyncWebClient(base_url=slack.api_url)
    assert await refused(nobody.auth_test()) == "not_authed"
    assert await refused(nobody.auth_test(token="xoxb-1")) == "invalid_auth"
    client = client_of(slack)
    assert (await client.auth_revoke(test=True))["revoked"] is False
    assert (await client.auth_revoke())["revoked"] is True
    assert await refused(client.auth_test()) == "token_revoked"


async def test_an_uninstall_sends_two_events_and_kills_the_token(slack: SlackSandbox) -> None:
    slack.uninstall()
    assert {one.event["type"] for one in slack.deliveries} == {"app_uninstalled", "tokens_revoked"}
    assert await refused(client_of(slack).auth_test()) == "account_inactive"
    slack.person("ana").say("#general", "anybody?")
    with pytest.raises(CannotDo):
        await slack.person("ana").slash("/holdpoint", "status", "#general")
    assert len(slack.deliveries) == 2


@pytest.fixture
async def rotating() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(App(token_rotation=True), retry_delays=()) as running:
        yield running


def rotator(slack: SlackSandbox) -> AsyncTokenRotator:
    client = AsyncWebClient(base_url=slack.api_url)
    return AsyncTokenRotator(client_id=slack.app.client_id, client_secret=slack.app.client_secret, client=client)


def bot(slack: SlackSandbox) -> Bot:
    """The stored installation, about to expire."""
    return Bot(
        bot_token=slack.bot_token,
        bot_refresh_token=slack.refresh_token,
        bot_token_expires_at=int(time.time()) + 60,
        bot_id="B1",
        bot_user_id="U1",
        installed_at=time.time(),
    )


async def test_a_token_expires_and_rotates(rotating: SlackSandbox) -> None:
    old = client_of(rotating)
    assert (await old.auth_test())["ok"]
    rotated = await rotator(rotating).perform_bot_token_rotation(bot=bot(rotating))
    assert rotated is not None
    assert rotated.bot_refresh_token != rotating.refresh_token
    rotating.clock.forward(43_201)
    assert await refused(old.auth_test()) == "token_expired"
    again = await rotator(rotating).perform_bot_token_rotation(bot=rotated, minutes_before_expiration=100_000)
    assert again is not None
    assert (await old.auth_test(token=again.bot_token))["ok"]


async def test_a_refresh_token_is_good_for_one_of_twenty(rotating: SlackSandbox) -> None:
    rotations = [rotator(rotating).perform_bot_token_rotation(bot=bot(rotating)) for _ in range(20)]
    outcomes = await asyncio.gather(*rotations, return_exceptions=True)
    assert sum(isinstance(one, Bot) for one in outcomes) == 1
    assert sum(isinstance(one, SlackTokenRotationError) for one in outcomes) == 19


async def test_another_workspace_installs_the_app_by_oauth(slack: SlackSandbox) -> None:
    team = slack.town.team("globex")
    slack.town.user("gus", team)
    slack.town.install(team)
    page = f"{slack.url}/oauth/v2/authorize"
    url = AuthorizeUrlGenerator(client_id=slack.app.client_id, scopes=["chat:write"], authorization_url=page)
    asked = url.generate("state-1", team=team.id)
    async with aiohttp.ClientSession() as session, session.get(asked, allow_redirects=False) as answer:
        back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == ["state-1"]

    client = AsyncWebClient(base_url=slack.api_url)
    secrets = {"client_id": slack.app.client_id, "client_secret": slack.app.client_secret}
    granted = await client.oauth_v2_access(**secrets, code=back["code"][0])
    assert granted["team"]["id"] == team.id
    assert (await client.auth_test(token=granted["access_token"]))["team_id"] == team.id
    assert await refused(client.oauth_v2_access(**secrets, code=back["code"][0])) == "invalid_code"
    wrong = secrets | {"client_secret": "no"}
    assert await refused(client.oauth_v2_access(**wrong, code="x")) == "bad_client_secret"


async def test_an_organisations_workspace_says_so_everywhere(slack: SlackSandbox) -> None:
    team = slack.town.team("globex", enterprise="E0GRID")
    slack.town.user("gus", team)
    slack.town.install(team, org_wide=True)
    slack.town.channel("general", team, ("gus", "holdpoint"))
    gus = slack.person("gus", team)
    gus.say("#general", "hello")
    await gus.slash("/holdpoint", "status", "#general")

    message, command = (one.payload for one in slack.deliveries)
    (authorization,) = message["authorizations"]
    assert (message["enterprise_id"], message["team_id"]) == ("E0GRID", team.id)
    assert (authorization["enterprise_id"], authorization["team_id"]) == ("E0GRID", None)
    assert authorization["is_enterprise_install"] is True
    assert (command["enterprise_id"], command["is_enterprise_install"]) == ("E0GRID", "true")
    secrets = {"client_id": slack.app.client_id, "client_secret": slack.app.client_secret}
    granted = await AsyncWebClient(base_url=slack.api_url).oauth_v2_access(
        **secrets, code=slack.core.tokens.code(team.id)
    )
    assert (granted["enterprise"]["id"], granted["team"], granted["is_enterprise_install"]) == ("E0GRID", None, True)


async def test_two_workspaces_do_not_see_each_other(slack: SlackSandbox) -> None:
    team = slack.town.team("globex")
    gus = slack.town.user("gus", team)
    slack.town.install(team)
    channel = slack.town.channel("general", team, ("gus", "holdpoint"))
    token = slack.core.tokens.issue(team.id).access_token

    await client_of(slack).chat_postMessage(channel="#general", text="acme")
    await client_of(slack).chat_postMessage(token=token, channel="#general", text="globex")
    assert [one.text for one in channel.messages] == ["globex"]
    assert await refused(client_of(slack).chat_postMessage(channel=channel.id, text="x")) == "channel_not_found"
    assert await refused(client_of(slack).users_info(user=gus.id)) == "user_not_visible"
    slack.person("gus", team).say("#general", "hello")
    assert slack.deliveries[-1].payload["team_id"] == team.id


async def test_an_address_is_found_only_with_its_scope_and_here(slack: SlackSandbox) -> None:
    client = client_of(slack)
    found = await client.users_lookupByEmail(email="ANA@example.test")
    assert found["user"]["profile"]["email"] == "ana@example.test"
    assert await refused(client.users_lookupByEmail(email="mallory@evil.test")) == "users_not_found"
    dee = await client.users_info(user=slack.person("dee").id)
    assert dee["user"]["is_ultra_restricted"] is True
    slack.core.world.installations[slack.team.id].scopes.discard("users:read.email")
    assert "email" not in (await client.users_info(user=slack.person("ana").id))["user"]["profile"]
    assert await refused(client.users_lookupByEmail(email="ana@example.test")) == "missing_scope"
    assert (await client.bots_info())["bot"]["app_id"] == slack.app.id
    assert {one["name"] for one in (await client.users_list())["members"]} == {"ana", "bo", "cy", "dee", "holdpoint"}
