"""Posting: what an app sends or changes, checked as Discord checks it, and made a message; not asked is whether it may.

https://docs.discord.com/developers/resources/message#create-message
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox.discord import components, embeds, mentions, uploads
from sandbox.discord.core import Core
from sandbox.discord.errors import Refusal
from sandbox.discord.limits import Complaint, items, refuse, table, text
from sandbox.discord.routes import Upload
from sandbox.discord.shapes import Json
from sandbox.discord.world import COMPONENTS_V2, EPHEMERAL, REPLY, SUPPRESS_EMBEDS, Message, Reference

CONTENT, NONCE = 2000, 25
SILENT, VOICE = 1 << 12, 1 << 13
SENT = SUPPRESS_EMBEDS | SILENT | VOICE | COMPONENTS_V2  # the flags that an app may send


def compose(core: Core, channel: str, body: Any, files: Mapping[int, Upload], *, flags: int = SENT) -> Message:
    """The message that the bot sends, not yet posted. `flags` are those it may have. Raises Refusal."""
    body = _form(body)
    alone = bool(_flags(body) & COMPONENTS_V2)
    refuse([*_complaints(body, alone), *uploads.complaints(body, files), *_nonce(body)])
    uploads.weigh(files)
    message = Message(core.ids.snowflake(), channel, core.world.app.bot, _content(body))
    message.flags = _flags(body) & flags
    message.embeds, message.components = embeds.shown(body.get("embeds")), components.shown(body.get("components"))
    message.attachments = uploads.attachments(core.ids, channel, body, files)
    message.poll, message.nonce = body.get("poll"), body.get("nonce")
    _answer(core, message, body.get("message_reference"))
    _not_empty(message)
    return message


def revise(core: Core, message: Message, body: Any, files: Mapping[int, Upload]) -> None:
    """Change a message as the form says, and tell of it. What the form leaves out stays. Raises Refusal."""
    body = _form(body)
    flags = (message.flags & ~SUPPRESS_EMBEDS) | (_flags(body) & (SUPPRESS_EMBEDS | COMPONENTS_V2))
    flags = flags if body.get("flags") is not None else message.flags
    alone = bool((flags | message.flags) & COMPONENTS_V2)
    refuse([*_complaints(body, alone), *uploads.complaints(body, files, message)])
    uploads.weigh(files)
    changed = Message(message.id, message.channel, message.author, message.content)
    changed.embeds, changed.components, changed.poll = message.embeds, message.components, message.poll
    changed.content = _content(body) if "content" in body else message.content
    changed.embeds = embeds.shown(body["embeds"]) if "embeds" in body else message.embeds
    changed.components = components.shown(body["components"]) if "components" in body else message.components
    changed.flags = flags | (message.flags & COMPONENTS_V2)
    changed.attachments = uploads.kept(message, body) + uploads.attachments(core.ids, message.channel, body, files)
    _not_empty(changed)
    message.content, message.embeds, message.components = changed.content, changed.embeds, changed.components
    message.flags, message.attachments = changed.flags, changed.attachments
    core.change(message, allowed(body))


def allowed(body: Any) -> mentions.Allowed:
    """Whom a form lets a message notify; None: everybody it names."""
    found = table(body).get("allowed_mentions")
    return found if isinstance(found, dict) else None


def _form(body: Any) -> Json:
    """The form; `embed`, as older apps send it, is one of `embeds`."""
    if not isinstance(body, dict):
        raise Refusal(50109) if body is not None else Refusal(50006)
    if body.get("embed") is not None and "embeds" not in body:
        return body | {"embeds": [body["embed"]]}
    return body


def _flags(body: Json) -> int:
    flags = body.get("flags")
    return flags if isinstance(flags, int) else 0


def _content(body: Json) -> str:
    return (body.get("content") or "").strip()


def _complaints(body: Json, alone: bool) -> Iterator[Complaint]:
    stripped = body["content"].strip() if isinstance(body.get("content"), str) else body.get("content")
    yield from text("content", stripped, CONTENT)
    yield from embeds.complaints(body.get("embeds"))
    yield from components.complaints(body.get("components"), alone=alone)
    yield from mentions.complaints(body.get("allowed_mentions"))
    yield from items("sticker_ids", body.get("sticker_ids"), 3)
    for name in ("content", "embeds", "sticker_ids", "poll"):
        if alone and body.get(name):
            words = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            yield name, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", words


def _nonce(body: Json) -> Iterator[Complaint]:
    nonce = body.get("nonce")
    if nonce is not None and (isinstance(nonce, bool) or not isinstance(nonce, str | int)):
        yield "nonce", "NONCE_TYPE_INVALID_TYPE", "This field must be a string or integer."
    elif isinstance(nonce, str) and len(nonce) > NONCE:
        yield "nonce", "NONCE_TYPE_TOO_LONG", f"Must be {NONCE} or fewer characters long."


def _answer(core: Core, message: Message, reference: Any) -> None:
    """Let it answer the message the form names; one that is gone only if that is said to be no matter."""
    if not isinstance(reference, dict) or not reference.get("message_id"):
        return
    channel = core.world.channels[message.channel]
    named = str(reference["message_id"])
    if channel.message(named) is None:
        if reference.get("fail_if_not_exists", True):
            refuse([("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")])
        return
    message.type, message.reference = REPLY, Reference(named, channel.id, channel.guild_id)


def _not_empty(message: Message) -> None:
    shown = message.embeds or message.components or message.attachments or message.stickers or message.poll
    if not message.content and not shown:
        raise Refusal(50006)


def whispered(body: Any) -> bool:
    """Whether a form asks that only one person see it."""
    return bool(_flags(table(body)) & EPHEMERAL)
