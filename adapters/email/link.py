"""Link: which thread a mail belongs to, told by what of ours it brings back (RFC 5322, 3.6.4).

The surest first: the token in the address it was sent to, the id of the mail it answers, the ids of those before, the
latest first; and where a mail program lost all of them our reference in the subject, which anybody may have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message

from adapters.email.account import Site
from adapters.email.found import FoundBy, Link
from adapters.email.headers import message_ids, value, values

RETURN_PATH = "b."  # So begins the name that bounces come back to; no token does.

_SENT_TO = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
_OUR_ID = re.compile(r"<hp\.[a-z0-9]{1,40}\.([a-z0-9.]{1,63})@([a-z0-9.-]{1,253})>", re.IGNORECASE)
_REFERENCE = re.compile(r"\[HP-([a-z2-7]{8})\]", re.IGNORECASE)


def link(mail: Message, site: Site) -> Link:
    """What names its thread, if anything does."""
    for by, token in _tokens(mail, site):
        if not token.startswith(RETURN_PATH):
            return Link(token=token, by=by)
    found = _REFERENCE.search(value(mail, "Subject"))
    return Link(reference=found[1].lower(), by="subject") if found else Link()


def _tokens(mail: Message, site: Site) -> Iterator[tuple[FoundBy, str]]:
    forms = [_form(before, domain) for before, domain in site.reply_forms]
    for given in (given for name in _SENT_TO for given in values(mail, name)):
        yield from (("address", found[1].lower()) for form in forms for found in form.finditer(given))
    domains = {domain.lower() for _, domain in site.reply_forms} | {site.domain.lower()}
    for by, answered in _answered(mail):
        ids = (found for one in answered if (found := _OUR_ID.match(one)))
        yield from ((by, found[1].lower()) for found in ids if found[2].lower() in domains)


def _form(before: str, domain: str) -> re.Pattern[str]:
    """An address that brings a token back."""
    name = r"([a-z0-9.]{1,63})"
    return re.compile(rf"(?<![\w.+-]){re.escape(before)}{name}@{re.escape(domain)}(?![\w.-])", re.IGNORECASE)


def _answered(mail: Message) -> Iterator[tuple[FoundBy, tuple[str, ...]]]:
    yield "in-reply-to", message_ids(mail, "In-Reply-To")
    yield "references", message_ids(mail, "References")[::-1]


def effects_named(raw: bytes, *, most: int = 20) -> tuple[str, ...]:
    """The effects whose mails are named anywhere in these bytes: what a mail answers, quotes or reports on."""
    found = re.findall(rb"<hp\.([a-z0-9]{1,40})\.[a-z0-9.]{1,63}@", raw, re.IGNORECASE)
    bounced = re.findall(rb"\bb\.([a-z0-9]{1,40})\.[a-z0-9]{1,40}@", raw, re.IGNORECASE)
    return tuple(dict.fromkeys(one.decode().lower() for one in (*bounced, *found)))[:most]
