"""Deliveries over HTTP: verified, signed, encoded by kind, tried again with number and reason. SL-02, 04 to 07."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from sandbox.slack import App, Fault, SlackSandbox, UrlNotVerified
from tests.unit.sandbox.slack_app import client_of, refused
from tests.unit.sandbox.test_slack_app import CARD


@dataclass
class Inbox:
    """A request URL that keeps what comes; `answer` says what to answer, `delays` how late."""

    answer: Callable[[web.Request], web.Response] = lambda _: web.Response()
    bodies: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.text()
        if '"url_verification"' in body:
            return web.Response(text=json.loads(body)["challenge"])
        self.bodies.append(body)
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        await asyncio.sleep(self.delays.pop(0) if self.delays else 0)
        return self.answer(request)

    @property
    def retries(self) -> list[tuple[str | None, str | None]]:
        return [(one.get("x-slack-retry-num"), one.get("x-slack-retry-reason")) for one in self.headers]


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(retry_delays=(0.0, 0.01, 0.01)) as running:
        yield running


@pytest.fixture
async def inbox(slack: SlackSandbox) -> AsyncIterator[Inbox]:
    kept = Inbox()
    application = web.Application()
    application.router.add_route("*", "/slack/events", kept.take)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    kept.url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    await slack.deliver_to(kept.url)
    yield kept
    await runner.cleanup()


async def test_a_url_that_does_not_echo_the_challenge_is_not_used(slack: SlackSandbox) -> None:
    with pytest.raises(UrlNotVerified):
        await slack.deliver_to(f"{slack.url}/nowhere")
    assert slack.core.courier.webhook is None


async def test_a_delivery_is_signed_and_a_changed_byte_breaks_it(slack: SlackSandbox, inbox: Inbox) -> None:
    slack.person("ana").say("#general", "grüße")
    await slack.settled()
    verifier = SignatureVerifier(slack.app.signing_secret)
    (body,), (headers,) = inbox.bodies, inbox.headers
    assert verifier.is_valid_request(body, headers)
    assert not verifier.is_valid_request(body + " ", headers)
    assert abs(int(headers["x-slack-request-timestamp"]) - time.time()) < 5
    assert headers["content-type"] == "application/json"


async def test_interactions_and_commands_come_as_forms(slack: SlackSandbox, inbox: Inbox) -> None:
    await client_of(slack).chat_postMessage(channel="#deploys", text="May I?", blocks=CARD)
    await slack.settled()
    bo = slack.person("bo")
    await bo.click(slack.messages("#deploys")[-1], "approve")
    await bo.slash("/holdpoint", "status of it", "#deploys")

    _, click, command = inbox.bodies
    assert json.loads(parse_qs(click)["payload"][0])["type"] == "block_actions"
    fields = {name: value[0] for name, value in parse_qs(command).items()}
    assert (fields["command"], fields["text"], fields["user_name"]) == ("/holdpoint", "status of it", "bo")
    assert fields["response_url"].startswith(f"{slack.url}/commands/")


async def test_an_event_is_tried_four_times_in_all_with_number_and_reason(slack: SlackSandbox, inbox: Inbox) -> None:
    inbox.answer = lambda _: web.Response(status=503)
    slack.person("ana").say("#general", "hello?")
    await slack.settled()
    assert inbox.retries == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert len({json.loads(body)["event_id"] for body in inbox.bodies}) == 1
    (delivery,) = slack.deliveries
    assert not delivery.acknowledged
    assert [one.status for one in delivery.attempts] == [503] * 4


async def test_a_slow_answer_counts_as_none(inbox: Inbox) -> None:
    async with SlackSandbox(retry_delays=(0.0, 0.1, 0.1), deadline=0.3) as slack:
        await slack.deliver_to(inbox.url)
        inbox.delays = [0.6]
        slack.person("ana").say("#general", "hello?")
        await slack.settled()
        attempts = slack.deliveries[0].attempts
        assert (attempts[0].outcome, attempts[-1].outcome) == ("timeout", "acknowledged")
        assert inbox.retries[1] == ("1", "http_timeout")


async def test_no_retry_is_respected_and_a_refused_connection_has_its_own_reason(
    slack: SlackSandbox, inbox: Inbox
) -> None:
    inbox.answer = lambda _: web.Response(status=500, headers={"X-Slack-No-Retry": "1"})
    slack.person("ana").say("#general", "hello?")
    await slack.settled()
    assert inbox.retries == [(None, None)]
    await slack.deliver_to("http://127.0.0.1:1/slack/events", verify=False)
    slack.person("ana").say("#general", "hello?")
    await slack.settled()
    assert [one.reason for one in slack.deliveries[-1].attempts] == ["", *["connection_failed"] * 3]


async def test_two_redirects_are_followed_and_no_more(slack: SlackSandbox, inbox: Inbox) -> None:
    inbox.answer = lambda _: web.Response(status=307, headers={"Location": inbox.url})
    slack.person("ana").say("#general", "hello?")
    await slack.settled()
    assert {one.outcome for one in slack.deliveries[0].attempts} == {"too_many_redirects"}


async def test_an_interaction_is_not_tried_again(slack: SlackSandbox, inbox: Inbox) -> None:
    inbox.answer = lambda _: web.Response(status=500)
    delivery = await slack.person("ana").slash("/holdpoint", "status")
    assert not delivery.acknowledged
    assert len(delivery.attempts) == len(inbox.bodies) == 1


async def test_a_duplicate_has_one_event_id_and_a_double_message_two(slack: SlackSandbox, inbox: Inbox) -> None:
    slack.order(Fault("duplicate"))
    slack.person("ana").say("#general", "once")
    await slack.settled()
    first, second = map(json.loads, inbox.bodies)
    assert first == second

    slack.order(Fault("double_message"))
    slack.person("ana").say("#general", "one gesture")
    await slack.settled()
    first, second = map(json.loads, inbox.bodies[2:])
    assert first["event_id"] != second["event_id"]
    assert first["event"]["ts"] != second["event"]["ts"]
    assert first["event"]["client_msg_id"] == second["event"]["client_msg_id"]


async def test_a_stale_trigger_and_a_late_delivery(slack: SlackSandbox, inbox: Inbox) -> None:
    slack.order(Fault("stale_trigger"))
    slack.order(Fault("delay", seconds=0.05))
    await slack.person("ana").slash("/holdpoint", "ask")
    fields = parse_qs(inbox.bodies[0])
    modal = {"type": "modal", "title": {"type": "plain_text", "text": "t"}, "blocks": []}
    call = client_of(slack).views_open(trigger_id=fields["trigger_id"][0], view=modal)
    assert await refused(call) == "expired_trigger_id"


async def test_the_app_hears_only_of_what_it_subscribed_to_may_read_and_is_a_member_of(inbox: Inbox) -> None:
    app = App(events=frozenset({"app_mention", "message.im"}))
    async with SlackSandbox(app, retry_delays=()) as slack:
        await slack.deliver_to(inbox.url)
        ana = slack.person("ana")
        ana.say("#general", "@holdpoint hello")
        ana.say("#general", "nothing for you")
        ana.say("#random", "@holdpoint is not here")
        ana.say(None, "psst")
        await slack.settled()
        kinds = [(json.loads(body)["event"]["type"], json.loads(body)["event"]["channel"][0]) for body in inbox.bodies]
        assert sorted(kinds) == [("app_mention", "C"), ("message", "D")]
        slack.core.world.installations[slack.team.id].scopes.discard("im:history")
        ana.say(None, "psst again")
        await slack.settled()
        assert len(inbox.bodies) == 2


async def test_an_app_that_hears_too_much_is_told_so(slack: SlackSandbox, inbox: Inbox) -> None:
    slack.rate_limit_events()
    await slack.settled()
    body = json.loads(inbox.bodies[0])
    assert (body["type"], body["team_id"]) == ("app_rate_limited", slack.team.id)
    assert body["minute_rate_limited"] % 60 == 0
