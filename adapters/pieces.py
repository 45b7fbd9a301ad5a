"""Pieces: what is too long for one message, in several that stand alone. Nothing is ever cut off. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from adapters.markdown import top_level
from adapters.text import visible

_ATOM = re.compile(r"\\u\{[0-9A-F]+\}|&(?:amp|lt|gt);|\\.|.", re.DOTALL)


@dataclass(frozen=True)
class Room:
    """How much one piece may hold, as `size` counts it. What `whole` matches is not cut if there is another place."""

    limit: int
    size: Callable[[str], int] = len
    whole: re.Pattern[str] | None = None


def pieces(markdown: str, room: Room, write: Callable[[str], str]) -> tuple[str, ...]:
    """Markdown, written anew by `write`, in pieces; code blocks that are cut are code blocks on both sides."""
    sources = top_level(visible(markdown.replace("\r\n", "\n")))
    written = tuple(write(part) for source in sources for part in _parts(source, room, write))
    return pack(written, room.limit, "\n\n", room.size)


def pack(parts: Sequence[str], limit: int, joint: str, size: Callable[[str], int] = len) -> tuple[str, ...]:
    """The parts joined, as many at a time as the limit allows."""
    packed: list[str] = []
    for part in parts:
        if packed and size(packed[-1]) + size(joint) + size(part) <= limit:
            packed[-1] += joint + part
        else:
            packed.append(part)
    return tuple(packed)


def split(text: str, limit: int) -> tuple[str, ...]:
    """Plain text in pieces of up to `limit` characters, cut between lines or words where there are any."""
    if len(text) <= limit:
        return (text,)
    cut = _cut(text, limit)
    return (text[:cut], *split(text[cut:].lstrip("\n "), limit))


def _parts(source: str, room: Room, write: Callable[[str], str]) -> Iterator[str]:
    opening, body, closing = _fenced(source)
    # What is far too long is not written just to see that it is: each time, all the rest would be read again.
    if len(body) < 2 or (room.size(source) <= 2 * room.limit and room.size(write(source)) <= room.limit):
        yield source
        return
    left = (room.limit - len(opening) - len(closing)) * len(source) // room.size(source)
    cut = _cut(body, left if 0 < left < len(body) else len(body) // 2, None if closing else room.whole)
    yield from _parts(f"{opening}{body[:cut]}{closing}", room, write)
    yield from _parts(f"{opening}{body[cut:].removeprefix(chr(10))}{closing}", room, write)


def _fenced(source: str) -> tuple[str, str, str]:
    """The opening, the body and the closing of a code block; other text is all body."""
    match = re.fullmatch(r"( {0,3}(`{3,}|~{3,})[^\n]*\n)(.*?)\n?(?:\n {0,3}\2[`~]*\s*)?", source, re.DOTALL)
    return (match[1], match[3], f"\n{match[2]}") if match else ("", source, "")


def _cut(text: str, limit: int, whole: re.Pattern[str] | None = None) -> int:
    """Where to cut: after the last line that fits, else after the last word, else between two letters."""
    kept = tuple(match.span() for match in whole.finditer(text)) if whole else ()
    for between in ("\n", " "):
        at = text.rfind(between, 1, limit)
        while inside := next((start for start, end in kept if start <= at < end), None):
            at = text.rfind(between, 1, inside)
        if at > (0 if kept else limit // 2):
            return at + 1
    if before := next((start for start, end in kept if start < limit < end), 0):
        return before
    at = 0
    for atom in _ATOM.finditer(text):
        if atom.end() > limit:
            break
        if not unicodedata.combining(text[atom.end() : atom.end() + 1] or " "):
            at = atom.end()
    return at or limit
