"""The reply: what the person wrote new, without what they quoted, forwarded or sign with."""

from __future__ import annotations

import re

from mailparser_reply import EmailReplyParser

_LANGUAGES = ["en", "de", "cs", "da", "es", "fr", "it", "ja", "ko", "nl", "pl", "sv", "zh"]
_FROM_HERE_ON = re.compile(
    r"^(?:"
    r"-{2,} ?(?:original message|forwarded message|ursprüngliche nachricht|message d'origine).*"
    r"|begin forwarded message:.*"
    r"|_{10,}"
    r"|on .{5,200} wrote:"
    r"|am .{5,200} schrieb.{0,200}:"
    r"|le .{5,200} a écrit ?:"
    r"|from: .{3,200}"
    r"|-- ?"
    r"|sent from my .{2,40}"
    r")$",
    re.IGNORECASE,
)


def new_text(text: str) -> str:
    """The part of a reply that its author wrote now. Never searches the rest for words."""
    reply = EmailReplyParser(languages=_LANGUAGES).parse_reply(text=text) or ""
    kept: list[str] = []
    for line in reply.splitlines():
        if _FROM_HERE_ON.match(line.strip()):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line)
    return "\n".join(kept).strip()


def unbroken(text: str) -> str:
    """An attribution broken over two lines (`On ... \\n wrote:`) joined, so that it is seen."""
    return re.sub(r"^(on .{5,150})\n(.{0,80}wrote:)$", r"\1 \2", text, flags=re.IGNORECASE | re.MULTILINE)
