"""Bounce words: what a mail server says in words that only people were meant to read, where it sends no report.

The patterns are flufl.bounce's. It sees but the beginning of each text, in short lines, as some of its patterns take
time squared; and nothing of the mail that came back, which may say anything.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from email.message import Message
from itertools import islice

from flufl.bounce import all_failures

from adapters.email.filename import header
from adapters.email.headers import values
from adapters.email.robots.reports import Action, Report, addresses_in, parts, status_in, why_in

# It writes down whatever it stumbles over; what is in a mail is for no log.
logging.getLogger("flufl.bounce").disabled = True

MOST_CHARACTERS = 16_000
MOST_PARTS = 10
MOST_RECIPIENTS = 20
LONGEST_LINE = 300

_KEPT = ("From", "Subject", "X-Mailer", "X-Failed-Recipients")
_COPY_BEGINS = re.compile(
    r"^[ \t>-]*(?:-{3,} ?)?(?:below this line is a copy|this is a copy of (?:the|your) message|original message|"
    r"returned message|the original message was received|message headers follow|included is a copy|return-path:)",
    re.IGNORECASE | re.MULTILINE,
)
_OLD_ID = re.compile(r"^[>\s]{0,20}message-id:\s{0,20}(<[^<>\s]{1,500}>)", re.IGNORECASE | re.MULTILINE)
_FAILED = re.compile(
    r"undeliver|failure notice|returned mail|mail delivery fail|delivery (?:status notification|has )?.{0,3}fail|"
    r"could ?n[o']t be delivered|unzustellbar|zustellung.{0,20}(?:fehlgeschlagen|nicht)|non remis|échec|no entregad|"
    r"no se ha podido entregar|falha na entrega|não entregue|recapito.{0,20}(?:fallit|non riuscit)|mancata consegna|"
    r"niet bezorgd|onbestelbaar|kan inte levereras|ej levererat|kunne ikke leveres|niedostarcz|nedoručiteln|"
    r"не доставлен|недоставлен|配信不能|送信できませんでした|退信|无法送达|投递失败|배달되지 않음|반송",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"delayed|delay\)|warning: (?:message|could not send)|verzögert|retard|retrasad|atrasad|ritard|vertraagd|försenad|"
    r"forsinket|opóźni|задерж|延迟|遅延|지연",
    re.IGNORECASE,
)


def in_words(mail: Message) -> tuple[Report, ...]:
    """What the text of a bounce tells of each recipient it names; nothing where nobody can say what it means."""
    text = _text(mail)
    told = _COPY_BEGINS.split(text, maxsplit=1)[0]
    status = status_in(told)
    why = why_in(status, next((line for line in told.splitlines() if status_in(line)), ""))
    late, lost = _scanned(mail, text)
    subject = _by_subject(mail)
    if not (late or lost or subject):
        return ()
    action: Action = subject or ("failed" if lost else "delayed")
    named = sorted(lost or late)[:MOST_RECIPIENTS]
    return tuple(Report((one,), action, status, why) for one in named) or (Report((), action, status, why),)


def old_ids(mail: Message) -> tuple[str, ...]:
    """The ids of the mail that came back, where it came as text."""
    return tuple(_OLD_ID.findall(_text(mail)))


def speaks_of_delivery(mail: Message) -> bool:
    """Whether its subject is one that mail servers write."""
    return bool(_by_subject(mail))


def _by_subject(mail: Message) -> Action | None:
    subject = header(mail, "Subject")[:LONGEST_LINE]
    if _DELAYED.search(subject):
        return "delayed"
    return "failed" if _FAILED.search(subject) else None


def _text(mail: Message) -> str:
    """The beginning of the texts of the mail, in lines of a length that mail has."""
    texts = (_decoded(part) for part in islice(parts(mail), MOST_PARTS) if part.get_content_type() == "text/plain")
    lines = "\n".join(texts)[: 2 * MOST_CHARACTERS].splitlines()
    return "\n".join(line[:LONGEST_LINE] for line in lines)[:MOST_CHARACTERS]


def _decoded(part: Message) -> str:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError, AttributeError):
        return ""
    return data.decode("utf-8", "replace") if isinstance(data, bytes) else ""


def _scanned(mail: Message, text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The recipients to whom it is late, and those to whom it failed, as flufl.bounce sees this text."""
    plain = Message()
    for name in _KEPT:
        for given in values(mail, name)[:1]:
            plain[name] = given[:LONGEST_LINE].encode("ascii", "replace").decode()
    plain["Content-Type"] = "text/plain"
    plain.set_payload(text.encode("ascii", "replace").decode())
    try:
        late, lost = all_failures(plain)
    except Exception:  # One of twenty patterns for the mails of others; what it stumbles over may be anything.
        return frozenset(), frozenset()
    return _addresses(late), _addresses(lost)


def _addresses(found: Iterable[bytes]) -> frozenset[str]:
    return frozenset(address for one in found for address in addresses_in(one.decode("ascii", "replace")))
