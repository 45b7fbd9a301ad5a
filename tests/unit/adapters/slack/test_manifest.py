"""The manifest of the Slack app: what the handlers hear and nothing else, in the shape of Slack's schema."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapters.heard import Ignored
from adapters.slack.manifest import manifest, scopes_asked, subscriptions
from adapters.slack.payload import COMMANDS, EVENTS, INTERACTIONS, LEGACY_EVENTS, understand
from gateway.cli import app
from sandbox.slack import App
from sandbox.slack.core import _EVENTS as EVENT_NAMES, _SCOPES as SCOPES_TO_HEAR
from sandbox.slack.methods.table import METHODS
from tests.unit.adapters.slack.payloads import NAMES, US, payload

URL, BACK = "https://holdpoint.example.test/slack/events", "https://holdpoint.example.test/slack/oauth"

# What an app may ask of a workspace is what it needs, and an administrator reads this list.
SCOPES = [
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "im:history",
    "im:write",
    "mpim:history",
    "users:read",
]


SOURCE = Path(__file__).parents[4] / "adapters" / "slack"
HISTORIES = {"conversations.history", "conversations.replies"}


def called() -> set[str]:
    """The methods of the Web API that our source names."""
    constants = [
        node.value
        for path in SOURCE.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
    ]
    return set(METHODS) & set(constants)


def at(made: Any, *path: str | int) -> Any:
    for key in path:
        made = made[key]
    return made


def test_it_subscribes_to_what_the_handlers_hear_and_to_nothing_else() -> None:
    heard = {name.partition(".")[0] for name in subscriptions()}
    assert heard == set(EVENTS) - LEGACY_EVENTS
    assert at(manifest(), "settings", "event_subscriptions", "bot_events") == list(subscriptions())


def test_messages_are_subscribed_to_in_every_kind_of_conversation() -> None:
    kinds = {name for name in subscriptions() if name.startswith("message")}
    assert kinds == {"message.channels", "message.groups", "message.im", "message.mpim"}


def test_it_has_the_stop_button_and_the_agent_view_and_not_the_older_one() -> None:
    features = manifest()["features"]  # SL-13, SL-47
    assert "agent_session_stopped" in set(subscriptions())
    assert "agent_view" in features
    assert "assistant_view" not in features
    assert not LEGACY_EVENTS & set(subscriptions())


def test_it_asks_for_these_scopes_and_no_more() -> None:
    assert list(scopes_asked()) == SCOPES  # SL-46
    assert at(manifest(), "oauth_config", "scopes") == {"bot": SCOPES}


def test_each_scope_is_for_a_method_we_call_or_an_event_we_hear() -> None:
    acted = {scope for method in called() for scope in METHODS[method].scopes}  # SL-46
    heard = {scope for kind, scope in SCOPES_TO_HEAR.items() if EVENT_NAMES[kind] in set(subscriptions())}
    assert "app_mention" in set(subscriptions())
    assert COMMANDS
    assert set(scopes_asked()) - acted - heard - {"app_mentions:read", "commands"} == set()


def test_each_method_we_call_may_be_called_with_the_scopes_we_ask_for() -> None:
    asked = set(scopes_asked())
    assert [method for method in called() if METHODS[method].scopes and not asked & set(METHODS[method].scopes)] == []
    assert HISTORIES & called()
    assert set(SCOPES_TO_HEAR.values()) <= asked


def test_the_local_slack_knows_every_event_and_scope_and_sends_no_event_we_did_not_ask_for() -> None:
    assert App().events == set(subscriptions())  # SL-47
    assert set(scopes_asked()) <= set(App().scopes)


def test_every_subscription_has_a_payload_that_is_understood() -> None:
    seen = set()
    for name in NAMES:
        event, read = payload(name).get("event", {}), understand(payload(name), US)
        if not (isinstance(read, Ignored) and read.kind.startswith("unknown")):
            seen.add(
                EVENT_NAMES.get(event.get("channel_type", ""), "") if "channel_type" in event else event.get("type")
            )
    assert set(subscriptions()) - seen == set()


def test_nothing_is_offered_that_nobody_handles() -> None:
    assert {"shortcut", "message_action"} & set(INTERACTIONS) == set()
    assert "shortcuts" not in manifest()["features"]


def test_interactivity_is_on_for_it_has_handlers_and_each_command_is_there() -> None:
    assert INTERACTIONS
    assert at(manifest(), "settings", "interactivity") == {"is_enabled": True}
    assert {one["command"] for one in at(manifest(), "features", "slash_commands")} == set(COMMANDS)


def test_with_an_address_everything_is_posted_there_and_without_one_there_is_a_socket() -> None:
    posted, socket = manifest(url=URL), manifest()
    places = (
        ("settings", "event_subscriptions", "request_url"),
        ("settings", "interactivity", "request_url"),
        ("features", "slash_commands", 0, "url"),
    )
    assert [at(posted, *place) for place in places] == [URL] * 3
    assert at(posted, "settings", "socket_mode_enabled") is False
    assert at(socket, "settings", "socket_mode_enabled") is True
    assert URL not in json.dumps(socket)
    assert "url" not in at(socket, "features", "slash_commands", 0)


def test_tokens_rotate_only_where_oauth_hands_them_out() -> None:
    assert at(manifest(), "settings", "token_rotation_enabled") is False  # SL-42
    assert "redirect_urls" not in manifest()["oauth_config"]
    made = manifest(redirect_url=BACK)
    assert at(made, "settings", "token_rotation_enabled") is True
    assert at(made, "oauth_config", "redirect_urls") == [BACK]


LIMITS: dict[tuple[str | int, ...], tuple[int, int]] = {
    ("display_information", "name"): (1, 35),
    ("display_information", "description"): (1, 140),
    ("display_information", "long_description"): (175, 4000),
    ("features", "bot_user", "display_name"): (1, 80),
    ("features", "agent_view", "agent_description"): (1, 300),
    ("features", "slash_commands", 0, "command"): (2, 32),
    ("features", "slash_commands", 0, "description"): (1, 2000),
    ("features", "slash_commands", 0, "usage_hint"): (1, 1000),
}


@pytest.mark.parametrize(("path", "limit"), LIMITS.items(), ids=lambda value: str(value[-1]))
def test_texts_keep_to_the_lengths_of_slacks_schema(path: tuple[str | int, ...], limit: tuple[int, int]) -> None:
    assert limit[0] <= len(at(manifest("x" * 35), *path)) <= limit[1]


KEYS = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "features": {"app_home", "bot_user", "agent_view", "slash_commands"},
    "oauth_config": {"scopes", "redirect_urls"},
    "settings": {
        "event_subscriptions",
        "interactivity",
        "org_deploy_enabled",
        "socket_mode_enabled",
        "token_rotation_enabled",
    },
}


@pytest.mark.parametrize("part", KEYS)
def test_it_has_no_key_that_slacks_schema_does_not_know(part: str) -> None:
    made = manifest(url=URL, redirect_url=BACK, org=True)
    assert set(made[part] if part else made) == KEYS[part]


@pytest.mark.parametrize("name", ["", "x" * 36])
def test_a_name_slack_would_refuse_is_refused_here(name: str) -> None:
    with pytest.raises(ValueError, match="35"):
        manifest(name)


@pytest.mark.parametrize("url", ["", "holdpoint.example.test", "ftp://holdpoint.example.test"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        manifest(url=url)


def test_the_command_prints_the_manifest() -> None:
    told = CliRunner().invoke(app, ["slack", "manifest", "--url", URL, "--redirect-url", BACK, "--org"])
    assert told.exit_code == 0
    assert json.loads(told.stdout) == manifest(url=URL, redirect_url=BACK, org=True)
    refused = CliRunner().invoke(app, ["slack", "manifest", "--url", "nowhere"])
    assert refused.exit_code == 2
