"""Containers: the markup by which mail programs tell what they quote and what a signature is, program by program."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

# `shell`: around a quote and its attribution, and around answers between the pieces of the quote.
# `indent`: looks like a quote and is the person's own paragraph.
Role = Literal["", "quoted", "rest", "shell", "signed", "indent"]

_QUOTED_CLASSES = frozenset(
    (
        *("yahoo_quoted", "moz-cite-prefix", "moz-forward-container", "tutanota_quote", "skiff_quote", "iosymail"),
        *("ntes-mailmaster-quote", "inotesHistory".lower(), "front-blockquote", "missive_quote", "freemail_quote"),
        *("gmail_attr", "hey_quote", "mail_quote", "qmbox", "outlook-quote", "mb-quote", "x_yahoo_quoted"),
    )
)
_SHELL_CLASSES = frozenset(
    ("gmail_quote", "protonmail_quote", "zmail_extra", "sh-quoted-content", "nylas-quote", "x_gmail_quote")
)
_SIGNED_CLASSES = frozenset(
    (
        *("gmail_signature", "gmail_signature_prefix", "moz-signature", "protonmail_signature_block", "ntes-signature"),
        *("k9mail-signature", "sh-signature", "x_gmail_signature", "yahoo-signature", "front-signature", "tutasig"),
        *("elided-signature", "zmail_signature_below", "evolution-signature", "-x-evo-signature"),
    )
)
_QUOTED_IDS = frozenset(
    (
        *("isforwardcontent", "isreplycontent", "origbody", "reply139content", "orimsghtmlseperator", "reply-intro"),
        *("olk_src_body_section", "qt", "includetail"),
    )
)
_REST_IDS = frozenset(
    (
        *("divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container", "replysplit", "zwchr"),
        *("x_divrplyfwdmsg", "x_appendonsend", "stopspelling"),
    )
)
_SIGNED_IDS = frozenset(
    (
        *("signature", "ms-outlook-mobile-signature", "applemailsignature", "composer_signature", "imail_signature"),
        *("x_signature", "divneteasemailcard", "zm-_id_-sgn", "x_ms-outlook-mobile-signature", "bloop_sign"),
        *("applemailsignature", "bb10_signature", "lineBreakAtBeginningOfSignature".lower()),
    )
)
_NAMES: Mapping[str, Role] = {"quote": "quoted", "messagereplysection": "quoted", "messagesignaturesection": "signed"}
_MARKERS: Mapping[str, Role] = {
    "__divider__": "rest",
    "__headers__": "rest",
    "__quoted_text__": "quoted",
    "__signature__": "signed",
}
# The line Word draws above `From:`; its colours and its padding, as Outlook's versions write them.
_WORD_LINE = re.compile(
    r"border-top:\s*(?:solid\s+#?(?:e1e1e1|b5c4df)|(?:1(?:\.0)?pt\s+)?solid\s+rgb\((?:225,\s*225,\s*225|181,\s*196,\s*223)\)|"
    r"#(?:e1e1e1|b5c4df)\s+1(?:\.0)?pt\s+solid|1(?:\.0)?pt\s+solid\s+#(?:e1e1e1|b5c4df)|"
    r"solid\s+\w+\s+1(?:\.0)?pt;\s*padding:\s*3(?:\.0)?pt)"
)
_INDENT = re.compile(r"border\s*:\s*(?:none|0|medium none)|margin\s*:\s*0(?:px)?\s+0(?:px)?\s+0(?:px)?\s+40px")


def role_of(tag: str, attributes: Mapping[str, str]) -> Role:
    """What an element is by its tag and attributes; empty for one that says nothing of it."""
    classes = frozenset(attributes.get("class", "").lower().split())
    identity = attributes.get("id", "").lower()
    named = _by_name(classes, identity, attributes)
    if tag == "blockquote":
        return _of_blockquote(classes, identity, attributes)
    if named:
        return named
    if tag == "includetail":
        return "quoted"
    return "rest" if tag == "div" and _WORD_LINE.search(attributes.get("style", "").lower()[:2000]) else ""


def _by_name(classes: frozenset[str], identity: str, attributes: Mapping[str, str]) -> Role:
    if identity in _REST_IDS or "outlookmessageheader" in classes:
        return "rest"
    if classes & _SIGNED_CLASSES or identity in _SIGNED_IDS or "data-signature-widget" in attributes:
        return "signed"
    if any(name.endswith("signature") and name.startswith("ydp") for name in classes):
        return "signed"
    if classes & _SHELL_CLASSES:
        return "shell"
    if classes & _QUOTED_CLASSES or identity in _QUOTED_IDS or _is_yahoos(classes, identity):
        return "quoted"
    marker = attributes.get("data-marker", "").lower()
    return _NAMES.get(attributes.get("name", "").lower(), "") or _MARKERS.get(marker, "")


def _is_yahoos(classes: frozenset[str], identity: str) -> bool:
    return "yahoo_quoted" in identity or any(name.endswith("yahoo_quoted") for name in classes)


def _of_blockquote(classes: frozenset[str], identity: str, attributes: Mapping[str, str]) -> Role:
    """Quoted, unless a mail program drew it when somebody indented their own paragraph."""
    if attributes.get("type", "").lower() == "cite" or classes & (_QUOTED_CLASSES | _SHELL_CLASSES):
        return "quoted"
    own = "webkit-indent-blockquote" in classes or _INDENT.search(attributes.get("style", "").lower()[:2000])
    return "indent" if own and identity not in _QUOTED_IDS else "quoted"
