"""Our Discord adapter whole, connected to either Discord, at a desk that notes what it hears."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import SecretStr

from adapters.base import Parcel
from adapters.discord.account import Bot
from adapters.discord.adapter import DiscordAdapter
from adapters.discord.api import Api
from adapters.heard import Address, Heard
from tests.contract.discord_bench import TICKET, Meter, Plain
from tests.contract.discord_far_ends import FarEnd, FarEndName, far_end
from tests.contract.slack_bench import Noted
from tests.doors.scene import until

H = TypeVar("H", bound=Heard)


@dataclass
class Judged:
    """The adapter between the two. It hears while it is `at_work`."""

    far: FarEnd
    api: Api
    adapter: DiscordAdapter
    desk: Noted

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Connected; at the end all that was said is heard."""
        stopping = asyncio.Event()
        hearing = asyncio.create_task(self.adapter.hear(self.desk, stopping))
        await until(self._connected)
        try:
            yield
        finally:
            stopping.set()
            await hearing
        await until(self._alone)

    async def hears(self, kind: type[H], number: int = 1) -> H:
        """The so-manieth of a kind that is on the desk."""

        async def look() -> H | None:
            found = [one for one in self.desk.stored if isinstance(one, kind)]
            return found[number - 1] if len(found) >= number else None

        return await until(look)

    async def commanded(self) -> None:
        """Our commands are known there."""

        async def look() -> Any:
            path = "/applications/{application_id}/commands"
            return await self.api.call("GET", path, application_id=self.far.application)

        await until(look)

    def parcel(self, event: Any, ref: str, *, effect: str = "e1", **given: Any) -> Parcel:
        """An event for Di, made just now, in a place."""
        return Parcel(
            effect_id=effect,
            thread_id="t1",
            reply_token="r.1",
            identity=f"discord:{self.far.person('di')}",
            address=Address(channel="discord", ref=ref),
            event=event.model_copy(update={"at": datetime.now(UTC)}),
            role="decide",
            **({"ticket": TICKET} | given),
        )

    async def messages(self, channel: str) -> list[Any]:
        """What stands in a channel, oldest first."""
        read = await self.api.call("GET", "/channels/{channel_id}/messages", channel_id=channel)
        return list(reversed(read))

    async def _connected(self) -> bool:
        return self.far.listening() > 0

    async def _alone(self) -> bool:
        return self.far.listening() == 0


@contextlib.asynccontextmanager
async def judged(name: FarEndName) -> AsyncIterator[Judged]:
    """All of it, not connected yet."""
    async with far_end(name) as far:
        bot = Bot(SecretStr(far.token), reads_all=True, base_url=far.api_url)
        api = Api(bot)
        adapter = DiscordAdapter(bot, api, Meter(), Plain())
        await api.open()
        try:
            yield Judged(far, api, adapter, Noted())
        finally:
            await adapter.aclose()
