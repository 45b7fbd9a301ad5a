"""Sessions of the gateway: which events one is told of, numbered and kept, so that they can be told again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

from sandbox.discord.connection import Connection
from sandbox.discord.events import MESSAGE_CONTENT, needs, readable, shard_of
from sandbox.discord.ids import secret
from sandbox.discord.shapes import Json
from sandbox.discord.world import Event

KEPT = 1_000  # events; who missed more cannot resume
RESUMABLE = 300.0  # seconds after its connection broke
_MESSAGES = ("MESSAGE_CREATE", "MESSAGE_UPDATE")


@dataclass(eq=False)
class Session:
    """What began with one IDENTIFY. `left` is when its connection ended, in seconds; `seq` its last number.

    A `forgotten` one goes on, but cannot be resumed.
    """

    intents: int
    shard: tuple[int, int]
    bot: str
    id: str = field(default_factory=secret)
    connection: Connection | None = None
    left: float = 0.0
    forgotten: bool = False
    seq: int = 0
    _kept: list[tuple[int, str]] = field(default_factory=list, repr=False)

    def tell(self, event: Event) -> bool:
        """Number an event, keep it, and say it if somebody listens; False if it is not one for this session."""
        if not self._is_for_us(event):
            return False
        data = event.data
        if event.kind in _MESSAGES:
            data = readable(data, self.bot, all_content=bool(self.intents & MESSAGE_CONTENT))
        self.say(event.kind, data)
        return True

    def say(self, kind: str, data: Json) -> None:
        """The same for what this session alone is told."""
        self.seq += 1
        text = json.dumps({"t": kind, "s": self.seq, "op": 0, "d": data})
        self._kept = [*self._kept[1 - KEPT :], (self.seq, text)]
        if self.connection is not None:
            self.connection.push_text(text)

    def missed(self, seq: int) -> list[str] | None:
        """What was said after this number, in order; None if not all of that is kept."""
        later = [text for number, text in self._kept if number > seq]
        return later if len(later) == self.seq - seq else None

    def resumable(self, now: float) -> bool:
        """Whether it is not too late to go on with it."""
        return not self.forgotten and (self.connection is not None or now - self.left <= RESUMABLE)

    def has(self, guild: str) -> bool:
        """Whether this server, or direct messages if empty, fall to its shard."""
        ours, of = self.shard
        return shard_of(guild, of) == ours

    def _is_for_us(self, event: Event) -> bool:
        needed = needs(event.kind, event.guild)
        return self.has(event.guild) and needed & self.intents == needed


class Sessions(Sequence[Session]):
    """Those with an open connection, oldest first; IDENTIFYs and successful RESUMEs so far are counted."""

    def __init__(self, open: tuple[Session, ...], identifies: int, resumes: int) -> None:
        self._open = open
        self.identifies = identifies
        self.resumes = resumes

    def __len__(self) -> int:
        return len(self._open)

    def __iter__(self) -> Iterator[Session]:
        return iter(self._open)

    @overload
    def __getitem__(self, at: int) -> Session: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Session, ...]: ...

    def __getitem__(self, at: int | slice) -> Session | tuple[Session, ...]:
        return self._open[at]
