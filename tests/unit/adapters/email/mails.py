"""Mails of ours as somebody else's parser reads them, for the tests of what they look like."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default

from bs4 import BeautifulSoup

from adapters.base import Parcel
from adapters.email.sending.render import render
from tests.unit.adapters.email.letters import SITE


def wire(given: Parcel) -> EmailMessage:
    """The mail as it went over the wire."""
    read = message_from_bytes(render(given, SITE).as_bytes(policy=SMTP), policy=default)
    assert isinstance(read, EmailMessage)
    return read


def part(mail: EmailMessage, kind: str) -> str:
    """One of its two bodies, `plain` or `html`."""
    body = mail.get_body(preferencelist=(kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def text(given: Parcel) -> str:
    """Its plain text."""
    return part(wire(given), "plain")


def html(given: Parcel) -> str:
    """Its page."""
    return part(wire(given), "html")


def parsed(given: Parcel) -> BeautifulSoup:
    """Its page, as a tree."""
    return BeautifulSoup(html(given), "html.parser")


def seen(page: BeautifulSoup) -> str:
    """What a person reads of a page."""
    assert page.body is not None
    return page.body.get_text(" ")


def squeezed(words: str) -> str:
    """Without blanks, which a page has elsewhere than a text."""
    return re.sub(r"\s+", "", words)
