"""What Slack sends to an app: events in their envelope, interactions, slash commands.

After https://docs.slack.dev/reference/interaction-payloads, https://docs.slack.dev/apis/events-api and the samples of
Slack's own SDKs. Unsure: that the payload of a click on an ephemeral message has no `message` is remembered, not read.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.slack.app import App
from sandbox.slack.shapes import Json
from sandbox.slack.world import Channel, Installation, Team, User


@dataclass(frozen=True)
class Here:
    """Where something happens: the app, its installation, and the workspace of whoever does it."""

    app: App
    installation: Installation
    team: Team


def event_callback(here: Here, event: Json, *, event_id: str, shared: bool = False) -> Json:
    """The outer event. An installation of the whole organisation has no `team_id` in its authorization."""
    app, installation, enterprise = here.app, here.installation, here.team.enterprise or None
    seconds = int(float(str(event.get("event_ts", "0"))))
    context = {"et": event["type"], "tid": installation.team_id, "aid": app.id}
    return {
        "token": app.verification_token,
        "team_id": installation.team_id,
        "context_team_id": installation.team_id,
        "context_enterprise_id": enterprise,
        **({"enterprise_id": enterprise} if enterprise else {}),
        "api_app_id": app.id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": seconds,
        "authorizations": [
            {
                "enterprise_id": enterprise,
                "team_id": None if installation.org_wide else installation.team_id,
                "user_id": installation.bot_user,
                "is_bot": True,
                "is_enterprise_install": installation.org_wide,
            }
        ],
        "is_ext_shared_channel": shared,
        "event_context": "4-" + base64.urlsafe_b64encode(json.dumps(context).encode()).decode().rstrip("="),
    }


def app_rate_limited(app: App, team_id: str, minute: int) -> Json:
    """The notice that more than 30,000 events came in an hour: https://docs.slack.dev/reference/events/app_rate_limited."""
    return {
        "token": app.verification_token,
        "type": "app_rate_limited",
        "team_id": team_id,
        "minute_rate_limited": minute,
        "api_app_id": app.id,
    }


def _interaction(kind: str, here: Here, user: User) -> Json:
    team, enterprise = {"id": here.team.id, "domain": here.team.domain}, here.team.enterprise
    if enterprise:
        team |= {"enterprise_id": enterprise, "enterprise_name": enterprise.capitalize()}
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "api_app_id": here.app.id,
        "token": here.app.verification_token,
        "team": team,
        "enterprise": {"id": enterprise, "name": enterprise.capitalize()} if enterprise else None,
        "is_enterprise_install": here.installation.org_wide,
    }


def message_action(
    here: Here, user: User, channel: Channel, message: Json, actions: Sequence[Json], **more: object
) -> Json:
    """block_actions from a message. `more`: trigger_id, response_url, state, is_ephemeral."""
    ephemeral = bool(more.pop("is_ephemeral", False))
    container: Json = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if thread := message.get("thread_ts"):
        container["thread_ts"] = thread
    payload = _interaction("block_actions", here, user)
    payload |= {"container": container, "channel": {"id": channel.id, "name": channel.payload_name}}
    if not ephemeral:
        payload["message"] = message
    return payload | {"actions": list(actions)} | more


def view_action(here: Here, user: User, view: Json, actions: Sequence[Json], trigger_id: str) -> Json:
    """block_actions from a modal or the Home tab: no message, no channel, no response_url."""
    payload = _interaction("block_actions", here, user)
    container = {"type": "view", "view_id": view["id"]}
    return payload | {"container": container, "trigger_id": trigger_id, "view": view, "actions": list(actions)}


def view_submission(here: Here, user: User, view: Json, trigger_id: str) -> Json:
    """A modal was submitted; what was entered is in `view.state.values`."""
    payload = _interaction("view_submission", here, user)
    return payload | {"trigger_id": trigger_id, "view": view, "response_urls": []}


def view_closed(here: Here, user: User, view: Json, *, is_cleared: bool) -> Json:
    """A modal was closed that had asked for this with `notify_on_close`."""
    return _interaction("view_closed", here, user) | {"view": view, "is_cleared": is_cleared}


def slash_command(
    here: Here, user: User, channel: Channel, command: str, text: str, *, trigger_id: str, response_url: str
) -> Json:
    """A slash command; over HTTP these are form fields."""
    enterprise = here.team.enterprise
    return {
        "token": here.app.verification_token,
        "team_id": here.team.id,
        "team_domain": here.team.domain,
        **({"enterprise_id": enterprise, "enterprise_name": enterprise.capitalize()} if enterprise else {}),
        "channel_id": channel.id,
        "channel_name": channel.payload_name,
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": here.app.id,
        "is_enterprise_install": str(here.installation.org_wide).lower(),
        "response_url": response_url,
        "trigger_id": trigger_id,
    }
