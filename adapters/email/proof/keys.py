"""Keys: the records in the DNS that say by which keys a domain signs, of nameservers of our choice, within a time."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping, Sequence

import anyio
from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.nameserver import Do53Nameserver, Nameserver
from dns.rdtypes.txtbase import TXTBase
from dns.resolver import NXDOMAIN, LifetimeTimeout, NoAnswer

from agent_core.values import Frozen

MAX_RECORD = 4096  # An RSA key of 8192 bits takes a third of it; larger ones are there to keep us busy.


class Key(Frozen):
    """The record of one name, or why there is none."""

    record: str = ""
    why: str = ""


async def fetch(names: Iterable[str], nameservers: Sequence[str], *, seconds: float) -> Mapping[str, Key]:
    """The record of each name, asked for all at once. Nameservers are `host` or `host:port`."""
    found = {name: Key(why="the nameserver does not answer") for name in names}

    async def ask(resolver: Resolver, name: str) -> None:
        found[name] = await _ask(resolver, name, seconds)

    with anyio.move_on_after(2 * seconds):
        resolver = Resolver(configure=False)
        resolver.nameservers = await _servers(nameservers)
        async with anyio.create_task_group() as group:
            for name in list(found):
                group.start_soon(ask, resolver, name)
    return found


async def _servers(nameservers: Sequence[str]) -> list[str | Nameserver]:
    """Those of them whose address is known."""
    found: list[str | Nameserver] = []
    for given in nameservers:
        host, _, port = given.rpartition(":") if given.count(":") == 1 or "]:" in given else (given, "", "53")
        try:
            addresses = await anyio.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_DGRAM)
        except (OSError, ValueError):
            continue
        found.append(Do53Nameserver(str(addresses[0][4][0]), int(port)))
    return found


async def _ask(resolver: Resolver, name: str, seconds: float) -> Key:
    try:
        answer = await resolver.resolve(f"{name}.", "TXT", lifetime=seconds, search=False)
        records = [b"".join(record.strings) for record in answer if isinstance(record, TXTBase)]
        record = records[0].decode("ascii") if len(records) == 1 else ""
    except (NXDOMAIN, NoAnswer):
        return Key(why="the domain has no such key")
    except LifetimeTimeout:
        return Key(why="the nameserver does not answer")
    except (DNSException, OSError, ValueError) as error:
        return Key(why=f"the key cannot be fetched: {type(error).__name__}")
    if not record or len(record) > MAX_RECORD:
        return Key(why="the domain does not name one key of a sane size")
    return Key(record=record)
