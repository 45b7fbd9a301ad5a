"""Mentions: whom a message names, and whom it notifies.

https://docs.discord.com/developers/resources/message#allowed-mentions-object
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from sandbox.discord.limits import Complaint, choices, items, listed, table
from sandbox.discord.shapes import Json

EVERYONE = "everyone"
_USER, _ROLE = re.compile(r"<@!?(\d+)>"), re.compile(r"<@&(\d+)>")
_EVERYBODY = re.compile(r"@(?:everyone|here)\b")

Allowed: TypeAlias = Json | None


@dataclass(frozen=True)
class Named:
    """Whom a text names, in the order of their first appearance."""

    users: tuple[str, ...]
    roles: tuple[str, ...]
    everyone: bool

    def within(self, allowed: Allowed) -> Named:
        """Those who may be notified; without `allowed` all of them."""
        if allowed is None:
            return self
        parse = allowed.get("parse") or []
        # Ids may be numbers: libraries send them so.
        users, roles = ([str(one) for one in allowed.get(kind) or ()] for kind in ("users", "roles"))
        return Named(
            tuple(one for one in self.users if "users" in parse or one in users),
            tuple(one for one in self.roles if "roles" in parse or one in roles),
            self.everyone and EVERYONE in parse,
        )

    @property
    def pinged(self) -> frozenset[str]:
        """All of them."""
        return frozenset(self.users) | frozenset(self.roles) | ({EVERYONE} if self.everyone else frozenset())


def named(content: str) -> Named:
    """Whom a text names."""
    users, roles = dict.fromkeys(_USER.findall(content)), dict.fromkeys(_ROLE.findall(content))
    return Named(tuple(users), tuple(roles), bool(_EVERYBODY.search(content)))


def replied_user(allowed: Allowed) -> bool:
    """Whether a reply notifies whom it answers: without `allowed` it does."""
    return True if allowed is None else bool(allowed.get("replied_user", False))


def complaints(allowed: Any) -> Iterator[Complaint]:
    """What is wrong with a message's `allowed_mentions`."""
    if allowed is None:
        return
    parse = listed(table(allowed).get("parse"))
    for number, kind in enumerate(parse):
        if kind not in ("users", "roles", EVERYONE):
            yield choices(f"allowed_mentions.parse.{number}", ("users", "roles", EVERYONE))
    for kind in ("users", "roles"):
        named_ones = table(allowed).get(kind)
        yield from items(f"allowed_mentions.{kind}", named_ones, 100)
        if kind in parse and named_ones:
            words = f"parse:['{kind}'] and {kind}: [ids...] are mutually exclusive."
            yield "allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", words
