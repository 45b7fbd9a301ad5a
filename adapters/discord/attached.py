"""Attached: the files people send along, fetched before their message is stored; of the others it is said why not.

A message is never lost for a file. Only hosts of Discord's files are asked, wherever an address or a redirect points,
and they are not told who we are. Their addresses are good for a day or so: for one that is not, Discord is asked anew.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aiohttp
import structlog
from yarl import URL

from adapters import content
from adapters.base import Desk
from adapters.content import MOST_BYTES, MOST_FILES, NotRead
from adapters.discord.api import Api
from adapters.discord.meaning import File
from adapters.discord.message import MOST_WORDS, files, unread
from adapters.discord.where import CHANNEL
from adapters.discord.wire import ident, unwrap
from adapters.errors import SendError, Unreadable
from adapters.heard import Received
from adapters.wire import Json, child
from agent_core.values import Attachment, WhyNot

log = structlog.get_logger(__name__)

# For all files of a message together.
SECONDS = 5.0
_HOPS = 3
# What the address of a file that is there is answered with once it is too old.
_STALE = frozenset({"no_access", "gone"})


async def with_files(api: Api, hosts: frozenset[str], desk: Desk, received: Received, raw: bytes) -> Received:
    """The message with what is in its files; `raw` is what it came in. Raises what the desk raises."""
    said = received.message
    if not said.attachments:
        return received
    if received.joins and await desk.status(received.conversation) is None:
        return received  # Said to others: what they send each other is none of our business.
    payload = unwrap(raw)
    async with aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()) as session:
        read = await Files(api, hosts, session).fetch(child(payload, "d") or payload)
    for file in read:
        log.info("file came along", source=CHANNEL, why_not=file.why_not)
    update = {"attachments": tuple(content.within(MOST_WORDS - len(said.text), read))}
    return received.model_copy(update={"message": said.model_copy(update=update)})


@dataclass(frozen=True)
class Files:
    """Fetches files; `hosts` as in `Bot.file_hosts`."""

    api: Api
    hosts: frozenset[str]
    session: aiohttp.ClientSession

    async def fetch(self, message: Json) -> list[Attachment]:
        """The files of a message in their order, each whole, or with the reason why it is not."""
        sent, by = files(message), asyncio.get_running_loop().time() + SECONDS
        read = await self._all(sent[:MOST_FILES], by)
        if any(one.why_not in _STALE for one in read):
            fresh = await self._again(message, by)
            stale = [fresh.get(file.id, file) for file in sent[:MOST_FILES]]
            once_more = iter(await self._all([f for f, one in zip(stale, read, strict=True) if _is_stale(one)], by))
            read = [next(once_more) if _is_stale(one) else one for one in read]
        return [*read, *(unread(file, "too_many") for file in sent[MOST_FILES:])]

    async def _all(self, sent: Sequence[File], by: float) -> list[Attachment]:
        return await asyncio.gather(*(self._read(file, by) for file in sent))

    async def _again(self, message: Json, by: float) -> Mapping[str, File]:
        """The files as Discord describes them now, by id; none if it does not."""
        path = "/channels/{channel_id}/messages/{message_id}"
        channel, id = ident(message, "channel_id"), ident(message, "id")
        try:
            async with asyncio.timeout_at(by):
                found = await self.api.call("GET", path, channel_id=channel, message_id=id)
        except (SendError, TimeoutError):
            return {}
        return {file.id: file for file in files(found) if file.id}

    async def _read(self, file: File, by: float) -> Attachment:
        why: WhyNot = "not_fetched"
        try:
            async with asyncio.timeout_at(by):
                return _as_text(file, await self._content(file))
        except NotRead as reason:
            why = reason.why
        except TimeoutError:
            why = "too_slow"
        except (Unreadable, aiohttp.ClientError, OSError, ValueError):
            pass  # It stays at "not fetched": the message counts for more than the cause.
        return unread(file, why)

    async def _content(self, file: File) -> bytes:
        """What is in it. Raises NotRead, and what the connection raises."""
        if not content.may_be_text(file.media_type.partition(";")[0].strip()):
            raise NotRead("not_text")
        if (file.size or 0) > MOST_BYTES:
            raise NotRead("too_big")
        url = self._allowed(file.url)
        for _ in range(_HOPS):
            async with self.session.get(url, headers=content.UNPACKED, allow_redirects=False) as answer:
                if answer.status not in content.REDIRECTS:
                    content.check(answer)
                    return await content.body(answer)
                url = self._allowed(str(answer.url.join(URL(answer.headers.get("Location", "")))))
        raise NotRead("not_fetched")

    def _allowed(self, address: str) -> URL:
        """The address, if it is one of Discord's files; read once, by what will go there. Raises NotRead."""
        url = URL(address)
        origins = {URL(host if "://" in host else f"https://{host}").origin() for host in self.hosts}
        if not url.absolute or url.user is not None or url.password is not None or url.origin() not in origins:
            raise NotRead("elsewhere" if address else "not_fetched")
        return url


def _is_stale(read: Attachment) -> bool:
    return read.why_not in _STALE


def _as_text(file: File, found: bytes) -> Attachment:
    name, text = file.name or file.id, content.text_of(found)
    return Attachment(name=name, media_type=file.media_type, size=len(found), text=text)
