"""Words: what a person typed in Slack, from Slack's markup to plain text.

Slack escapes `&`, `<` and `>` in what people type, so that an angle bracket in `text` always begins a reference.
"""

from __future__ import annotations

import re

from adapters.slack.meaning import File
from adapters.text import one_line

_REFERENCE = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_ESCAPES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_ESCAPED = re.compile("|".join(_ESCAPES))
_MAX_NAME = 200


def mentions(text: str, user: str) -> bool:
    """Whether the text names this user."""
    return any(target.partition("|")[0] == f"@{user}" for target, _ in _REFERENCE.findall(text))


def plain(text: str, bot_user: str) -> str:
    """The text as a person reads it, without the mention that only calls us."""
    read = _REFERENCE.sub(lambda match: _spoken(match[1], match[2] or "", bot_user), text)
    return _ESCAPED.sub(lambda match: _ESCAPES[match[0]], read).strip()


def _spoken(target: str, label: str, bot_user: str) -> str:
    """One reference in words. A link keeps its address: what a label hides is what matters."""
    if target == f"@{bot_user}":
        return ""
    if target[:1] in ("@", "#"):
        return target[0] + (label or target[1:]).lstrip(target[0])
    if target.startswith("!"):
        return _special(target[1:], label)
    address = target.removeprefix("mailto:")
    shown = label in ("", target, address, target.partition("://")[2])
    return address if shown else f"{label} ({address})"


def _special(target: str, label: str) -> str:
    kind, _, rest = target.partition("^")
    if kind == "date":
        return label or rest
    return "@" + (label or rest or kind).lstrip("@")


def named(file: File) -> str:
    """A file in a line of text: name, type and size."""
    if file.why_not == "gone":
        return f"[file {file.id}: it is gone]"
    if file.asks or not file.name:
        return f"[file {file.id}: Slack does not describe it]"
    name = file.name if len(file.name) <= _MAX_NAME else f"{file.name[:_MAX_NAME]}… (name cut)"
    size = "size unknown" if file.size is None else f"{file.size:,} bytes"
    return f"[file {one_line(name)}, {one_line(file.mimetype) or 'type unknown'}, {size}]"
