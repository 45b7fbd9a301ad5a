"""Automatic: whether a program wrote a mail, and of what kind (RFC 3834). It is nobody's word and never answered.

What says most exactly what it is comes first: ours, a report, an answer of a calendar, what the headers call it. Of a
subject that speaks of being away, which people write too, only the weak sign remains.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message

from adapters.email.account import Site
from adapters.email.filename import header, parameter
from adapters.email.found import Auto, AutoKind
from adapters.email.headers import sender, value, values
from adapters.email.robots import calendar
from adapters.email.robots.out_of_office import says_out_of_office
from adapters.errors import Unreadable

LOOP_HEADER = "X-Holdpoint-Loop"

_REPORTS: dict[str, AutoKind] = {"disposition-notification": "read-receipt", "feedback-report": "auto-generated"}
# Headers that only answering machines write.
_ANSWERED = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Mail-Autoreply", "X-Autoreply-From")
_LISTS = ("List-Id", "List-Post", "X-Mailing-List", "Mailing-List")
_PRECEDENCE: dict[str, AutoKind] = {"auto_reply": "auto-reply", "list": "list", "bulk": "bulk", "junk": "bulk"}
_NOT_SO = ("", "no", "none", "false")
_COMMENT = re.compile(r"\([^()]{0,998}\)")
_NOBODY = re.compile(r"<?\s*(?:mailer-daemon)?\s*>?", re.IGNORECASE)
_DAEMON = re.compile(
    r"(?:mailer-?daemon|mdaemon|mail-?daemon|microsoftexchange[0-9a-f]{24,40})(?:[+@]|$)", re.IGNORECASE
)
_ROBOT = re.compile(
    r"(?:postmaster|no-?_?reply|(?:do|please)-?_?not-?_?reply|bounces?|auto-?reply|auto-?responder)(?:[+=-][^@\s]{0,250})?@",
    re.IGNORECASE,
)


def automatic(mail: Message, site: Site) -> Auto | None:
    """Why no person wrote this, the most exact reason first; None if a person did, as far as can be seen."""
    first = next(_signs(mail, site), None)
    away = says_out_of_office(header(mail, "Subject"))
    if first is None:
        return Auto(kind="auto-reply", sign="Subject", weak=True) if away else None
    # Exchange calls its answers "auto-generated", and sends them like bounces.
    vague = first.kind == "auto-generated" or first.sign == "Return-Path"
    return Auto(kind="auto-reply", sign=first.sign) if away and vague else first


def from_daemon(mail: Message) -> bool:
    """Whether it is from a program that carries mail, as the sender of a bounce."""
    return any(_DAEMON.match(address) for address in _senders(mail))


def returned_to_nobody(mail: Message) -> bool:
    """Whether its envelope had no sender, so that nobody could be answered."""
    return any(_NOBODY.fullmatch(given) for given in values(mail, "Return-Path"))


def _signs(mail: Message, site: Site) -> Iterator[Auto]:
    if value(mail, LOOP_HEADER):
        yield Auto(kind="own", sign="our own mail came back")
    if any(site.is_ours(address) for address in _senders(mail)):
        yield Auto(kind="own", sign="from our own address")
    yield from _reports(mail)
    if calendar.answers(mail):
        yield Auto(kind="calendar", sign="the answer to an invitation")
    yield from _called_so(mail)
    if any(_ROBOT.match(address) for address in _senders(mail)):
        yield Auto(kind="auto-generated", sign="a robot's address")
    if returned_to_nobody(mail):
        yield Auto(kind="bounce", sign="Return-Path")


def _reports(mail: Message) -> Iterator[Auto]:
    if mail.get_content_type() == "multipart/report":
        kind = parameter(mail, "report-type").lower() or _second(mail).removeprefix("message/")
        yield Auto(kind=_REPORTS.get(kind, "bounce"), sign="multipart/report")
    if value(mail, "X-Failed-Recipients"):
        yield Auto(kind="bounce", sign="X-Failed-Recipients")
    if from_daemon(mail):
        yield Auto(kind="bounce", sign="a mail server's address")


def _second(mail: Message) -> str:
    """The type of the second part of a report: that is the report for machines."""
    parts = mail.get_payload()
    second = parts[1] if isinstance(parts, list) and len(parts) > 1 else None
    return second.get_content_type() if isinstance(second, Message) else ""


def _called_so(mail: Message) -> Iterator[Auto]:
    """What the headers say that automatic mail has for this."""
    submitted = {_word(given) for given in values(mail, "Auto-Submitted")} - {"", "no"}
    if submitted:
        yield Auto(kind="auto-reply" if "auto-replied" in submitted else "auto-generated", sign="Auto-Submitted")
    precedence = [_PRECEDENCE[word] for given in values(mail, "Precedence") if (word := _word(given)) in _PRECEDENCE]
    for name in _ANSWERED:
        if _says(mail, name):
            yield Auto(kind="auto-reply", sign=name)
    if "auto-reply" in precedence:
        yield Auto(kind="auto-reply", sign="Precedence")
    for name in _LISTS:
        if value(mail, name):
            yield Auto(kind="list", sign=name)
    for kind in precedence:
        yield Auto(kind=kind, sign="Precedence")
    if _says(mail, "X-Auto-Response-Suppress"):
        yield Auto(kind="auto-generated", sign="X-Auto-Response-Suppress")


def _word(given: str) -> str:
    """The first word of a value: no comments, parameters or quotes."""
    bare = given
    while (shorter := _COMMENT.sub(" ", bare)) != bare:
        bare = shorter
    return next(iter(re.split(r"[\s;,(]+", bare.strip(' \t"'))), "").strip('"').lower()


def _says(mail: Message, name: str) -> bool:
    return any(_word(given) not in _NOT_SO for given in values(mail, name))


def _senders(mail: Message) -> list[str]:
    """The address it is from; where no one can be made out, all that may be one."""
    try:
        return [sender(mail)]
    except Unreadable:
        return [
            word.strip("<>\"'") for given in values(mail, "From") for word in re.split(r"[\s,;]+", given[:2000]) if word
        ]
