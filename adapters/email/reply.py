"""The reply: what the person wrote new, without what they quoted, forwarded or sign with."""

from __future__ import annotations

import re

from mailparser_reply import EmailReplyParser

LONGEST_ATTRIBUTION = 300

_RULE = re.compile(r" ?[_-]{32}")
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
    """The part of a reply that its author wrote now, above the quote or below it. Never searches the rest for words."""
    lines = text.strip().split("\n")
    start, end = _between_attributions(lines)
    if start and not _first(lines[start:]).startswith(">"):
        return ""
    kept: list[str] = []
    for line in lines[start:end]:
        if _FROM_HERE_ON.match(line.strip()):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line)
    return "\n".join(kept).strip()


def _between_attributions(lines: list[str]) -> tuple[int, int]:
    """From behind the `On ..., ... wrote:` that the mail begins with, if it does, to before the next, in lines."""
    first = EmailReplyParser(languages=_LANGUAGES).read("\n".join(map(_attributing, lines))).replies[0]
    return len(first.headers.splitlines()), len(first.content.split("\n"))


def _attributing(line: str) -> str:
    """The line, if it can be part of an attribution: the library's patterns take time cubed for long ones."""
    return "x" if len(line) > LONGEST_ATTRIBUTION or line.startswith(">") or _RULE.match(line) else line


def _first(lines: list[str]) -> str:
    return next((line for line in lines if line.strip()), "")


def unbroken(text: str) -> str:
    """An attribution broken over two lines (`On ... \\n wrote:`) joined, so that it is seen."""
    return re.sub(r"^(on .{5,150})\n(.{0,80}wrote:)$", r"\1 \2", text, flags=re.IGNORECASE | re.MULTILINE)
