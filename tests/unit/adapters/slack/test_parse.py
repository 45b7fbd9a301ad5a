"""Reading Slack's bodies: every shape ends as a meaning or as Unreadable, and the command says how and why."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, strategies as st
from typer.testing import CliRunner

from adapters.errors import Unreadable
from adapters.slack.message import SPOKEN
from adapters.slack.payload import understand
from adapters.slack.why import why
from adapters.slack.wire import unwrap, whose, wrapped
from gateway.cli import app
from tests.unit.adapters.slack.gone_wrong import ODD, gone_wrong, nested
from tests.unit.adapters.slack.payloads import NAMES, ORG, US, payload

# --- unwrapping


def test_json_a_form_a_command_and_an_envelope_are_unwrapped() -> None:
    event, press, slash = payload("message_im"), payload("press_approve"), payload("slash_ask")
    assert unwrap(json.dumps(event).encode()) == event
    assert unwrap(urlencode({"payload": json.dumps(press)}).encode()) == press
    assert unwrap(urlencode(slash).encode()) == slash
    envelope = {"envelope_id": "e-1", "type": "events_api", "payload": event, "accepts_response_payload": False}
    assert unwrap(json.dumps(envelope).encode()) == event


def test_a_command_that_speaks_of_a_payload_is_still_a_command() -> None:
    assert unwrap(urlencode(payload("slash_ask")).encode())["command"] == "/holdpoint"


@pytest.mark.parametrize(("body", "readable"), ODD.values(), ids=ODD)
def test_an_odd_body_is_read_or_unreadable_and_nothing_else(body: bytes, readable: bool) -> None:
    if readable:
        assert settle(dict(unwrap(body))) != "Unreadable"
    else:
        with pytest.raises(Unreadable):
            unwrap(body)


@pytest.mark.parametrize("depth", [100, 900, 970, 990, 1000, 100_000])
def test_however_deep_a_payload_is_it_is_read_or_unreadable(depth: int) -> None:
    with contextlib.suppress(Unreadable):
        found = unwrap(nested(depth))
        assert settle(dict(found)) == "Received"
        assert unwrap(wrapped(found)) == found


def test_what_cannot_be_written_down_again_is_unreadable() -> None:
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(Unreadable, match="written down"):
        wrapped({"event": deep})


# --- whatever is posted

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
keys = st.sampled_from(
    ["type", "event", "user", "channel", "ts", "team", "id", "actions", "view", "state", "values", "authorizations"]
)
shapes = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)
kinds = st.sampled_from(["event_callback", "block_actions", "view_submission", "view_closed", "", "url_verification"])


def settle(given: dict[str, Any]) -> str:
    """The name of what a payload is read as; anything but Unreadable gets out and fails the test."""
    try:
        meaning = understand(given, US)
        assert why(meaning)
        assert meaning.model_dump_json()
        assert whose(given)
        assert wrapped(given)
    except Unreadable:
        return "Unreadable"
    return type(meaning).__name__


@given(kinds, st.sampled_from(["message", "app_mention", "app_home_opened", "agent_session_stopped"]), shapes)
def test_whatever_has_the_right_name_and_the_wrong_shape_breaks_nothing(kind: str, event: str, shape: Any) -> None:
    inner = {**shape, "type": event} if isinstance(shape, dict) else shape
    given = {**shape, "type": kind} if isinstance(shape, dict) else {"type": kind, "actions": shape, "view": shape}
    assert settle(given | {"event": inner})


@given(st.binary(max_size=200))
def test_whatever_bytes_are_posted_are_read_or_unreadable(body: bytes) -> None:
    with contextlib.suppress(Unreadable):
        assert settle(dict(unwrap(body)))


def test_ten_thousand_payloads_gone_wrong_are_read_or_unreadable() -> None:
    seen = Counter(settle(data) for _, data in gone_wrong(10_000, seed=20261121))
    assert {"Received", "Pressed", "Filled", "Opens", "Slash", "Ignored", "Unreadable"} <= set(seen)
    assert sum(seen.values()) == 10_000


def test_an_unknown_subtype_is_never_a_person_speaking() -> None:
    given = payload("message_im")
    for subtype in ("bot_add", "tombstone", "something_new"):
        given["event"]["subtype"] = subtype
        assert subtype not in SPOKEN
        assert settle(given) == "Ignored"


# --- the command


def parse(body: str, *options: str) -> tuple[int, dict[str, Any]]:
    told = CliRunner().invoke(app, ["parse", "slack", *options], input=body)
    return told.exit_code, json.loads(told.stdout)


@pytest.mark.parametrize("name", NAMES)
def test_the_command_says_how_each_payload_is_read_and_why(name: str) -> None:
    us = ORG if name.startswith(("org", "press_org", "slash_org")) else US
    options = ["--app-id", us.app_id, "--team", us.team, "--bot-user", us.bot_user, "--bot-id", us.bot_id]
    code, told = parse(json.dumps(payload(name)), *options)
    meaning = understand(payload(name), us)
    assert code == 0
    assert told["read_as"] == type(meaning).__name__
    assert told["why"] == why(meaning)
    assert told["meaning"] == meaning.model_dump(mode="json", exclude_defaults=True)


def test_who_we_are_is_taken_from_the_payload_when_it_is_not_said() -> None:
    _, told = parse(json.dumps(payload("message_im")))
    assert (told["us"]["team"], told["us"]["bot_user"], told["read_as"]) == ("T0ACME", "U0HOLDPOINT", "Received")
    _, told = parse(json.dumps(payload("org_message")))
    assert (told["us"]["team"], told["read_as"]) == ("E0ACME", "Received")


def test_what_cannot_be_read_is_said_and_fails() -> None:
    assert parse('{"type": "event_callback", "event": {"type": "message"}}') == (
        1,
        {"read_as": "Unreadable", "why": "the workspace is missing"},
    )
