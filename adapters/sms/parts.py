"""Parts: lines of text as one message, or as up to three that say which they are. Nothing is lost on the way.

Parts may arrive in any order, so each is numbered. A part is kept short enough to arrive: longer ones are dropped more
often, and all of their segments are paid for. Twilio takes 1,600 characters in no case more (error 21617).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from adapters.sms.segments import size

CHARACTERS = 1_600
SEGMENTS = 5
MOST = 3
_NUMBER = "(1/3) "
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+")
_WORD = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Line:
    """A line. `mark` stands before every piece of it; one that is `whole` is in one part, as it is, or nowhere."""

    text: str
    mark: str = ""
    whole: bool = False

    @property
    def shown(self) -> str:
        """As it is sent."""
        return f"{self.mark}{self.text}".rstrip()


@dataclass(frozen=True, slots=True)
class Room:
    """What one message may hold: `segments` None where nobody counts them.

    `around` is kept free in each: what may be put before or after. It is kept free even if nothing is, so that the same
    lines make the same parts each time.
    """

    segments: int | None = SEGMENTS
    characters: int = CHARACTERS
    around: str = ""

    def holds(self, text: str) -> bool:
        """Whether a message may say this."""
        whole = f"{self.around}{text}"
        if len(whole) > self.characters:
            return False
        return self.segments is None or size(whole).segments <= self.segments


def split(lines: Sequence[Line], room: Room) -> tuple[str, ...] | None:
    """The lines in one message, or in numbered parts; None if they do not fit into three."""
    alone = "\n".join(line.shown for line in lines).strip("\n")
    if room.holds(alone):
        return (alone,)
    parts: list[str] = []
    for part in fill(lines, lambda text: room.holds(_NUMBER + text)):
        if part is None or len(parts) == MOST:
            return None
        parts.append(part)
    return tuple(f"({number}/{len(parts)}) {part}" for number, part in enumerate(parts, 1))


def fill(lines: Sequence[Line], holds: Callable[[str], bool]) -> Iterator[str | None]:
    """The lines part by part, each as full as it may be; None once a whole line fits into none."""
    left, now = deque(lines), list[str]()
    while left:
        line = left.popleft()
        if holds("\n".join([*now, line.shown])):
            now.append(line.shown)
            continue
        if not line.whole:
            before = "".join(f"{text}\n" for text in now)
            head, rest = _broken(line, lambda text, before=before: holds(before + text))  # type: ignore[misc]
            now, line = [*now, head.shown] if head else now, rest
        if not now:
            yield None
            return
        yield "\n".join(now).strip("\n")
        now = []
        left.appendleft(line)
    if now:
        yield "\n".join(now).strip("\n")


def _broken(line: Line, holds: Callable[[str], bool]) -> tuple[Line | None, Line]:
    """As much of a line as is held, up to the end of a sentence if there is one, else of a word, else as it comes."""
    for ends in (_SENTENCE, _WORD):
        for match in reversed(list(ends.finditer(line.text[: CHARACTERS + 1]))):
            head = Line(line.text[: match.start()], line.mark)
            if head.text.strip() and holds(head.shown):
                return head, Line(line.text[match.end() :], line.mark)
    for end in range(min(len(line.text), CHARACTERS), 0, -1):
        head = Line(line.text[:end], line.mark)
        if holds(head.shown):
            return head, Line(line.text[end:], line.mark)
    return None, line
