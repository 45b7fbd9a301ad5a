"""Content: what is in the files people send along, on every channel of which we fetch them, and how much of it we take.

Only text is taken. A message is never lost for a file: of what cannot be read it is said why not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from agent_core.values import Attachment, WhyNot

if TYPE_CHECKING:  # Files that come within a message need no client to fetch them.
    import aiohttp

MOST_FILES = 10
MOST_BYTES = 256 * 1024
MOST_TEXT = 20_000
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Nobody asks for content packed, as what is small so may be huge.
UNPACKED = {"Accept-Encoding": "identity"}

_STATUS: Mapping[int, WhyNot] = {401: "no_access", 403: "no_access", 404: "gone", 410: "gone"}
# What may turn out to be text. The first of the bare names is what is said where nobody knows.
_TEXTUAL = re.compile(
    r"|text/.+|application/(?:octet-stream|.+\+(?:json|xml|yaml)|(?:x-)?(?:ndjson|json|xml|yaml|toml|javascript|typescript"
    r"|sh|shellscript|sql|python|ruby|perl|httpd-php|graphql|tex|latex|diff|patch|pem-file))"
)


class NotRead(Exception):
    """There is no content to be had."""

    def __init__(self, why: WhyNot) -> None:
        super().__init__(why)
        self.why = why


def may_be_text(media_type: str) -> bool:
    """Whether it is worth fetching."""
    return bool(_TEXTUAL.fullmatch(media_type.lower()))


def check(answer: aiohttp.ClientResponse) -> None:
    """Raises NotRead for an answer that has no content we would take."""
    if answer.status != 200:
        raise NotRead(_STATUS.get(answer.status, "not_fetched"))


async def body(answer: aiohttp.ClientResponse) -> bytes:
    """The content of an answer, as long as it is not too long. Raises NotRead, and what the connection raises."""
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise NotRead("not_fetched")
    content = bytearray()
    async for chunk in answer.content.iter_chunked(16 * 1024):
        content += chunk
        if len(content) > MOST_BYTES:
            raise NotRead("too_big")
    return bytes(content)


def text_of(content: bytes) -> str:
    """The content as text. Raises NotRead if it is none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotRead("not_text") from None
    if "\x00" in text:
        raise NotRead("not_text")
    return text


def within(room: int, read: Sequence[Attachment]) -> Iterator[Attachment]:
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
