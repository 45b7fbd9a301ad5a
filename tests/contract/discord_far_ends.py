"""Two Discords that have no line in common: our local one, and somebody else's, simcord.

What is asserted of the one is asserted of the other. Where simcord plainly is not what Discord documents, it is named
in `DIFFERS` with the page that says so; a test then asserts what simcord does instead, so that a name which is not true
any more fails.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from sandbox.discord.hands import Hands
from sandbox.discord.server import DiscordSandbox
from tests.contract.discord_simcord import served
from tests.contract.discord_simulated import Simulated, soon, spoken
from tests.doors.scene import until

Json = dict[str, Any]
FarEndName = Literal["sandbox", "simcord"]
FAR_ENDS: tuple[FarEndName, ...] = ("sandbox", "simcord")

DOCS = "https://docs.discord.com/developers"
DIFFERS: Mapping[str, str] = {
    "forgets the nonce": f"{DOCS}/resources/message#create-message",
    "takes any nonce": f"{DOCS}/resources/message#create-message",
    "takes fields of embeds with nothing in them": f"{DOCS}/resources/message#embed-object-embed-field-structure",
    "calls an empty message a bad form": f"{DOCS}/topics/opcodes-and-status-codes#json",
    "answers what is not there": f"{DOCS}/resources/message#message-reference",
    # Which end of what follows is read is not said there; discord.py and everybody else reads on by it.
    "reads on from the end": f"{DOCS}/resources/message#get-channel-messages",
    "everybody takes direct messages": f"{DOCS}/topics/opcodes-and-status-codes#json",
    "begins a thread twice": f"{DOCS}/topics/opcodes-and-status-codes#json",
    "leaves a thread archived": f"{DOCS}/topics/threads#active-archived-threads",
    "says things in locked threads": f"{DOCS}/topics/threads#locked-threads",
    "forgets tokens that are over": f"{DOCS}/topics/opcodes-and-status-codes#json",
    "fills forms with anything": f"{DOCS}/components/reference#text-input-text-input-structure",
    "knows nobody who installed it": f"{DOCS}/interactions/receiving-and-responding#interaction-object",
    "answers interactions as nobody's": f"{DOCS}/resources/message#message-object",
    "tells each answer at length": f"{DOCS}/interactions/receiving-and-responding#create-interaction-response",
}


class FarEnd(Protocol):
    """A Discord with one server, whose people act and then do not wait for us. Ids are Discord's, as text."""

    name: FarEndName
    api_url: str
    token: str
    application: str
    bot: str
    guild: str

    def differs(self, name: str) -> bool:
        """Whether it does so, other than Discord: a name in `DIFFERS`."""
        ...

    def channel(self, name: str) -> str:
        """The channel of this name, made if need be."""
        ...

    def forbidden(self) -> str:
        """A channel the bot sees, where it may not write."""
        ...

    def person(self, name: str) -> str:
        """Somebody in the server, who joins when first named."""
        ...

    def direct(self, person: str) -> str:
        """The direct messages with them."""
        ...

    def refuse_direct(self, person: str) -> None:
        """They take no direct messages from now on."""
        ...

    def lock(self, thread: str) -> None:
        """A moderator locks the thread, and we are none."""
        ...

    def pinged(self, channel: str, message: str) -> set[str]:
        """The people who are notified of it."""
        ...

    async def say(self, person: str, channel: str, text: str, reply_to: str = "") -> str:
        """They write, in a channel, a thread or their direct messages."""
        ...

    async def edit(self, person: str, channel: str, message: str, text: str) -> None:
        """They change what they wrote."""
        ...

    def listening(self) -> int:
        """How many connections there are to its gateway."""
        ...

    def whispers(self, person: str) -> list[str]:
        """The words of what only they can see, oldest first."""
        ...

    async def click(self, person: str, channel: str, message: str, label: str) -> None:
        """They press the button of this label."""
        ...

    async def choose(self, person: str, channel: str, message: str, *labels: str) -> None:
        """They choose in the only select."""
        ...

    async def submit(self, person: str, values: Mapping[str, str]) -> None:
        """They fill the form once it is open, by its fields' labels, and send it off."""
        ...

    async def slash(self, person: str, channel: str, command: str, **options: str) -> None:
        """They give a command."""
        ...

    async def forward(self, seconds: float) -> None:
        """Time passes for Discord."""
        ...


class Elsewhere(Simulated):
    """simcord."""

    name: FarEndName = "simcord"

    def differs(self, name: str) -> bool:
        """In all of it."""
        assert name in DIFFERS, "a misspelt name"
        return True


@dataclass
class Sandboxed:
    """Our local Discord. Whoever presses waits for the answer there; here they do it beside us."""

    discord: DiscordSandbox
    name: FarEndName = "sandbox"
    _acting: list[asyncio.Task[str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.api_url, self.token = self.discord.api_url, self.discord.token
        self.application, self.bot = self.discord.app.id, self.discord.app.bot
        self.guild = self.discord.guild.id
        self.discord.app.may_read_all = True

    def differs(self, name: str) -> bool:
        """In nothing."""
        assert name in DIFFERS, "a misspelt name"
        return False

    def channel(self, name: str) -> str:
        """As a text channel."""
        return self.discord.channel(name).id

    def forbidden(self) -> str:
        """By what is denied there."""
        made = self.discord.channel("forbidden")
        made.denied |= {"SEND_MESSAGES", "CREATE_PUBLIC_THREADS"}
        return made.id

    def person(self, name: str) -> str:
        """As a member."""
        return self.discord.person(name).id

    def direct(self, person: str) -> str:
        """Theirs with the bot."""
        return self.discord.core.direct(person).id

    def refuse_direct(self, person: str) -> None:
        """In their settings."""
        self._hands(person).refuse_dms()

    def lock(self, thread: str) -> None:
        """By hand: no person is a moderator there."""
        self.discord.core.world.channels[thread].locked = True

    def pinged(self, channel: str, message: str) -> set[str]:
        """As our Discord has found out."""
        return set(self.discord.message(message).pinged)

    async def say(self, person: str, channel: str, text: str, reply_to: str = "") -> str:
        """At once."""
        answered = self.discord.message(reply_to) if reply_to else None
        return self._hands(person).say(self.discord.place(channel), text, reply_to=answered).id

    async def edit(self, person: str, channel: str, message: str, text: str) -> None:
        """At once."""
        self._hands(person).edit(self.discord.message(message), text)

    def listening(self) -> int:
        """Its sessions."""
        return len(self.discord.sessions)

    def whispers(self, person: str) -> list[str]:
        """As the person sees them."""
        return [spoken({"content": one.content, "embeds": one.embeds}) for one in self._hands(person).whispers]

    async def click(self, person: str, channel: str, message: str, label: str) -> None:
        """Beside us."""
        self._begin(self._hands(person).click(self.discord.message(message), label))

    async def choose(self, person: str, channel: str, message: str, *labels: str) -> None:
        """Beside us."""
        self._begin(self._hands(person).choose(self.discord.message(message), *labels))

    async def submit(self, person: str, values: Mapping[str, str]) -> None:
        """Beside us."""
        await until(lambda: soon(self._hands(person).modal))
        self._begin(self._hands(person).submit(values))

    async def slash(self, person: str, channel: str, command: str, **options: str) -> None:
        """Beside us."""
        self._begin(self._hands(person).slash(command, self.discord.place(channel), **options))

    async def forward(self, seconds: float) -> None:
        """By its clock."""
        self.discord.clock.forward(seconds)

    async def over(self) -> None:
        """Whoever still waits for an answer does so no more."""
        self.discord.clock.forward(4)
        await asyncio.gather(*self._acting)

    def _hands(self, person: str) -> Hands:
        return self.discord.person(self.discord.core.world.users[person].name)

    def _begin(self, act: Coroutine[Any, Any, str | None]) -> None:
        self._acting.append(asyncio.create_task(act))


@contextlib.asynccontextmanager
async def far_end(name: FarEndName) -> AsyncIterator[FarEnd]:
    """One of the two, at work."""
    making = _sandbox() if name == "sandbox" else _simcord()
    async with making as made:
        yield made


@contextlib.asynccontextmanager
async def _sandbox() -> AsyncIterator[FarEnd]:
    async with DiscordSandbox() as discord:
        here = Sandboxed(discord)
        yield here
        await here.over()
        assert discord.strays == []


@contextlib.asynccontextmanager
async def _simcord() -> AsyncIterator[FarEnd]:
    async with served() as here:
        yield Elsewhere(here)
        assert here.strays == []
