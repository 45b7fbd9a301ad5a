"""Why: one sentence on why something of Discord is read as it is, for the operator who wonders."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.discord.meaning import Changed, Chose, Meaning, Opens, Ping, Slash
from adapters.heard import Filled, Ignored, Pressed, Received, Revised

_SENTENCES: Mapping[type, str] = {
    Revised: "somebody changed what they said; it counts only if the agent has not heard it yet",
    Pressed: "a button or form of ours that decides a request; the ticket says which, and is checked later",
    Filled: "the answer form of ours was sent off; the ticket says which question",
    Opens: "a button of ours that opens a form, which must happen within 3 seconds",
    Chose: "a question of ours answered by its choices; the question behind the ticket says which words they are",
    Changed: "the form of changed arguments was sent off; they are checked against the call before they count",
    Slash: "a slash command of ours",
    Ping: "Discord checks that the URL is ours",
}
_IGNORED: Mapping[str, str] = {
    "own": "we said it ourselves",
    "bot": "an app or bot did it, and bots are not answered",
    "webhook": "a webhook said it, and nobody stands behind it who could be known",
    "crosspost": "published from a channel of another server: whose words they are cannot be known",
    "system": "Discord reports something here; nobody said anything",
    "unaddressed": "said in a channel without mentioning or answering us",
    "no-content": "nothing in it can be read: without the message content intent, only what mentions us can be",
    "unfurled": "Discord added something to a message; its words are as they were",
    "deleted": "a message was deleted; Discord does not say by whom, so it takes nothing back",
    "unknown": "not a kind of interaction we listen to",
    "unknown-event": "not an event we listen to",
    "unknown-button": "not a button or select of ours",
    "unknown-modal": "not a form of ours",
    "unknown-command": "not a command of ours",
    "unknown-choice": "a select of ours in which nothing, or nothing of ours, was chosen",
    "no-ticket": "it is named like a button of ours, and carries no ticket",
    "autocomplete": "nothing of ours is completed while typing",
    "private-channel": "pressed where we are no member and cannot write",
    "other-app": "meant for another application: its id is not ours",
}


def why(meaning: Meaning) -> str:
    """The sentence for what something was read as."""
    if isinstance(meaning, Ignored):
        return _IGNORED[meaning.kind]
    if isinstance(meaning, Received):
        return _received(meaning)
    return _SENTENCES[type(meaning)]


def _received(meaning: Received) -> str:
    addressed = (
        "said in a thread without a mention: it counts only where we take part already"
        if meaning.joins
        else "said to us: in a direct message, by mentioning us, or in answer to us"
    )
    if meaning.message.attachments:
        addressed += "; its files are fetched before it is stored, those of text that are small enough"
    return addressed
