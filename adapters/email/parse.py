"""Parse: raw bytes of a mail to what the house hears, pure. Whatever the bytes, only Unreadable comes out."""

from __future__ import annotations

import hashlib
import re
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.policy import compat32

from adapters.email import limits
from adapters.email.account import Site
from adapters.email.attached import attached
from adapters.email.auth import verdict
from adapters.email.body import text_of
from adapters.email.headers import message_ids, sender, subject, value, values
from adapters.email.reply import new_text, unbroken
from adapters.email.where import CHANNEL, REFERENCES_KEPT, Where
from adapters.errors import Unreadable
from adapters.heard import Ignored, Received
from agent_core.events import UserMessage
from agent_core.values import Author

LOOP_HEADER = "X-Holdpoint-Loop"
_CODE = re.compile(r"(?<!\d)([0-9]{3}) ?([0-9]{3})(?!\d)")
_OUR_ID = re.compile(r"<hp\.[a-z0-9]+\.([a-z0-9.]+)@", re.IGNORECASE)
_ROBOTS = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)(?:\+[^@\s]{0,250})?@", re.IGNORECASE
)


def parse(raw: bytes, site: Site) -> Received | Ignored:
    """What a mail says, or why it is nobody's word. Raises Unreadable."""
    limits.check(raw)
    try:
        mail = message_from_bytes(raw, policy=compat32)
        robot = _automatic(mail, site)
        return robot or _received(mail, site)
    except Unreadable:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, MessageError) as error:
        raise Unreadable(f"the mail breaks the parser: {type(error).__name__}") from error


def _received(mail: Message, site: Site) -> Received:
    address = sender(mail)
    token = reply_token(mail, site)
    text = _said(mail, reply=token is not None)
    message_id = next(iter(message_ids(mail, "Message-ID")), "")
    key = _fingerprint(message_id, address, text)
    sure = verdict(mail, address, site)
    identity = f"{CHANNEL}:{address}"
    return Received(
        message=UserMessage(
            id=f"{CHANNEL}:{key}",
            author=Author(identity=identity, assurance=sure.assurance, evidence=sure.evidence),
            text=text,
            attachments=attached(mail),
        ),
        address=Where(
            to=address,
            subject=subject(mail),
            message_id=message_id,
            references=message_ids(mail, "References")[-REFERENCES_KEPT:],
        ).address(),
        conversation=f"{address}/{message_id or key}",
        token=token,
        code=_code(text),
    )


def _said(mail: Message, *, reply: bool) -> str:
    """The person's words: the new part of a reply, or subject and text of a first mail."""
    text = unbroken(text_of(mail))
    if reply:
        said = new_text(text)
    else:
        title = subject(mail)
        said = text if title.lower() in text.lower() else f"{title}\n\n{text}".strip()
    return said[: limits.MAX_TEXT]


def reply_token(mail: Message, site: Site) -> str | None:
    """Our token, from the address it was sent to, or from the id of the mail it answers."""
    ours = re.compile(
        rf"{re.escape(site.local)}\+([a-z0-9.]{{1,63}})@{re.escape(site.domain)}(?![\w.-])", re.IGNORECASE
    )
    for name in ("Delivered-To", "X-Original-To", "To", "Cc"):
        for given in values(mail, name):
            if found := ours.search(given):
                return found[1].lower()
    for link in (*message_ids(mail, "In-Reply-To"), *reversed(message_ids(mail, "References"))):
        if found := _OUR_ID.match(link):
            return found[1].lower()
    return None


def _code(text: str) -> str | None:
    """The six digits on the first line of the person's words."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    found = _CODE.search(first)
    return found[1] + found[2] if found else None


def _fingerprint(message_id: str, address: str, text: str) -> str:
    """The same for every copy of a mail: ids alone are sometimes empty, repeated or borrowed."""
    parts = "\x1f".join((message_id, address, text))
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _automatic(mail: Message, site: Site) -> Ignored | None:
    """Why no person wrote this, if none did (RFC 3834). Raises Unreadable."""
    if value(mail, LOOP_HEADER):
        return Ignored(kind="own", detail="our own mail came back")
    if mail.get_content_type() == "multipart/report" or value(mail, "Return-Path") == "<>":
        return Ignored(kind="bounce", detail=value(mail, "Subject")[:200])
    if value(mail, "Auto-Submitted").lower() not in ("", "no"):
        return Ignored(kind="automatic", detail="Auto-Submitted")
    for name in ("X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond", "List-Id", "List-Post"):
        if value(mail, name):
            return Ignored(kind="automatic", detail=name)
    if value(mail, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply"):
        return Ignored(kind="automatic", detail="Precedence")
    if any(_ROBOTS.search(given) for given in values(mail, "From")):
        return Ignored(kind="automatic", detail="a robot's address")
    if _ours(sender(mail), site):
        return Ignored(kind="own", detail="from our own address")
    return None


def _ours(address: str, site: Site) -> bool:
    """Our address, with or without a reply token."""
    local, _, domain = address.rpartition("@")
    return (local.partition("+")[0], domain) == (site.local.lower(), site.domain.lower())
