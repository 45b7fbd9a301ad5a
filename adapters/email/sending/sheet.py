"""Sheet: what a mail says, before it is text or a page; and what of it is left when all of it would be too much.

Nothing is cut off in silence: a request that cannot be shown whole cannot be decided by an answer, and of anything else
the whole is sent along as a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from adapters.base import Parcel
from adapters.layout import Answer, Block, Facts, Prose, Quoted, Words, layout, plain, subject
from adapters.text import visible
from agent_core.events import AgentMessage, ApprovalRequest, RequestClosed

Tone = Literal["asks", "wants", "good", "bad", "quiet"]

NOT_WHOLE = "This request is too long for a mail. The page behind the link has all of it."
SEVERAL = (
    "This mail has {count} requests. Each is decided for itself, by its own code. To decide several in one answer, put "
    "each decision on a line of its own and write nothing else."
)
NEXT = "Request {place} of {count}:"
LEFT_OUT = "What is too long to be shown here is left out below, and says so."
BEGINNING = "This is only how it begins: it has {length:,} characters."
IN_FILE = "This is only how it begins. The file {name} has all of it: {length:,} characters."

_TONES: dict[str, Tone] = {
    "approval_request": "asks",
    "escalation": "asks",
    "input_request": "wants",
    "field_request": "wants",
    "relayed": "wants",
}
_ENDS: dict[str, Tone] = {"approved": "good", "answered": "good", "denied": "bad"}
_TITLED = {"approval_request", "input_request", "request_closed", "escalation"}
_LONGEST_TITLE = 200
_LONGEST_WORDS = 1_000
_BRIEF = 200
_MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class File:
    """What is sent along."""

    name: str
    media_type: str
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """`tone` is what it is about, by colour. `answered`: whether words in an answer to it count for anything."""

    tone: Tone
    title: str
    blocks: tuple[Block, ...]
    answered: bool
    file: File | None = None


def whole(parcel: Parcel) -> Sheet:
    """All there is to say."""
    event = parcel.event
    blocks = layout(event, role=parcel.role, ticket=parcel.ticket, request=parcel.request, raised=parcel.raised)
    title = subject(event, parcel.request) if event.type in _TITLED else ""
    tone = _ENDS.get(event.outcome, "quiet") if isinstance(event, RequestClosed) else _TONES.get(event.type, "quiet")
    title = title if len(title) <= _LONGEST_TITLE else ""
    return Sheet(tone, title, (*_count(parcel), *blocks, *_together(parcel)), _is_answered(blocks))


def _count(parcel: Parcel) -> tuple[Block, ...]:
    return (Words(SEVERAL.format(count=len(parcel.together) + 1)),) if parcel.together else ()


def _together(parcel: Parcel) -> Iterator[Block]:
    """What is put to them by the same mail, each with its own code and its own page."""
    for place, other in enumerate(parcel.together, 2):
        yield Words(NEXT.format(place=place, count=len(parcel.together) + 1))
        yield from layout(other.request, role=parcel.role, ticket=other.ticket)


def shorter(parcel: Parcel, sheet: Sheet) -> Iterator[Sheet]:
    """The same in less and less room, until it is none."""
    if isinstance(parcel.event, ApprovalRequest):
        for longest in (2_000, _BRIEF):
            blocks = tuple(_outlined(sheet.blocks, longest))
            yield replace(sheet, blocks=blocks, answered=_is_answered(blocks))
        return
    file = _file(parcel, sheet)
    note = Words(IN_FILE.format(name=file.name, length=len(file.text)))
    for longest in (20_000, 5_000, 1_000, _BRIEF):
        blocks = tuple(_brief_block(block, longest) for block in sheet.blocks)
        yield replace(sheet, blocks=(*blocks, note), file=file)


def _is_answered(blocks: tuple[Block, ...]) -> bool:
    return not any(isinstance(block, Answer) and not block.lines for block in blocks)


def _file(parcel: Parcel, sheet: Sheet) -> File:
    if isinstance(parcel.event, AgentMessage):
        return File("answer.md", "text/markdown", visible(parcel.event.text))
    return File("message.txt", "text/plain", plain(sheet.blocks))


def _outlined(blocks: tuple[Block, ...], longest: int) -> Iterator[Block]:
    """A request in outline: without what would decide it by words."""
    decides = any(isinstance(block, Answer) for block in blocks)
    yield Words(f"{NOT_WHOLE} {LEFT_OUT}" if decides else LEFT_OUT)
    for block in blocks:
        yield replace(block, lines=(), also=()) if isinstance(block, Answer) else _brief_block(block, longest)
        if isinstance(block, Prose | Quoted) and len(block.text) > longest:
            yield Words(BEGINNING.format(length=len(block.text)))


def _brief_block(block: Block, longest: int) -> Block:
    match block:
        case Facts():
            return Facts(_few(block.rows))
        case Words():
            long = len(block.text) > _LONGEST_WORDS
            return Words(f"{block.text[:_LONGEST_WORDS]}… ({len(block.text):,} characters)") if long else block
        case Prose() | Quoted():
            return replace(block, text=block.text[:longest])
        case Answer():
            return block


def _few(rows: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The first and the last rows; between them are arguments. What is too long is counted, never cut."""
    if (left := len(rows) - _MOST_ROWS) > 0:
        half = _MOST_ROWS // 2
        rows = (*rows[:half], (f"and {left} more", f"{left} rows do not fit here"), *rows[-half:])
    return tuple((_brief(name), _brief(value)) for name, value in rows)


def _brief(text: str) -> str:
    return text if len(text) <= _BRIEF else f"({len(text):,} characters, too long to be shown here)"
