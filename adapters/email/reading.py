"""Reading: everything a mail tells, each piece found by a file of its own. Pure; only Unreadable comes out of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from email.policy import compat32

from adapters.email import limits
from adapters.email.account import Site
from adapters.email.attached import attached
from adapters.email.found import Auto, Bounce, Invitation, Link, Sent, Signature, Verdict, Words
from adapters.email.headers import message_ids, on_behalf, sender, subject
from adapters.email.link import link
from adapters.email.proof.auth import verdict
from adapters.email.robots.automatic import automatic
from adapters.email.robots.bounce import bounce
from adapters.email.robots.calendar import invitation
from adapters.email.text.words import words
from adapters.email.where import REFERENCES_KEPT
from adapters.errors import Unreadable
from agent_core.values import Attachment, Frozen

BREAKS = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, MessageError)
NOBODY = Verdict(assurance="none", evidence="nobody can be made out as the sender")


class Reading(Frozen):
    """What was found in one mail.

    `sender` is empty where no one address is named, `unclear` says why then. `key` is the same for every copy of the
    mail. `defects` are what was wrong with its make.
    """

    key: str
    sender: str
    unclear: str
    verdict: Verdict
    auto: Auto | None
    bounce: Bounce | None
    invitation: Invitation | None
    link: Link
    words: Words
    attachments: tuple[Attachment, ...]
    subject: str
    message_id: str
    references: tuple[str, ...]
    defects: tuple[str, ...]


def read(raw: bytes, site: Site, sent: Sequence[Sent] = (), signatures: Sequence[Signature] = ()) -> Reading:
    """A mail as it came. `sent` are mails of ours it names, `signatures` those we checked. Raises Unreadable."""
    limits.check(raw)
    try:
        return _read(raw, site, sent, signatures)
    except BREAKS as error:
        raise Unreadable(f"the mail breaks the parser: {type(error).__name__}") from error


def _read(raw: bytes, site: Site, sent: Sequence[Sent], signatures: Sequence[Signature]) -> Reading:
    mail = message_from_bytes(raw, policy=compat32)
    address, unclear = _sender(mail)
    message_id = next(iter(message_ids(mail, "Message-ID")), "")
    return Reading(
        key=_key(raw, address, message_id),
        sender=address,
        unclear=unclear,
        verdict=_verdict(mail, address, site, signatures),
        auto=automatic(mail, site),
        bounce=bounce(mail, site, sent),
        invitation=invitation(mail),
        link=link(mail, site),
        words=words(mail, [one.text for one in sent]),
        attachments=attached(mail),
        subject=subject(mail),
        message_id=message_id,
        references=message_ids(mail, "References")[-REFERENCES_KEPT:],
        defects=tuple(dict.fromkeys(_defects(mail, unclear))),
    )


def _sender(mail: Message) -> tuple[str, str]:
    """The one address it is from, or why there is none."""
    try:
        return sender(mail), ""
    except Unreadable as error:
        return "", str(error)


def _verdict(mail: Message, address: str, site: Site, signatures: Sequence[Signature]) -> Verdict:
    """Who was sent for by another may have written it, or not: that is as good as nobody's proof."""
    if not address:
        return NOBODY
    found = verdict(mail, address, site, signatures)
    other = on_behalf(mail)
    if not other or found.assurance != "verified":
        return found
    return Verdict(assurance="asserted", evidence=f"sent by {other} on behalf of {address}")


def _key(raw: bytes, address: str, message_id: str) -> str:
    """The same for every copy of a mail: ids alone are sometimes empty, repeated or borrowed.

    The body counts without white space, which servers on the way change, and not as it is understood, which we change.
    """
    body = raw.partition(b"\r\n\r\n" if b"\r\n\r\n" in raw else b"\n\n")[2]
    total = hashlib.sha256("\x1f".join((message_id, address)).encode("utf-8", "surrogatepass"))
    total.update(b"".join(body.split()))
    return total.hexdigest()[:32]


def _defects(mail: Message, unclear: str) -> Iterator[str]:
    if unclear:
        yield unclear
    for part in mail.walk():
        yield from (type(defect).__name__ for defect in part.defects)
