"""Attached: the files people send along, fetched before their message is stored; of the others it is said why not.

A message is never lost, nor late, for a file: Slack waits three seconds for both of them, so the files of a message
have half of that together. The bot's token goes to the host of Slack's files alone, wherever a file or a redirect
points.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Sequence

import aiohttp
import structlog
from yarl import URL

from adapters.base import Desk
from adapters.errors import SendError, Unreadable
from adapters.heard import Received
from adapters.slack.api import Api, SlackRefused
from adapters.slack.install import Installation
from adapters.slack.meaning import File
from adapters.slack.message import MOST_WORDS, file_of, files, unread
from adapters.slack.wire import CHANNEL, child
from agent_core.values import Attachment, WhyNot

log = structlog.get_logger(__name__)

SECONDS = 1.5
MOST_FILES = 10
MOST_BYTES = 256 * 1024
MOST_TEXT = 20_000
SCOPE = "files:read"
_HOPS = 3
_REDIRECTS = {301, 302, 303, 307, 308}
_STATUS: dict[int, WhyNot] = {401: "no_access", 403: "no_access", 404: "gone", 410: "gone"}
_REFUSALS: dict[str, WhyNot] = {"file_not_found": "gone", "file_deleted": "gone"}
# What may turn out to be text. The first of the bare names is what Slack says when it does not know.
_TEXTUAL = re.compile(
    r"|text/.+|application/(?:octet-stream|.+\+(?:json|xml|yaml)|(?:x-)?(?:ndjson|json|xml|yaml|toml|javascript|typescript"
    r"|sh|shellscript|sql|python|ruby|perl|httpd-php|graphql|tex|latex|diff|patch|pem-file))"
)


class _NotRead(Exception):
    """There is no content to be had."""

    def __init__(self, why: WhyNot) -> None:
        super().__init__(why)
        self.why = why


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
    update = {"attachments": tuple(_within(MOST_WORDS - len(message.text), read))}
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
    except _NotRead as reason:
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
    """What is in it. Raises _NotRead, and what the connection raises."""
    if why := _hopeless(home, file):
        raise _NotRead(why)
    url = _where(api, file.url, "elsewhere")
    for _ in range(_HOPS):
        headers = {"Authorization": f"Bearer {home.bot_token.get_secret_value()}", "Accept-Encoding": "identity"}
        async with api.session.get(url, headers=headers, allow_redirects=False) as answer:
            if answer.status not in _REDIRECTS:
                return await _body(answer, file)
            # A redirect to another host is how Slack asks people to log in.
            url = _where(api, str(answer.url.join(URL(answer.headers.get("Location", "")))), "no_access")
    raise _NotRead("no_access")


def _hopeless(home: Installation, file: File) -> WhyNot | None:
    """Why it is not worth asking for, if so."""
    if file.why_not:
        return file.why_not
    if home.scopes and SCOPE not in home.scopes:
        return "no_access"
    if not _TEXTUAL.fullmatch(file.mimetype.lower()):
        return "not_text"
    return "too_big" if (file.size or 0) > MOST_BYTES else None


def _where(api: Api, address: str, why: WhyNot) -> URL:
    """The address, if it is one of Slack's files; read once, by what will go there. Raises _NotRead."""
    url = URL(address)
    if not url.absolute or url.user is not None or url.password is not None or url.origin() != api.files_at:
        raise _NotRead(why if address else "not_fetched")
    return url


async def _body(answer: aiohttp.ClientResponse, file: File) -> bytes:
    if answer.status != 200:
        raise _NotRead(_STATUS.get(answer.status, "not_fetched"))
    html, promised = answer.content_type == "text/html", file.mimetype == "text/html"
    if html and not promised:
        raise _NotRead("no_access")  # The page to log in at: the app may not read files.
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise _NotRead("not_fetched")  # Nobody asked for it, and what is small so may be huge.
    content = bytearray()
    async for chunk in answer.content.iter_chunked(16 * 1024):
        content += chunk
        if len(content) > MOST_BYTES:
            raise _NotRead("too_big")
    if promised and len(content) != file.size:
        raise _NotRead("no_access")  # A page, but not theirs.
    return bytes(content)


def _as_text(file: File, content: bytes) -> Attachment:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _NotRead("not_text") from None
    if "\x00" in text:
        raise _NotRead("not_text")
    return Attachment(name=file.name or file.id, media_type=file.mimetype, size=len(content), text=text)


def _within(room: int, read: Sequence[Attachment]) -> Iterator[Attachment]:
    """The files, none longer than `MOST_TEXT` characters, and all of them not longer than there is room."""
    for file in read:
        kept = (file.text or "")[: max(0, min(room, MOST_TEXT))]
        room -= len(kept)
        if file.text is None:
            yield file
        elif file.text and not kept:
            yield file.without_text("no_room")
        else:
            yield file.model_copy(update={"text": kept, "left_out": len(file.text) - len(kept)})
