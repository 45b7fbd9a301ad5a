"""STOP and its family: the opt-out list that Twilio keeps, and what it answers for a long code.

Only a message that is the keyword alone counts, in any case. The list is kept per number of ours, or for a whole
messaging service. The message is passed on to the webhook all the same, with `OptOutType` if Advanced Opt-Out is on.
https://help.twilio.com/articles/223134027, https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.twilio.world import World

OUT = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
IN = frozenset({"START", "YES", "UNSTOP"})
ASKED = frozenset({"HELP", "INFO"})

Word = Literal["STOP", "START", "HELP", ""]

REPLIES: dict[Word, str] = {
    "STOP": (
        "You have successfully been unsubscribed. You will not receive any more messages from this number. "
        "Reply START to resubscribe."
    ),
    "START": (
        "You have successfully been re-subscribed to messages from this number. "
        "Reply HELP for help. Reply STOP to unsubscribe. Msg&Data Rates May Apply."
    ),
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


@dataclass(frozen=True)
class Handled:
    """What a keyword did: what it is, and what the carrier answers, "" for nothing."""

    word: Word
    reply: str = ""


def keyword(text: str) -> Word:
    """What a text is: STOP, START, HELP, or none of them."""
    said = text.strip().upper()
    return "STOP" if said in OUT else "START" if said in IN else "HELP" if said in ASKED else ""


def handle(world: World, ours: str, theirs: str, text: str) -> Handled:
    """Do what a keyword asks; one that changes nothing is not answered, and somebody opted out gets no help."""
    word, pair = keyword(text), (ours, theirs)
    was_out = pair in world.out
    if word == "STOP":
        world.out.add(pair)
    if word == "START":
        world.out.discard(pair)
    silent = was_out if word in ("STOP", "HELP") else not was_out
    return Handled(word, "" if silent or not word else REPLIES[word])
