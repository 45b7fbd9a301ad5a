"""`holdpoint parse slack` and `holdpoint slack manifest`: what they print, how they fail, that they touch nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from typer.testing import CliRunner

from gateway.cli import app
from tests.unit.adapters.slack.gone_wrong import ODD, nested
from tests.unit.adapters.slack.payloads import payload

# Ends the process at the first touch of the network or of a file to be written.
WATCHED = """
import sys
def watch(event, given):
    writes = event == "open" and isinstance(given[1], str) and set(given[1]) & set("wax+")
    if writes or event.startswith(("socket.", "subprocess.", "os.mkdir", "os.rename", "os.remove", "os.system")):
        if event not in ("socket.gethostname",):
            print("touched", event, given, file=sys.stderr, flush=True)
            sys.modules["os"]._exit(99)
from gateway.__main__ import main
sys.addaudithook(watch)
main()
"""


def parse(body: bytes | str, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and what was printed: always one JSON object, in ASCII."""
    told = CliRunner().invoke(app, ["parse", "slack", *options], input=body)
    assert told.stdout.isascii()
    assert "Traceback" not in told.output
    return told.exit_code, json.loads(told.stdout)


def enveloped(kind: str, given: Mapping[str, Any]) -> str:
    return json.dumps({"envelope_id": "e-1", "type": kind, "accepts_response_payload": True, "payload": given})


READ_AS = {
    "an event": (json.dumps(payload("message_im")), "Received", "said to us"),
    "an event by socket": (enveloped("events_api", payload("app_mention")), "Received", "by mentioning us"),
    "an action": (urlencode({"payload": json.dumps(payload("press_approve"))}), "Pressed", "decides a request"),
    "an action by socket": (enveloped("interactive", payload("press_deny")), "Opens", "within 3 seconds"),
    "a form sent off": (json.dumps(payload("modal_edit")), "Changed", "changed arguments"),
    "a form closed": (json.dumps(payload("modal_closed")), "Ignored", "without sending it off"),
    "a command": (urlencode(payload("slash_ask")), "Slash", "our slash command"),
    "a command by socket": (enveloped("slash_commands", payload("slash_stop")), "Slash", "our slash command"),
    "an address to verify": (json.dumps(payload("url_verification")), "Challenge", "is sent back"),
    "events held back": (json.dumps(payload("app_rate_limited")), "RateLimited", "has to be fetched"),
    "a removal": (json.dumps(payload("app_uninstalled")), "Uninstalled", "dead"),
}


@pytest.mark.parametrize(("body", "read_as", "why"), READ_AS.values(), ids=READ_AS)
def test_whatever_slack_sends_is_named_and_explained(body: str, read_as: str, why: str) -> None:
    code, told = parse(body)
    assert (code, told["read_as"]) == (0, read_as)
    assert why in told["why"]
    assert set(told) == {"read_as", "why", "meaning", "whose", "us"}


@pytest.mark.parametrize(("body", "readable"), ODD.values(), ids=ODD)
def test_an_odd_body_is_read_or_said_to_be_unreadable_with_exit_code_1(body: bytes, readable: bool) -> None:
    code, told = parse(body)
    assert code == (0 if readable and body.strip() else 1)
    assert (told["read_as"] == "Unreadable") == (code == 1)
    assert told["why"]


def test_too_deep_and_nothing_at_all_are_said_in_words() -> None:
    assert parse(nested(100_000)) == (1, {"read_as": "Unreadable", "why": "the body is not JSON"})
    assert parse(b" \n") == (1, {"read_as": "Unreadable", "why": "nothing came on standard input"})


def test_words_cannot_play_with_the_terminal_they_are_printed_on() -> None:
    given = payload("message_im")
    given["event"]["text"] = "\x1b]0;title\x07 \x9b31m \u202edeny \u2066 ok"
    _, told = parse(json.dumps(given, ensure_ascii=False))
    assert told["meaning"]["message"]["text"] == given["event"]["text"]


def test_an_option_nobody_knows_is_refused_with_exit_code_2() -> None:
    assert CliRunner().invoke(app, ["parse", "slack", "--nonsense"], input="{}").exit_code == 2
    assert CliRunner().invoke(app, ["parse", "carrier-pigeon"], input="{}").exit_code == 2


@pytest.mark.parametrize("words", [("parse", "slack"), ("slack", "manifest")])
def test_nothing_is_touched_and_no_settings_are_needed(words: tuple[str, ...], tmp_path: Path) -> None:
    """In a process of its own, whose first connection or written file would end it; with settings that are wrong."""
    environment = {"HOLDPOINT_STORE__URL": "redis://127.0.0.1:1", "HOLDPOINT_PORT": "nonsense"}
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCHED, *words],
        input=json.dumps(payload("press_approve")).encode(),
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)
    assert list(tmp_path.iterdir()) == []
