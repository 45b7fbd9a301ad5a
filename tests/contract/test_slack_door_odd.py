"""The HTTP door, signed by Slack and odd all the same: whatever is posted is answered, and it is never our fault."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import httpx
import pytest
import structlog

from adapters.base import HttpCall
from adapters.slack.api import Api
from sandbox.slack import SlackSandbox
from sandbox.slack.webhook import signature
from tests.contract.slack_bench import Bench, Noted, adapter_for, by_http
from tests.unit.adapters.slack.gone_wrong import ODD, gone_wrong, nested
from tests.unit.adapters.slack.payloads import payload

MANY = 1_500
DEPTHS = (*range(100, 900, 100), *range(900, 1010, 5), 100_000)


@pytest.fixture
async def here() -> AsyncIterator[Bench]:
    async with SlackSandbox(retry_delays=()) as slack, Api(slack.api_url) as api:
        made = Bench(slack, adapter_for(slack, api, by_socket=False), Noted())
        yield made
        await made.adapter.settled()


def headers(here: Bench, body: bytes) -> dict[str, str]:
    stamp = str(int(time.time()))
    signed = signature(here.slack.app.signing_secret, stamp, body.decode())
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": signed, "content-type": "application/json"}


async def posted(here: Bench, body: bytes) -> int:
    return (await here.adapter.receive(HttpCall(body, headers(here, body)), here.desk)).status


async def test_payloads_gone_wrong_are_all_taken_and_slack_is_not_asked_for_them_again(here: Bench) -> None:
    seen = Counter[int]()  # SL-03
    for number, (_, data) in enumerate(gone_wrong(MANY, seed=7)):
        body = json.dumps(data).encode()
        seen[await posted(here, urlencode({"payload": body}).encode() if number % 2 else body)] += 1
    assert seen == {200: MANY}
    assert len(here.desk.taken) > MANY / 10, "many of them still say something"


async def test_odd_bodies_are_taken_or_refused_over_http_as_well(here: Bench) -> None:
    bodies = {name: body for name, (body, _) in ODD.items() if body.isascii()} | {
        f"{depth} deep": nested(depth) for depth in DEPTHS
    }
    async with by_http(here) as url, httpx.AsyncClient() as client:
        statuses = {
            name: (await client.post(url, content=body, headers=headers(here, body))).status_code
            for name, body in bodies.items()
        }
        still = await client.post(
            url, content=(body := json.dumps(payload("message_im")).encode()), headers=headers(here, body)
        )
    assert {name: status for name, status in statuses.items() if status not in (200, 400)} == {}
    assert (statuses["100 deep"], statuses["100000 deep"], statuses["half of an object"]) == (200, 400, 400)
    assert still.status_code == 200, "and the door is as it was"


@pytest.mark.parametrize("body", [b"{", b'{"type": "event_callback", "team_id": "not an id"}'])
async def test_what_cannot_be_read_is_named_in_our_log(here: Bench, body: bytes) -> None:  # SL-03
    with structlog.testing.capture_logs() as logged:
        await posted(here, body)
    (line,) = [one for one in logged if one["event"] == "payload dropped"]
    assert line["log_level"] == "error"
    assert line["why"] in ("the body is not JSON", "team_id is not an id"), "and nothing of what it says"


async def test_our_address_is_verified_before_we_know_any_workspace(here: Bench) -> None:
    body = json.dumps(payload("url_verification")).encode()  # SL-06
    reply = await here.adapter.receive(HttpCall(body, headers(here, body)), here.desk)
    assert reply.status == 200
    assert json.loads(reply.body) == {"challenge": payload("url_verification")["challenge"]}
    assert here.slack.calls == []
