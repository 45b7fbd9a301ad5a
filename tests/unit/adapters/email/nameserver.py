"""A nameserver of a few records over UDP, for the tests of signatures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


class Zone(asyncio.DatagramProtocol):
    """Answers with the text of a name, from a record or several; None: never answers; unknown names do not exist."""

    def __init__(self, records: Mapping[str, str | list[str] | None]) -> None:
        self.records = records
        self.asked: list[str] = []
        self.transport: asyncio.DatagramTransport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name = str(query.question[0].name).rstrip(".").lower()
        self.asked.append(name)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name not in self.records:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif (texts := self.records[name]) is None:
            return
        else:
            quoted = [f'"{text}"' for one in ([texts] if isinstance(texts, str) else texts) for text in [_pieces(one)]]
            answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", *quoted))
        self.transport.sendto(answer.to_wire(max_size=65_000), addr)

    @property
    def place(self) -> str:
        """`host:port`, as a site names it."""
        host, port = self.transport.get_extra_info("sockname")
        return f"{host}:{port}"


def _pieces(text: str) -> str:
    """A record as nameservers hold it: in strings of 255 characters."""
    return '" "'.join(text[at : at + 255] for at in range(0, len(text) or 1, 255))


@asynccontextmanager
async def serving(records: Mapping[str, str | list[str] | None]) -> AsyncIterator[Zone]:
    """The zone, until the end."""
    zone = Zone(records)
    zone.transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: zone, local_addr=("127.0.0.1", 0)
    )
    try:
        yield zone
    finally:
        zone.transport.close()
