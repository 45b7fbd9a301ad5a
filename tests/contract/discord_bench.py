"""A bot of ours that sends through the local Discord, and who sees it there."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from adapters.base import Parcel, Receipt, Role, Ticket
from adapters.discord.account import Bot
from adapters.discord.api import Api
from adapters.discord.deliver import deliver
from adapters.discord.meaning import Us
from adapters.heard import Address
from agent_core.events import Outbound
from agent_core.values import Fact
from sandbox.discord.hands import Hands
from sandbox.discord.record import Call
from sandbox.discord.server import DiscordSandbox
from sandbox.discord.world import Channel, Message
from tests.unit.adapters.cards import CARD, SAID

TICKET = Ticket(code="482913", url="https://holdpoint.example.test/d/abc.def", button="0123456789abcdef")
CREATED = "/channels/*/messages"


@dataclass
class Meter:
    """Whose a name is, and nothing counted."""

    owners: dict[str, str] = field(default_factory=dict)

    async def first(self, name: str, owner: str) -> str:
        return self.owners.setdefault(name, owner)

    async def take(self, name: str, count: int, *, most: int, seconds: int) -> float:
        return 0.0


@dataclass(frozen=True)
class Plain:
    """Seals nothing."""

    def seal(self, text: str) -> str:
        return text.encode().hex()

    def open(self, sealed: str) -> str | None:
        return bytes.fromhex(sealed).decode()


@dataclass
class Sending:
    """The bot, and both of its ends."""

    discord: DiscordSandbox
    api: Api
    us: Us
    di: Hands
    meter: Meter = field(default_factory=Meter)
    sealing: Plain = field(default_factory=Plain)

    async def send(self, parcel: Parcel) -> Receipt:
        return await deliver(self.api, self.us, parcel, self.meter, self.sealing, self.now)

    def now(self) -> float:
        return self.discord.clock.now().timestamp()

    def parcel(self, event: Outbound = SAID, ref: str = "", *, effect: str = "e1", **given: Any) -> Parcel:
        """A parcel for Di's direct messages, or to `ref`; its event was made just now, unless it says when."""
        at = {} if event.at.year > 1970 and given.pop("old", False) else {"at": self.discord.clock.now()}
        role: Role = given.pop("role", "decide")
        made: Fact = event.model_copy(update=at)
        return Parcel(
            effect_id=effect,
            thread_id="t1",
            reply_token="r.1",
            identity=f"discord:{self.di.id}",
            address=Address(channel="discord", ref=ref or f"@me/{self.di.id}"),
            event=made,
            role=role,
            **({"ticket": TICKET} | given),
        )

    def card(self, ref: str = "", **given: Any) -> Parcel:
        return self.parcel(CARD, ref, **given)

    @property
    def deploys(self) -> Channel:
        return self.discord.channel("#deploys")

    def room(self, message: Message | None = None) -> str:
        """The ref of #deploys, or of the thread that is to begin at a message there."""
        below = f"/{message.id}" if message else ""
        return f"{self.discord.guild.id}/{self.deploys.id}{below}"

    def words(self, where: Channel | None = None) -> list[str]:
        """What we said there, in words; in Di's direct messages if it is not said where."""
        return list(map(said, self.discord.messages(where) if where else self.di.dms))

    def posts(self, path: str = "/messages", method: str = "POST") -> list[Call]:
        return [call for call in self.discord.calls if call.method == method and call.path.endswith(path)]


def said(message: Message) -> str:
    """A message's words, within its frame and without."""
    frames = (f"{one.get('title', '')}\n{one.get('description', '')}" for one in message.embeds)
    return "\n".join((message.content, *frames)).strip()


def labels(message: Message) -> list[str]:
    """What can be pressed under a message."""
    return [one["label"] for row in message.components for one in row["components"]]


@contextlib.asynccontextmanager
async def sending(**settings: Any) -> AsyncIterator[Sending]:
    """A bot that is logged in to the local Discord, and Di, who is in its server."""
    async with DiscordSandbox(**settings) as discord:
        api = Api(Bot(token=SecretStr(discord.token), base_url=discord.api_url))
        async with contextlib.aclosing(api):
            us = await api.open()
            yield Sending(discord, api, us, discord.person("di"))
        assert discord.strays == []
