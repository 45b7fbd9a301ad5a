"""Permissions: what the bot may in a channel or thread. Others may everything here.

https://docs.discord.com/developers/topics/permissions
"""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.discord.errors import Refusal
from sandbox.discord.world import BITS, DIRECT, Channel, Permission, World


def bits(permissions: Iterable[Permission]) -> int:
    """Permissions as Discord writes them."""
    return sum(BITS[one] for one in set(permissions))


def held(world: World, channel: Channel) -> set[Permission]:
    """What the bot may here; a thread has its channel's permissions. Empty where it may not even look."""
    if channel.type == DIRECT:
        return set(BITS) - {"MANAGE_MESSAGES", "MANAGE_THREADS"}
    if world.app.bot not in world.guild.members:
        return set()
    home = world.channels.get(channel.parent_id, channel)
    may = (world.granted - home.denied) | home.allowed
    may = (may - channel.denied) | channel.allowed
    return may if "VIEW_CHANNEL" in may else set()


def sees(world: World, channel: Channel) -> bool:
    """Whether the bot sees the channel."""
    return "VIEW_CHANNEL" in held(world, channel)


def need(world: World, channel: Channel, *permissions: Permission) -> None:
    """Raise 50001 where the bot does not see the channel, 50013 where it lacks one of these."""
    may = held(world, channel)
    if "VIEW_CHANNEL" not in may:
        raise Refusal(50001)
    if not set(permissions) <= may:
        raise Refusal(50013)
