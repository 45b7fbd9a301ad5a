"""What goes out by mail, for the tests of sending it: an outbox at the sandbox, and what it remembers and counts."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

from adapters.base import Parcel
from adapters.email.account import Server
from adapters.email.found import Sent
from adapters.email.sending.deliver import Outbox
from adapters.email.where import Where
from sandbox.mail import MailSandbox
from tests.contract.mailbox import account


@dataclass
class Memory:
    """What was sent, in the order it was noted."""

    noted: list[Sent] = field(default_factory=list)

    async def note(self, sent: Sent) -> None:
        self.noted.append(sent)

    async def find(self, effect_id: str) -> Sent | None:
        return next((one for one in reversed(self.noted) if one.effect_id == effect_id), None)


@dataclass
class Counters:
    """Counts as the store does, by a clock that stands still until it is moved."""

    now: float = 0.0
    counted: dict[str, tuple[int, float]] = field(default_factory=dict)

    async def first(self, name: str, owner: str) -> str:
        raise AssertionError("mails belong to nobody")

    async def take(self, name: str, count: int, *, most: int, seconds: int) -> float:
        had, ends = self.counted.get(name, (0, self.now + seconds))
        if ends <= self.now:
            had, ends = 0, self.now + seconds
        if had + count > most:
            return ends - self.now
        if count:
            self.counted[name] = (had + count, ends)
        return 0.0


@dataclass
class Sending:
    """An outbox, and both of its ends."""

    mail: MailSandbox
    outbox: Outbox
    memory: Memory
    counters: Counters


@contextlib.asynccontextmanager
async def sending(mail: MailSandbox, server: Server | None = None, *, per_hour: int = 1000) -> AsyncIterator[Sending]:
    """An outbox for the bot, at the sandbox's server or at another."""
    of = account(mail)
    memory, counters = Memory(), Counters()
    outbox = Outbox(replace(of, smtp=server or of.smtp, per_hour=per_hour), memory, counters)
    async with contextlib.aclosing(outbox):
        yield Sending(mail, outbox, memory, counters)


def numbered(parcel: Parcel, number: int, *, to: str = "") -> Parcel:
    """The same for another effect, and maybe for somebody else."""
    address = Where(to=to).address() if to else parcel.address
    return parcel.model_copy(update={"effect_id": f"e{number}", "address": address})
