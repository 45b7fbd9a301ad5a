"""Routes below /webhooks: what is said after the first answer to an interaction, for fifteen minutes, by its token.

https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
"""

from __future__ import annotations

from sandbox.discord.core import Core
from sandbox.discord.errors import Refusal
from sandbox.discord.posting import SENT, allowed, compose, revise, whispered
from sandbox.discord.replies import Reply
from sandbox.discord.routes import Answer, Asked, Route
from sandbox.discord.world import EPHEMERAL, LOADING, Message, Reference

ORIGINAL = "@original"
FOLLOW_UP, COMMAND = 19, 20


def say(asked: Asked) -> Answer:
    """Say something more; after an answer that was put off, it is the answer."""
    core, reply = asked.core, _reply(asked)
    if reply.thinking and reply.original is not None:
        return _fill(asked, reply, reply.original)
    message = compose(core, reply.channel, asked.body, asked.files, flags=SENT | EPHEMERAL)
    message.webhook, message.interaction, message.nonce = core.world.app.id, reply.shown, None
    if whispered(asked.body):
        message.ephemeral_for = reply.user
    channel, original = core.world.channels[reply.channel], reply.original
    if original is not None:
        message.type, message.reference = FOLLOW_UP, Reference(original.id, channel.id, channel.guild_id)
    core.post(message, allowed(asked.body))
    reply.said.append(message)
    return Answer(core.shown.object(message))


def read(asked: Asked) -> Answer:
    """One of the messages."""
    return Answer(asked.core.shown.object(_message(asked, _reply(asked))))


def change(asked: Asked) -> Answer:
    """Change one of them; the original is no longer on its way then."""
    reply = _reply(asked)
    message = _message(asked, reply)
    if message is reply.original:
        return _fill(asked, reply, message)
    revise(asked.core, message, asked.body, asked.files)
    return Answer(asked.core.shown.object(message))


def delete(asked: Asked) -> Answer:
    """Delete one of them."""
    reply = _reply(asked)
    message = _message(asked, reply)
    asked.core.remove(message)
    if message is reply.original:
        reply.original = None
    return Answer()


def _fill(asked: Asked, reply: Reply, message: Message) -> Answer:
    """What the original says in the end."""
    loading = message.flags & LOADING
    message.flags &= ~LOADING
    try:
        revise(asked.core, message, asked.body, asked.files)
    except Refusal:
        message.flags |= loading
        raise
    reply.thinking = False
    return Answer(asked.core.shown.object(message))


def _reply(asked: Asked) -> Reply:
    core: Core = asked.core
    if core.interactions is None:
        raise Refusal(10015)
    return core.interactions.reply(asked.parts["webhook_id"], asked.parts["webhook_token"])


def _message(asked: Asked, reply: Reply) -> Message:
    """The message of the path. Raises 10008."""
    named = asked.parts["message_id"]
    every = [reply.original, *reply.said] if reply.original is not None else reply.said
    found = reply.original if named == ORIGINAL else next((one for one in every if one and one.id == named), None)
    if found is None or found.deleted:
        raise Refusal(10008)
    return found


_ONE = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
ROUTES = (
    Route("POST", "/webhooks/{webhook_id}/{webhook_token}", say, open=True),
    Route("GET", _ONE, read, open=True),
    Route("PATCH", _ONE, change, open=True),
    Route("DELETE", _ONE, delete, open=True),
)
