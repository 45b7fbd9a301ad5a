"""What the server remembers: the script and faults in force, and every exchange, for tests to assert on."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue

from sandbox.model.fault import Fault
from sandbox.model.script import Script

KEPT = 1000


class Exchange(BaseModel):
    """One request and what it got.

    `body` is the request's text exactly as received; `answer` the JSON of the answer; `status` and `answer` stay None
    while the request hangs, and when the connection was dropped. `problem` is set when nothing here fitted the
    request: an unknown route, or no rule.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    method: str
    path: str
    body: str
    rule: str = ""
    fault: str = ""
    problem: str = ""
    status: int | None = None
    answer: JsonValue = None

    @property
    def asked(self) -> Any:
        """The request's body as parsed JSON."""
        return json.loads(self.body)


@dataclass(slots=True)
class Record:
    """The server's only state. Of the exchanges the last thousand are kept."""

    script: Script
    faults: deque[Fault] = field(default_factory=deque)
    exchanges: deque[Exchange] = field(default_factory=lambda: deque(maxlen=KEPT))
    received: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def open(self, method: str, path: str, body: bytes) -> Exchange:
        """Write down a request that has just come in."""
        self.received += 1
        text = body.decode("utf-8", errors="replace")
        exchange = Exchange(number=self.received, method=method, path=path, body=text)
        self.exchanges.append(exchange)
        return exchange

    def update(self, exchange: Exchange) -> None:
        """Replace what was written about this request, if it is still kept."""
        for index, kept in enumerate(self.exchanges):
            if kept.number == exchange.number:
                self.exchanges[index] = exchange

    def take_fault(self) -> Fault | None:
        """The next fault that was switched on, used up."""
        return self.faults.popleft() if self.faults else None

    def lift(self) -> None:
        """Switch all faults off; requests that hang are answered at once."""
        self.faults.clear()
        self.released.set()
        self.released = asyncio.Event()

    @property
    def unmatched(self) -> tuple[Exchange, ...]:
        """The requests that nothing here fitted."""
        return tuple(exchange for exchange in self.exchanges if exchange.problem)
