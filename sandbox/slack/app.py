"""The app as it is configured at Slack: its ids, its secrets, what it asks for and what it subscribed to."""

from __future__ import annotations

from dataclasses import dataclass

BOT_SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "im:history",
    "im:read",
    "im:write",
    "mpim:history",
    "reactions:write",
    "users:read",
    "users:read.email",
)
EVENTS = frozenset(
    {
        "agent_session_stopped",
        "app_context_changed",
        "app_home_opened",
        "app_mention",
        "app_uninstalled",
        "message.channels",
        "message.groups",
        "message.im",
        "message.mpim",
        "tokens_revoked",
    }
)


@dataclass(frozen=True)
class App:
    """One app. `scopes` are what an installation grants; `events` what is delivered (`message` by kind of channel)."""

    id: str = "A0HOLDPOINT"
    name: str = "holdpoint"
    client_id: str = "2141029472.691202649728"
    client_secret: str = "sandbox-client-secret"
    signing_secret: str = "sandbox-signing-secret"
    verification_token: str = "sandbox-verification-token"
    app_token: str = "xapp-1-A0HOLDPOINT-sandbox"
    scopes: tuple[str, ...] = BOT_SCOPES
    events: frozenset[str] = EVENTS
    token_rotation: bool = False
