"""The nameserver: a few TXT records by UDP, for whoever wants to check a signature."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import cast

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from sandbox.mail.faults import Faults

CHUNK = 255  # Bytes in one string of a TXT record.
SECONDS = 60

Record = Callable[[str], "str | None"]


@contextlib.asynccontextmanager
async def nameserver(host: str, record: Record, faults: Faults) -> AsyncIterator[str]:
    """The address of a nameserver that says what `record` says."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Nameserver(record, faults), local_addr=(host, 0))
    try:
        yield f"{host}:{transport.get_extra_info('sockname')[1]}"
    finally:
        transport.close()
        await asyncio.sleep(0)


class _Nameserver(asyncio.DatagramProtocol):
    def __init__(self, record: Record, faults: Faults) -> None:
        self._record = record
        self._faults = faults

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # It is one, and in Python 3.11 not by name.

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a question; who asks none gets no answer."""
        if self._faults.take("dns_silent"):
            return
        with contextlib.suppress(dns.exception.DNSException):
            query = dns.message.from_wire(data)
            if query.question:
                self._transport.sendto(self._answer(query).to_wire(), addr)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        answer, asked = dns.message.make_response(query), query.question[0]
        answer.flags |= dns.flags.AA
        if self._faults.take("dns_failing"):
            answer.set_rcode(dns.rcode.SERVFAIL)
            return answer
        text = self._record(asked.name.to_text())
        if text is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif asked.rdtype == dns.rdatatype.TXT:
            said = " ".join(f'"{text[at : at + CHUNK]}"' for at in range(0, len(text), CHUNK))
            answer.answer.append(dns.rrset.from_text(asked.name, SECONDS, "IN", "TXT", said))
        return answer
