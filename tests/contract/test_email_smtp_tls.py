"""Sending over TLS, with servers we trust and others; and logging in with access tokens. EM-09, EM-53"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from adapters.email.account import Server
from adapters.email.sending import smtp
from adapters.errors import TryLater
from sandbox.mail import Fault, MailSandbox
from tests.contract.email_sending import numbered, sending
from tests.contract.mailbox import Wire, account
from tests.unit.adapters.email.parcels import HONEST

CARD = HONEST["card"]


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[MailSandbox]:
    async with MailSandbox(tls=True, oauth=True) as made:
        yield made


@pytest.fixture
def mail(running: MailSandbox) -> MailSandbox:
    running.lift()
    return running


def by_password(mail: MailSandbox) -> Server:
    return replace(account(mail).smtp, oauth=None, password=mail.password)


async def test_a_mail_goes_over_tls_that_was_asked_for_before_any_password(mail: MailSandbox) -> None:
    before = len(mail.journal)
    async with Wire(mail.host, mail.smtp_port) as wire:
        async with sending(mail, replace(by_password(mail), port=wire.port)) as ours:
            await ours.outbox.send(CARD)
        clear = [line for line in wire.said[:3] if line.isascii()]
    assert len(mail.journal) - before == 1
    assert [line.split()[0] for line in clear[:2]] == [b"EHLO", b"STARTTLS"]
    assert not any(b"AUTH" in line or b"MAIL" in line for line in wire.said)


async def test_a_mail_goes_within_tls_where_the_port_is_for_that(
    mail: MailSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert smtp.IMPLICIT == 465
    before = len(mail.journal)
    async with Wire(mail.host, mail.smtps_port) as wire:
        monkeypatch.setattr(smtp, "IMPLICIT", wire.port)
        async with sending(mail, replace(by_password(mail), port=wire.port)) as ours:
            await ours.outbox.send(CARD)
        assert not any(b"EHLO" in line for line in wire.said)
    assert len(mail.journal) - before == 1


async def test_a_server_nobody_vouches_for_gets_no_password_and_no_mail(mail: MailSandbox) -> None:
    before = len(mail.journal)
    async with sending(mail, replace(by_password(mail), trust="")) as ours:
        with capture_logs() as logs, pytest.raises(TryLater, match="not reachable"):
            await ours.outbox.send(CARD)
    assert [log["event"] for log in logs] == ["the mail server cannot be trusted"]
    assert len(mail.journal) == before


async def test_within_tls_a_server_nobody_vouches_for_gets_nothing_either(
    mail: MailSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "IMPLICIT", mail.smtps_port)
    async with sending(mail, replace(by_password(mail), port=mail.smtps_port, trust="")) as ours:
        with capture_logs() as logs, pytest.raises(TryLater, match="not reachable"):
            await ours.outbox.send(CARD)
    assert [log["event"] for log in logs] == ["the mail server cannot be trusted"]


async def test_a_certificate_of_another_name_is_not_taken(mail: MailSandbox) -> None:
    async with Wire(mail.host, mail.smtp_port, at="127.0.0.2") as wire:
        server = replace(by_password(mail), host="127.0.0.2", port=wire.port)
        async with sending(mail, server) as ours:
            with capture_logs() as logs, pytest.raises(TryLater):
                await ours.outbox.send(CARD)
    assert [log["event"] for log in logs] == ["the mail server cannot be trusted"]


async def test_certificates_that_cannot_be_read_are_told_to_an_operator(mail: MailSandbox, tmp_path: Path) -> None:
    async with sending(mail, replace(by_password(mail), trust=str(tmp_path / "none.pem"))) as ours:
        with capture_logs() as logs, pytest.raises(TryLater, match="certificates"):
            await ours.outbox.send(CARD)
    assert [log["log_level"] for log in logs] == ["error"]


async def test_a_server_without_encryption_gets_no_password() -> None:
    async with MailSandbox() as plain, sending(plain, replace(account(plain).smtp, tls=True)) as ours:
        with pytest.raises(TryLater, match="SMTPException"):
            await ours.outbox.send(CARD)
        assert plain.journal == ()


# --- access tokens


async def test_we_log_in_with_a_token_where_there_is_one(mail: MailSandbox) -> None:
    before = len(mail.journal)
    async with sending(mail) as ours:
        await ours.outbox.send(CARD)
    assert len(mail.journal) - before == 1
    assert account(mail).smtp.password == ""


async def test_a_token_that_is_not_good_any_more_is_replaced_by_a_new_one(mail: MailSandbox) -> None:
    before = len(mail.journal)
    async with sending(mail) as ours:
        await ours.outbox.send(numbered(CARD, 1))
        mail.order(Fault("temporary"))
        with pytest.raises(TryLater, match="451"):  # Over that connection nothing more goes: the next one logs in.
            await ours.outbox.send(numbered(CARD, 2))
        mail.tokens.expire()
        await ours.outbox.send(numbered(CARD, 2))
    assert len(mail.journal) - before == 2


async def test_a_token_that_is_refused_twice_is_told_to_an_operator(mail: MailSandbox) -> None:
    mail.order(Fault("xoauth2_refused", 2))
    async with sending(mail) as ours:
        with capture_logs() as logs, pytest.raises(TryLater, match="535"):
            await ours.outbox.send(CARD)
        with pytest.raises(TryLater) as told:
            await ours.outbox.send(CARD)
    assert told.value.retry_after is not None
    assert [log["event"] for log in logs] == ["the mail server refuses our login"]


async def test_a_token_server_that_is_down_is_tried_later_and_nobody_is_told(mail: MailSandbox) -> None:
    mail.order(Fault("oauth_down"))
    async with sending(mail) as ours:
        with capture_logs() as logs, pytest.raises(TryLater, match="token server"):
            await ours.outbox.send(CARD)
        await ours.outbox.send(CARD)
    assert logs == []


async def test_a_client_the_token_server_does_not_know_is_told_to_an_operator(mail: MailSandbox) -> None:
    of = account(mail).smtp
    assert of.oauth is not None
    server = replace(of, oauth=replace(of.oauth, client_secret="canary"))
    async with sending(mail, server) as ours:
        with capture_logs() as logs, pytest.raises(TryLater):
            await ours.outbox.send(CARD)
    assert [log["event"] for log in logs] == ["the mail server refuses our login"]
    assert "canary" not in str(logs)
