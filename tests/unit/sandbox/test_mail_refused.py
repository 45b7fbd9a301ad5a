"""Mails that break parsers: the local mail server refuses them by name or shows them as they are, and lives on."""

from __future__ import annotations

import pytest
from pymap.backend.dict.mailbox import MailboxData

from sandbox.mail import MailSandbox, Refused

ANA = "ana@example.test"


async def test_a_mail_the_server_breaks_on_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(*_: object) -> None:
        raise AttributeError("no attribute 'all_defects'")

    async with MailSandbox() as mail:
        with monkeypatch.context() as patch:
            patch.setattr(MailboxData, "append", breaks)
            with pytest.raises(Refused):
                await mail.send_as(ANA, mail.bot, "Hello", "one")
        await mail.send_as(ANA, mail.bot, "Hello", "two")
        assert [letter.text.strip() for letter in mail.letters(mail.bot)] == ["two"]


async def test_a_header_in_no_known_alphabet_is_shown_as_it_is() -> None:
    async with MailSandbox() as mail:
        await mail.deliver_raw(ANA, mail.bot, "Subject: =?u\ufffdf-8?q?hello?=\r\n\r\none\r\n".encode())
        (letter,) = mail.letters(mail.bot)
        assert letter.subject.endswith("f-8?q?hello?=")
