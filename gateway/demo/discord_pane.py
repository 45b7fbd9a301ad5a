"""The Discord pane's routes: what people do and see in the local Discord, and a way to break its connection to us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter, HTTPException

from gateway.demo.passing import passed_on
from gateway.demo.world import World
from sandbox.discord import DiscordSandbox, Hands, Message
from sandbox.discord.screen import form_shown, room_shown
from sandbox.discord.world import LOADING, Channel

# Who can be played on the page: those whom the house knows.
SEATS = ("ana", "bo", "di")
DONE = frozenset({"say", "click", "choose", "slash", "submit", "close", "drop"})
Shown = dict[str, Any]


def discord_routes(world: World) -> APIRouter:
    """`/discord/window`: all that one person sees with one room open; of `/_control` what a person may do; `drop`."""
    discord = world.discord
    router = APIRouter(prefix="/discord")

    @router.get("/window")
    async def window(person: str = SEATS[0], room: str = "") -> Shown:
        if person not in SEATS:
            raise HTTPException(404, "nobody here is called that")
        return _window(discord, discord.person(person), room)

    router.include_router(passed_on(discord.url, "Discord", shown=frozenset(), done=DONE))
    return router


def _window(discord: DiscordSandbox, person: Hands, room: str) -> Shown:
    """`room` empty is the direct messages with the app, which are first among the rooms.

    So is a room they do not see: the page may still show the rooms of whoever sat there before.
    """
    world, direct = discord.core.world, person.channel(None)
    named = world.channels.get(room, direct)
    place = named if person.sees(named) else direct
    return {
        "server": world.guild.name,
        "bot": world.app.bot,
        "people": {one.id: one.display for one in world.users.values()},
        "roles": {one.id: one.name for one in world.guild.roles.values()},
        "rooms": [room_shown(one) for one in (direct, *_rooms(person))],
        "room": place.id,
        "newest": {name: _newest(discord.person(name)) for name in SEATS},
        "messages": [_shown(one, person) for one in _messages(person, place)],
        "form": form_shown(person.modal) if person.modal else None,
        "connections": len(discord.sessions),
    }


def _rooms(person: Hands) -> Iterator[Channel]:
    """Each channel of the server, with its threads after it."""
    every = person.core.world.channels.values()
    for channel in (one for one in every if one.guild_id and not one.is_thread and person.sees(one)):
        yield channel
        yield from (one for one in every if one.is_thread and one.parent_id == channel.id)


def _newest(person: Hands) -> Mapping[str, str]:
    """By room, the newest message that somebody else wrote."""
    seen = (person.channel(None), *_rooms(person))
    return {
        room.id: max((one.id for one in _messages(person, room) if one.author != person.id), key=int, default="")
        for room in seen
    }


def _messages(person: Hands, room: Channel) -> list[Message]:
    """What a person sees in a room; a thread begins with the message it began at."""
    home = person.core.world.channels.get(room.parent_id)
    began = home.message(room.id) if home and room.is_thread else None
    whispered = [one for one in person.whispers if one.channel == room.id]
    return sorted([*([began] if began else []), *room.messages, *whispered], key=lambda one: int(one.id))


def _shown(message: Message, person: Hands) -> Shown:
    """What is drawn of a message. Its files are named only: their URLs are signed anew at each look."""
    member = person.core.world.guild.members[person.id]
    return {
        "id": message.id,
        "author": message.author,
        "content": message.content,
        "time": message.created.isoformat(),
        "edited": message.edited is not None,
        "loading": bool(message.flags & LOADING),
        "only_you": bool(message.ephemeral_for),
        "pings": bool({person.id, "everyone", *member.roles} & message.pinged),
        "answers": _answered(message, person),
        "embeds": message.embeds,
        "components": message.components,
        "files": [one.name for one in message.attachments],
        "thread": _thread(message, person),
    }


def _answered(message: Message, person: Hands) -> Shown | None:
    """The message it is a reply to, in one line."""
    reference = message.reference
    channel = person.core.world.channels.get(reference.channel) if reference else None
    found = channel.message(reference.message) if channel and reference else None
    if found is None:
        return None
    titles = [str(one["title"]) for one in found.embeds if one.get("title")]
    return {"author": found.author, "words": " ".join((found.content or " ".join(titles)).split())[:100]}


def _thread(message: Message, person: Hands) -> Shown | None:
    """The thread that began at it."""
    thread = person.core.world.channels.get(message.id)
    return {"id": thread.id, "name": thread.name, "count": len(thread.messages)} if thread else None
