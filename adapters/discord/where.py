"""Where: what an address on Discord says, how snowflakes tell the time, and where buttons may be pressed. Pure.

A ref is `@me/<user>` for the direct messages with somebody, `<guild>/<channel>` for a channel, and
`<guild>/<channel>/<thread>` for a thread in it. A thread that begins at a message has the message's id, so it has its
address before it exists. After `?` stands, sealed, what an interaction is answered by: only there can it be said unseen
by others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from adapters.errors import Rejected
from adapters.heard import Address

CHANNEL = "discord"
DIRECT = "@me"
# Discord counts time from the first of January 2015, in ms since the epoch.
_BEGAN = 1_420_070_400_000
_REF = re.compile(
    r"(?:@me/(?P<user>[0-9]{1,20})|(?P<guild>[0-9]{1,20})/(?P<channel>[0-9]{1,20})(?:/(?P<thread>[0-9]{1,20}))?)"
    r"(?:\?(?P<reply>[A-Za-z0-9_=-]{1,1000}))?"
)


@dataclass(frozen=True)
class Where:
    """A place. With a `user` it is the direct messages with them, and nothing else is set but perhaps `reply`."""

    user: str = ""
    guild: str = ""
    channel: str = ""
    thread: str = ""
    reply: str = field(default="", repr=False)

    @property
    def ref(self) -> str:
        """As an address says it."""
        place = (
            f"{DIRECT}/{self.user}" if self.user else "/".join(filter(None, (self.guild, self.channel, self.thread)))
        )
        return f"{place}?{self.reply}" if self.reply else place

    @property
    def address(self) -> Address:
        """The address."""
        return Address(channel=CHANNEL, ref=self.ref)

    @property
    def here(self) -> Where:
        """The place itself, whatever is to be answered there."""
        return replace(self, reply="")

    @property
    def room(self) -> str:
        """The id of the channel or thread that is written to; empty for direct messages."""
        return self.thread or self.channel


def where_of(address: Address) -> Where:
    """What an address says. Raises Rejected."""
    found = _REF.fullmatch(address.ref)
    if not found:
        raise Rejected("this is no address on Discord")
    return Where(**{name: text or "" for name, text in found.groupdict().items()})


def seal_of(guild: str, user: str) -> str:
    """Where a button may be pressed, as tickets are sealed: in its server, or in one person's direct messages."""
    return f"{CHANNEL}:{guild or f'{DIRECT}/{user}'}"


def seal(address: Address) -> str:
    """Where the buttons of what is sent there may be pressed. Raises Rejected."""
    where = where_of(address)
    return seal_of(where.guild, where.user)


def moment(snowflake: str) -> int:
    """When something of this id was made, in microseconds since the epoch."""
    return ((int(snowflake) >> 22) + _BEGAN) * 1000


def snowflake(micros: int) -> str:
    """The least id of anything made from that moment on."""
    return str(max(micros // 1000 - _BEGAN, 0) << 22)
