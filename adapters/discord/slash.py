"""Slash: what is done about the slash commands. Each is acknowledged first, and then answered in that place."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from adapters.base import Desk
from adapters.discord import words
from adapters.discord.answering import Answering
from adapters.discord.meaning import Room, Slash
from adapters.discord.where import Where, seal_of
from adapters.errors import SendError
from adapters.heard import Ordered, Received
from agent_core.events import Request, UserMessage


async def obey(desk: Desk, slash: Slash, answer: Answering) -> Received | None:
    """Do it, and answer; what was asked, if something was. Raises what the desk raises, SendError."""
    match slash.verb:
        case "ask" if slash.text.strip():
            return await _ask(desk, slash, answer)
        case "ask":
            await answer.say(words.NO_WORDS)
        case "status":
            await _status(desk, slash, answer)
        case "stop":
            await _stop(desk, slash, answer)
    return None


async def _ask(desk: Desk, slash: Slash, answer: Answering) -> Received:
    """In a channel, the message that says who asked for what is where the conversation begins."""
    room, user = answer.interaction.room, answer.interaction.user
    await answer.think(aside=False)
    if room.kind == "channel":
        conversation = await answer.original()
        where = Where(guild=room.guild, channel=room.id, thread=conversation)
    else:
        conversation, where = room.id, place_of(room, user)
    message = UserMessage(id=slash.id, author=slash.author, text=slash.text)
    said = Received(message=message, address=where.address, conversation=conversation)
    await desk.take(said)
    with contextlib.suppress(SendError):  # It is stored, and will be answered.
        await answer.show(words.asked(user, slash.text))
    return said


async def _status(desk: Desk, slash: Slash, answer: Answering) -> None:
    await answer.think(aside=True)
    room = answer.interaction.room
    waiting: Sequence[Request] = [
        one.request for one in await desk.waiting(slash.author, seal_of(room.guild, answer.interaction.user))
    ]
    state = None if room.kind == "channel" else await desk.status(room.id)
    await answer.say(words.status(waiting, state))


async def _stop(desk: Desk, slash: Slash, answer: Answering) -> None:
    await answer.think(aside=True)
    room = answer.interaction.room
    if room.kind == "channel":
        await answer.say(words.NO_CONVERSATION)
        return
    order = Ordered(id=slash.id, author=slash.author, conversation=room.id, verb="stop")
    await answer.say(words.STOPPED if await desk.take(order) else words.NOT_THEIRS)


def place_of(room: Room, user: str) -> Where:
    """The place somebody did something in."""
    if room.kind == "direct" or not room.guild:
        return Where(user=user)
    if room.kind == "thread" and room.parent:
        return Where(guild=room.guild, channel=room.parent, thread=room.id)
    return Where(guild=room.guild, channel=room.id)
