"""Discord: who we are there, and the ways in and out, which are opened when they are first needed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from adapters.base import Capabilities, Desk, HttpCall, HttpReply, Parcel, Receipt
from adapters.discord import where
from adapters.discord.account import Bot, Sealing
from adapters.discord.api import Api
from adapters.discord.meaning import Us
from adapters.errors import TryLater
from adapters.heard import Address
from adapters.meter import Meter


class DiscordAdapter:
    """The channel `discord`: one bot, in all the servers it was added to. Ends with `aclose`."""

    channel = where.CHANNEL
    capabilities = Capabilities(edits=True, finds=True, brief=True)
    source = where.CHANNEL  # Discord sends everything to everybody who is connected as the bot.

    def __init__(
        self, bot: Bot, api: Api, meter: Meter, sealing: Sealing, clock: Callable[[], float] = time.time
    ) -> None:
        self._bot = bot
        self._api = api
        self._meter = meter
        self._sealing = sealing
        self._clock = clock
        self._opening = asyncio.Lock()
        self._known: Us | None = None

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
        await self._us()
        raise TryLater("nothing is sent yet")

    # --- in

    async def receive(self, call: HttpCall, desk: Desk) -> HttpReply:
        """A request of Discord: 401 unless signed, 202 once it was answered."""
        return HttpReply(401)

    async def begin(self, desk: Desk) -> None:
        """Discord is about to post to us: interactions alone, of which none is kept for us while we are away."""

    async def hear(self, desk: Desk, stopping: asyncio.Event) -> None:
        """Stay connected until `stopping`."""
        await stopping.wait()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._api.aclose()

    async def _us(self) -> Us:
        """Who we are, asked once. Raises Rejected for a token that is good no more, TryLater."""
        async with self._opening:
            if self._known is None:
                self._known = await self._api.open()
            return self._known
