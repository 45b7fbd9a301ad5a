"""Discord: who we are there, and the ways in and out, which are opened when they are first needed."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine

import structlog

from adapters.base import Capabilities, Desk, HttpCall, HttpReply, Parcel, Receipt
from adapters.discord import hook, where
from adapters.discord.account import Bot, Sealing
from adapters.discord.acting import Acting
from adapters.discord.api import Api
from adapters.discord.commands import sync
from adapters.discord.connection import PACE, Connection, Pace
from adapters.discord.deliver import deliver
from adapters.discord.hearing import Hearing
from adapters.discord.listening import Ear, Listening
from adapters.discord.marks import Marking, Marks
from adapters.discord.meaning import Us
from adapters.discord.missed import BOUNDS, Bounds, Page, page
from adapters.discord.rooms import Rooms
from adapters.discord.socket import Fatal
from adapters.discord.tasks import end, first_of
from adapters.discord.unread import Unread
from adapters.errors import OutcomeUnknown, Rejected, SendError, TryLater
from adapters.heard import Address
from adapters.meter import Meter
from adapters.wire import Json, child

log = structlog.get_logger(__name__)


class DiscordAdapter:
    """The channel `discord`: one bot, in all the servers it was added to. Ends with `aclose`."""

    channel = where.CHANNEL
    capabilities = Capabilities(edits=True, finds=True, brief=True)
    source = where.CHANNEL  # Discord sends everything to everybody who is connected as the bot.

    def __init__(
        self,
        bot: Bot,
        api: Api,
        meter: Meter,
        sealing: Sealing,
        clock: Callable[[], float] = time.time,
        *,
        pace: Pace = PACE,
        bounds: Bounds = BOUNDS,
    ) -> None:
        self._bot = bot
        self._api = api
        self._meter = meter
        self._sealing = sealing
        self._clock = clock
        self._opening = asyncio.Lock()
        self._known: Us | None = None
        self._pace = pace
        self._bounds = bounds
        self._telling = False
        self._closing = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()

    @property
    def by_socket(self) -> bool:
        """Whether it is heard over a connection of ours."""
        return self._bot.connects

    @property
    def by_hook(self) -> bool:
        """Whether Discord posts to us: only if we could tell that it is Discord."""
        return bool(self._bot.public_key)

    # --- out

    def address_of(self, identity: str) -> Address:
        """The direct messages with somebody; of a room's identity (`discord:<server>/<channel>`), the room."""
        name = identity.partition(":")[2]
        return Address(channel=self.channel, ref=name if "/" in name else f"{where.DIRECT}/{name}")

    def seal(self, address: Address) -> str:
        """Where a button may be pressed: in the server it was shown in, or by whom it was sent to. Raises Rejected."""
        return where.seal(address)

    async def send(self, parcel: Parcel) -> Receipt:
        """Show the event. Raises TryLater, Rejected, Unreachable, OutcomeUnknown, StoreError."""
        return await deliver(self._api, await self._us(), parcel, self._meter, self._sealing, self._clock)

    # --- in

    async def receive(self, call: HttpCall, desk: Desk) -> HttpReply:
        """An interaction that Discord posted: 401 unless signed, 202 once answered. Raises TryLater, Rejected."""
        marking = Marking(desk, Marks(desk))  # What begins by a command goes on in messages, which others hear.
        return await hook.receive(call, self._bot, self._acting(await self._us(), marking))

    async def begin(self, desk: Desk) -> None:
        """Discord is about to post interactions to us. It keeps none while we are away, so none was missed."""
        self._later(self._commands())

    async def hear(self, desk: Desk, stopping: asyncio.Event) -> None:
        """Stay connected until `stopping`, or cancelled. What can never be is said once, and then nothing is tried."""
        try:
            await first_of(self._patiently(), stopping.wait())
            if not stopping.is_set():
                self._later(self._commands())
                await self._listen(await self._us(), desk, stopping)
        except (Rejected, Fatal) as error:
            log.error("source gave up", source=self.channel, why=str(error))
            await stopping.wait()

    async def _listen(self, us: Us, desk: Desk, stopping: asyncio.Event) -> None:
        """Hear. When we stop, what came before is heard to its end, as long as that does not take long."""
        marks = Marks(desk, self._bounds.tell_every)
        listening = self._listening(self._acting(us, Marking(desk, marks)), marks)
        connection = Connection(self._bot, self._api, self._meter, listening.told, self._pace)
        telling = asyncio.create_task(marks.keep())
        try:
            await first_of(connection.hold(), stopping.wait())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._bounds.drain):
                    await listening.hearing.settled()
        finally:
            await listening.hearing.aclose()
            await end(telling)
            await marks.tell()

    async def aclose(self) -> None:
        """Finish what was begun, and close the connections."""
        self._closing.set()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=self._bounds.drain)
        await end(*self._under_way)
        await self._api.aclose()

    def _acting(self, us: Us, desk: Desk) -> Acting:
        return Acting(self._api, us, desk, self._sealing, self._later, self._clock, self._bot.file_hosts, self._pause)

    def _listening(self, acting: Acting, marks: Marks) -> Listening:
        async def ask(id: str) -> Json:
            return child({"": await self._api.call("GET", "/channels/{channel_id}", channel_id=id)}, "")

        async def read(place: str, after: str) -> Page:
            return await page(self._api, place, after, self._bounds)

        rooms = Rooms(ask)
        ear = Ear(acting, rooms, Unread(self._api, self._meter, acting.desk), marks)
        return Listening(acting, rooms, Hearing(ear.hear, read, marks, self._bounds))

    # --- who we are

    async def _us(self) -> Us:
        """Who we are, asked once. Raises Rejected for a token that is good no more, TryLater."""
        async with self._opening:
            if self._known is None:
                self._known = await self._api.open()
            return self._known

    async def _patiently(self) -> Us:
        """The same, as long as it takes. Raises Rejected."""
        while True:
            try:
                return await self._us()
            except (TryLater, OutcomeUnknown) as error:
                log.warning("source interrupted", source=self.channel, error=type(error).__name__, why=str(error))
            await self._pause(self._pace.longest)

    async def _commands(self) -> None:
        """Tell Discord of our commands, once a start."""
        if self._telling:
            return
        self._telling = True
        us = await self._patiently()
        while True:
            try:
                await sync(self._api, us.application)
                return
            except (TryLater, OutcomeUnknown) as error:
                log.warning("commands not told", source=self.channel, why=str(error))
                await self._pause(self._pace.longest)

    # --- what goes on by itself

    async def _pause(self, seconds: float) -> None:
        """Pause, unless we are closing: then nothing goes on. Raises TryLater."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)
            raise TryLater("we are closing")

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(_alone(work))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)


async def _alone(work: Coroutine[None, None, None]) -> None:
    """What breaks by itself has nobody to go to but an operator."""
    try:
        await work
    except SendError as error:
        log.warning("work not done", source=where.CHANNEL, why=str(error))
    except Exception as error:
        log.exception("work broke", source=where.CHANNEL, error=type(error).__name__)
