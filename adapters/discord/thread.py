"""Thread: begin the thread below a message, and wake one that went to sleep."""

from __future__ import annotations

from adapters.base import Parcel
from adapters.discord import limits
from adapters.discord.api import Api, Refused
from adapters.discord.where import Where
from adapters.errors import Rejected
from adapters.layout import subject
from adapters.text import one_line
from agent_core.events import AgentMessage, InputRequest

UNKNOWN_CHANNEL = 10003
ARCHIVED = 50083
_THERE_ALREADY = 160004
# It goes to sleep when nothing was said in it for so many minutes: Discord takes 60, 1440, 4320 and 10080.
_A_DAY = 1440
_ENOUGH = 60


async def begin(api: Api, where: Where, parcel: Parcel) -> bool:
    """Begin the thread at the message; whether there is one now. Raises TryLater, OutcomeUnknown."""
    try:
        await api.call(
            "POST",
            "/channels/{channel_id}/messages/{message_id}/threads",
            channel_id=where.channel,
            message_id=where.thread,
            json={"name": name_of(parcel), "auto_archive_duration": _A_DAY},
        )
    except Refused as error:
        return error.code == _THERE_ALREADY
    return True


async def wake(api: Api, thread: str) -> None:
    """Take a thread out of the archive. Raises Rejected where it is locked and we may not, TryLater, OutcomeUnknown."""
    try:
        await api.call("PATCH", "/channels/{channel_id}", channel_id=thread, json={"archived": False})
    except Refused as error:
        raise Rejected(f"the thread is archived, and we may not take it out: {error}") from error


def name_of(parcel: Parcel) -> str:
    """What the thread is called: what it is about, or how it begins."""
    match parcel.event:
        case AgentMessage(text=said) | InputRequest(question=said):
            name = _first_words(said)
        case _:
            name = subject(parcel.event, parcel.request)
    return name if name and limits.length(name) <= limits.THREAD_NAME else subject(parcel.event)[: limits.THREAD_NAME]


def _first_words(text: str) -> str:
    line = one_line(next((line for line in text.split("\n") if line.strip()), "").strip(" #*_>`-"))
    if len(line) <= _ENOUGH:
        return line
    return line[:_ENOUGH].rpartition(" ")[0] or line[:_ENOUGH]
