"""The connection: discord.py's, and nothing of it but the connection. Its events go on as they came.

discord.py keeps the heart beating, resumes, and reconnects. None of its models are made: a payload that one of them
could not be made of would take the connection down. It is ended from outside, and whenever it would begin a new session
by itself: whether that may be is decided where it is counted.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from discord import Client, Intents, LoginFailure, MemberCacheFlags, PrivilegedIntentsRequired
from discord.errors import ConnectionClosed
from discord.gateway import DiscordWebSocket
from yarl import URL

from adapters.discord.account import Bot
from adapters.discord.missed import Told
from adapters.discord.tasks import first_of
from adapters.discord.where import CHANNEL
from adapters.discord.wire import number, unwrap
from adapters.errors import SourceDown, Unreadable
from adapters.wire import child, words

log = structlog.get_logger(__name__)

# It logs events as they come, with people's words and the tokens of interactions. That stays shut, whatever is set up.
logging.getLogger("discord.gateway").addFilter(lambda record: record.levelno > logging.DEBUG)

DISPATCH, INVALID_SESSION = 0, 9
# Logging in is two calls; closing a connection that is dead already could take long. In seconds.
LOGIN, CLOSE = 60.0, 5.0

WHY = {
    4004: "the bot's token is good no more: put a new one into the configuration",
    4010: "Discord does not know this shard: let it choose their number, or choose a greater one",
    4011: "the bot is in too many servers for one connection: set shards to 0, so that Discord chooses",
    4012: "this version of Discord's gateway is no more: update Holdpoint",
    4013: "Discord does not know an intent that is asked for: update Holdpoint",
    4014: "an intent is asked for that the app was not given: switch on Message Content Intent on the Bot page of "
    "Discord's developer portal, or set reads_all to false",
}


class Fatal(SourceDown):
    """Discord will not have us, however often we try; says what to do about it."""


class Ended(SourceDown):
    """The connection is over, and another has to be begun."""


@dataclass(frozen=True)
class Shard:
    """One of `of` connections that the servers are shared out to, and the gateway it goes to."""

    number: int
    of: int
    url: str


@dataclass(frozen=True)
class Ears:
    """Who hears: every event as it came, without waiting; and who is asked before a session begins."""

    told: Callable[[Told], None]
    identify: Callable[[], Awaitable[None]]


def intents(bot: Bot) -> Intents:
    """What we are told of: servers, messages in them and to us; what else is written there only if we may read it."""
    asked = Intents.none()
    asked.guilds = asked.guild_messages = asked.dm_messages = True
    asked.message_content = bot.reads_all
    return asked


async def connected(bot: Bot, shard: Shard, ears: Ears, deaf_after: float = 60.0) -> None:
    """Stay connected until cancelled. Raises Fatal, Ended, and whatever identifying raises.

    After `deaf_after` seconds without a word, or a heartbeat that is answered, discord.py connects anew.
    """
    DiscordWebSocket.DEFAULT_GATEWAY = URL(shard.url)
    client = _Listening(bot, shard, ears, deaf_after)
    try:
        async with asyncio.timeout(LOGIN):
            await client.login(bot.token.get_secret_value())
        await first_of(client.connect(), client.over.wait())
    except (LoginFailure, PrivilegedIntentsRequired, ConnectionClosed) as error:
        raise _ended(error) from None
    except TimeoutError:
        raise Ended("no answer") from None
    finally:
        await _closed(client)
    raise Ended("the session is over")


class _Listening(Client):
    """Hands on what comes, and asks before it identifies."""

    def __init__(self, bot: Bot, shard: Shard, ears: Ears, deaf_after: float) -> None:
        super().__init__(
            intents=intents(bot),
            shard_id=shard.number,
            shard_count=shard.of,
            max_messages=None,
            member_cache_flags=MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            heartbeat_timeout=deaf_after,
            enable_debug_events=True,
        )
        self._connection.parsers.clear()
        self._ears = ears
        self.over = asyncio.Event()

    async def on_socket_raw_receive(self, message: str) -> None:
        """One payload, as it came. Nothing is waited for here, so they are heard in their order."""
        raw = message.encode("utf-8", "replace")
        try:
            payload = unwrap(raw)
            op, event = number(payload, "op"), words(payload, "t")
            if op == DISPATCH and event:
                self._ears.told(Told(event, child(payload, "d"), raw))
        except Unreadable as error:
            log.error("payload dropped", source=CHANNEL, why=str(error))
            return
        if op == INVALID_SESSION and payload.get("d") is not True:
            self.over.set()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """A session is about to begin."""
        if not initial:
            raise Ended("the session is over")
        await self._ears.identify()


def _ended(error: LoginFailure | PrivilegedIntentsRequired | ConnectionClosed) -> SourceDown:
    if isinstance(error, ConnectionClosed):
        why = WHY.get(error.code)
        return Fatal(f"{why} (code {error.code})") if why else Ended(f"closed with {error.code}")
    return Fatal(WHY[4004 if isinstance(error, LoginFailure) else 4014])


async def _closed(client: Client) -> None:
    """Close it, whoever is in a hurry: what is left half closed would be heard of later."""
    closing, interrupted = asyncio.ensure_future(client.close()), False
    while not closing.done():
        try:
            done, _ = await asyncio.wait({closing}, timeout=CLOSE)
        except asyncio.CancelledError:
            interrupted = True
        else:
            if not done:
                closing.cancel()
    await asyncio.gather(closing, return_exceptions=True)
    if interrupted:
        raise asyncio.CancelledError
