"""The post office: mailboxes, delivery with our exchanger's stamps, what addresses do by themselves, and a journal."""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from pymap.backend.dict.mailbox import MailboxData
from pymap.parsing.message import AppendMessage

from sandbox.mail.clock import now
from sandbox.mail.faults import FaultKind as FaultKind, Faults
from sandbox.mail.habits import Arrived, Echo, Habit
from sandbox.mail.letter import Letter, read
from sandbox.mail.stamps import MX as MX, Auth as Auth, Stamp, head_of, stamped

INBOX: Literal["INBOX"] = "INBOX"
JUNK: Literal["Junk"] = "Junk"


class Refused(Exception):
    """This server does not take the mail: what it reads the headers with breaks on them."""


@dataclass(frozen=True)
class Transaction:
    """One mail that the SMTP server took: the outside world's journal. `sender` is the envelope's, the return path."""

    sender: str
    recipients: tuple[str, ...]
    message_id: str


@dataclass
class _Kept:
    """A mail in a mailbox, read only when somebody looks: a large one takes seconds."""

    uid: int
    raw: bytes

    @cached_property
    def letter(self) -> Letter:
        return read(self.uid, self.raw)


@dataclass
class Post:
    """All mailboxes. `people` are addresses with passwords; `bot` takes plus addresses too."""

    bot: str
    people: dict[str, str]
    boxes: dict[tuple[str, str], MailboxData] = field(default_factory=dict)
    journal: list[Transaction] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    habits: dict[str, Habit] = field(default_factory=dict)
    _kept: dict[tuple[str, str], list[_Kept]] = field(default_factory=dict)
    _coming: set[asyncio.Task[None]] = field(default_factory=set)

    def mailbox_of(self, address: str) -> str | None:
        """The mailbox an address delivers to."""
        address = address.lower()
        local, _, domain = self.bot.partition("@")
        if re.fullmatch(rf"{re.escape(local)}\+[^@]+@{re.escape(domain)}", address):
            return self.bot
        return address if address in self.people else None

    def takes(self, address: str) -> bool:
        """Whether mail to an address is taken, whatever becomes of it."""
        return self.mailbox_of(address) is not None or address.lower() in self.habits

    async def deliver(
        self, raw: bytes, sender: str, recipients: tuple[str, ...], stamp: Stamp, folder: str = INBOX
    ) -> None:
        """Put a mail into its recipients' mailboxes, and into the journal. Raises Refused."""
        self.journal.append(Transaction(sender, recipients, read(0, head_of(raw)).message_id))
        for recipient in recipients:
            habit = self.habits.get(recipient.lower())
            box = self.mailbox_of(recipient)
            if box is not None and (habit is None or habit.keeps):
                await self._append(box, folder, stamped(raw, sender, recipient, stamp))
            echo = habit.echo(Arrived(raw, sender, recipient)) if habit else None
            if echo:
                self._send_back(echo)

    async def _append(self, box: str, folder: str, raw: bytes) -> None:
        try:
            message = await self.boxes[box, folder].append(AppendMessage(raw, now()))
        except Exception as error:  # To find its thread, pymap asks Python's parser, which breaks in many ways.
            raise Refused from error
        self._kept.setdefault((box, folder), []).append(_Kept(message.uid, raw))

    def _send_back(self, echo: Echo) -> None:
        """A mail of its own, never within the transaction that it answers."""

        async def later() -> None:
            await asyncio.sleep(echo.after)
            with contextlib.suppress(Refused):
                await self.deliver(echo.raw, echo.sender, (echo.to,), Stamp())

        task = asyncio.create_task(later(), name="sandbox mail comes back")
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)

    async def settled(self) -> None:
        """Wait until nothing is on its way back any more."""
        while self._coming:
            await asyncio.gather(*self._coming)

    async def stop(self) -> None:
        """Nothing comes back any more."""
        for task in self._coming:
            task.cancel()
        await asyncio.gather(*self._coming, return_exceptions=True)

    def letters(self, address: str, folder: str = INBOX) -> tuple[Letter, ...]:
        """What is in a mailbox, oldest first."""
        return tuple(kept.letter for kept in self._kept.get((address.lower(), folder), ()))
