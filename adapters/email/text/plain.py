"""Plain: a text/plain part as lines: flowed ones joined (RFC 3676), quotes by their marks, PGP's armour taken off."""

from __future__ import annotations

import re
from email.message import Message

from adapters.email.text.charset import text_of
from adapters.email.text.lines import Line, of_text

MAX_PLAIN = 120_000  # Characters of a part: new words come first, what stands behind so many is old.

_CLEARSIGNED = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Za-z-]{1,40}: [^\n]*\n)*\n(.*?)"
    r"(?:^-----BEGIN PGP SIGNATURE-----$.*?(?:^-----END PGP SIGNATURE-----$\n?|\Z)|\Z)",
    re.DOTALL | re.MULTILINE,
)
_ENCRYPTED = re.compile(r"^-----BEGIN PGP MESSAGE-----$.*?(?:^-----END PGP MESSAGE-----$|\Z)", re.DOTALL | re.MULTILINE)
_DASHED = re.compile(r"^- ", re.MULTILINE)
_MARKS = re.compile(r">+")


def plain_lines(part: Message) -> list[Line]:
    """The lines of a text/plain part."""
    text = _CLEARSIGNED.sub(lambda found: _DASHED.sub("", found[1]), text_of(part)[:MAX_PLAIN])
    text = _ENCRYPTED.sub("", text)
    if str(part.get_param("format", "")).lower() != "flowed":
        return [of_text(line) for line in text.split("\n")]
    return flowed(text, delete_space=str(part.get_param("delsp", "")).lower() == "yes")


def flowed(text: str, *, delete_space: bool) -> list[Line]:
    """The paragraphs of a text whose lines end in a blank where they go on."""
    lines: list[Line] = []
    pieces: list[str] = []
    depth_before = -1
    for written in text.split("\n"):
        depth, content = _unstuffed(written)
        if pieces and depth != depth_before:
            lines.append(_line(pieces, depth_before))
            pieces = []
        depth_before = depth
        goes_on = content.endswith(" ") and content != "-- "
        if content == "-- " and pieces:
            lines.append(_line(pieces, depth))
            pieces = []
        pieces.append(content[:-1] if goes_on and delete_space else content)
        if not goes_on:
            lines.append(_line(pieces, depth))
            pieces = []
    return [*lines, _line(pieces, depth_before)] if pieces else lines


def _unstuffed(written: str) -> tuple[int, str]:
    """How often a line is quoted, and what it says; a blank in front only kept its content from meaning something."""
    marks = _MARKS.match(written)
    content = written[marks.end() :] if marks else written
    return len(marks[0]) if marks else 0, content[1:] if content.startswith(" ") else content


def _line(pieces: list[str], depth: int) -> Line:
    return Line("".join(pieces).strip(), "quoted" if depth else "own")
