"""Keywords: the few words and digits in a text that mean something on their own, and how they are recognised.

STOP and its family are honoured however they are punctuated, and so are the phrases that can only mean our messages:
nobody may have to look for the right spelling. "Stop please" is no such phrase. It may be said to the agent, about its
work; and who opted out hears nothing more, not even that they did, as Twilio confirms exact keywords only. So it goes
on as a message, and an operator is told. START must be exact: consent is nothing to guess at.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from agent_core.spelling import plain

Word = Literal["", "stop", "start", "yes", "help"]

# https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
_STOP = frozenset({"stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout"})
_EXACT: dict[str, Word] = {"start": "start", "unstop": "start", "yes": "yes", "help": "help", "info": "help"}
_TOLD: dict[str, Word] = {"STOP": "stop", "START": "start", "HELP": "help"}
_ABOUT_MESSAGES = frozenset(
    {
        "stop all",
        "stop sms",
        "stop texting",
        "stop texting me",
        "stop messaging me",
        "stop sending me messages",
        "stop these messages",
        "stop messages",
        "no more messages",
        "no more texts",
        "do not text me",
        "dont text me",
        "opt out",
        "unsubscribe me",
    }
)
_POLITE = frozenset({"please", "pls", "now", "just", "thanks", "thank", "you", "ok", "it", "this"})
_PAIRED = re.compile(r"(?<!\d)(?:(\d{6})(?!\d)|(?<!\d )(\d{3}) (\d{3})(?! ?\d))", re.ASCII)
_PUNCTUATION = re.compile(r"[^\w\s]")
_LONGEST = 60


class Typed(NamedTuple):
    """The code somebody typed, if any; and the text, with the line of the code as it was meant."""

    code: str | None
    text: str


def keyword(text: str, told: str = "") -> Word:
    """The keyword that a whole message is. `told` is Twilio's `OptOutType`, which knows the keywords of an account.

    A YES may be an answer, or the wish to hear from us again: it stays a YES, whatever Twilio takes it for.
    """
    if len(text) > _LONGEST and not told:
        return ""
    word = " ".join(plain(text).split()).lower()
    exact = _EXACT.get(word, "")
    if found := _TOLD.get(told.strip().upper()):
        return "yes" if (found, exact) == ("start", "yes") else found
    bare = _bare(word)
    return "stop" if bare in _STOP or bare in _ABOUT_MESSAGES else exact


def may_mean_stop(text: str) -> bool:
    """Whether it is STOP with nothing but politeness around it."""
    words = _bare(plain(text[:_LONGEST]).lower()).split()
    rest = [word for word in words if word not in _POLITE]
    return len(text) <= _LONGEST and len(rest) == 1 and rest[0] in _STOP


def typed(text: str) -> Typed:
    """The six digits on the first line that is not empty, with or without a space in their middle.

    Two different ones are none: nobody can say which was meant.
    """
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if meant := " ".join(plain(line).split()):
            codes = {"".join(filter(None, found)) for found in _PAIRED.findall(meant)}
            if len(codes) != 1:
                break
            return Typed(codes.pop(), "\n".join([meant, *lines[number + 1 :]]))
    return Typed(None, text)


def _bare(text: str) -> str:
    return " ".join(_PUNCTUATION.sub("", text).split())
