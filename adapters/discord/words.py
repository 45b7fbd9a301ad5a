"""Words: what people are told about what they pressed, sent off or commanded. Pure.

Whatever others wrote is data in it: it calls nobody, links nowhere and looks like nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from adapters.text import one_line, visible
from agent_core.events import ApprovalRequest, Request

NOT_OURS = "This button is not one of ours, or was shown somewhere else. Nothing was done."
GONE = "This request is not open any more, so nothing was done."
NOT_NOW = "The request cannot be looked up just now. Please press the button once more."
NOT_OPENED = "The form could not be opened. Please press the button once more."
NO_FORM = "This does not fit a form. Nothing was done."
NOBODY = "There is nobody to whom this can be handed. It still waits for your decision."
UNKNOWN = "This has no meaning any more. Nothing was done."
NOT_HERE = "I cannot work here. Please write to me directly."
FAILED = "Something went wrong on our side, so this may not count. Please try once more."
TAKEN = "Thank you, this is noted."
STOPPED = "It is told to stop."
NOT_THEIRS = "There is nothing here that you can stop: only those who asked for something can."
NO_CONVERSATION = "Please use `/stop` in the conversation that is to stop."
NO_WORDS = "Please say what you want: `/ask what: …`"
NOTHING_WAITS = "Nothing waits for you."
AMISS = "This cannot stand as it is, so nothing was done. The button is still there."

# Discord takes 2,000 characters; how it counts them, it does not say.
MOST = 1_900
_MOST_LISTED = 10
_MOST_QUOTED = 100
_MARKS = re.compile(r"([\\`*_~|<>@#:\[\]()-])")
_STATES: Mapping[str, str] = {
    "stopped": "This conversation is stopped.",
    "paused": "This conversation is paused.",
    "taken_over": "A person has taken this conversation over.",
    "running_tool": "The agent is at work.",
    "awaiting_human": "This conversation waits for somebody's answer.",
    "working": "The agent is at work.",
    "idle": "Nothing is under way in this conversation.",
}


def harmless(text: str) -> str:
    """The text letter by letter, as Discord shows it: no mention, no link, no markup, nothing hidden."""
    escaped = _MARKS.sub(r"\\\1", visible(text))
    return re.sub(r"^(\s*\d+)\.", r"\1\\.", escaped, flags=re.MULTILINE)


def amiss(problems: Mapping[str, str]) -> str:
    """What is wrong, at which field; `problems` are those of a BadAnswer."""
    lines = (f"{harmless(one_line(name))}: {harmless(one_line(why))}" for name, why in problems.items() if name)
    whole = (harmless(one_line(why)) for name, why in problems.items() if not name)
    return "\n".join((AMISS, *whole, *lines))


def asked(user: str, text: str) -> str:
    """Who asked what by a command, for all to see; `user` is their id. Of what is too long, the beginning."""
    quoted = "\n".join(f"> {line}" for line in harmless(text).split("\n"))
    first, *more = pieces(quoted, MOST - 100)
    note = "\n(This is the beginning; the agent has all of it.)" if more else ""
    return f"<@{user}> asks:\n{first}{note}"


def status(waiting: Sequence[Request], state: str | None) -> str:
    """What waits for the person, and what their conversation is doing, if they are in one."""
    return "\n".join((*_waits(waiting), *filter(None, (_STATES.get(state or ""),))))


def pieces(text: str, most: int = MOST) -> tuple[str, ...]:
    """The text in pieces of up to so many characters, cut between lines or words where there are any."""
    if len(text) <= most:
        return (text,)
    at = max(text.rfind("\n", 1, most), text.rfind(" ", most // 2, most))
    at = at if at > 0 else most - (text[most - 1] == "\\")
    return (text[:at], *pieces(text[at:].lstrip("\n "), most))


def _waits(waiting: Sequence[Request]) -> Iterator[str]:
    if not waiting:
        yield NOTHING_WAITS
        return
    yield "1 request waits for you:" if len(waiting) == 1 else f"{len(waiting)} requests wait for you:"
    yield from (f"- {_named(request)}" for request in waiting[:_MOST_LISTED])
    if (more := len(waiting) - _MOST_LISTED) > 0:
        yield f"- and {more} more"


def _named(request: Request) -> str:
    if isinstance(request, ApprovalRequest):
        return f"to approve: {harmless(one_line(request.call.tool))}"
    question = one_line(request.question)
    return f"to answer: {harmless(question)}" if len(question) <= _MOST_QUOTED else "to answer: a longer question"
