"""Two Discords that have no line in common: our local one, and somebody else's, simcord.

What is asserted of the one is asserted of the other. Where simcord plainly is not what Discord documents, it is named
in `DIFFERS` with the page that says so; a test then asserts what simcord does instead, so that a name which is not true
any more fails.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import discord
import simcord
from simcord.results import InteractionResult

from tests.contract.discord_simcord import TOKEN, Served, served

Json = dict[str, Any]
FarEndName = Literal["sandbox", "simcord"]
FAR_ENDS: tuple[FarEndName, ...] = ("simcord",)

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
    "tells each answer at length": f"{DOCS}/interactions/receiving-and-responding#create-interaction-response",
}
NOT_HERE = discord.PermissionOverwrite(view_channel=True, send_messages=False, create_public_threads=False)


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

    async def click(self, person: str, channel: str, message: str, label: str) -> None:
        """They press the button of this label."""
        ...

    async def choose(self, person: str, channel: str, message: str, *labels: str) -> None:
        """They choose in the only select."""
        ...

    async def submit(self, person: str, values: Mapping[str, str]) -> None:
        """They fill the form that is open, by its fields' labels, and send it off."""
        ...

    async def slash(self, person: str, channel: str, command: str, **options: str) -> None:
        """They give a command."""
        ...

    async def forward(self, seconds: float) -> None:
        """Time passes for Discord."""
        ...


@dataclass
class Simulated:
    """simcord: its people act through Python objects, which are looked up here by their ids."""

    here: Served
    name: FarEndName = "simcord"
    token: str = TOKEN
    _pressed: dict[str, InteractionResult] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._world = self.here.env.create_guild("holdpoint")
        self.api_url, self.application = self.here.api_url, str(self.here.backend.application_id)
        self.bot, self.guild = str(self.here.backend.bot_user.id), str(self._world.id)
        self._channels: dict[str, simcord.ChannelHandle] = {}
        self._people: dict[str, simcord.MemberActor] = {}

    def differs(self, name: str) -> bool:
        """In all of it."""
        assert name in DIFFERS, "a misspelt name"
        return True

    def channel(self, name: str) -> str:
        """As a text channel."""
        if name not in self._channels:
            self._channels[name] = self._world.create_text_channel(name)
        return str(self._channels[name].id)

    def forbidden(self) -> str:
        """By a permission overwrite."""
        me = self._world.me
        assert me is not None
        self._channels["forbidden"] = self._world.create_text_channel("forbidden", overwrites={me: NOT_HERE})
        return str(self._channels["forbidden"].id)

    def person(self, name: str) -> str:
        """As a member."""
        if name not in self._people:
            self._people[name] = self._world.add_member(self.here.env.create_user(name))
        return str(self._people[name].id)

    def direct(self, person: str) -> str:
        """Theirs with the bot."""
        return str(self._member(person).user.dm_channel.id)

    def refuse_direct(self, person: str) -> None:
        """simcord knows nothing of it."""

    def lock(self, thread: str) -> None:
        """By hand: only the bot acts on channels."""
        metadata = self.here.backend.get_channel(int(thread)).thread_metadata
        assert metadata is not None
        metadata.locked = True

    def pinged(self, channel: str, message: str) -> set[str]:
        """As simcord has found out."""
        return {str(one) for one in self.here.backend.get_message(int(channel), int(message)).ping_user_ids}

    async def say(self, person: str, channel: str, text: str, reply_to: str = "") -> str:
        """Through the member, or the user where it is a direct message."""
        member = self._member(person)
        if channel == self.direct(person):
            return str((await member.user.send_dm(text)).id)
        answered = self._message(channel, reply_to) if reply_to else None
        return str((await member.send(self._handle(channel), text, reply_to=answered)).id)

    async def click(self, person: str, channel: str, message: str, label: str) -> None:
        """Its result is kept: a form may follow."""
        self._pressed[person] = await self._actor(person, channel).click(self._message(channel, message), label=label)

    async def choose(self, person: str, channel: str, message: str, *labels: str) -> None:
        """By values, which simcord wants."""
        shown = self._message(channel, message)
        select = next(one for row in shown.components for one in row["components"] if one["type"] == 3)
        values = [option["value"] for option in select["options"] if option["label"] in labels]
        self._pressed[person] = await self._actor(person, channel).select(shown, values)

    async def submit(self, person: str, values: Mapping[str, str]) -> None:
        """By custom ids, which simcord wants."""
        pressed = self._pressed[person]
        assert pressed.modal is not None
        named = {label["label"]: label["component"] for label in pressed.modal["components"]}
        given = {named[label]["custom_id"]: _value(named[label], value) for label, value in values.items()}
        actor = self._actor(person, str(pressed._interaction.channel_id))
        self._pressed[person] = await actor.submit_modal(pressed, given)

    async def slash(self, person: str, channel: str, command: str, **options: str) -> None:
        """In a channel, or in the direct messages."""
        member = self._member(person)
        if channel == self.direct(person):
            self._pressed[person] = await member.user.slash(command, **options)
        else:
            self._pressed[person] = await member.slash(self._handle(channel), command, **options)

    async def forward(self, seconds: float) -> None:
        """Its clock stands still but for this."""
        await self.here.env.advance_time(seconds)

    def _member(self, person: str) -> simcord.MemberActor:
        return next(one for one in self._people.values() if str(one.id) == person)

    def _actor(self, person: str, channel: str) -> simcord.MemberActor | simcord.UserHandle:
        member = self._member(person)
        return member.user if channel == self.direct(person) else member

    def _handle(self, channel: str) -> simcord.ChannelHandle:
        return simcord.ChannelHandle(self.here.env, self._world, self.here.backend.get_channel(int(channel)))

    def _message(self, channel: str, message: str) -> simcord.ResponseMessage:
        stored = self.here.backend.get_message(int(channel), int(message))
        return simcord.ResponseMessage(self.here.env, stored)


def _value(control: Json, given: str) -> str | list[str]:
    """Words, or the values of the options that say so."""
    if control["type"] == 4:
        return given
    return [option["value"] for option in control["options"] if option["label"] == given]


class Bot(discord.AutoShardedClient):
    """discord.py as it comes, nothing of ours in it: calls by raw routes, and events as they come off the wire.

    The client that connects by shards asks where to connect; the other knows one place only.
    """

    def __init__(self, far: FarEnd, *, reads_all: bool = True) -> None:
        intents = discord.Intents.default()
        intents.message_content = reads_all
        super().__init__(
            intents=intents,
            enable_debug_events=True,
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.01,
            max_messages=None,
        )
        self.far = far
        self.heard: list[Json] = []
        self._more = asyncio.Condition()

    async def on_socket_raw_receive(self, text: str) -> None:
        async with self._more:
            self.heard.append(discord.utils._from_json(text))
            self._more.notify_all()

    async def hears(self, name: str) -> Json:
        """What the next event of this name says, from the first that was not taken yet."""
        return await self._hears(lambda event: event.get("t") == name)

    async def hears_message(self, id: str) -> Json:
        """What is told of a new message."""
        return await self._hears(lambda event: event.get("t") == "MESSAGE_CREATE" and event["d"]["id"] == id)

    async def _hears(self, meant: Callable[[Json], bool]) -> Json:
        async with asyncio.timeout(5), self._more:
            await self._more.wait_for(lambda: any(map(meant, self.heard)))
            found = next(filter(meant, self.heard))
            self.heard.remove(found)
        payload: Json = found["d"]
        return payload

    async def call(self, method: str, path: str, *, json: Any = None, params: Any = None, **parts: str) -> Any:
        """One call. Raises discord.HTTPException."""
        given = {name: value for name, value in {"json": json, "params": params}.items() if value is not None}
        return await self.http.request(discord.http.Route(method, path, **parts), **given)

    async def refused(self, method: str, path: str, **call: Any) -> tuple[int, int]:
        """How a call is refused: the HTTP status, and Discord's code."""
        try:
            answer = await self.call(method, path, **call)
        except discord.HTTPException as refused:
            return refused.status, refused.code
        raise AssertionError(f"{method} {path} was not refused: {answer}")


@contextlib.asynccontextmanager
async def far_end(name: FarEndName) -> AsyncIterator[FarEnd]:
    """One of the two, at work."""
    async with served() as here:
        yield Simulated(here)
        assert here.strays == []


@contextlib.asynccontextmanager
async def connected(far: FarEnd, *, reads_all: bool = True) -> AsyncIterator[Bot]:
    """discord.py at work there, connected, its server known."""
    before, discord.http.Route.BASE = discord.http.Route.BASE, far.api_url
    bot = Bot(far, reads_all=reads_all)
    try:
        async with bot:
            await bot.login(far.token)
            connection = asyncio.create_task(bot.connect(reconnect=False))
            await bot.hears("GUILD_CREATE")
            await bot.wait_until_ready()
            yield bot
        await connection
    finally:
        discord.http.Route.BASE = before
