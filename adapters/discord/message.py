"""Message: what people say to us or near us on Discord, and whether it is for us, pure.

The same readers take what the gateway sends and what we read back by REST, which says neither server nor member: the
room does. Whatever the shapes, only Unreadable comes out.
"""

from __future__ import annotations

import re

from adapters.discord.meaning import File, Room, Us
from adapters.discord.said import MOST_WORDS, files, text_of
from adapters.discord.where import CHANNEL, Where
from adapters.discord.wire import author, ident, number
from adapters.errors import Unreadable
from adapters.heard import Ignored, Received, Revised
from adapters.wire import Json, child, children, required, words
from agent_core.events import UserMessage
from agent_core.values import Attachment, Author, WhyNot

__all__ = ["MOST_WORDS", "addressed", "answered", "files", "id_of", "read", "revised", "unread"]

# Only these are a person speaking; every other type is Discord telling what happened in a channel.
_DEFAULT, _REPLY = 0, 19
_SPOKEN = frozenset({_DEFAULT, _REPLY})
_CROSSPOST = 1 << 1
_EDITED = re.compile(r"[0-9TZ:.+-]{1,40}")


def read(message: Json, us: Us, room: Room, evidence: str) -> Received | Ignored:
    """What a message says, or why it is not for us. `evidence` is how we know its author. Raises Unreadable."""
    if unspoken := _unspoken(message, us):
        return unspoken
    said_to_us = room.kind == "direct" or addressed(message, us)
    if room.kind == "channel" and not said_to_us:
        return Ignored(kind="unaddressed", detail="said in a channel, to others")
    text = text_of(message, files(message), us.user)
    if not text:
        return Ignored(kind="no-content", detail=room.id)
    where = _where(message, room)
    return Received(
        message=UserMessage(
            id=id_of(message),
            author=_author(message, room, evidence),
            text=text,
            attachments=tuple(unread(file) for file in files(message)),
        ),
        address=where.address,
        conversation=_conversation(message, room),
        joins=not said_to_us,
        under=answered(message, us),
    )


def revised(update: Json, us: Us, room: Room, evidence: str) -> Revised | Ignored:
    """What somebody made of a message of theirs. Raises Unreadable.

    It counts wherever what they said first did, so it does not matter whether they still mention us; what nobody lets
    us read any more is not said to us any more.
    """
    edited = words(update, "edited_timestamp")
    if not edited:
        return Ignored(kind="unfurled", detail=ident(update, "id"))
    if not _EDITED.fullmatch(edited):
        raise Unreadable("edited_timestamp is not a time stamp")
    if unspoken := _unspoken(update, us):
        return unspoken
    return Revised(
        id=f"{id_of(update)}/{edited}",
        author=_author(update, room, evidence),
        conversation=_conversation(update, room),
        revises=id_of(update),
        text=text_of(update, files(update), us.user),
    )


def id_of(message: Json) -> str:
    """A message's id, the same in every delivery of it. Raises Unreadable."""
    return f"{CHANNEL}:{required(ident(message, 'id'), 'the message id')}"


def _unspoken(message: Json, us: Us) -> Ignored | None:
    """Why no person said this, if none did. First of all our own words, or we would talk to ourselves for ever."""
    said_by = required(ident(message, "author", "id"), "the author")
    hook, kind = ident(message, "webhook_id"), number(message, "type") if "type" in message else _DEFAULT
    if said_by == us.user or (hook and hook == us.application):
        return Ignored(kind="own", detail="said by ourselves")
    if (number(message, "flags") or 0) & _CROSSPOST:
        return Ignored(kind="crosspost", detail="published in another server")
    if hook:
        return Ignored(kind="webhook", detail="said by a webhook")
    if child(message, "author").get("bot") or child(message, "author").get("system"):
        return Ignored(kind="bot", detail="said by an app or bot")
    return None if kind in _SPOKEN else Ignored(kind="system", detail=f"message type {kind}"[:80])


def addressed(message: Json, us: Us) -> bool:
    """Whether a message is said to us: it mentions us, or answers a message of ours. Raises Unreadable."""
    return us.user in {words(user, "id") for user in children(message, "mentions")} - {""} or bool(
        answered(message, us)
    )


def answered(message: Json, us: Us) -> str:
    """The id of the message of ours it is a reply to; empty if it is none. Raises Unreadable.

    What is forwarded, published or pinned refers to a message too, and is no reply.
    """
    theirs = words(message, "referenced_message", "author", "id")
    if number(message, "type") != _REPLY or not theirs or theirs != us.user:
        return ""
    return ident(message, "referenced_message", "id") or ident(message, "message_reference", "message_id")


def _guild(message: Json, room: Room) -> str:
    return "" if room.kind == "direct" else ident(message, "guild_id") or room.guild


def _author(message: Json, room: Room, evidence: str) -> Author:
    user = required(ident(message, "author", "id"), "the author")
    return author(user, child(message, "member"), _guild(message, room), evidence)


def _where(message: Json, room: Room) -> Where:
    """Where it is answered; in a channel, the thread that begins at it."""
    if room.kind == "direct":
        return Where(user=required(ident(message, "author", "id"), "the author"))
    guild = required(_guild(message, room), "the server")
    if room.kind == "thread":
        return Where(guild=guild, channel=required(room.parent, "the thread's channel"), thread=room.id)
    return Where(guild=guild, channel=room.id, thread=required(ident(message, "id"), "the message id"))


def _conversation(message: Json, room: Room) -> str:
    return required(ident(message, "id"), "the message id") if room.kind == "channel" else room.id


def unread(file: File, why_not: WhyNot = "not_fetched") -> Attachment:
    """A file without its content."""
    return Attachment(name=file.name or file.id, media_type=file.media_type, size=file.size, why_not=why_not)
