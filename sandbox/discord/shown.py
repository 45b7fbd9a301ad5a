"""How a message is shown: the message object of the API and of the gateway's events.

https://docs.discord.com/developers/resources/message#message-object
"""

from __future__ import annotations

from sandbox.discord.appearance import channel_object, member_object, user_object
from sandbox.discord.files import Files
from sandbox.discord.ids import timestamp
from sandbox.discord.shapes import Json
from sandbox.discord.world import EPHEMERAL, REPLY, STARTER, Attachment, Message, Reference, World


class Messages:
    """Makes message objects; the URLs of files in them are signed anew each time."""

    def __init__(self, world: World, files: Files) -> None:
        self._world = world
        self._files = files

    def object(self, message: Message, *, depth: int = 1) -> Json:
        """A message as REST has it; what it answers is in it once, not further."""
        world = self._world
        author = world.users[message.author]
        shown: Json = {
            "id": message.id,
            "channel_id": message.channel,
            "type": message.type,
            "content": message.content,
            "author": user_object(author),
            "timestamp": timestamp(message.created),
            "edited_timestamp": timestamp(message.edited) if message.edited else None,
            "tts": False,
            "pinned": False,
            "mention_everyone": message.mention_everyone,
            "mentions": [user_object(world.users[one]) for one in message.mentions if one in world.users],
            "mention_roles": list(message.mention_roles),
            "attachments": [self._attachment(one, message) for one in message.attachments],
            "embeds": message.embeds,
            "components": message.components,
            "flags": message.flags,
        }
        return shown | _optional(message, world) | self._pointed(message, depth) | self._thread(message)

    def event(self, message: Message) -> Json:
        """A message as MESSAGE_CREATE and MESSAGE_UPDATE have it: with the server, and the author's member there."""
        channel = self._world.channels[message.channel]
        shown = self.object(message) | {"channel_type": channel.type}
        if not channel.guild_id:
            return shown
        members = self._world.guild.members
        for user in shown["mentions"]:
            if user["id"] in members:
                user["member"] = member_object(members[user["id"]])
        member = members.get(message.author)
        told = {"member": member_object(member)} if member and not message.webhook else {}
        return shown | {"guild_id": channel.guild_id} | told

    def _attachment(self, one: Attachment, message: Message) -> Json:
        url = self._files.url(one)
        shown: Json = {"id": one.id, "filename": one.name, "size": len(one.content), "url": url, "proxy_url": url}
        if one.media_type:
            shown["content_type"] = one.media_type
        if one.description:
            shown["description"] = one.description
        if message.flags & EPHEMERAL:
            shown["ephemeral"] = True
        if one.seconds is not None:
            shown |= {"duration_secs": one.seconds, "waveform": "AAAA"}
        return shown

    def _pointed(self, message: Message, depth: int) -> Json:
        """What it points to; null where that is gone."""
        reference = message.reference
        if reference is None:
            return {}
        shown: Json = {"message_reference": _reference(reference)}
        if message.type in (REPLY, STARTER) and depth:
            channel = self._world.channels.get(reference.channel)
            found = channel.message(reference.message) if channel else None
            shown["referenced_message"] = self.object(found, depth=0) if found else None
        return shown

    def _thread(self, message: Message) -> Json:
        thread = self._world.channels.get(message.id)
        return {"thread": channel_object(thread, self._world)} if thread is not None else {}


def _reference(reference: Reference) -> Json:
    told = {"guild_id": reference.guild} if reference.guild else {}
    return {
        "type": reference.type,
        "message_id": reference.message,
        "channel_id": reference.channel,
    } | told


def _optional(message: Message, world: World) -> Json:
    """What a message has only sometimes."""
    shown: Json = {}
    if message.webhook:
        shown |= {"webhook_id": message.webhook, "application_id": world.app.id}
    if message.interaction is not None:
        shown["interaction_metadata"] = message.interaction
    if message.stickers:
        shown["sticker_items"] = message.stickers
    if message.poll is not None:
        shown["poll"] = message.poll
    if message.snapshots:
        shown["message_snapshots"] = message.snapshots
    return shown
