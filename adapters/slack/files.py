"""Files: an answer too long to be read as messages, as its beginning and a file with all of it. Files in: attached.py.

A file goes out in three steps, and only the last one shows it to anybody. When the last one's answer is lost, the file
is looked for in its thread: its name says of which effect it is. Slack may take a moment to show it there, and whoever
looks within that moment uploads it twice. Only text is ever sent; a picture would have to say in words what is on it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import aiohttp
from yarl import URL

from adapters.base import Parcel
from adapters.errors import TryLater
from adapters.slack.api import Api, SlackRefused
from adapters.slack.card import Message
from adapters.slack.install import Installation
from adapters.slack.mark import thread
from adapters.text import visible
from agent_core.events import AgentMessage

# In how many messages nobody reads an answer any more, and how many of them show how it begins.
TOO_MANY = 10
SHOWN = 2
TITLE = "answer.md"
COMMENT = "The messages above are only how this answer begins. The file has all of it: {length:,} characters."
_STEP = "the upload"
_NAMES = uuid.UUID("0f0c6b62-9a1d-5d51-8f7e-6f2f8b0d3a55")


def too_many(parcel: Parcel, messages: Sequence[Message]) -> bool:
    """Whether the parcel is an answer that is better read in a file."""
    return isinstance(parcel.event, AgentMessage) and len(messages) > TOO_MANY


async def send_whole(api: Api, home: Installation, parcel: Parcel, channel: str, thread_ts: str) -> None:
    """The whole answer as a file in a thread, unless it is there. Raises SlackRefused, TryLater, OutcomeUnknown."""
    assert isinstance(parcel.event, AgentMessage)
    name, text = name_of(parcel), visible(parcel.event.text)
    if parcel.repeat and await _is_there(api, home, channel, thread_ts, name):
        return
    comment = COMMENT.format(length=len(text))
    await upload(api, home, channel=channel, thread_ts=thread_ts, name=name, text=text, comment=comment)


def name_of(parcel: Parcel) -> str:
    """The name of a parcel's file: the same whenever it is sent, and of no other parcel."""
    return f"answer-{uuid.uuid5(_NAMES, parcel.effect_id).hex[:12]}.md"


async def upload(
    api: Api, home: Installation, *, channel: str, thread_ts: str, name: str, text: str, comment: str
) -> str:
    """Share a text as a file; its id. `thread_ts` is the thread's first message, `comment` is mrkdwn.

    Raises SlackRefused and TryLater when nobody can see it, OutcomeUnknown when somebody may.
    """
    content = text.encode()
    given = await api.call(home.bot_token, "files.getUploadURLExternal", filename=name, length=len(content))
    await _carry(api, str(given.get("upload_url", "")), content)
    file_id = str(given.get("file_id", ""))
    await api.call(
        home.bot_token,
        "files.completeUploadExternal",
        files=[{"id": file_id, "title": TITLE}],
        channel_id=channel,
        thread_ts=thread_ts,
        initial_comment=comment,
    )
    return file_id


async def _carry(api: Api, address: str, content: bytes) -> None:
    """The bytes to where Slack wants them, without the token: the address is secret, and good once."""
    try:
        url = URL(address)
        if not url.absolute or url.origin() != api.files_at:
            raise SlackRefused(_STEP, "elsewhere")
        async with api.session.post(url, data=content, allow_redirects=False) as answer:
            status = answer.status
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise TryLater(f"{_STEP}: the connection broke: {type(error).__name__}") from error
    if status >= 500 or status == 429:
        raise TryLater(f"{_STEP}: status {status}")
    if status != 200:
        raise SlackRefused(_STEP, f"status {status}")


async def _is_there(api: Api, home: Installation, channel: str, thread_ts: str, name: str) -> bool:
    async for message in thread(api, home, channel, thread_ts):
        if any(file.get("name") == name for file in message.get("files", [])):
            return True
    return False
