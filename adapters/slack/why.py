"""Why: one sentence on why a payload is read as it is, for the operator who wonders."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.heard import Filled, Ignored, Pressed, Received, Revised
from adapters.slack.meaning import (
    Amiss,
    Challenge,
    Changed,
    Chose,
    HomeOpened,
    Meaning,
    Opens,
    RateLimited,
    Slash,
    StreamsStopped,
    TalkOpened,
    Uninstalled,
)

_SENTENCES: Mapping[type, str] = {
    Revised: "somebody changed or took back what they said; it counts only if the agent has not heard it yet",
    Pressed: "a button or modal of ours that decides a request; the ticket says which, and is checked later",
    Filled: "the answer modal of ours was sent off; the ticket says which question",
    Opens: "a button of ours that opens a modal, which must happen within 3 seconds",
    Chose: "a choice button of ours; the question behind the ticket says which words stand for it",
    Changed: "the modal of changed arguments was sent off; they are checked against the call before they count",
    Amiss: "a field that must be filled in is blank; the person is told at the field",
    Slash: "our slash command",
    HomeOpened: "the Home tab is to show what waits for this person",
    TalkOpened: "somebody opened the conversation with us; nothing was said yet",
    StreamsStopped: "Slack's stop button; the status has to be changed by us",
    Challenge: "Slack checks that the URL is ours; the challenge is sent back",
    Uninstalled: "the bot's token is dead from now on",
    RateLimited: "Slack held back events; what was missed has to be fetched",
}
_IGNORED: Mapping[str, str] = {
    "own": "we said it ourselves",
    "bot": "an app or bot said it, and bots are not answered",
    "subtype": "Slack reports something here; nobody said anything",
    "hidden": "it has no author",
    "unfurled": "Slack added something to a message; its words are as they were",
    "unaddressed": "said in a channel at top level without mentioning us",
    "elsewhere": "meant for an installation of the app in another workspace",
    "other-app": "meant for another app: its id is not ours",
    "unknown": "not a kind of payload we listen to",
    "unknown-event": "not an event we listen to",
    "unknown-button": "not a button of ours",
    "unknown-modal": "not a modal of ours",
    "no-ticket": "a button or modal of ours that carries no ticket",
    "closed": "a modal was closed without sending it off",
    "context": "tells what somebody is looking at, which we do not use",
    "user-tokens": "tokens of people were revoked, not the bot's",
    "ssl-check": "Slack checks the certificate",
}


def why(meaning: Meaning) -> str:
    """The sentence for what a payload was read as."""
    if isinstance(meaning, Ignored):
        return _IGNORED[meaning.kind]
    if isinstance(meaning, Received):
        return _received(meaning)
    return _SENTENCES[type(meaning)]


def _received(meaning: Received) -> str:
    addressed = (
        "a reply in a thread without a mention: it counts only where we take part already"
        if meaning.joins
        else "said to us, in a direct message or by mentioning us"
    )
    if meaning.message.author.assurance != "verified":
        addressed += "; Slack does not say whose person the author is"
    if meaning.message.attachments:
        addressed += "; its files are fetched before it is stored, those of text that are small enough"
    return addressed
