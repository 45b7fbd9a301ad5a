"""The body: which part of a mail its author wrote to be read, as clean text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from email.message import Message
from itertools import islice

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

MAX_PARTS = 100
MAX_READ = 120_000  # Characters of a part: new words come first, what stands behind so many is old.

_QUOTE_CONTAINERS = ", ".join(
    (
        ".gmail_quote",
        "blockquote[type=cite]",
        "[class*=yahoo_quoted]",
        ".protonmail_quote",
        ".moz-cite-prefix",
        "#ms-outlook-mobile-signature",
    )
)
_QUOTE_BEGINS = "#divRplyFwdMsg, #appendonsend"  # Outlook: all that follows is quoted.
_QUOTE_LINE = "-----Original Message-----"
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0(?![.\d])|max-height\s*:\s*0|"
    r"(?:left|top|text-indent)\s*:\s*-\d{3,}|color\s*:\s*(?:#fff(?:fff)?\b|white|transparent)",
    re.IGNORECASE,
)
_NOT_OF_MAIL = ("idna", "punycode", "unicode_escape", "raw_unicode_escape")  # Python's own, and slow or chatty.
_DECLARATION = re.compile(r"<[!?][^<>]*>")
_LOOSE = re.compile(r"""<(?![a-z/](?:[^<>"']|"[^<>"]*"|'[^<>']*')*>)""", re.IGNORECASE)
_LINE_TAGS = {"p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table"}


def text_of(mail: Message) -> str:
    """The plain text of the mail, or its HTML as text; nothing when it has neither."""
    parts = list(islice(_readable(mail), MAX_PARTS))
    for wanted in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() == wanted and (text := _decoded(part)[:MAX_READ]).strip():
                return _clean(text if wanted == "text/plain" else _from_html(text))
    return ""


def _readable(mail: Message) -> Iterator[Message]:
    """The parts that are the mail itself: no attachments, no mails within the mail."""
    if mail.get_content_type() == "message/rfc822" or mail.get_content_disposition() == "attachment":
        return
    if mail.is_multipart():
        for part in mail.get_payload():
            if isinstance(part, Message):
                yield from _readable(part)
    else:
        yield mail


def _decoded(part: Message) -> str:
    """The part as text: by its declared charset, else UTF-8, else as the bytes a Western mail program wrote."""
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    for charset in (_charset(part), "utf-8"):
        try:
            return raw.decode(charset)
        except (LookupError, ValueError):
            continue
    return raw.decode("windows-1252", errors="replace")


def _charset(part: Message) -> str:
    declared = (part.get_content_charset() or "utf-8").lower()
    if declared in ("iso-8859-1", "us-ascii", "latin-1"):
        return "windows-1252"
    return "utf-8" if declared in _NOT_OF_MAIL else declared


def _ends_line(node: PageElement | None) -> bool:
    return isinstance(node, Tag) and node.name in _LINE_TAGS


def _tame(html: str) -> str:
    """The markup without comments and declarations, and with every `<` that begins no tag escaped.

    The standard library's parser rejects some of these, and takes time squared for the rest.
    """
    first, *rest = html.split("<!--")
    without_comments = first + "".join(piece.partition("-->")[2] for piece in rest)
    return _LOOSE.sub("&lt;", _DECLARATION.sub("", without_comments))


def _from_html(html: str) -> str:
    """What a person sees of the HTML, without what they quoted."""
    page = BeautifulSoup(_tame(html), "html.parser")
    for gone in page.select(f"script, style, head, title, template, {_QUOTE_CONTAINERS}"):
        gone.decompose()
    for element in page.find_all(style=_HIDDEN):
        element.decompose()
    for element in page.find_all(hidden=True):
        element.decompose()
    for begins in page.select(_QUOTE_BEGINS):
        begins.replace_with(f"\n{_QUOTE_LINE}\n")
    pieces: list[str] = []
    for node in page.descendants:
        if _ends_line(node.previous_sibling):
            pieces.append("\n")
        if isinstance(node, NavigableString):
            pieces.append(re.sub(r"\s+", " ", str(node)))
        elif isinstance(node, Tag) and (node.name == "br" or node.name in _LINE_TAGS):
            pieces.append("\n")
    return "".join(pieces)


def _clean(text: str) -> str:
    lines = (line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    joined = "\n".join(lines).replace("\ufeff", "").replace("\u00ad", "").replace("\x00", "")
    return unicodedata.normalize("NFC", re.sub(r"\n{3,}", "\n\n", joined)).strip()
