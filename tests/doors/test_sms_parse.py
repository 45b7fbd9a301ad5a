"""`holdpoint parse sms`: what it prints, how it fails, that it touches nothing. SM-09, SM-33"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from typer.testing import CliRunner

from gateway.cli import app
from tests.doors.test_slack_cli import WATCHED

FIXTURES = Path(__file__).parents[1] / "fixtures" / "sms"
QUERY = ("--query", "effect=e1&thread=t1&cause=c1")


def parse(body: bytes | str, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and what was printed: always one JSON object, in ASCII."""
    told = CliRunner().invoke(app, ["parse", "sms", *options], input=body)
    assert told.stdout.isascii()
    assert "Traceback" not in told.output
    return told.exit_code, json.loads(told.stdout)


def given_form(name: str) -> str:
    return (FIXTURES / f"{name}.txt").read_text()


THEN = {
    "message": "store it as a message",
    "answer": "store it as a message",
    "stop": "note that they opted out",
    "stop_told": "note that they opted out",
    "start": "note that they want to hear from us",
    "help": "note when they last wrote",
    "yes": "if they opted out",
    "stop_please": "store it as a message",
    "picture": "store it as a message",
    "group": "nothing",
    "short_code": "nothing",
    "sent": "nothing",
    "delivered": "store how it ended",
    "undelivered": "store how it ended",
    "whatsapp": "store it as a message",
    "whatsapp_button": "decide the request",
    "whatsapp_place": "store it as a message",
    "whatsapp_sticker": "store it as a message",
    "whatsapp_read": "nothing",
}


@pytest.mark.parametrize(("name", "then"), THEN.items(), ids=THEN)
def test_whatever_twilio_posts_is_named_and_explained(name: str, then: str) -> None:
    code, told = parse(given_form(name), *QUERY)
    assert code == 0
    assert told["then"].startswith(then)
    assert told["why"]
    assert list(told) == ["read_as", "why", "meaning", "then", "us"]


def test_a_code_in_another_script_is_shown_as_it_is_understood() -> None:
    _, told = parse(given_form("answer"))
    assert told["meaning"]["received"]["code"] == "482193"
    assert told["meaning"]["received"]["message"]["author"]["assurance"] == "restricted"


def test_who_we_are_is_as_the_form_says_or_as_we_are_told() -> None:
    _, told = parse(given_form("message"))
    assert (told["us"]["channel"], told["us"]["sender"]) == ("sms", "+447700900100")
    _, told = parse(given_form("message"), "--sender", "07700 900001", "--region", "GB")
    assert (told["us"]["sender"], told["meaning"]["kind"]) == ("+447700900001", "own")
    _, told = parse(given_form("message"), "--channel", "whatsapp")
    assert (told["read_as"], told["meaning"]["kind"]) == ("Ignored", "another-channel")
    _, told = parse(given_form("delivered"))
    assert told["us"]["sender"] == "+447700900100"


def test_json_is_read_as_well() -> None:
    form = {"MessageSid": "SM1", "From": "+447700900001", "To": "+447700900100", "Body": "caf\u00e9 \u202e"}
    code, told = parse(json.dumps(form))
    assert (code, told["meaning"]["received"]["message"]["text"]) == (0, form["Body"])


ODD = {
    "nothing": b" \n",
    "a form of something else": b"a=1",
    "latin": b"Body=caf%E9",
    "bytes": b"\xff\x00",
    "half of json": b"{",
    "too deep": b'{"a":' * 100_000,
    "too many fields": b"&".join(b"A%d=1" % n for n in range(5000)),
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_what_cannot_be_read_is_said_to_be_with_exit_code_1(body: bytes) -> None:
    code, told = parse(body)
    assert (code, told["read_as"]) == (1, "Unreadable")
    assert told["why"]


def test_a_sender_that_is_none_is_a_mistake_of_ours() -> None:
    told = CliRunner().invoke(app, ["parse", "sms", "--sender", "HOLDPOINT"], input=given_form("message"))
    assert told.exit_code == 2


def test_it_touches_neither_the_network_nor_a_file() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, "parse", "sms"], input=given_form("picture").encode(), capture_output=True
    )
    assert (done.returncode, b"touched" in done.stderr) == (0, False), done.stderr
    assert json.loads(done.stdout)["read_as"] == "Said"


@settings(max_examples=20, deadline=None)
@given(
    st.binary(max_size=300) | st.text(max_size=100).map(lambda text: f"MessageSid=SM1&From={text}&Body={text}".encode())
)
def test_whatever_comes_it_is_explained_or_said_to_be_unreadable(body: bytes) -> None:
    code, told = parse(body)
    assert (code == 1) == (told["read_as"] == "Unreadable")
