"""Reported: bounces as mail servers write them, of mails of ours, for the tests of what is believed."""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message

from adapters.email.found import Bounce, Sent
from adapters.email.robots.bounce import bounce
from tests.unit.adapters.email.letters import SITE
from tests.unit.adapters.email.parts import multipart, part


def sent(name: str, to: str) -> Sent:
    """A mail of ours."""
    return Sent(
        effect_id=f"effect{name}",
        thread_id="t1",
        cause="c1",
        to=f"email:{to}",
        message_id=f"<hp.effect{name}.k3v9.abc{name}@bot.example.test>",
        return_path=SITE.reply_to(f"b.effect{name}.abc{name}"),
        text="May this run?",
    )


BO, CY = sent("1", "bo@example.test"), sent("2", "cy@example.test")
TEXT = part("text/plain", "I could not deliver it.")
UNKNOWN = ("Action: failed", "Status: 5.1.1", "Diagnostic-Code: smtp; 550 5.1.1 User unknown")


def block(to: str = "bo@example.test", *fields: str) -> str:
    """What is said of one recipient."""
    return "\r\n".join((f"Final-Recipient: rfc822; {to}", *(fields or UNKNOWN)))


def back(one: Sent | None = BO) -> bytes:
    """The mail that comes back with the report."""
    headers = f"From: holdpoint@bot.example.test\r\nMessage-ID: {one.message_id if one else '<x@other.test>'}\r\n"
    return part("message/rfc822", f"{headers}Subject: May this run?\r\n\r\nMay this run?")


def dsn(*blocks: str, to: Sent | None = BO, original: bytes | None = None, headers: tuple[str, ...] = ()) -> Message:
    """A report (RFC 3464) to the return path of a mail, or else to our own address."""
    status = part("message/delivery-status", "\r\n\r\n".join(("Reporting-MTA: dns; mx.example.test", *blocks, "")))
    entity = multipart("report; report-type=delivery-status", TEXT, status, back(to) if original is None else original)
    top = ("Return-Path: <>", "From: MAILER-DAEMON@mx.example.test", f"To: {_to(to)}", *headers)
    return message_from_bytes("\r\n".join(top).encode() + b"\r\n" + entity)


def plain(text: str, *headers: str, to: Sent | None = BO, sender: str = "MAILER-DAEMON@mx.example.test") -> Message:
    """A bounce that is a text."""
    top = ("Return-Path: <>", f"From: {sender}", f"To: {_to(to)}", *headers)
    return message_from_bytes(("\r\n".join(top) + "\r\n\r\n" + text.replace("\n", "\r\n")).encode())


def _to(one: Sent | None) -> str:
    return one.return_path if one else SITE.address


def read(mail: Message, *known: Sent) -> Bounce | None:
    """What is made of it, with these mails remembered, or both."""
    return bounce(mail, SITE, known or (BO, CY))


def bounced(mail: Message, *known: Sent) -> Bounce:
    """It has to be a bounce."""
    found = read(mail, *known)
    assert found is not None
    return found
