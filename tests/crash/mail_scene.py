"""The scene with mail: roles of one house in processes of their own, which anybody may kill at any moment.

The mail servers, the model, and a house that looks on live here. What is looked at is the log, the mailroom, and what
is in people's mailboxes.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.base import Position
from agent_core.events import UserMessage
from config.settings import Settings
from gateway.app import House, house
from gateway.keyring import Place as Token
from gateway.store.mailroom import RedisMailroom
from sandbox.mail import Letter, MailSandbox
from sandbox.mail.letter import write
from sandbox.model import ModelSandbox
from tests.crash.discord_scene import ENDS_WITHIN, Victim
from tests.crash.scene import Place, place, valkey
from tests.doors.scene import free_port, serving, until
from tests.flows.slack_house import script

LEASE_SECONDS = 1.5
ANA, BO, CY = "ana@example.test", "bo@example.test", "cy@example.test"
CARD = "May this run?"
MANY = 10_000


@dataclass(frozen=True)
class MailPlace(Place):
    """A place whose leases are soon over."""

    def settings(self) -> Settings:
        """The settings of this place."""
        settings = super().settings()
        store = settings.store.model_copy(update={"lease_seconds": LEASE_SECONDS})
        return settings.model_copy(update={"store": store})


@dataclass(frozen=True)
class Mail:
    """A mail as it was sent, so that it can come once more, and the thread it belongs to."""

    sender: str
    to: str
    raw: bytes
    thread: str


@dataclass
class Apart:
    """What can be seen from here of a house in several processes; `victims` are those that can be killed, by role.

    `renumbered` is the UIDVALIDITY that the mailbox no longer has.
    """

    mail: MailSandbox
    house: House
    victims: Mapping[str, Victim]
    renumbered: int = 0

    def another(self, role: str) -> Victim:
        """One more process of a role, to be ended by who asked for it."""
        return Victim(self.victims[role].place, role)

    async def send(self, sender: str, text: str, *, behind: Mail | None = None) -> Mail:
        """A mail to us: of a new conversation, or an answer in the one that another mail began."""
        keyring, to = self.house.keyring, self.mail.bot
        if behind:
            owner = self.house.inbound.owner(f"email:{sender}")
            to = to.replace("@", f"+{keyring.reply_token(Token(thread_id=behind.thread), owner)}@")
        message_id, raw = write(sender, to, text, text)
        thread = behind.thread if behind else keyring.thread_id("email", f"{sender}/{message_id}")
        sent = Mail(sender, to, raw, thread)
        await self.again(sent)
        return sent

    async def again(self, sent: Mail) -> None:
        """The same mail comes into the mailbox."""
        await self.mail.deliver_raw(sent.sender, sent.to, sent.raw)

    async def hears(self, *conversations: Iterable[str]) -> None:
        """As `heard`, and none was set aside."""
        await self.heard(*conversations)
        assert await self.mailroom.quarantined(self.source) == []

    async def heard(self, *conversations: Iterable[str]) -> None:
        """When the mailbox is read to its end: each of these mails is in one thread and once, and in order."""
        before = await self._read()
        while not await self._caught_up():
            await until(self._read_on(before))
            before = await self._read()
        assert sorted(await self.said()) == sorted(list(texts) for texts in conversations)

    async def said(self) -> list[list[str]]:
        """What people said, thread by thread, in the order in which it is in the log."""
        threads = await self.house.opened.threads.threads(most=MANY)
        logs = [await self.house.threads.events(one.id, after=0) for one in threads]
        return [[one.text for one in log if isinstance(one, UserMessage)] for log in logs]

    async def _read(self) -> tuple[Position | None, int]:
        """How far the mailbox is read, and how many mails wait in the mailroom."""
        waiting = [await self.mailroom.redis.llen(key) async for key in self.mailroom.redis.scan_iter(match="*:todo")]
        return await self.position(), sum(waiting)

    def _read_on(self, before: tuple[Position | None, int]) -> Callable[[], Awaitable[bool]]:
        """Whether anything was read since: of many mails, each has the time that one has."""

        async def look() -> bool:
            return await self._read() != before

        return look

    async def _caught_up(self) -> bool:
        (position, waiting), letters = await self._read(), self.mail.letters(self.mail.bot)
        behind = not position or position.validity == self.renumbered or position.uid < letters[-1].uid
        return not behind and not waiting

    async def position(self) -> Position | None:
        """How far the mailbox is read."""
        return await self.mailroom.position(self.source)

    async def holder(self) -> str:
        """Who reads the mailbox."""
        keys = [key async for key in self.mailroom.redis.scan_iter(match="hp:{src:*}:lease")]
        return "".join([str(await self.mailroom.redis.get(key)) for key in keys])

    async def renewed(self, times: int) -> set[str]:
        """When whoever listens has renewed its lease so often; all who held it meanwhile."""
        key = await anext(self.mailroom.redis.scan_iter(match="hp:{src:*}:lease"))
        left, seen, holders = await self.mailroom.redis.pttl(key), 0, set()
        async with asyncio.timeout(ENDS_WITHIN):
            while seen < times:
                before, left = left, await self.mailroom.redis.pttl(key)
                seen += left > before
                holders.add(await self.holder())
                await asyncio.sleep(0.01)
        return holders

    async def clients(self) -> int:
        """How many connections the store has."""
        return len(await self.mailroom.redis.client_list())

    async def kept(self) -> None:
        """When a mail is in the mailroom."""

        async def look() -> bool:
            return bool(await self.mailroom.waiting(self.source))

        await until(look)

    async def letter(self, address: str, words: str) -> Letter:
        """The first mail in somebody's mailbox that says so."""

        async def look() -> Letter | None:
            return next((one for one in self.mail.letters(address) if words in one.text), None)

        return await until(look)

    async def quiet(self) -> None:
        """When nothing is to be sent or done in any thread, of which there are some."""

        async def look() -> bool:
            for one in (threads := await self.house.opened.threads.threads()):
                status = (await self.house.threads.get(one.id)).status
                effects = await self.house.opened.threads.effects(one.id)
                if status == "working" or any(effect.state in ("pending", "sending") for effect in effects):
                    return False
            return bool(threads)

        await until(look)

    @property
    def ours(self) -> Counter[str]:
        """How often the mail server took each mail of ours."""
        return Counter(one.message_id for one in self.mail.journal if one.message_id.startswith("<hp."))

    @property
    def source(self) -> str:
        """What the mailroom calls the mailbox."""
        return self.house.channels.read[0].sources[0].name

    @property
    def mailroom(self) -> RedisMailroom:
        """Where raw mails are kept."""
        mailroom = self.house.opened.mailroom
        assert isinstance(mailroom, RedisMailroom)
        return mailroom


@contextlib.asynccontextmanager
async def _at_work(ready: House, roles: Sequence[str]) -> AsyncIterator[None]:
    """These roles work here, if there are any."""
    async with serving(ready, roles) if roles else contextlib.nullcontext():
        yield


def readers(victim: Victim) -> list[int]:
    """The processes in which a listener reads mails."""
    assert victim.process
    found = []
    for children in Path(f"/proc/{victim.process.pid}/task").glob("*/children"):
        for pid in children.read_text().split():
            if b"anyio.to_process" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(int(pid))
    return found


async def ended(pid: int) -> None:
    """When a process that is no child of ours has ended, whether anybody asked how or not."""

    async def look() -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
        except (FileNotFoundError, ProcessLookupError):
            return True

    await until(look)


@contextlib.asynccontextmanager
async def apart(directory: Path, victims: Iterable[str], here: Iterable[str] = ()) -> AsyncIterator[Apart]:
    """A house of which the roles in `victims` run elsewhere, once they are started, and those in `here` run here."""
    async with MailSandbox() as mail, ModelSandbox(script()) as model, valkey(directory) as store:
        made = place(directory, store.url, free_port(), mail, model, "PT1H")
        there = MailPlace(**vars(made))
        elsewhere = {role: Victim(there, role) for role in victims}
        async with house(there.settings()) as ready, _at_work(ready, [role for role in here if role not in elsewhere]):
            try:
                yield Apart(mail, ready, elsewhere)
            finally:
                await asyncio.gather(*(one.end() for one in elsewhere.values()))
