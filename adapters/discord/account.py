"""The account: the Discord application as an installation of ours knows it, and what it is given besides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from pydantic import SecretStr

DISCORD = "https://discord.com/api/v10"
# Where files that people send along may be fetched from.
FILE_HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})


@dataclass(frozen=True)
class Bot:
    """`public_key` (hexadecimal) checks what Discord posts to us; empty: it posts nothing.

    `connects`: it is heard over a connection of our own as well. `reads_all`: we may read what does not mention us, a
    privileged intent. `shards` is how many connections its servers are shared out to; 0: as many as Discord advises.
    `file_hosts` are where files may be fetched from, https://`host` each, or whole origins for a local Discord.
    """

    token: SecretStr = field(repr=False)
    public_key: str = ""
    connects: bool = True
    reads_all: bool = False
    shards: int = 0
    base_url: str = DISCORD
    file_hosts: frozenset[str] = FILE_HOSTS


class Sealing(Protocol):
    """Makes text that must not be read where it is kept unreadable, and readable again."""

    def seal(self, text: str) -> str:
        """The text sealed: URL-safe characters."""
        ...

    def open(self, sealed: str) -> str | None:
        """The text again; None if it is none of ours."""
        ...
