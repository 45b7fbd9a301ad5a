"""The gateway's protocol: its operations by number, what an app may say, and the codes for what it may not. Pure.

https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway
"""

from __future__ import annotations

import json
from collections import deque

from sandbox.discord.shapes import Json

HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME = 1, 2, 3, 4, 6
RECONNECT, MEMBERS, INVALID, HELLO, ACK, SOUNDS = 7, 8, 9, 10, 11, 31
LONGEST = 4096  # bytes of what an app says at once
SENDS, SEND_SECONDS = 120, 60.0


class Closes(Exception):
    """The connection closes with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Sends:
    """How much one connection says: at most 120 times a minute."""

    def __init__(self) -> None:
        self._last: deque[float] = deque(maxlen=SENDS)

    def count(self, now: float) -> None:
        """Once more. Raises Closes."""
        if len(self._last) == SENDS and now - self._last[0] < SEND_SECONDS:
            raise Closes(4008)
        self._last.append(now)


def operation(op: int, data: object) -> Json:
    """What is said that is no event."""
    return {"op": op, "d": data, "s": None, "t": None}


def payload(text: str) -> Json:
    """What an app says, if it is JSON with an op and not too long. Raises Closes."""
    if len(text.encode()) > LONGEST:
        raise Closes(4002)
    try:
        said = json.loads(text)
    except ValueError:
        raise Closes(4002) from None
    if not isinstance(said, dict) or not isinstance(said.get("op"), int):
        raise Closes(4002)
    return said


def sharding(shard: object) -> tuple[int, int]:
    """Which shard of how many an app wants to be. Raises Closes."""
    match shard:
        case [int(id), int(of)] if 0 <= id < of:
            return id, of
    raise Closes(4010)
