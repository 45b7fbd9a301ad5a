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
    r"|(?=.*\d{4}).{0,200}<[^<>\s]{3,100}@[^<>\s]{3,100}>.{0,40}[:：]"  # A date and an address, in any language.
    r"|-- ?"
    r"|sent from my .{2,40}"
    r")$",
    re.IGNORECASE,
)


def new_text(text: str) -> str:
    """The part of a reply that its author wrote now, above the quote or below it. Never searches the rest for words."""
    lines = text.strip().split("\n")
    attribution, end = _attribution(lines)
    if attribution:
        below = "\n".join(lines[attribution:]).strip()
        return new_text(below) if below.startswith(">") else ""
    kept: list[str] = []
    for line in lines[:end]:
        if _FROM_HERE_ON.match(line.strip()):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line)
    return "\n".join(kept).strip()


def _attribution(lines: list[str]) -> tuple[int, int]:
    """How many lines the `On ..., ... wrote:` has that the text begins with, and how many stand before the next."""
    first = EmailReplyParser(languages=_LANGUAGES).read("\n".join(map(_attributing, lines))).replies[0]
    begins = _FROM_HERE_ON.match(lines[0].strip()) and not lines[0].startswith(">")
    return len(first.headers.splitlines()) or int(bool(begins)), len(first.content.split("\n"))


def _attributing(line: str) -> str:
    """The line, if it can be part of an attribution: the library's patterns take time cubed for long ones."""
    return "x" if len(line) > LONGEST_ATTRIBUTION or line.startswith(">") or _RULE.match(line) else line


def unbroken(text: str) -> str:
    """An attribution broken over two lines (`On ... \\n wrote:`) joined, so that it is seen."""
    return re.sub(r"^(on .{5,150})\n(.{0,80}wrote:)$", r"\1 \2", text, flags=re.IGNORECASE | re.MULTILINE)
