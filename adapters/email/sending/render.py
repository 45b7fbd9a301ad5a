"""Render: an outbound event as a mail, text and HTML saying the same. Pure: the same parcel gives the same bytes."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage

from adapters.base import Parcel
from adapters.email.account import Site
from adapters.email.found import ANSWER_ABOVE
from adapters.email.sending.envelope import addressed, message_id
from adapters.email.sending.markup import markup
from adapters.email.sending.sheet import Sheet, shorter, whole
from adapters.errors import Rejected
from adapters.layout import plain

__all__ = ["message_id", "render", "text_of"]

MOST_PAGE = 100_000  # Bytes; Gmail cuts off what is beyond about 102,000.


def render(parcel: Parcel, site: Site) -> EmailMessage:
    """The mail. Raises Unreachable for an address that is none, Rejected for what no mail can hold."""
    mail = addressed(parcel, site)
    sheet, html = _fitting(parcel, str(mail["Subject"]))
    text = written(sheet)
    mail.set_content(text)
    mail.add_alternative(html, subtype="html")
    mark = hashlib.sha256(f"{text}\x1f{html}".encode()).hexdigest()[:32]  # In neither: it is made of both.
    mail.set_boundary(mark)
    if sheet.file:
        kind = sheet.file.media_type.partition("/")[2]
        mail.add_attachment(sheet.file.text, subtype=kind, filename=sheet.file.name)
        mail.set_boundary(f"{mark}.file")
    return mail


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail that we rendered."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def written(sheet: Sheet) -> str:
    """The sheet as plain text that stands alone."""
    head = (*((ANSWER_ABOVE,) if sheet.answered else ()), *((sheet.title,) if sheet.title else ()))
    return "".join(f"{line}\n\n" for line in head) + plain(sheet.blocks)


def _fitting(parcel: Parcel, title: str) -> tuple[Sheet, str]:
    """As much as a page holds."""
    all_of_it = whole(parcel)
    if len(plain(all_of_it.blocks)) < MOST_PAGE and len((html := markup(all_of_it, title)).encode()) < MOST_PAGE:
        return all_of_it, html
    for sheet in shorter(parcel, all_of_it):
        if len((html := markup(sheet, title)).encode()) < MOST_PAGE:
            return sheet, html
    raise Rejected("this is too long for a mail, even in outline")
