"""The Junk folder of the mail sandbox, read by an ordinary client."""

from __future__ import annotations

from aioimaplib import IMAP4

from sandbox.mail import MailSandbox

ANA = "ana@example.test"


async def test_what_is_taken_for_junk_is_in_a_folder_of_its_own() -> None:
    async with MailSandbox() as mail:
        await mail.send_as(ANA, mail.bot, "wanted", "Hello")
        await mail.deliver_raw(ANA, mail.bot, b"Subject: unwanted\r\n\r\nHello\r\n", folder="Junk")
        assert [letter.subject for letter in mail.letters(mail.bot)] == ["wanted"]
        assert [letter.subject for letter in mail.letters(mail.bot, "Junk")] == ["unwanted"]
        assert await seen(mail, "INBOX") == [b"Subject: wanted"]
        assert await seen(mail, "Junk") == [b"Subject: unwanted"]


async def seen(mail: MailSandbox, folder: str) -> list[bytes]:
    """The subjects in a folder, which is listed."""
    client = IMAP4(mail.host, mail.imap_port, timeout=10)
    await client.wait_hello_from_server()
    await client.login(mail.bot, mail.password)
    assert any(folder.encode() in line for line in (await client.list('""', "*")).lines)
    assert (await client.select(folder)).result == "OK"
    lines = (await client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")).lines
    await client.logout()
    return [bytes(line).strip() for line in lines if line.startswith(b"Subject")]
