"""The setting of a turn: what it is run with besides the thread, and how it names new events."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from agent_core.agent import Agent
from agent_core.people import People
from agent_core.policy.grants import Grant
from agent_core.policy.rules import Policy
from agent_core.thread import Thread
from agent_core.values import Proof


@dataclass(frozen=True, slots=True)
class Setting:
    """What a turn is run with, besides the thread: who the agent is, what the policy says, what time it is.

    `people` are everybody known; `reach` the channels they can be written to on, with how sure it is who answers
    there; `paced` the channels on which forms are asked field by field; `grants` what was allowed for a while.
    `identify` gives an identity that somebody wrote as its channel knows it, None if that knows no such.
    """

    agent: Agent
    policy: Policy
    now: datetime
    people: People = field(default_factory=People)
    reach: Mapping[str, Proof] = field(default_factory=dict)
    paced: frozenset[str] = frozenset()
    grants: tuple[Grant, ...] = ()
    identify: Callable[[str], str | None] = str


class Ids:
    """Names new events after the one they follow, so that the same history always gets the same ids."""

    def __init__(self, thread: Thread) -> None:
        self._last = f"{thread.tenant}/{thread.id}/{thread.anchor}"

    def next(self) -> str:
        """16 characters of base32: unique in the thread, not a secret."""
        self._last = base64.b32encode(hashlib.sha256(self._last.encode()).digest()[:10]).decode().lower()
        return self._last
