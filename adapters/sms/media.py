"""Media: what is attached to a message, fetched before it is stored. Our credentials go to Twilio's API and no further.

Twilio waits fifteen seconds for its answer; whatever is attached has a few of them together, and a message is never
lost, nor refused, for it. What was fetched stays at Twilio: to delete it there is the account's to set.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence

import aiohttp
from yarl import URL

from adapters import content
from adapters.content import MOST_FILES, NotRead
from adapters.sms.account import Line
from adapters.sms.reading import Sent
from agent_core.values import Attachment, WhyNot

SECONDS = 4.0
# What a message may hold in all: its words, and its files.
_MOST_WORDS = 32_000


class Media:
    """What is attached to the messages of one line. Its connections are made when first used; `aclose` ends them."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._session: aiohttp.ClientSession | None = None

    async def fetch(self, sent: Sequence[Sent], said: int = 0) -> tuple[Attachment, ...]:
        """Everything attached in its order, whole, or with the reason why it is not; beside `said` characters of text.

        Takes `SECONDS` at most.
        """
        by = asyncio.get_running_loop().time() + SECONDS
        read = await asyncio.gather(*(self._read(one, by) for one in sent[:MOST_FILES]))
        left = (one.unread().without_text("too_many") for one in sent[MOST_FILES:])
        return tuple(content.within(_MOST_WORDS - said, [*read, *left]))

    async def aclose(self) -> None:
        """End the connections."""
        if self._session:
            await self._session.close()

    async def _read(self, one: Sent, by: float) -> Attachment:
        why: WhyNot = "not_fetched"
        try:
            async with asyncio.timeout_at(by):
                return await self._content(one)
        except NotRead as reason:
            why = reason.why
        except TimeoutError:
            why = "too_slow"
        except (aiohttp.ClientError, OSError, ValueError):
            pass  # It stays at "not fetched": the message counts for more than the cause.
        return one.unread().without_text(why)

    async def _content(self, one: Sent) -> Attachment:
        """It, with its text. Raises NotRead, and what the connection raises."""
        if not content.may_be_text(one.media_type.partition(";")[0].strip()):
            raise NotRead("not_text")
        url = self._ours(one.url)
        headers = content.UNPACKED | {"Authorization": _basic(self._line)}
        async with self._open().get(url, headers=headers, allow_redirects=False) as answer:
            if answer.status not in content.REDIRECTS:
                return await _taken(one, answer)
            target = self._elsewhere(answer)
        # To a host of files, with an address that is secret itself: it is not told who we are.
        async with self._open().get(target, headers=content.UNPACKED, allow_redirects=False) as answer:
            return await _taken(one, answer)

    def _ours(self, address: str) -> URL:
        """The address, if it is our account's at Twilio's API; read once, by what will go there. Raises NotRead."""
        url, twilio = URL(address), URL(self._line.base_url)
        account = f"/2010-04-01/Accounts/{self._line.account_sid}/"
        strange = (
            not url.absolute or url.origin() != twilio.origin() or url.user is not None or url.password is not None
        )
        if strange or not url.path.startswith(account):
            raise NotRead("elsewhere" if address else "not_fetched")
        return url

    def _elsewhere(self, answer: aiohttp.ClientResponse) -> URL:
        """Where Twilio points: encrypted, if Twilio itself is. Raises NotRead."""
        target = answer.url.join(URL(answer.headers.get("Location", "")))
        if target.scheme != URL(self._line.base_url).scheme or target.user is not None:
            raise NotRead("elsewhere")
        return target

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar())
        return self._session


async def _taken(one: Sent, answer: aiohttp.ClientResponse) -> Attachment:
    content.check(answer)
    found = await content.body(answer)
    told = answer.content_disposition
    name = (told.filename if told else None) or one.unread().name
    return Attachment(name=name, media_type=one.media_type, size=len(found), text=content.text_of(found))


def _basic(line: Line) -> str:
    """By hand: aiohttp is about to do away with its own helper for it."""
    pair = f"{line.account_sid}:{line.auth_tokens[0].get_secret_value()}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"
