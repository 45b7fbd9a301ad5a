"""Decisions in words: what the first line of a text says, by fixed rules, whoever says it and of whatever.

A word of decision may have the code of its request beside it. What is neither yes nor no (a question back, an answer
instead, somebody else who is to decide) always must: without a code such words are talk. Only where every line is a
decision with a code of its own is each of them one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from agent_core.spelling import plain
from agent_core.values import Decision, Frozen
from agent_core.wording import CODED, LETTERS, WORDS, is_condition

# A bare one of these from somebody who has something to decide is asked back about; LIST asks what there is.
_LOOSE = re.compile(r"(yes|y|yep|yeah|yup|ok|okay|k|sure|fine|go|no|n|nope|nah|list|pending|👍)?[.! ]*")
_CODE = r"(?:\d{6}|\d{3} \d{3})"
_ANY = "|".join(re.escape(word) for word in sorted((*WORDS, *LETTERS), key=len, reverse=True))
_LINE = re.compile(
    rf"^(?P<before>{_CODE}[ ,:-]*)?(?P<word>{_ANY})(?!\w)[ ,:-]*(?P<after>{_CODE}\b)?"
    r"[ ,.:;!-]*(?P<rest>.*)$",
    re.IGNORECASE,
)
_WITH_A_CODE = re.compile(
    rf"^(?:(?P<before>{_CODE})[ ,:-]*(?P<second>{'|'.join(CODED)})(?!\w)"
    rf"|(?P<first>{'|'.join(CODED)})[ ,:-]*(?P<after>{_CODE})\b)"
    r"(?:[ ,.:;!]|-(?!\d))*(?P<rest>.*)$",
    re.IGNORECASE,
)
_BESIDE = re.compile(rf"^{_CODE}(?!\d)[ ,:-]*|[ ,:-]*(?<!\d){_CODE}$")
_MISTYPED = re.compile(r"[aru][ ,:-]*[\d ]+")
_NUMBER = re.compile(rf"(?<!\d){_CODE}(?!\d)")
# Nobody has more to decide in one message: more are not heard one by one, but asked back.
MOST_APART = 10


class Words(Frozen):
    """A decision in words: what was decided, whether a code stood beside it, and what was said besides.

    `short`: nothing but a letter, or UNDO, which are words of decision only to who has something to decide. `to`: to
    whom it is handed on, and maybe why, as it stands on the first line.
    """

    decision: Decision
    rest: str
    code: bool = False
    short: bool = False
    to: str = ""

    @property
    def says_too_little(self) -> bool:
        """Whether a question, an answer or a name is missing, which the word is nothing without."""
        needed = {"ask": self.rest, "answer": self.rest, "delegate": self.to}
        return not needed.get(self.decision, "said")


def decision_in(text: str) -> Words | None:
    """The decision on the first line that is not empty, if that line is one."""
    first, after = _lines(text)
    if match := _WITH_A_CODE.match(first):
        return _neither(CODED[(match["first"] or match["second"]).lower()], match["rest"].strip(), after)
    match = _LINE.match(first)
    if match is None:
        return None
    rest = _joined(match["rest"].strip(), *after)
    word, code = match["word"].lower(), bool(match["before"] or match["after"])
    short = not code and (word in LETTERS or word == "undo")
    if short and rest:
        return None
    return Words(decision=(WORDS | LETTERS)[word], rest=rest, code=code, short=short)


def _neither(decision: Decision, rest: str, after: list[str]) -> Words:
    if decision == "delegate":
        return Words(decision=decision, to=rest, rest=_joined(*after), code=True)
    return Words(decision=decision, rest=_joined(rest, *after), code=True)


class Single(NamedTuple):
    """One of several decisions in one message: its line, and the code beside its word."""

    line: str
    code: str


def apart(text: str) -> tuple[Single, ...]:
    """The decisions of a text in which every line is one, each with another code; empty for any other text.

    A line with two numbers that could be codes is none of these: nobody can say which was meant.
    """
    lines = [line.strip() for line in text.splitlines() if meant(line)]
    if not 2 <= len(lines) <= MOST_APART:
        return ()
    codes = [_only_code(line) for line in lines]
    fit = all(codes) and len(set(codes)) == len(codes)
    return tuple(map(Single, lines, codes)) if fit else ()


def are_several(text: str) -> bool:
    """Whether the first line is a decision with a code, and a later one is, too, with another code.

    Unless they are told apart, they decide nothing: what stands between them may be a condition, and what stands below
    may be words of ours that a mail program put there.
    """
    codes = (_code_beside(line) for line in text.splitlines() if meant(line))
    first = next(codes, None)
    return first is not None and any(code not in (None, first) for code in codes)


def _code_beside(line: str) -> str | None:
    """The digits beside the word of decision, or of both its codes; None where the line is no decision with a code."""
    match = _WITH_A_CODE.match(meant(line)) or _LINE.match(meant(line))
    if match is None or not (match["before"] or match["after"]):
        return None
    return re.sub(r"\D", "", f"{match['before'] or ''}{match['after'] or ''}")


def _only_code(line: str) -> str:
    """The code beside the word, if no other number on the line could be one; else nothing."""
    numbers = {found.replace(" ", "") for found in _NUMBER.findall(meant(line))}
    code = _code_beside(line)
    return code if code and numbers == {code} else ""


def at_best(text: str) -> Decision | None:
    """What words can mean at best, whoever says them of whatever: a decision, or talk.

    It is `ask` as well where nothing is decided and their author is asked what they meant.
    """
    words = decision_in(text)
    if are_several(text) and not apart(text):
        return "ask"
    if words is None:
        return "ask" if is_loose(text) or names_a_code(text) else None
    return "ask" if words.decision == "approve" and is_conditional(text) else words.decision


def is_conditional(text: str) -> bool:
    """Whether an approval in these words is something else."""
    first, after = _lines(text)
    match = _LINE.match(first)
    return match is not None and is_condition(match["rest"], plain("\n".join(after)))


def is_loose(text: str) -> bool:
    """Whether it is a YES, an OK or the like and nothing else."""
    return bool(meant(text) and _LOOSE.fullmatch(meant(text).lower()))


def is_nearly(text: str) -> bool:
    """Whether it is a YES or the like, or nothing, with a code beside it, or a letter and half a code."""
    said = meant(text).lower()
    return bool(said and (_LOOSE.fullmatch(_BESIDE.sub("", said)) or _MISTYPED.fullmatch(said)))


def names_a_code(text: str) -> bool:
    """Whether the first line has a code in it: whoever types one means to decide."""
    return bool(_NUMBER.search(_lines(text)[0]))


def without_code(text: str) -> str:
    """The text without a code at the beginning or the end of its first line."""
    first, _, rest = text.partition("\n")
    return _joined(_BESIDE.sub("", meant(first)), rest.strip())


def meant(line: str) -> str:
    """A line as it is compared: see `plain`; on one line, and no gaps in it."""
    return " ".join(plain(line).split())


def _lines(text: str) -> tuple[str, list[str]]:
    """The first line that is not empty, as it is compared, and the lines after it as they are; maybe none."""
    lines = [(said, line.strip()) for line in text.splitlines() if (said := meant(line))]
    return (lines[0][0] if lines else ""), [line for _, line in lines[1:]]


def _joined(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
