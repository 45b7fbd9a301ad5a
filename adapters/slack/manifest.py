"""Manifest: how Slack is told what the app listens to and may do, built from the tables its handlers use.

Shapes and limits are those of Slack's manifest schema, version 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.slack.payload import COMMANDS, EVENTS, LEGACY_EVENTS

MAX_NAME = 35

# Slack has people subscribe to messages by the kind of conversation; all of them arrive as `message`.
_FINER: Mapping[str, tuple[str, ...]] = {
    "message": ("message.channels", "message.groups", "message.im", "message.mpim"),
}
_TO_HEAR: Mapping[str, str] = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
}
# What each scope is for; without it that one thing is missing, and no more.
_TO_ACT: Mapping[str, str] = {
    "chat:write": "post, stream and redraw messages",
    "im:write": "begin a direct message",
    "users:read": "learn which app our own bot is, and whose person somebody is",
    "files:read": "fetch what people attach",
    "files:write": "attach what is too long for a message",
    "assistant:write": "show what the agent is doing",
    "commands": "be called by the slash command",
}
_DESCRIPTION = "Work waits until the right person signs it off."
_LONG_DESCRIPTION = (
    "Holdpoint runs agents that stop before they do anything that matters. What they want to do is shown to the people "
    "who may decide it, with the exact arguments, and it runs only when one of them approves. Ask by direct message, "
    "by mentioning the app in a channel, or with the slash command."
)
_HINT = "ask [what you need] | status | stop | help"


def manifest(
    name: str = "Holdpoint", *, url: str | None = None, redirect_url: str | None = None, org: bool = False
) -> dict[str, Any]:
    """The manifest. `url` is where Slack posts to us; without one the app uses Socket Mode.

    With a `redirect_url` it is installed by OAuth, and only then can its tokens rotate. `org`: for a whole org at once.
    Raises ValueError.
    """
    if not 0 < len(name) <= MAX_NAME:
        raise ValueError(f"the name is 1 to {MAX_NAME} characters")
    for given in (url, redirect_url):
        if given is not None and not given.startswith(("https://", "http://")):
            raise ValueError(f"not an address: {given}")
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": name,
            "description": _DESCRIPTION,
            "long_description": _LONG_DESCRIPTION,
        },
        "features": _features(name, url),
        "oauth_config": _oauth(redirect_url),
        "settings": _settings(url, org=org, rotate=redirect_url is not None),
    }


def _features(name: str, url: str | None) -> dict[str, Any]:
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": name, "always_online": True},
        "agent_view": {"agent_description": _DESCRIPTION},
        "slash_commands": [_slash(command, url) for command in COMMANDS],
    }


def _slash(command: str, url: str | None) -> dict[str, Any]:
    described = {"command": command, "description": _DESCRIPTION, "usage_hint": _HINT, "should_escape": True}
    return described | _at(url, "url")


def _oauth(redirect_url: str | None) -> dict[str, Any]:
    scopes: dict[str, Any] = {"scopes": {"bot": list(scopes_asked())}}
    return scopes | ({"redirect_urls": [redirect_url]} if redirect_url else {})


def _settings(url: str | None, *, org: bool, rotate: bool) -> dict[str, Any]:
    return {
        "event_subscriptions": {"bot_events": list(subscriptions())} | _at(url, "request_url"),
        "interactivity": {"is_enabled": True} | _at(url, "request_url"),
        "org_deploy_enabled": org,
        "socket_mode_enabled": url is None,
        "token_rotation_enabled": rotate,
    }


def _at(url: str | None, key: str) -> dict[str, Any]:
    return {key: url} if url else {}


def subscriptions() -> Iterator[str]:
    """What we subscribe to: every event with a handler that a new app can still have."""
    for event in EVENTS:
        if event not in LEGACY_EVENTS:
            yield from _FINER.get(event, (event,))


def scopes_asked() -> tuple[str, ...]:
    """The scopes of the bot's token, and nothing more."""
    return tuple(sorted({_TO_HEAR[name] for name in subscriptions() if name in _TO_HEAR} | set(_TO_ACT)))
