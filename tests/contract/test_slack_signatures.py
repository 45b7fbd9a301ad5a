"""Who posts to us: Slack alone, proven over the very bytes; for anybody else nothing is stored, and nothing told."""

from __future__ import annotations

import dataclasses
import json
import logging
import time
from collections.abc import AsyncIterator, Callable

import pytest
import structlog

from adapters.base import HttpCall
from adapters.heard import Received
from adapters.slack.adapter import SlackAdapter
from adapters.slack.api import Api
from sandbox.slack import SlackSandbox
from sandbox.slack.webhook import signature
from tests.contract.slack_bench import Noted, adapter_for, signed
from tests.unit.adapters.slack.payloads import payload

OLD, NEW, NEITHER = "the-secret-of-yesterday", "the-secret-of-tomorrow", "a-secret-of-ours-never"
SAID = payload("message_im")


@pytest.fixture
async def adapter() -> AsyncIterator[SlackAdapter]:
    async with SlackSandbox() as slack, Api(slack.api_url) as api:
        made = adapter_for(slack, api, secrets=[OLD, NEW], by_socket=False)
        yield made
        await made.settled()


def stamp(away: int = 0) -> str:
    return str(int(time.time()) + away)


def _without(header: str) -> HttpCall:
    call = signed(NEW, SAID, stamp())
    return dataclasses.replace(call, headers={name: said for name, said in call.headers.items() if name != header})


def _tampered() -> HttpCall:
    call = signed(NEW, SAID, stamp())
    return dataclasses.replace(call, body=call.body.replace(b"U0", b"U1", 1))


def _unreadable() -> HttpCall:
    return dataclasses.replace(signed(NEW, SAID, stamp()), body=b"\xff\xfe{")


BAD: dict[str, Callable[[], HttpCall]] = {
    "no signature": lambda: _without("x-slack-signature"),
    "no time stamp": lambda: _without("x-slack-request-timestamp"),
    "a time stamp that is no number": lambda: signed(NEW, SAID, "soon"),
    "a time stamp in other digits": lambda: signed(NEW, SAID, "١٧٩٠٠٠٠٠٠٠"),
    "a signature that is not ASCII": lambda: signed(NEW, SAID, stamp(), **{"x-slack-signature": "v0=ü"}),
    "a signature of nothing": lambda: signed(NEW, SAID, stamp(), **{"x-slack-signature": ""}),
    "other bytes than were signed": _tampered,
    "bytes that are no text": _unreadable,
    "six minutes old": lambda: signed(NEW, SAID, stamp(-360)),
    "six minutes ahead": lambda: signed(NEW, SAID, stamp(360)),
    "a secret that is not in force": lambda: signed(NEITHER, SAID, stamp()),
}


@pytest.mark.parametrize("case", BAD)
async def test_what_slack_did_not_sign_is_refused_and_neither_stored_nor_logged(
    case: str, adapter: SlackAdapter, caplog: pytest.LogCaptureFixture
) -> None:  # SL-07, SL-08
    desk, call = Noted(), BAD[case]()
    with structlog.testing.capture_logs() as ours, caplog.at_level(logging.DEBUG):
        reply = await adapter.receive(call, desk)

    assert reply.status == 401
    assert reply.body == b""
    assert desk.calls == 0
    logged = json.dumps(ours, default=str) + caplog.text
    assert "bad signature" in logged
    sent = [SAID["event"]["text"], SAID["event"]["user"], "v0=", *filter(None, [call.headers.get("x-slack-signature")])]
    assert not [part for part in sent if part in logged]
    assert "Traceback" not in logged


@pytest.mark.parametrize("secret", [OLD, NEW])
async def test_while_a_secret_is_exchanged_both_are_in_force(secret: str, adapter: SlackAdapter) -> None:  # SL-09
    desk = Noted()

    reply = await adapter.receive(signed(secret, SAID, stamp()), desk)

    assert reply.status == 200
    assert isinstance(desk.taken[0], Received)


async def test_header_names_may_be_written_in_any_way(adapter: SlackAdapter) -> None:
    call, desk = signed(NEW, SAID, stamp(-200)), Noted()
    shouting = dataclasses.replace(call, headers={name.upper(): said for name, said in call.headers.items()})

    assert (await adapter.receive(shouting, desk)).status == 200
    assert len(desk.taken) == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"payload=%7B", b'{"a":' * 5_000])
async def test_what_slack_signed_and_nobody_can_read_is_a_bad_request(body: bytes, adapter: SlackAdapter) -> None:
    desk, now = Noted(), stamp()
    headers = {"x-slack-request-timestamp": now, "x-slack-signature": signature(NEW, now, body.decode())}

    assert (await adapter.receive(HttpCall(body, headers), desk)).status in (200, 400)
    assert desk.calls == 0


async def test_a_signed_challenge_is_echoed_and_an_unsigned_one_is_not(adapter: SlackAdapter) -> None:  # SL-06
    asked, desk = payload("url_verification"), Noted()

    good = await adapter.receive(signed(OLD, asked, stamp()), desk)
    bad = await adapter.receive(signed(NEITHER, asked, stamp()), desk)

    assert (good.status, asked["challenge"].encode() in good.body) == (200, True)
    assert (bad.status, bad.body) == (401, b"")
