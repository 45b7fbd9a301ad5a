"""Handing mails over at the sandbox and at Debian's Exim alike: sent once, or known not to be, or honestly unknown."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Literal

import pytest
from structlog.testing import capture_logs

from adapters.email.account import Account
from adapters.email.sending.deliver import Outbox
from adapters.errors import OutcomeUnknown, Rejected, TryLater, Unreachable
from tests.contract.email_sending import Counters, Memory, numbered
from tests.contract.exim import BUSY, NOBODY, SIZE
from tests.contract.mailbox import BO, CUT, Bend, Wire
from tests.contract.post_office import PostOffice, came
from tests.unit.adapters.email.parcels import HONEST

CARD = HONEST["card"]
SAID = HONEST["said"]
ID = "<hp.e1.k3v9.abcdefgh@bot.example.test>"


@contextlib.asynccontextmanager
async def sending(account: Account) -> AsyncIterator[Outbox]:
    async with contextlib.aclosing(Outbox(replace(account, per_hour=1000), Memory(), Counters())) as outbox:
        yield outbox


def by(wire: Wire, account: Account) -> Account:
    return replace(account, smtp=replace(account.smtp, port=wire.port))


def wire_to(office: PostOffice, bend: Bend = lambda said: said) -> Wire:
    return Wire(office.account.smtp.host, office.account.smtp.port, bend)


@dataclass
class CutAfter:
    """Cuts the connection once, where the server would answer what comes next after a line that begins like this."""

    seen: bytes
    state: Literal["waits", "armed", "done"] = "waits"

    def __call__(self, said: bytes) -> bytes:
        if self.state == "armed":
            self.state = "done"
            return CUT
        if self.state == "waits" and said.startswith(self.seen):
            self.state = "armed"
        return said


async def test_a_mail_goes_over_tls_as_it_was_rendered_and_back_to_its_own_path(office: PostOffice) -> None:
    async with sending(office.account) as outbox:  # EM-27, EM-33, EM-53
        await outbox.send(CARD)
    letter = await came(office, BO)
    assert letter.message_id == ID
    headers = {name.lower(): value for name, value in letter.headers.items()}
    assert headers["return-path"] == "<holdpoint+b.e1.abcdefgh@bot.example.test>"
    assert "APPROVE 482913" in letter.text


async def test_no_password_is_said_before_tls_nor_to_a_server_that_nobody_vouches_for(office: PostOffice) -> None:
    stranger = replace(office.account, smtp=replace(office.account.smtp, trust=""))  # EM-53
    async with wire_to(office) as wire:
        async with sending(by(wire, office.account)) as outbox:
            await outbox.send(CARD)
        heard = b"".join(wire.said)
        async with sending(by(wire, stranger)) as outbox:
            with capture_logs() as logs, pytest.raises(TryLater):
                await outbox.send(numbered(CARD, 2))
    assert b"STARTTLS" in heard
    assert not re.search(rb"AUTH|MAIL FROM", b"".join(wire.said))
    assert [line["event"] for line in logs] == ["the mail server cannot be trusted"]
    assert len(office.letters(BO)) == 1


async def test_a_wrong_password_is_tried_once_and_told(office: PostOffice) -> None:  # EM-53
    account = replace(office.account, smtp=replace(office.account.smtp, password="wrong"))
    async with wire_to(office) as wire, sending(by(wire, account)) as outbox:
        for _ in range(2):
            with pytest.raises(TryLater):
                await outbox.send(CARD)
        assert wire.connections == 1
    assert office.letters(BO) == ()


async def test_an_address_without_a_mailbox_is_known_to_be_none(office: PostOffice) -> None:  # EM-54
    async with sending(office.account) as outbox:
        with pytest.raises(Unreachable, match=r"550 5\.1\.1 no such mailbox here"):
            await outbox.send(numbered(CARD, 1, to=NOBODY))
        await outbox.send(numbered(CARD, 2))
    await came(office, BO)


async def test_an_address_that_has_no_time_now_is_tried_later(office: PostOffice) -> None:  # EM-54
    async with sending(office.account) as outbox:
        with pytest.raises(TryLater, match=r"450 4\.2\.1 not now, please"):
            await outbox.send(numbered(CARD, 1, to=BUSY))


LONG = SAID.model_copy(update={"event": SAID.event.model_copy(update={"text": "Much too long.\n" * (SIZE // 15)})})


async def test_a_mail_that_is_too_large_is_not_begun(plain: PostOffice) -> None:  # EM-56
    async with wire_to(plain) as wire, sending(by(wire, plain.account)) as outbox:
        with pytest.raises(Rejected, match="takes 1,000,000 at most"):
            await outbox.send(LONG)
    assert b"MAIL FROM" not in b"".join(wire.said)


async def test_a_server_that_does_not_say_what_it_takes_says_so_in_the_end(plain: PostOffice) -> None:  # EM-54, EM-56
    untold = re.compile(rb"250-SIZE \d+\r\n")
    async with (
        wire_to(plain, lambda said: untold.sub(b"", said)) as wire,
        sending(by(wire, plain.account)) as outbox,
    ):
        with pytest.raises(Rejected, match=r"^552 "):
            await outbox.send(LONG)
        await outbox.send(CARD)
    assert (await came(plain, BO)).message_id == ID


async def test_a_connection_that_breaks_once_the_mail_is_over_leaves_nobody_knowing(plain: PostOffice) -> None:
    async with wire_to(plain, CutAfter(b"354")) as wire, sending(by(wire, plain.account)) as outbox:  # EM-33, EM-54
        with pytest.raises(OutcomeUnknown):
            await outbox.send(CARD)
        await outbox.send(CARD.model_copy(update={"repeat": True}))
    await came(plain, BO, 2)
    assert [letter.message_id for letter in plain.letters(BO)] == [ID, ID]


@pytest.mark.parametrize("seen", [b"220", b"235"])
async def test_a_connection_that_breaks_before_is_no_mail(plain: PostOffice, seen: bytes) -> None:  # EM-54
    async with wire_to(plain, CutAfter(seen)) as wire, sending(by(wire, plain.account)) as outbox:
        with pytest.raises(TryLater):
            await outbox.send(CARD)
        await outbox.send(CARD)
    await came(plain, BO)
    assert len(plain.letters(BO)) == 1


async def test_many_mails_at_once_arrive_once_each(office: PostOffice) -> None:  # EM-53
    async with wire_to(office) as wire, sending(by(wire, office.account)) as outbox:
        await together(outbox, 20)
        assert wire.connections <= 2
    await came(office, BO, 20)
    assert len({letter.message_id for letter in office.letters(BO)}) == len(office.letters(BO)) == 20


async def test_one_mail_after_the_other_goes_over_one_connection(office: PostOffice) -> None:  # EM-53
    """Debian's Exim counts what is said between two mails, and ends a connection that says too much."""
    async with wire_to(office) as wire, sending(by(wire, office.account)) as outbox:
        for number in range(15):
            await outbox.send(numbered(CARD, number))
        assert wire.connections == 1
    await came(office, BO, 15)


async def together(outbox: Outbox, count: int) -> None:
    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            tasks.create_task(outbox.send(numbered(CARD, number)))
