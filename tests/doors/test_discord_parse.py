"""`holdpoint parse discord`: what it prints, how it fails, that it touches nothing and tells no token. DC-01, DC-08"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from typer.testing import CliRunner

from gateway.cli import app
from tests.doors.test_slack_cli import WATCHED
from tests.unit.adapters.discord.payloads import APP, BOT, FIXTURES, GUILD, NAMES, OPS, THREAD, TOKEN
from tests.unit.adapters.discord.readings import DONE, IGNORED, SAID

IN_THREAD = ("--parent", OPS)


def parse(body: bytes | str, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and what was printed: always one JSON object, in ASCII, without the interaction's token."""
    told = CliRunner().invoke(app, ["parse", "discord", *options], input=body)
    assert told.stdout.isascii()
    assert "Traceback" not in told.output
    assert TOKEN not in told.output
    return told.exit_code, json.loads(told.stdout)


def fixture(name: str) -> str:
    return (FIXTURES / f"{name}.json").read_text()


def options_for(name: str) -> tuple[str, ...]:
    """What these payloads leave open: who we are, and where a thread, or a message read back, is."""
    thread = IN_THREAD if "thread" in name else ()
    server = ("--guild", GUILD) if name in ("rest_mention", "rest_thread") else ()
    room = ("--room-kind", "channel") if name == "rest_mention" else ()
    return ("--application", APP, "--bot-user", BOT, *thread, *server, *room)


@pytest.mark.parametrize("name", NAMES)
def test_whatever_discord_sends_is_named_as_it_is_read_and_explained(name: str) -> None:
    code, told = parse(fixture(name), *options_for(name))
    expected = (SAID | DONE).get(name)
    assert (code, told["read_as"]) == (0, type(expected).__name__ if expected else "Ignored")
    if expected:
        assert told["meaning"] == expected.model_dump(mode="json", exclude_defaults=True)
    else:
        assert told["meaning"]["kind"] == IGNORED[name]
    assert told["why"]
    assert (told["then"].startswith("nothing")) == (name in IGNORED)


THEN = {
    "message_dm": "store it as a message",
    "message_thread": "store it as a message, if we take part in this thread",
    "message_thread_without_intent": "nothing, but in a thread of ours a line on how to be heard",
    "message_updated": "change what they said, if the agent has not heard it yet",
    "press_deny": "open the form, if its ticket was shown there",
    "slash_status": "tell them, unseen by others, what waits",
    "slash_stop": "stop this conversation's agent, if there is one",
}


@pytest.mark.parametrize(("name", "then"), THEN.items(), ids=THEN)
def test_what_would_be_done_is_said(name: str, then: str) -> None:
    assert parse(fixture(name), *options_for(name))[1]["then"] == then


def test_who_we_are_is_as_it_says_itself_or_as_we_are_told() -> None:
    assert parse(fixture("message_mention"))[1]["us"] == {"application": "", "user": BOT}
    assert parse(fixture("message_reply_to_us"))[1]["us"] == {"application": "", "user": BOT}
    assert parse(fixture("press_other_app"))[1]["read_as"] == "Pressed"
    assert parse(fixture("press_other_app"), "--application", APP)[1]["meaning"]["kind"] == "other-app"
    assert parse(fixture("message_mention"), "--bot-user", "7")[1]["meaning"]["kind"] == "unaddressed"


def test_what_a_message_does_not_say_must_be_told() -> None:
    code, told = parse(fixture("message_thread"))
    assert (code, told["read_as"]) == (1, "Unreadable")
    assert "--parent" in told["why"]
    code, told = parse(fixture("rest_thread"), *IN_THREAD)
    assert "--guild" in told["why"]
    _, told = parse(fixture("rest_thread"), *IN_THREAD, "--guild", GUILD)
    assert told["room"] == {"id": THREAD, "kind": "thread", "guild": GUILD, "parent": OPS}


def test_a_message_read_back_is_a_direct_one_unless_we_are_told() -> None:
    assert parse(fixture("rest_mention"))[1]["room"]["kind"] == "direct"
    assert parse(fixture("rest_mention"), "--guild", GUILD)[1]["meaning"]["conversation"]


@pytest.mark.parametrize("option", ["--application", "--bot-user", "--guild", "--parent", "--room-kind"])
def test_an_option_that_cannot_be_is_a_mistake_of_ours(option: str) -> None:
    told = CliRunner().invoke(app, ["parse", "discord", option, "x/../y"], input=fixture("message_dm"))
    assert told.exit_code == 2


ODD = {
    "nothing": b" \n",
    "no object": b"[]",
    "no json": b"payload=1",
    "of something else": b'{"hello": 1}',
    "bytes": b"\xff\x00",
    "half of json": b"{",
    "too deep": b'{"a":' * 100_000,
    "a number of too many digits": b'{"t":"MESSAGE_CREATE","d":' + b"9" * 5000 + b"}",
    "a frame about nothing": b'{"t":"MESSAGE_CREATE","d":null}',
    "no id": b'{"t":"MESSAGE_CREATE","d":{"id":"1","channel_id":"x","author":{"id":"1"},"content":"a"}}',
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_what_cannot_be_read_is_said_to_be_with_exit_code_1(body: bytes) -> None:
    code, told = parse(body)
    assert (code, told["read_as"]) == (1, "Unreadable")
    assert told["why"]


def test_a_frame_that_says_nothing_is_explained() -> None:
    code, told = parse('{"t": null, "s": null, "op": 10, "d": {"heartbeat_interval": 41250}}')
    assert (code, told["meaning"]) == (0, {"kind": "unknown-event"})


def test_it_touches_neither_the_network_nor_a_file() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, "parse", "discord"],
        input=fixture("message_files").encode(),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, b"touched" in done.stderr) == (0, False), done.stderr
    assert json.loads(done.stdout)["read_as"] == "Received"


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda text: json.dumps({"author": text}).encode()))
def test_whatever_comes_it_is_explained_or_said_to_be_unreadable(body: bytes) -> None:
    code, told = parse(body)
    assert (code == 1) == (told["read_as"] == "Unreadable")
