"""Stream: a long answer written before its reader's eyes, one stream for each message it takes, each of them whole.

A stream begins and ends within one sending, so none is open while a thread waits for somebody. A message is never more
than one stream holds, and what is left of it goes out with the stream's end when that has lasted long. Whatever
happens to a stream on the way, it is ended and its message written whole where it stands. Its reader may stop it: then
they want no more typing, but the answer is there already and they asked for it; so the rest comes at once, as posts.

Slack keeps no promise for a stream not to unfurl the links in it, which would tell their target what the agent knows;
so a message with an address in it is posted, where that can be forbidden.
"""

from __future__ import annotations

import asyncio
import html
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from pydantic import JsonValue, SecretStr

from adapters.errors import SendError
from adapters.slack.api import Api, SlackRefused
from adapters.slack.card import Message
from adapters.slack.limits import pack
from adapters.slack.mark import Loose

# What a stream takes in all is counted in bytes, and was measured at 10,600 at the least.
MOST = 9_000
GULP = 1_000
STOPPED = "stopped_by_user"
_TELLING = 80
# Code, where nothing becomes a link, or a character that is no markup.
_CODE = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)|\\(.)", re.DOTALL)
_SCHEME = re.compile(r"://|\bmailto:|\bwww\.", re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"\w\.[^\W\d_]{2,}")
# What Slack may tell otherwise than it was told: the languages of code, emoji, and markup.
_CHANGING = re.compile(r"```\w*|:[\w+-]+:|[\W_]")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast: `pause` between two calls for one stream, `longest` until it is to end, both in seconds.

    Slack takes about a hundred appends a minute, and ends a stream itself after four to five minutes.
    """

    pause: float = 1.0
    longest: float = 200.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


PACE = Pace()


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a message: its ts, empty if nothing of it stands; whether the next one may be a stream too."""

    ts: str
    more: bool = True


@dataclass(frozen=True, slots=True)
class Streams:
    """Streams into one thread. `reader` says for whom, as Slack wants it outside of direct messages."""

    api: Api
    token: SecretStr
    channel: str
    thread_ts: str
    reader: Mapping[str, JsonValue]
    pace: Pace

    async def put(self, message: Message, mark: JsonValue, loose: Sequence[Loose]) -> Written:
        """Write a message: what was begun of it is made whole, what may not be a stream is left to others.

        Raises TryLater, OutcomeUnknown.
        """
        if not flows(message):
            return Written("")
        if ts := torn(message, loose):
            return Written(ts if await self._mend(ts, message, mark) else "")
        return await self._write(message, mark)

    async def _write(self, message: Message, mark: JsonValue) -> Written:
        first, *rest = gulps(flowing(message))
        try:
            ts = await self._start(first)
        except SlackRefused:
            return Written("", more=False)
        try:
            await self._go_on(ts, rest, mark)
        except SendError as error:
            stopped = isinstance(error, SlackRefused) and error.error == STOPPED
            return Written(ts if await self._mend(ts, message, mark) else "", more=not stopped)
        return Written(ts)

    async def _mend(self, ts: str, message: Message, mark: JsonValue) -> bool:
        """End a stream and write its message whole in its place; False: that cannot be, and the stream is away."""
        with suppress(SlackRefused):  # It may have ended already.
            await self._call("chat.stopStream", ts=ts)
        try:
            await self._call("chat.update", ts=ts, metadata=mark, **message.arguments())
        except SlackRefused:
            with suppress(SlackRefused):
                await self._call("chat.delete", ts=ts)
            return False
        return True

    async def _start(self, gulp: str) -> str:
        answer = await self._call("chat.startStream", thread_ts=self.thread_ts, markdown_text=gulp, **self.reader)
        return str(answer["ts"])

    async def _go_on(self, ts: str, rest: Sequence[str], mark: JsonValue) -> None:
        """All but the last gulp is appended, as long as there is time; what is left ends the stream."""
        begun, left = self.pace.clock(), list(rest)
        while len(left) > 1 and self.pace.clock() - begun < self.pace.longest:
            await self.pace.sleep(self.pace.pause)
            await self._call("chat.appendStream", ts=ts, markdown_text=left.pop(0))
        await self.pace.sleep(self.pace.pause)
        said = {"markdown_text": "".join(left)} if left else {}
        await self._call("chat.stopStream", ts=ts, metadata=mark, **said)

    async def _call(self, method: str, **arguments: JsonValue) -> Mapping[str, JsonValue]:
        return await self.api.call(self.token, method, channel=self.channel, **arguments)


def flowing(message: Message) -> str:
    """The Markdown that the message consists of; empty if it is more than that."""
    texts = [block.get("text") for block in message.blocks if block["type"] == "markdown"]
    return "\n\n".join(map(str, texts)) if len(texts) == len(message.blocks) else ""


def flows(message: Message) -> bool:
    """Whether a message may be a stream: Markdown only, not too much, and no address that Slack could make a link."""
    markdown = flowing(message)
    address = _SCHEME.search(markdown) or _BARE_ADDRESS.search(_CODE.sub(lambda match: match[2] or " ", markdown))
    return bool(markdown.strip()) and len(markdown.encode()) <= MOST and address is None


def gulps(markdown: str) -> tuple[str, ...]:
    """The Markdown in pieces to be written one after the other, cut between lines; together they are all of it."""
    return pack(markdown.splitlines(keepends=True), GULP, "")


def torn(message: Message, loose: Sequence[Loose]) -> str:
    """The ts of what was begun of this message, if that is among our messages without a mark."""
    whole = _telling(flowing(message))
    found = [one.ts for one in loose if _begins(whole, one)]
    return found[-1] if found else ""


def _begins(whole: str, one: Loose) -> bool:
    said = _telling(one.text)
    return whole.startswith(said) if said else one.stream


def _telling(text: str) -> str:
    """The first letters and digits of a text: what stays the same of it, whatever Slack makes of its markup."""
    return _CHANGING.sub("", html.unescape(text))[:_TELLING]
