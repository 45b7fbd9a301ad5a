"""Attached: the files people send along, fetched before their message is stored; of the others it is said why not.

A message is never lost, nor late, for a file: Slack waits three seconds for both of them, so the files of a message
have half of that together. The bot's token goes to the host of Slack's files alone, wherever a file or a redirect
points.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import aiohttp
import structlog
from yarl import URL

from adapters import content
from adapters.base import Desk
from adapters.content import MOST_BYTES, MOST_FILES, NotRead
from adapters.errors import SendError, Unreadable
from adapters.heard import Received
from adapters.slack.api import Api, SlackRefused
from adapters.slack.install import Installation
from adapters.slack.meaning import File
from adapters.slack.message import MOST_WORDS, file_of, files, unread
from adapters.slack.wire import CHANNEL
from adapters.wire import child
from agent_core.values import Attachment, WhyNot

log = structlog.get_logger(__name__)

SECONDS = 1.5
SCOPE = "files:read"
_HOPS = 3
_REFUSALS: dict[str, WhyNot] = {"file_not_found": "gone", "file_deleted": "gone"}


async def with_files(api: Api, home: Installation, desk: Desk, received: Received, raw: bytes) -> Received:
    """The message with what is in its files. `raw` is the payload it came in. Raises what the desk raises."""
    message = received.message
    if not message.attachments:
        return received
    if received.joins and await desk.status(received.conversation) is None:
        return received  # Said to others: what they send each other is none of our business.
    read = await fetch(api, home, files(child(json.loads(raw), "event")))
    for file in read:
        log.info("file came along", source=CHANNEL, why_not=file.why_not)
    update = {"attachments": tuple(content.within(MOST_WORDS - len(message.text), read))}
    return received.model_copy(update={"message": message.model_copy(update=update)})


async def fetch(api: Api, home: Installation, sent: Sequence[File]) -> list[Attachment]:
    """The files in their order, each whole, or with the reason why it is not. Takes `SECONDS` at most."""
    by = asyncio.get_running_loop().time() + SECONDS
    read = await asyncio.gather(*(_read(api, home, file, by) for file in sent[:MOST_FILES]))
    return [*read, *(unread(file, "too_many") for file in sent[MOST_FILES:])]


async def _read(api: Api, home: Installation, file: File, by: float) -> Attachment:
    why: WhyNot = "not_fetched"
    try:
        async with asyncio.timeout_at(by):
            if file.asks and file.id:
                file = await _described(api, home, file)
            return _as_text(file, await _content(api, home, file))
    except NotRead as reason:
        why = reason.why
    except TimeoutError:
        why = "too_slow"
    except SlackRefused as refused:
        why = _REFUSALS.get(refused.error, "no_access")
    except (SendError, Unreadable, aiohttp.ClientError, OSError, ValueError):
        pass  # It stays at "not fetched": the message counts for more than the cause.
    return unread(file, why)


async def _described(api: Api, home: Installation, file: File) -> File:
    """A file of another workspace, about which Slack tells only who asks."""
    answer = await api.call(home.bot_token, "files.info", file=file.id)
    return file_of(child(answer, "file"))


async def _content(api: Api, home: Installation, file: File) -> bytes:
    """What is in it. Raises NotRead, and what the connection raises."""
    if why := _hopeless(home, file):
        raise NotRead(why)
    url = _where(api, file.url, "elsewhere")
    for _ in range(_HOPS):
        headers = {"Authorization": f"Bearer {home.bot_token.get_secret_value()}", **content.UNPACKED}
        async with api.session.get(url, headers=headers, allow_redirects=False) as answer:
            if answer.status not in content.REDIRECTS:
                return await _body(answer, file)
            # A redirect to another host is how Slack asks people to log in.
            url = _where(api, str(answer.url.join(URL(answer.headers.get("Location", "")))), "no_access")
    raise NotRead("no_access")


def _hopeless(home: Installation, file: File) -> WhyNot | None:
    """Why it is not worth asking for, if so."""
    if file.why_not:
        return file.why_not
    if home.scopes and SCOPE not in home.scopes:
        return "no_access"
    if not content.may_be_text(file.mimetype):
        return "not_text"
    return "too_big" if (file.size or 0) > MOST_BYTES else None


def _where(api: Api, address: str, why: WhyNot) -> URL:
    """The address, if it is one of Slack's files; read once, by what will go there. Raises NotRead."""
    url = URL(address)
    if not url.absolute or url.user is not None or url.password is not None or url.origin() != api.files_at:
        raise NotRead(why if address else "not_fetched")
    return url


async def _body(answer: aiohttp.ClientResponse, file: File) -> bytes:
    content.check(answer)
    html, promised = answer.content_type == "text/html", file.mimetype == "text/html"
    if html and not promised:
        raise NotRead("no_access")  # The page to log in at: the app may not read files.
    found = await content.body(answer)
    if promised and len(found) != file.size:
        raise NotRead("no_access")  # A page, but not theirs.
    return found


def _as_text(file: File, found: bytes) -> Attachment:
    name, text = file.name or file.id, content.text_of(found)
    return Attachment(name=name, media_type=file.mimetype, size=len(found), text=text)
