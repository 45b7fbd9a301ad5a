"""Events: which intent each of them needs, whose shard it is, and what of a message an app may read. Pure.

https://discord.com/developers/docs/events/gateway#list-of-intents and #message-content-intent.
"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.discord.shapes import Json

GUILDS = 1 << 0
GUILD_MEMBERS = 1 << 1
GUILD_PRESENCES = 1 << 8
GUILD_MESSAGES = 1 << 9
GUILD_MESSAGE_REACTIONS = 1 << 10
GUILD_MESSAGE_TYPING = 1 << 11
DIRECT_MESSAGES = 1 << 12
DIRECT_MESSAGE_REACTIONS = 1 << 13
DIRECT_MESSAGE_TYPING = 1 << 14
MESSAGE_CONTENT = 1 << 15
PRIVILEGED = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT
# The bits that mean something: 17-19, 22, 23 and those above 25 do not.
KNOWN = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))
NEVER = 1 << 62  # an intent that nobody has

# By how an event's name begins: the intent it needs in a server, and in direct messages.
_NEEDS: Mapping[str, tuple[int, int]] = {
    "MESSAGE_REACTION_": (GUILD_MESSAGE_REACTIONS, DIRECT_MESSAGE_REACTIONS),
    "MESSAGE_": (GUILD_MESSAGES, DIRECT_MESSAGES),
    "TYPING_START": (GUILD_MESSAGE_TYPING, DIRECT_MESSAGE_TYPING),
    "GUILD_MEMBER_": (GUILD_MEMBERS, 0),
    "GUILD_MEMBERS_CHUNK": (0, 0),
    "GUILD_": (GUILDS, 0),
    "CHANNEL_PINS_": (GUILDS, DIRECT_MESSAGES),
    "CHANNEL_": (GUILDS, NEVER),  # since version 8 no app is told of its DMs
    "THREAD_": (GUILDS, 0),
}
_CONTENT: Json = {"content": "", "embeds": [], "attachments": [], "components": []}


def needs(name: str, guild: str) -> int:
    """The intent an event needs, in the server of this id or, if that is empty, in direct messages; 0: none."""
    begun = max((one for one in _NEEDS if name.startswith(one)), key=len, default="")
    in_guild, direct = _NEEDS.get(begun, (0, 0))
    return in_guild if guild else direct


def shard_of(guild: str, shards: int) -> int:
    """Which of so many shards an event of this server goes to; direct messages go to the first."""
    return (int(guild) >> 22) % shards if guild else 0


def readable(message: Json, bot: str, *, all_content: bool) -> Json:
    """A message object as an app gets it: without the content intent only what is meant for its bot user is in it.

    The message that it answers is judged by itself. Direct messages, mentions of the bot and what it wrote are whole.
    """
    shown = dict(message)
    answered = shown.get("referenced_message")
    if answered:
        shown["referenced_message"] = readable(
            {"guild_id": message.get("guild_id", "")} | answered, bot, all_content=all_content
        )
        if "guild_id" not in answered:
            del shown["referenced_message"]["guild_id"]
    if all_content or _is_meant_for(message, bot):
        return shown
    return shown | {name: empty for name, empty in _CONTENT.items() if name in shown}


def _is_meant_for(message: Json, bot: str) -> bool:
    author = (message.get("author") or {}).get("id")
    mentioned = {one["id"] for one in message.get("mentions", ())}
    return not message.get("guild_id") or author == bot or bot in mentioned
