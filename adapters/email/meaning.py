"""Meaning: what a mail that was read is to the house. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.email.found import Bounce, Sent
from adapters.email.limits import MAX_TEXT
from adapters.email.reading import Reading
from adapters.email.where import CHANNEL, Where
from adapters.errors import Unreadable
from adapters.heard import Ignored, Received, Returned
from agent_core.events import UserMessage
from agent_core.values import Author

_CODE = re.compile(r"(?<!\d)([0-9]{3}) ?([0-9]{3})(?!\d)")


def meaning(reading: Reading, sent: Sequence[Sent] = ()) -> Received | Returned | Ignored:
    """A person's word, the end of a mail of ours, or nobody's word. Raises Unreadable."""
    if reading.bounce:
        return _returned(reading.bounce, sent) or Ignored(kind="bounce", detail=_in_short(reading.bounce))
    if reading.auto and (not reading.auto.weak or reading.link.by):
        return Ignored(kind=reading.auto.kind, detail=reading.auto.sign)
    if not reading.sender:
        raise Unreadable(reading.unclear)
    return _received(reading)


def _returned(bounce: Bounce, sent: Sequence[Sent]) -> Returned | None:
    """What became of a mail of ours; None if it is none, or if that is still open."""
    ours = next((one for one in sent if one.effect_id == bounce.effect_id), None)
    if ours is None or bounce.action == "delayed":
        return None
    return Returned(
        id=ours.message_id,
        effect_id=ours.effect_id,
        thread_id=ours.thread_id,
        cause=ours.cause,
        to=ours.to,
        arrived=bounce.action == "delivered",
        why=_in_short(bounce),
        again=not bounce.permanent,
    )


def _in_short(bounce: Bounce) -> str:
    return " ".join(part for part in (bounce.action, bounce.status, bounce.why) if part)[:300]


def _received(reading: Reading) -> Received:
    text = said(reading)
    identity, sure = f"{CHANNEL}:{reading.sender}", reading.verdict
    where = Where(
        to=reading.sender,
        subject=reading.subject,
        message_id=reading.message_id,
        references=reading.references,
    )
    return Received(
        message=UserMessage(
            id=f"{CHANNEL}:{reading.key}",
            author=Author(identity=identity, assurance=sure.assurance, evidence=sure.evidence),
            text=text,
            attachments=reading.attachments,
            doubt=reading.words.doubt,
        ),
        address=where.address(),
        conversation=f"{reading.sender}/{reading.message_id or reading.key}",
        token=reading.link.token or None,
        code=code_in(text),
        reference=reading.link.reference,
        below=reading.words.below,
    )


def said(reading: Reading) -> str:
    """The person's words: the new part of an answer; of a first mail its subject, and what it passes on, as well."""
    words, title = reading.words, reading.subject
    if reading.link.by:
        return words.reply[:MAX_TEXT]
    passed_on = "\n".join(f"> {line}".rstrip() for line in words.quoted.splitlines())
    parts = ("" if title.lower() in words.reply.lower() else title, words.reply, passed_on)
    return "\n\n".join(part for part in parts if part)[:MAX_TEXT]


def code_in(text: str) -> str | None:
    """The six digits on the first line of the person's words."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    found = _CODE.search(first)
    return found[1] + found[2] if found else None
