"""Two workspaces with the app installed: a button counts where it was shown, and nowhere else (SL-24, SL-48)."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator

import pytest
import yaml
from pydantic import SecretStr

from agent_core.events import ApprovalResponse, RequestClosed, ToolCall
from gateway.demo.world import Clock
from sandbox.model import ModelSandbox
from sandbox.slack import Hands, Message, SlackSandbox, Team
from tests.contract.slack_bench import until
from tests.flows.slack_house import CARD, SlackHouse, buttons, opened, script, settings_of, value_of

BACK = "/slack/oauth_redirect"


@pytest.fixture(scope="module")
async def h(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SlackHouse]:
    """Bo of `acme` and Eve of `beta` may both approve; Bo of `beta` is somebody else altogether."""
    directory = tmp_path_factory.mktemp("m")
    async with SlackSandbox(retry_delays=(0.1, 0.2)) as slack, ModelSandbox(script()) as model:
        beta = slack.town.team("beta")
        eve, _ = slack.town.user("eve", beta), slack.town.user("bo", beta)
        slack.town.install(beta)
        slack.town.channel("lounge", beta, ("eve", "bo", slack.app.name))
        settings = settings_of(directory, slack, model, ["bo", "eve"])
        people = yaml.safe_load(settings.people_file.read_text())
        for person in people["people"]:
            if person["id"] == "eve":
                person["identities"][0] = f"slack:{beta.id}/{eve.id}"
        settings.people_file.write_text(yaml.safe_dump(people))
        assert settings.slack is not None
        by_oauth = {
            "bot_token": None,
            "client_id": slack.app.client_id,
            "client_secret": SecretStr(slack.app.client_secret),
        }
        settings = settings.model_copy(update={"slack": settings.slack.model_copy(update=by_oauth)})
        async with opened(slack, model, Clock(), settings) as made:
            for team in (slack.team, beta):
                await install(made, team)
            yield made
        assert slack.strays == []


async def install(h: SlackHouse, team: Team) -> None:
    installing = h.house.channels.installing
    assert installing is not None
    code = h.slack.core.tokens.code(team.id)
    await installing.registry.save(await installing.oauth.redeem(code, f"{h.settings.public_url}{BACK}"))


def of_beta(h: SlackHouse, name: str) -> Hands:
    return h.slack.person(name, h.slack.core.world.teams["T0BETA"])


def seen_by(h: SlackHouse, who: Hands, containing: str) -> list[Message]:
    """What somebody of the other workspace is shown by us, anywhere."""
    rooms = [c for c in h.slack.core.world.channels.values() if who.id in c.members]
    found = [m for c in rooms for m in c.messages if m.bot_id and m.ephemeral_for in ("", who.id)]
    return [m for m in found if containing in m.text]


async def card_of_eve(h: SlackHouse, version: str) -> Message:
    eve = of_beta(h, "eve")
    found = await until(lambda: [m for m in seen_by(h, eve, CARD) if version in m.text])
    return copy.deepcopy(found[-1])


async def test_each_approver_is_asked_and_heard_in_their_own_workspace(h: SlackHouse) -> None:
    starts, asked = len(h.history()), await h.ask("1.4.1")
    card, hers = await h.card(asked), await card_of_eve(h, "1.4.1")
    assert hers.team == "T0BETA"
    await of_beta(h, "eve").click(hers, "Approve")
    for copied in (card, hers):
        assert buttons(await h.redrawn(copied, "was approved by eve")) == []
    await h.shown(asked, "1.4.1 now")
    assert len(h.history()) == starts + 1


@pytest.mark.parametrize("label", ["Approve", "Deny", "Change and approve"])
async def test_a_ticket_of_one_workspace_opens_nothing_in_another(h: SlackHouse, label: str) -> None:
    """Not even in the hands of somebody who may approve this very request."""
    asked = await h.ask("1.4.2")
    card, hers, eve = await h.card(asked), await card_of_eve(h, "1.4.2"), of_beta(h, "eve")
    before = len(seen_by(h, eve, "not one of ours"))
    await eve.click(hers, label, value=value_of(card, "Approve"))
    if label == "Approve":
        await until(lambda: len(seen_by(h, eve, "not one of ours")) > before)
    elif label == "Deny":
        await until(lambda: eve.modal)
        await eve.submit({"reason": "no"})
        await until(lambda: len(seen_by(h, eve, "not one of ours")) > before)
    else:
        await until(lambda: eve.modal and "not one of ours" in str(eve.modal.definition["blocks"]))
    assert await h.events(asked, ApprovalResponse) == []
    assert await h.events(asked, RequestClosed) == []
    assert await h.events(asked, ToolCall) == []
    assert (
        buttons(h.now(card))
        == buttons(h.now(hers))
        == ["Deny", "Change and approve", "Approve", "Ask a question", "Answer instead"]
    )


async def test_a_namesake_in_another_workspace_is_somebody_else(h: SlackHouse) -> None:  # SL-48
    asked = await h.ask("1.4.0")
    await h.card(asked)
    hers, namesake = await card_of_eve(h, "1.4.0"), of_beta(h, "bo")
    lounge = h.slack.core.world.channel_named("lounge", "T0BETA")
    assert lounge is not None
    typed = await namesake.slash("/holdpoint", "status", lounge)
    assert typed.acknowledged
    await until(lambda: seen_by(h, namesake, "Nothing waits for you."))
    shown = copy.deepcopy(hers)
    shown.channel = lounge.id
    await namesake.click(shown, "Approve")
    await until(lambda: seen_by(h, namesake, "was not put to you"))
    assert await h.events(asked, ToolCall) == []
    assert await h.events(asked, RequestClosed) == []
