"""A mail that the local mail server's own parser breaks on is refused by name, and the mailbox lives on."""

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
