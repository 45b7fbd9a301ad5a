"""Payload: everything Slack posts to us, read without side effects. Whatever the payload, only Unreadable comes out.

The tables `EVENTS`, `INTERACTIONS` and `COMMANDS` are all we listen to; the manifest is built from them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from adapters.errors import Unreadable
from adapters.heard import Ignored, Ordered
from adapters.slack import message, press
from adapters.slack.meaning import (
    Challenge,
    HomeOpened,
    Meaning,
    Place,
    RateLimited,
    Slash,
    StreamsStopped,
    TalkOpened,
    Uninstalled,
    Us,
    Verb,
)
from adapters.slack.wire import CHANNEL, author, event_key, ident, seal_of, stamp, team_of, whose
from adapters.slack.words import plain
from adapters.wire import Json, at, child, required, words

COMMAND = "/holdpoint"
_VERBS: Mapping[str, Verb] = {"ask": "ask", "status": "status", "stop": "stop", "help": "help", "": "help"}
_MAX_CHALLENGE = 1000

__all__ = ["COMMAND", "COMMANDS", "EVENTS", "INTERACTIONS", "LEGACY_EVENTS", "challenge", "understand", "whose"]

Reader = Callable[[Json, Us], Meaning]


def understand(payload: Json, us: Us) -> Meaning:
    """What a payload means to us: an event's, an interaction's or a command's. Pure. Raises Unreadable."""
    try:
        return _read(payload, us)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the payload breaks the reader: {type(error).__name__}") from error


def challenge(payload: Json) -> Challenge | None:
    """What is asked of us before we are anybody. Raises Unreadable."""
    if words(payload, "type") != "url_verification":
        return None
    return Challenge(text=required(words(payload, "challenge"), "the challenge")[:_MAX_CHALLENGE])


def _read(payload: Json, us: Us) -> Meaning:
    kind = words(payload, "type")
    if asked := challenge(payload):
        return asked
    if words(payload, "ssl_check"):
        return Ignored(kind="ssl-check")
    if ident(payload, "api_app_id") not in ("", us.app_id):
        return Ignored(kind="other-app", detail=ident(payload, "api_app_id"))
    if kind == "app_rate_limited":
        return _rate_limited(payload)
    if kind == "event_callback":
        return _event(payload, us)
    reader = INTERACTIONS.get(kind) or (COMMANDS.get(words(payload, "command")) if not kind else None)
    return reader(payload, us) if reader else Ignored(kind="unknown", detail=(kind or words(payload, "command"))[:80])


def _event(payload: Json, us: Us) -> Meaning:
    kind = words(payload, "event", "type")
    reader = EVENTS.get(kind)
    if reader is None:
        return Ignored(kind="unknown-event", detail=kind[:80])
    team = team_of(payload, us)
    return reader(payload, us) if team == us.team else Ignored(kind="elsewhere", detail=team)


def _rate_limited(payload: Json) -> RateLimited:
    minute = payload.get("minute_rate_limited")
    return RateLimited(
        team=required(ident(payload, "team_id"), "the workspace"),
        minute=minute if isinstance(minute, int) and not isinstance(minute, bool) else 0,
    )


# --- events


def _home_opened(payload: Json, us: Us) -> Meaning:
    event = child(payload, "event")
    user = required(ident(event, "user"), "the user")
    if event.get("tab") == "messages":
        return TalkOpened(team=us.team, user=user, channel=ident(event, "channel"))
    return HomeOpened(team=us.team, user=user, author=author(user, "", payload, us), seal=seal_of(payload, us))


def _thread_started(payload: Json, us: Us) -> TalkOpened:
    thread = child(payload, "event", "assistant_thread")
    return TalkOpened(
        team=us.team,
        user=required(ident(thread, "user_id"), "the user"),
        channel=required(ident(thread, "channel_id"), "the channel"),
        thread_ts=stamp(thread, "thread_ts"),
    )


def _looks(payload: Json, us: Us) -> Ignored:
    return Ignored(kind="context", detail="what somebody is looking at")


def _session_stopped(payload: Json, us: Us) -> StreamsStopped:
    event = child(payload, "event")
    user = required(ident(event, "user"), "the user")
    channel = required(ident(event, "channel"), "the channel")
    thread = required(stamp(event, "thread_ts"), "the thread")
    listed = at(event, "streaming_message_ts")
    order = Ordered(
        id=event_key(payload, us),
        author=author(user, ident(event, "user_team"), payload, us),
        conversation=f"{us.team}/{channel}/{thread}",
        verb="stop",
    )
    streams = tuple(stamp({"ts": ts}, "ts") for ts in listed) if isinstance(listed, list) else ()
    return StreamsStopped(order=order, channel=channel, thread_ts=thread, streams=tuple(filter(None, streams)))


def _uninstalled(payload: Json, us: Us) -> Uninstalled:
    return Uninstalled(team=us.team, why="app_uninstalled")


def _revoked(payload: Json, us: Us) -> Uninstalled | Ignored:
    """Only the bot's token is ours to lose; a person's own token is none of our tools."""
    bots = at(payload, "event", "tokens", "bot")
    if isinstance(bots, list) and bots:
        return Uninstalled(team=us.team, why="tokens_revoked")
    return Ignored(kind="user-tokens", detail="tokens of people, not of the bot")


# --- interactions


def _closed(payload: Json, us: Us) -> Ignored:
    return Ignored(kind="closed", detail=words(payload, "view", "callback_id")[:255])


def _command(payload: Json, us: Us) -> Slash:
    user = required(ident(payload, "user_id"), "the user")
    said = plain(words(payload, "text"), us.bot_user)
    first, rest = (*said.split(maxsplit=1), "", "")[:2]
    verb = _VERBS.get(first.lower())
    channel, trigger = ident(payload, "channel_id"), ident(payload, "trigger_id")
    team = team_of(payload, us)
    return Slash(
        id=f"{CHANNEL}:{team}/{required(trigger, 'the trigger id')}",
        verb=verb or "help",
        text=rest if verb else first,
        author=author(user, "", payload, us),
        seal=seal_of(payload, us),
        trigger_id=trigger,
        place=Place(team=team, user=user, channel=channel, response_url=words(payload, "response_url")),
    )


EVENTS: Mapping[str, Reader] = {
    "message": message.read,
    "app_mention": message.read,
    "app_home_opened": _home_opened,
    "app_context_changed": _looks,
    "agent_session_stopped": _session_stopped,
    "app_uninstalled": _uninstalled,
    "tokens_revoked": _revoked,
    "assistant_thread_started": _thread_started,
    "assistant_thread_context_changed": _looks,
}
# What only apps declared before the agent view came still receive; a new app cannot subscribe to it.
LEGACY_EVENTS = frozenset({"assistant_thread_started", "assistant_thread_context_changed"})
INTERACTIONS: Mapping[str, Reader] = {
    "block_actions": press.pressed,
    "view_submission": press.sent_off,
    "view_closed": _closed,
}
COMMANDS: Mapping[str, Reader] = {COMMAND: _command}
