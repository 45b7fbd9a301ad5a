"""Message: what people say to us or near us, and whether it is for us, pure."""

from __future__ import annotations

import contextlib
import re

from adapters.errors import Unreadable
from adapters.heard import Address, Ignored, Received, Revised
from adapters.slack.meaning import File, Us
from adapters.slack.wire import CHANNEL, author, event_key, ident, stamp, team_of
from adapters.slack.words import mentions, named, plain
from adapters.wire import Json, at, child, children, required, words
from agent_core.events import UserMessage
from agent_core.values import Attachment, WhyNot

# Only these are a person speaking; every other subtype is Slack telling what happened in a channel.
SPOKEN = frozenset({"", "file_share", "thread_broadcast", "me_message"})
_REVISED = frozenset({"message_changed", "message_deleted"})
_DIRECT = frozenset({"im", "app_home"})
_SLACKBOT = "USLACKBOT"
_GONE = frozenset({"tombstone", "hidden_by_limit"})
MOST_WORDS = 32_000
_CLIENT_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


def read(payload: Json, us: Us) -> Received | Revised | Ignored:
    """What a `message` or `app_mention` event says, or why it is not for us. Raises Unreadable."""
    event = child(payload, "event")
    if words(event, "subtype") in _REVISED:
        return _revised(payload, event, us)
    return _unspoken(event, us) or _unaddressed(event, us) or _received(payload, event, us)


def _unspoken(event: Json, us: Us) -> Ignored | None:
    """Why no person said this, if none did. First of all our own words, or we would talk to ourselves for ever."""
    subtype = words(event, "subtype")
    if _ours(event, us):
        return Ignored(kind="own", detail="said by ourselves")
    if subtype not in SPOKEN:
        return Ignored(kind="bot" if subtype == "bot_message" else "subtype", detail=subtype[:80])
    if words(event, "bot_id") or at(event, "bot_profile") or words(event, "user") == _SLACKBOT:
        return Ignored(kind="bot", detail="said by an app or bot")
    if event.get("hidden") is True or not words(event, "user"):
        return Ignored(kind="hidden", detail="nobody said it")
    return None


def _ours(event: Json, us: Us) -> bool:
    said_by = {
        words(event, "user"),
        words(event, "bot_id"),
        words(event, "app_id"),
        words(event, "bot_profile", "app_id"),
    }
    return not said_by.isdisjoint({us.bot_user, us.bot_id, us.app_id} - {""})


def _revised(payload: Json, event: Json, us: Us) -> Revised | Ignored:
    """What somebody made of a message of theirs. Of one with answers below it Slack leaves a tombstone."""
    before, after = child(event, "previous_message"), child(event, "message")
    gone = words(event, "subtype") == "message_deleted" or words(after, "subtype") == "tombstone"
    said = before if gone else after
    if unspoken := _unspoken(said, us):
        return unspoken
    if not gone and (words(after, "edited", "user") != words(after, "user") or _text(before, us) == _text(after, us)):
        return Ignored(kind="unfurled", detail=stamp(after, "ts"))
    # Read as when it was said, so that it has the same id.
    read = _received(payload, {**said, "channel": event.get("channel")}, us)
    return Revised(
        id=event_key(payload, us),
        author=read.message.author,
        conversation=read.conversation,
        revises=read.message.id,
        text="" if gone else read.message.text,
    )


def _unaddressed(event: Json, us: Us) -> Ignored | None:
    if _direct(event) or _called(event, us) or _reply(event):
        return None
    return Ignored(kind="unaddressed", detail="said in a channel, to others")


def _direct(event: Json) -> bool:
    kind = words(event, "channel_type")
    return kind in _DIRECT if kind else ident(event, "channel").startswith("D")


def _called(event: Json, us: Us) -> bool:
    return event.get("type") == "app_mention" or mentions(words(event, "text"), us.bot_user)


def _reply(event: Json) -> bool:
    thread = stamp(event, "thread_ts")
    return bool(thread) and thread != stamp(event, "ts")


def _received(payload: Json, event: Json, us: Us) -> Received:
    team, channel = team_of(payload, us), required(ident(event, "channel"), "the channel")
    user, ts = ident(event, "user"), required(stamp(event, "ts"), "the message's time stamp")
    conversation = f"{team}/{channel}/{stamp(event, 'thread_ts') or ts}"
    claimed = ident(event, "user_team") or ident(event, "source_team") or ident(event, "team")
    return Received(
        message=UserMessage(
            id=_id(event, f"{CHANNEL}:{team}", user, f"{channel}/{ts}"),
            author=author(user, claimed, payload, us),
            text=_text(event, us),
            attachments=tuple(unread(file) for file in files(event)),
        ),
        address=Address(channel=CHANNEL, ref=conversation),
        conversation=conversation,
        joins=not (_direct(event) or _called(event, us)),
    )


def _id(event: Json, scope: str, user: str, place: str) -> str:
    """The same for every copy: one gesture can come as two messages, alike only in the client's own id.

    The client chooses that id, so it counts within what its user said, and cannot silence another's words.
    """
    chosen = words(event, "client_msg_id")
    return f"{scope}/{user}/{chosen}" if _CLIENT_ID.fullmatch(chosen) else f"{scope}/{place}"


def _text(event: Json, us: Us) -> str:
    said = _cut(plain(words(event, "text"), us.bot_user))
    shared = sum(1 for shown in children(event, "attachments") if shown.get("is_share") is True)
    notes = [named(file) for file in files(event)] + ["[a forwarded message, not read]"] * shared
    return "\n".join((*filter(None, (said,)), *notes))


def _cut(said: str) -> str:
    more = len(said) - MOST_WORDS
    return said if more <= 0 else f"{said[:MOST_WORDS]}\n[{more:,} more characters, not read]"


def files(event: Json) -> tuple[File, ...]:
    """The files of a message event, as far as Slack describes them."""
    return tuple(file_of(found) for found in children(event, "files"))


def file_of(found: Json) -> File:
    """A file as Slack describes it. However odd, it is one: nobody's words are lost for it."""
    size = found.get("size")
    return File(
        id=_plain_id(found),
        name=words(found, "name") or words(found, "title"),
        mimetype=words(found, "mimetype"),
        size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
        url=words(found, "url_private_download") or words(found, "url_private"),
        asks=words(found, "file_access") == "check_file_info",
        why_not=_why_not(found),
    )


def _plain_id(found: Json) -> str:
    with contextlib.suppress(Unreadable):
        return ident(found, "id")
    return ""


def _why_not(found: Json) -> WhyNot | None:
    """Why nobody needs to try, if Slack says so."""
    if words(found, "mode") in _GONE or words(found, "file_access") == "file_not_found":
        return "gone"
    if words(found, "file_access") == "access_denied":
        return "no_access"
    return "elsewhere" if found.get("is_external") is True else None


def unread(file: File, why_not: WhyNot = "not_fetched") -> Attachment:
    """A file without its content."""
    return Attachment(
        name=file.name or file.id, media_type=file.mimetype, size=file.size, why_not=file.why_not or why_not
    )
