"""Modals as a person meets them: opened in three seconds, filled in, refused, updated, stacked. SL-20, 29, 30, 31."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import CannotDo, Hands, SlackSandbox
from tests.unit.sandbox.slack_app import app_of, by_http, by_socket, client_of, refused

View: TypeAlias = dict[str, Any]


def text(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def asking(**own: Any) -> View:
    """A modal with a reason of at most ten characters and a choice."""
    reason = {"type": "plain_text_input", "action_id": "reason", "max_length": 10}
    options = [{"text": text(one), "value": one} for one in ("now", "later")]
    when = {"type": "static_select", "action_id": "when", "options": options, "initial_option": options[0]}
    return {
        "type": "modal",
        "callback_id": "deny",
        "title": text("Deny"),
        "submit": text("Send"),
        "private_metadata": "token",
        "blocks": [
            {"type": "input", "block_id": "why", "label": text("Reason"), "element": reason},
            {"type": "input", "block_id": "time", "label": text("When"), "element": when, "optional": True},
        ],
    } | own


class Answers:
    """What the app answers to a submission, and what it heard."""

    def __init__(self) -> None:
        self.submitted: list[View] = []
        self.closed: list[tuple[str, bool]] = []
        self.trigger = ""
        self.view = asking()
        self.ack: dict[str, Any] = {}


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(retry_delays=()) as running:
        yield running
        assert running.strays == []


@pytest.fixture(params=["socket", "http"])
async def answers(slack: SlackSandbox, request: pytest.FixtureRequest) -> AsyncIterator[Answers]:
    given = Answers()
    app = app_of(slack)
    _listen(app, given)
    async with {"socket": by_socket, "http": by_http}[request.param](slack, app):
        yield given


def _listen(app: AsyncApp, given: Answers) -> None:
    @app.command("/deny")
    async def command(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        given.trigger = body["trigger_id"]
        await client.views_open(trigger_id=body["trigger_id"], view=given.view)
        await ack()

    @app.action("open")
    async def action(ack: AsyncAck) -> None:
        await ack()

    @app.view("deny")
    async def submitted(ack: AsyncAck, view: View) -> None:
        given.submitted.append(view)
        await ack(**given.ack)

    @app.view_closed("deny")
    async def closed(ack: AsyncAck, body: dict[str, Any]) -> None:
        given.closed.append((body["view"]["id"], body["is_cleared"]))
        await ack()


@pytest.fixture
async def bo(slack: SlackSandbox, answers: Answers) -> Hands:
    """Bo, with the modal open."""
    person = slack.person("bo")
    await person.slash("/deny")
    assert person.modal is not None
    return person


async def test_what_was_entered_comes_with_the_view(bo: Hands, answers: Answers) -> None:
    submission = await bo.submit({"Reason": "too late", "when": "later"})
    assert submission.outcome == "closed"
    assert bo.modal is None
    (view,) = answers.submitted
    assert view["private_metadata"] == "token"
    values = view["state"]["values"]
    assert values["why"]["reason"] == {"type": "plain_text_input", "value": "too late"}
    assert values["time"]["when"]["selected_option"]["value"] == "later"


async def test_slacks_own_client_sends_nothing_that_is_missing_or_too_long(bo: Hands, answers: Answers) -> None:
    missing = await bo.submit()
    long = await bo.submit({"reason": "x" * 11})
    assert missing.outcome == long.outcome == "incomplete"
    assert missing.errors == {"why": "Please complete this required field."}
    assert set(long.errors) == {"why"}
    assert answers.submitted == []
    assert (await bo.submit({"reason": "x" * 10})).outcome == "closed"


async def test_errors_keep_the_modal_open_with_what_was_entered(bo: Hands, answers: Answers) -> None:
    answers.ack = {"response_action": "errors", "errors": {"why": "Say more."}}
    submission = await bo.submit({"reason": "no"})
    assert (submission.outcome, submission.errors) == ("errors", {"why": "Say more."})
    assert bo.modal is not None
    assert bo.modal.values["why"]["reason"]["value"] == "no"


@pytest.mark.parametrize(
    "ack",
    [
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "update", "view": asking(title=text("x" * 25))},
        {"response_action": "push"},
        {"response_action": "shout"},
    ],
)
async def test_an_answer_slack_does_not_understand_is_trouble(bo: Hands, answers: Answers, ack: dict[str, Any]) -> None:
    answers.ack = ack
    assert (await bo.submit({"reason": "no"})).outcome == "trouble"
    assert bo.modal is not None


async def test_update_push_and_clear(bo: Hands, answers: Answers) -> None:
    answers.ack = {"response_action": "update", "view": asking(title=text("Again"))}
    assert (await bo.submit({"reason": "no"})).outcome == "updated"
    answers.ack = {"response_action": "push", "view": asking(title=text("More"))}
    assert (await bo.submit()).outcome == "pushed"
    assert [one.definition["title"]["text"] for one in bo.modals] == ["Again", "More"]
    root, top = bo.modals
    assert (top.root, top.previous) == (root.id, root.id)
    assert (await bo.submit({"reason": "no"})).outcome == "pushed"
    assert (await bo.submit({"reason": "no"})).outcome == "trouble"
    assert len(bo.modals) == 3
    answers.ack = {"response_action": "clear"}
    assert (await bo.submit({"reason": "no"})).outcome == "cleared"
    assert bo.modals == []


async def test_closing_is_told_to_those_who_asked(slack: SlackSandbox, answers: Answers) -> None:
    bo = slack.person("bo")
    await bo.slash("/deny")
    await bo.close()
    assert answers.closed == []
    answers.view = asking(notify_on_close=True)
    await bo.slash("/deny")
    assert bo.modal is not None
    opened = bo.modal.id
    await bo.close(clear=True)
    assert answers.closed == [(opened, True)]
    with pytest.raises(CannotDo):
        await bo.submit({"reason": "gone"})


async def test_a_trigger_is_good_once_and_for_three_seconds(slack: SlackSandbox, bo: Hands, answers: Answers) -> None:
    client = client_of(slack)
    assert await refused(client.views_open(trigger_id=answers.trigger, view=asking())) == "exchanged_trigger_id"
    assert await refused(client.views_open(trigger_id="1.2.3", view=asking())) == "invalid_trigger_id"
    fresh = slack.core.tickets.trigger(bo.id, slack.team.id)
    slack.clock.forward(3.5)
    assert await refused(client.views_open(trigger_id=fresh, view=asking())) == "expired_trigger_id"


async def test_a_refused_view_costs_no_trigger(slack: SlackSandbox, bo: Hands) -> None:
    client = client_of(slack)
    fresh = slack.core.tickets.trigger(bo.id, slack.team.id)
    too_long = asking(title=text("x" * 25))
    assert await refused(client.views_open(trigger_id=fresh, view=too_long)) == "invalid_arguments"
    assert (await client.views_open(trigger_id=fresh, view=asking()))["ok"]


async def test_an_update_needs_the_last_hash(slack: SlackSandbox, bo: Hands) -> None:
    client = client_of(slack)
    assert bo.modal is not None
    view_id, first = bo.modal.id, bo.modal.hash
    answer = await client.views_update(view_id=view_id, hash=first, view=asking(title=text("Ready")))
    assert answer["view"]["hash"] != first
    assert bo.modal.definition["title"]["text"] == "Ready"
    assert await refused(client.views_update(view_id=view_id, hash=first, view=asking())) == "hash_conflict"
    assert await refused(client.views_update(view_id="V1", view=asking())) == "not_found"


async def test_a_home_tab_is_published_and_its_button_works(slack: SlackSandbox, answers: Answers) -> None:
    client, bo = client_of(slack), slack.person("bo")
    button = {"type": "button", "action_id": "open", "value": "R1", "text": text("Open")}
    home = {"type": "home", "blocks": [{"type": "actions", "elements": [button]}]}
    await client.views_publish(user_id=bo.id, view=home)
    bo.open_home()
    click = await bo.click_view("open", home=True)
    assert click.acknowledged
    (opened,) = [one for one in slack.deliveries if one.kind == "events_api"]
    assert (opened.event["type"], opened.event["tab"]) == ("app_home_opened", "home")
    assert opened.event["view"]["id"] == click.payload["view"]["id"]
    assert click.payload["container"] == {"type": "view", "view_id": click.payload["view"]["id"]}
    assert "message" not in click.payload
    assert await refused(client.views_publish(user_id=bo.id, view=asking())) == "invalid_arguments"
