"""Told: the sentences people are told about what they pressed, sent off or commanded on Slack."""

from __future__ import annotations

NOT_OURS = "This button is not one of ours, or was shown somewhere else. Nothing was done."
TOO_LATE = "Slack gave up waiting before the form could open. Please press the button once more."
NOT_THEIRS = "Only those who asked for this can stop it. It goes on."
NOT_NOW = "The request cannot be looked up just now. Please close this and press the button once more."
UNKNOWN = "This button has no meaning any more. Nothing was done."
NOBODY = "There is nobody to whom this can be handed. It still waits for your decision."
NOT_INVITED = "I cannot write here. Please invite me to this channel first."
NOTHING_WAITS = "Nothing waits for you."
ONE_WAITS = "1 request waits for you; the app's Home tab has it."
MANY_WAIT = "{} requests wait for you; the app's Home tab has them."
NOT_COUNTED = "What waits for you cannot be looked up just now. Please ask once more."
STOP_WHERE = "In the conversation that is to stop, use Slack's own stop button, or ask an operator."
USAGE = (
    "`/holdpoint ask <what you want>` starts a conversation here; `/holdpoint status` tells what waits for you; "
    "`/holdpoint stop` tells how to stop. In a conversation, just write."
)
