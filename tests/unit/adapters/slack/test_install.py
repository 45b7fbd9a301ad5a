"""One workspace by its token: who we are there is asked once, of Slack itself, and what is dead stays dead."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from adapters.errors import TryLater
from adapters.slack.api import Api, SlackRefused
from adapters.slack.install import Installation, Single, is_end, is_over
from adapters.slack.manifest import scopes_asked
from adapters.slack.meaning import Us
from adapters.slack.oauth import OAuth
from sandbox.slack import App, Fault, SlackSandbox
from sandbox.slack.fault import FaultKind

US = Us(app_id="A0HOLDPOINT", team="T0ACME", bot_user="U0HOLDPOINTACME", bot_id="B0ACME")


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(App(), retry_delays=()) as running:
        yield running
        assert running.strays == []


@pytest.fixture
async def api(slack: SlackSandbox) -> AsyncIterator[Api]:
    async with Api(slack.api_url) as open:
        yield open


@pytest.fixture
def single(slack: SlackSandbox, api: Api) -> Single:
    return Single(api, SecretStr(slack.bot_token))


async def test_slack_is_asked_once_who_we_are_however_many_want_to_know(slack: SlackSandbox, single: Single) -> None:
    found = await asyncio.gather(*(single.find("T0ACME", "") for _ in range(20)))
    assert {home.us if home else None for home in found} == {US}
    assert [call.method for call in slack.calls] == ["auth.test", "bots.info"]


async def test_a_single_workspace_is_no_other(single: Single) -> None:
    assert await single.find("T0UMBRA", "") is None
    assert await single.find("", "") is None


async def test_a_token_of_a_whole_organisation_serves_all_its_workspaces(slack: SlackSandbox, api: Api) -> None:
    unit = slack.town.team("unit", enterprise="E0ACME")  # SL-40
    slack.town.install(unit, org_wide=True)
    single = Single(api, SecretStr(slack.core.tokens.issue(unit.id).access_token))
    for team, enterprise in (("T0UNIT", "E0ACME"), ("T0OTHER", "E0ACME"), ("E0ACME", "")):
        home = await single.find(team, enterprise)
        assert home is not None
        assert home.us.team == "E0ACME"
        assert home.us.workspaces == ("T0UNIT",)
    assert await single.find("T0UNIT", "E0OTHER") is None


@pytest.mark.parametrize("kind", ["rate_limited", "server_error", "drop_before", "lost_reply"])
async def test_a_slack_that_does_not_answer_is_asked_again_later(
    slack: SlackSandbox, single: Single, kind: FaultKind
) -> None:
    slack.order(Fault(kind))
    with pytest.raises(TryLater):
        await single.find("T0ACME", "")
    assert await single.find("T0ACME", "") is not None


async def test_a_token_slack_does_not_know_is_refused(api: Api) -> None:
    with pytest.raises(SlackRefused, match="invalid_auth"):
        await Single(api, SecretStr("xoxb-unknown")).find("T0ACME", "")


async def test_a_buried_installation_says_why_and_holds_no_token(slack: SlackSandbox, single: Single) -> None:
    await single.bury("T0ACME", "", "account_inactive")  # SL-44
    home = await single.find("T0ACME", "")
    assert home is not None
    assert home.dead == "account_inactive"
    assert home.us == US
    assert not home.bot_token


async def test_only_the_token_that_was_refused_is_buried(slack: SlackSandbox, single: Single) -> None:
    await single.bury("T0ACME", "", "token_revoked", SecretStr("xoxb-of-yesterday"))
    await single.bury("T0UMBRA", "", "token_revoked")
    home = await single.find("T0ACME", "")
    assert home is not None
    assert not home.dead
    await single.bury("T0ACME", "", "token_revoked", SecretStr(slack.bot_token))
    home = await single.find("T0ACME", "")
    assert home is not None
    assert home.dead == "token_revoked"


async def test_word_of_a_removal_counts_only_if_the_token_is_dead_as_well(slack: SlackSandbox, api: Api) -> None:
    home = Installation(us=US, bot_token=SecretStr(slack.bot_token))  # SL-44
    assert not await is_over(api, home)
    slack.order(Fault("server_error"))
    with pytest.raises(TryLater):
        await is_over(api, home)
    slack.uninstall()
    await slack.settled()
    assert await is_over(api, home)


def test_a_token_that_ran_out_ends_only_what_cannot_be_renewed() -> None:
    refused = SlackRefused("chat.postMessage", "token_expired")
    home = Installation(us=US, bot_token=SecretStr("xoxe-1"))
    assert is_end(home, refused)
    renewable = home.model_copy(update={"refresh_token": SecretStr("xoxe-2")})
    assert not is_end(renewable, refused)
    assert is_end(renewable, SlackRefused("chat.postMessage", "token_revoked"))
    assert not is_end(home, SlackRefused("chat.postMessage", "channel_not_found"))


async def test_no_token_is_in_a_log_at_any_level_nor_in_a_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)  # SL-45
    logging.getLogger("slack_sdk.web").debug("what the SDK says is captured")
    async with SlackSandbox(App(token_rotation=True)) as slack, Api(slack.api_url) as api:
        oauth = OAuth(api, slack.app.client_id, SecretStr(slack.app.client_secret), slack.api_url)
        first = await oauth.redeem(slack.core.tokens.code(slack.team.id), "https://holdpoint.example.test/back")
        second = await oauth.renew(first)
        with pytest.raises(SlackRefused, match="invalid_refresh_token") as refused:
            await oauth.renew(first)
        homes = [await Single(api, home.bot_token).find("T0ACME", "") for home in (first, second)]
    said = "\n".join([caplog.text, *map(repr, (oauth, first, second, *homes, refused.value, refused.value.__cause__))])
    assert "what the SDK says is captured" in caplog.text
    secrets = [one.get_secret_value() for home in (first, second) for one in (home.bot_token, home.refresh_token)]
    assert [secret for secret in (*secrets, slack.app.client_secret) if secret in said] == []


def test_a_record_that_cannot_be_read_is_not_quoted() -> None:
    with pytest.raises(ValueError, match="us") as caught:
        Installation.model_validate({"bot_token": "xoxb-secret", "refresh_token": ["xoxe-secret"]})
    assert "secret" not in str(caught.value)


def test_the_consent_page_is_asked_for_our_scopes_and_sends_back_to_us() -> None:
    oauth = OAuth(Api("https://slack.com/api/"), "1.2", SecretStr("s"))
    url = urlsplit(oauth.consent_url("a&b", "https://holdpoint.example.test/back?x=1", scopes_asked()))
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://slack.com/oauth/v2/authorize"
    assert parse_qs(url.query) == {
        "client_id": ["1.2"],
        "scope": [",".join(scopes_asked())],
        "redirect_uri": ["https://holdpoint.example.test/back?x=1"],
        "state": ["a&b"],
    }


async def test_an_installation_by_oauth_knows_who_we_are_and_what_was_granted(slack: SlackSandbox, api: Api) -> None:
    oauth = OAuth(api, slack.app.client_id, SecretStr(slack.app.client_secret), slack.api_url)
    home = await oauth.redeem(slack.core.tokens.code(slack.team.id), "https://holdpoint.example.test/back")
    assert home.us == US
    assert set(home.scopes) == set(slack.app.scopes)
    assert (home.refresh_token.get_secret_value(), home.expires_at, home.dead) == ("", None, "")


async def test_the_workspaces_of_an_organisation_are_learnt_page_by_page_and_again_with_each_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("adapters.slack.install._PAGE", 2)  # SL-40
    async with SlackSandbox(App(token_rotation=True)) as slack, Api(slack.api_url) as api:
        units = [slack.town.team(f"unit{number}", enterprise="E0ACME") for number in range(5)]
        slack.town.user("uma", units[0])
        slack.town.install(units[0], org_wide=True)
        oauth = OAuth(api, slack.app.client_id, SecretStr(slack.app.client_secret), slack.api_url)
        home = await oauth.redeem(slack.core.tokens.code(units[0].id), "https://holdpoint.example.test/back")
        assert home.us.workspaces == tuple(unit.id for unit in units)
        assert len(slack.called("auth.teams.list")) == 3
        slack.town.team("younger", enterprise="E0ACME")
        slack.town.team("strange", enterprise="E0OTHER")
        renewed = await oauth.renew(home)
        assert renewed.us.workspaces == (*home.us.workspaces, "T0YOUNGER")
        slack.order(Fault("server_error", method="auth.teams.list"))
        assert (await oauth.renew(renewed)).us == renewed.us
