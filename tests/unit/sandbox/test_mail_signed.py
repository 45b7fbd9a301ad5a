"""Signed, sealed and passed-on mail of the mail sandbox, checked with the keys that its nameserver tells."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from email import message_from_bytes

import dkim
import dns.exception
import dns.resolver
import pytest

from sandbox.mail import Fault, MailSandbox
from sandbox.mail.forwarding import Arc
from sandbox.mail.signing import Dkim

ANA = "ana@example.test"
LETTER = f"From: Ana <{ANA}>\r\nTo: x@y.test\r\nSubject: one\r\n\r\nHello\r\n".encode()


@pytest.fixture
async def mail() -> AsyncIterator[MailSandbox]:
    async with MailSandbox() as running:
        yield running


def resolver(mail: MailSandbox) -> dns.resolver.Resolver:
    asked = dns.resolver.Resolver(configure=False)
    host, _, port = mail.nameserver.partition(":")
    asked.nameservers, asked.port, asked.lifetime = [host], int(port), 0.5
    return asked


def txt(mail: MailSandbox) -> Callable[..., bytes | None]:
    """What dkimpy asks for keys."""

    def look(name: bytes, timeout: int = 5) -> bytes | None:
        try:
            return b"".join(resolver(mail).resolve(name.decode(), "TXT")[0].strings)
        except dns.resolver.NXDOMAIN:
            return None

    return look


async def good(mail: MailSandbox, raw: bytes) -> bool:
    return bool(await asyncio.to_thread(dkim.verify, raw, dnsfunc=txt(mail)))


SIGNED: dict[Dkim, bool] = {"good": True, "tampered": False, "length": True}


@pytest.mark.parametrize(("how", "holds"), SIGNED.items())
async def test_a_signature_holds_unless_the_mail_was_changed(mail: MailSandbox, how: Dkim, holds: bool) -> None:
    await mail.send_as(ANA, mail.bot, "one", "Hello", dkim=how)
    raw = mail.letters(mail.bot)[0].raw
    assert await good(mail, raw) is holds
    signature = message_from_bytes(raw)["DKIM-Signature"]
    assert "d=example.test" in signature
    assert ("l=" in signature.replace("\r\n", "").replace("bl=", "").split("bh=")[0]) is (how == "length")


async def test_mail_is_not_signed_unless_it_is_to_be(mail: MailSandbox) -> None:
    await mail.send_as(ANA, mail.bot, "one", "Hello")
    assert "DKIM-Signature" not in mail.letters(mail.bot)[0].headers


async def test_an_answer_is_signed_by_its_own_domain(mail: MailSandbox) -> None:
    await mail.send_as(mail.bot, "mallory@evil.test", "one", "Hello")
    await mail.reply_as("mallory@evil.test", mail.letters("mallory@evil.test")[0], "two", dkim="good")
    raw = mail.letters(mail.bot)[0].raw
    assert "d=evil.test" in message_from_bytes(raw)["DKIM-Signature"]
    assert await good(mail, raw)


# --- the nameserver


async def test_a_name_nobody_has_does_not_exist(mail: MailSandbox) -> None:
    await mail.send_as(ANA, mail.bot, "one", "Hello", dkim="good")
    for name in ("s1._domainkey.other.test", "s2._domainkey.example.test", "example.test"):
        with pytest.raises(dns.resolver.NXDOMAIN):
            await asyncio.to_thread(resolver(mail).resolve, name, "TXT")


async def test_a_nameserver_can_be_silent_or_fail(mail: MailSandbox) -> None:
    await mail.send_as(ANA, mail.bot, "one", "Hello", dkim="good")
    mail.order(Fault("dns_failing"))
    with pytest.raises(dns.resolver.NoNameservers):
        await asyncio.to_thread(resolver(mail).resolve, "s1._domainkey.example.test", "TXT")
    mail.order(Fault("dns_silent", 100))
    with pytest.raises(dns.exception.Timeout):
        await asyncio.to_thread(resolver(mail).resolve, "s1._domainkey.example.test", "TXT")


# --- passed on


SEALED: dict[Arc, tuple[bytes | None, str]] = {
    "good": (b"pass", "arc=pass"),
    "broken": (b"fail", "arc=fail"),
    "none": (b"none", "arc=none"),
}


@pytest.mark.parametrize(("arc", "verdict"), SEALED.items())
async def test_a_forwarder_seals_what_it_found(mail: MailSandbox, arc: Arc, verdict: tuple[bytes | None, str]) -> None:
    await mail.forward(ANA, mail.bot, LETTER, arc=arc)
    (letter,) = mail.letters(mail.bot)
    chain, sets, _ = await asyncio.to_thread(dkim.arc_verify, letter.raw, dnsfunc=txt(mail))
    assert (chain, len(sets)) == (verdict[0], 0 if arc == "none" else 1)
    (ours, theirs) = message_from_bytes(letter.raw).get_all("Authentication-Results", [])
    assert ours.startswith(mail.authserv_id)
    assert "dmarc=fail header.from=example.test" in ours
    assert ours.endswith(verdict[1])
    assert theirs.startswith("mx.forwarder.test;")
    assert "dmarc=pass header.from=example.test" in theirs
    assert letter.headers["Return-Path"] == "<srs0=ana=example.test@forwarder.test>"


async def test_a_list_writes_in_its_own_name(mail: MailSandbox) -> None:
    await mail.through_list(ANA, mail.bot, LETTER)
    (letter,) = mail.letters(mail.bot)
    assert letter.sender == '"Ana via ops" <ops@lists.forwarder.test>'
    assert (letter.subject, letter.headers["Reply-To"]) == ("[ops] one", f"Ana <{ANA}>")
    assert letter.headers["List-Id"] == "<ops.lists.forwarder.test>"
    assert "header.from=lists.forwarder.test" in message_from_bytes(letter.raw).get_all("Authentication-Results", [])[0]
    assert letter.text.splitlines()[-1] == "ops mailing list -- ops@lists.forwarder.test"
    assert await good(mail, letter.raw)


async def test_another_exchanger_has_another_name(mail: MailSandbox) -> None:
    await mail.send_as(ANA, mail.bot, "one", "Hello", authserv_id="mx.other.test")
    assert mail.letters(mail.bot)[0].headers["Authentication-Results"].startswith("mx.other.test; dmarc=pass")
