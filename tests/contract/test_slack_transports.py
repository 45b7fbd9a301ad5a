"""Both ways in: the same payloads give the same, stored before Slack is told, and each gesture counts once."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from adapters.heard import Pressed, Received
from adapters.slack.payload import COMMAND
from sandbox.slack import Fault
from tests.contract.slack_bench import TRANSPORTS, Bench, Noted, Transport, bench, until
from tests.unit.adapters.slack.payloads import NAMES, payload

BY_URL_ONLY = {"ssl_check", "url_verification"}
# What takes the app away, or is refused the whole of a workspace, is proven where installations are.
DELIVERED = [name for name in NAMES if name not in BY_URL_ONLY | {"app_uninstalled", "tokens_revoked"}]


async def test_the_same_payloads_come_to_the_same_stored_events_either_way() -> None:  # SL-01
    stored = {}
    for transport in TRANSPORTS:
        async with bench(transport) as here:
            for name in DELIVERED:
                delivered = await here.deliver(payload(name))
                assert delivered.acknowledged, (transport, name, delivered.attempts)
                assert len(delivered.attempts) == 1, (transport, name)
            stored[transport] = here.desk.stored
    assert stored["http"] == stored["socket"]
    kinds = {type(heard).__name__ for heard in stored["http"]}
    assert kinds == {"Received", "Revised", "Pressed", "Filled", "Ordered"}


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_store_that_fails_is_not_acknowledged_and_the_retry_gives_one_event(transport: Transport) -> None:
    """SL-02, SL-05, SL-39: not even a retry's header is a reason to drop what was never stored."""
    async with bench(transport, Noted(down=1)) as here:
        delivered = await here.deliver(payload("message_im"))

        first, second = delivered.attempts
        assert first.outcome != "acknowledged"
        assert (first.status >= 500) if transport == "http" else (first.outcome == "timeout")
        assert second.outcome == "acknowledged"
        assert len(here.desk.taken) == 1


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_it_is_stored_before_it_is_acknowledged(transport: Transport) -> None:  # SL-02
    async with bench(transport, Noted(slow=0.3)) as here:
        task = here.slack.core.courier.send("events_api", here.slack.team.id, payload("message_im"))
        await until(lambda: here.desk.calls)
        assert not task.done()
        assert here.desk.taken == []
        assert (await task).acknowledged
        assert len(here.desk.taken) == 1


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_slow_store_is_still_in_time(transport: Transport) -> None:  # SL-03
    async with bench(transport, Noted(slow=2.0)) as here:
        delivered = await here.deliver(payload("press_approve"))

        assert delivered.acknowledged
        assert isinstance(here.desk.taken[0], Pressed)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_message_and_its_mention_and_every_copy_are_one(transport: Transport) -> None:  # SL-04
    async with bench(transport) as here:
        asked = here.slack.person("ana").say("#deploys", "@holdpoint hello")
        await here.slack.settled()
        assert len(here.slack.deliveries) == 2, "a message and an app_mention"
        here.slack.order(Fault("duplicate", method="message"))
        here.slack.person("ana").say(None, "hello")
        await here.slack.settled()
        here.slack.order(Fault("double_message"))
        here.slack.person("ana").say(None, "hello again")
        await here.slack.settled()
        assert len(here.slack.deliveries) == 6

        ids = [heard.message.id for heard in here.desk.taken if isinstance(heard, Received)]
        assert len(ids) == 6
        assert len(set(ids)) == 3
        assert len(here.desk.stored) == 3
        channel = asked.channel
        assert {heard.conversation.split("/")[1] for heard in here.desk.taken[:2] if isinstance(heard, Received)} == {
            channel
        }


async def test_a_retry_whose_first_copy_never_came_is_taken() -> None:  # SL-05
    async with bench("http") as here:
        lost = {"type": "event_callback", **payload("message_im")}
        reply = await here.slack.core.courier.webhook.deliver(  # type: ignore[union-attr]
            "events_api", lost, (1, "http_timeout"), 3.0
        )
        assert reply.outcome == "acknowledged"
        assert len(here.desk.taken) == 1


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_button_that_nobody_knows_is_answered_and_whoever_pressed_it_is_told(transport: Transport) -> None:
    """SL-03, SL-25."""
    async with bench(transport) as here:
        press = _pressed_by(here, "bo", action_id="somebody:else", value="x")
        delivered = await here.deliver(press)

        assert delivered.acknowledged
        (told,) = here.slack.called("chat.postEphemeral")
        assert told.arguments["user"] == here.slack.person("bo").id
        assert "no meaning any more" in told.arguments["text"]
        assert here.desk.taken == []


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_the_raw_payload_is_handed_over_with_what_it_says(transport: Transport) -> None:
    async with bench(transport) as here:
        await here.deliver(payload("message_im"))

        assert json.loads(here.desk.raw[0])["event"] == payload("message_im")["event"]


async def test_slack_verifies_our_url_and_is_heard_when_it_holds_events_back() -> None:  # SL-06
    async with bench("http") as here:  # deliver_to has had the challenge echoed
        delivered = await here.deliver(payload("app_rate_limited"))

        assert delivered.acknowledged
        assert here.desk.taken == []


async def test_presses_and_commands_are_answered_within_their_time() -> None:  # SL-03
    async with bench("http", Noted(slow=0.1)) as here:
        begun = time.monotonic()
        for name in ("press_approve", "press_deny", "modal_deny", "slash_status", "press_unknown"):
            assert (await here.deliver(payload(name))).acknowledged, name
        assert time.monotonic() - begun < 5 * here.slack._deadline


async def test_a_command_that_is_not_ours_is_answered_too() -> None:  # SL-03
    async with bench("socket") as here:
        assert COMMAND == "/holdpoint"
        assert (await here.deliver(payload("slash_other"))).acknowledged


def _pressed_by(here: Bench, who: str, **action: str) -> dict[str, Any]:
    press = payload("press_approve")
    person, room = here.slack.person(who), here.slack.channel("#deploys")
    press["user"] |= {"id": person.id, "team_id": here.slack.team.id}
    press["channel"]["id"] = press["container"]["channel_id"] = room.id
    press["container"].pop("thread_ts", None)
    press["message"].pop("thread_ts", None)
    press["actions"][0] |= action
    return press
