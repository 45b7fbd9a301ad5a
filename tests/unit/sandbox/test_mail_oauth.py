"""OAuth in the mail sandbox: tokens that log in until they do not, and refusals that wait for an empty line."""

from __future__ import annotations

import asyncio
import base64
import imaplib
import json
import smtplib
from collections.abc import AsyncIterator
from datetime import timedelta

import aiosmtplib
import httpx
import pytest
from aioimaplib import IMAP4

from sandbox.mail import Fault, MailSandbox, oauth
from sandbox.mail.clock import now

BO = "bo@example.test"


@pytest.fixture
async def mail() -> AsyncIterator[MailSandbox]:
    async with MailSandbox(oauth=True) as running:
        yield running


async def token(mail: MailSandbox, **form: str) -> httpx.Response:
    client = {"client_id": mail.client_id, "client_secret": mail.client_secret}
    async with httpx.AsyncClient() as web:
        return await web.post(mail.token_url, data=client | form)


def response(user: str, token: str) -> bytes:
    return f"user={user}\x01auth=Bearer {token}\x01\x01".encode()


def reads(mail: MailSandbox, user: str, token: str) -> str:
    """How the mailbox answers an ordinary client that waits for the challenge."""
    client = imaplib.IMAP4(mail.host, mail.imap_port, timeout=10)
    try:
        heard: list[bytes] = []

        def answer(challenge: bytes) -> bytes:
            heard.append(challenge)
            return response(user, token) if len(heard) == 1 else b""

        client.authenticate("XOAUTH2", answer)
        return str(client.select("INBOX")[0])
    finally:
        client.shutdown()


# --- the endpoint


async def test_a_refresh_token_brings_access_tokens_that_log_in(mail: MailSandbox) -> None:
    answer = await token(mail, grant_type="refresh_token", refresh_token=mail.refresh_token)
    told = answer.json()
    assert (answer.status_code, told["token_type"], told["expires_in"]) == (200, "Bearer", 3600)
    assert await asyncio.to_thread(reads, mail, mail.bot, told["access_token"]) == "OK"


async def test_so_do_the_clients_own_credentials_by_http_basic(mail: MailSandbox) -> None:
    async with httpx.AsyncClient(auth=(mail.client_id, mail.client_secret)) as web:
        told = (await web.post(mail.token_url, data={"grant_type": "client_credentials"})).json()
    assert await asyncio.to_thread(reads, mail, mail.bot, told["access_token"]) == "OK"


WRONG: dict[str, tuple[dict[str, str], int, str]] = {
    "another client": ({"grant_type": "client_credentials", "client_secret": "wrong"}, 401, "invalid_client"),
    "another refresh token": ({"grant_type": "refresh_token", "refresh_token": "wrong"}, 400, "invalid_grant"),
    "no refresh token": ({"grant_type": "refresh_token"}, 400, "invalid_grant"),
    "another grant": ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    "no grant": ({}, 400, "invalid_request"),
}


@pytest.mark.parametrize(("form", "status", "error"), WRONG.values(), ids=WRONG)
async def test_a_wrong_request_brings_an_error(
    mail: MailSandbox, form: dict[str, str], status: int, error: str
) -> None:
    answer = await token(mail, **form)
    assert (answer.status_code, answer.json(), mail.tokens.issued) == (status, {"error": error}, 0)


async def test_a_consent_taken_back_brings_nothing(mail: MailSandbox) -> None:
    mail.tokens.revoke()
    for refresh_token in (mail.refresh_token, ""):
        answer = await token(mail, grant_type="refresh_token", refresh_token=refresh_token)
        assert answer.json() == {"error": "invalid_grant"}


async def test_the_endpoint_can_be_down(mail: MailSandbox) -> None:
    mail.order(Fault("oauth_down"))
    assert (await token(mail, grant_type="client_credentials")).status_code == 503
    assert (await token(mail, grant_type="client_credentials")).status_code == 200


# --- IMAP


async def test_an_asyncio_client_logs_in_with_its_first_words(mail: MailSandbox) -> None:
    await mail.send_as(BO, mail.bot, "one", "Hello")
    client = IMAP4(mail.host, mail.imap_port, timeout=10)
    await client.wait_hello_from_server()
    assert client.has_capability("AUTH=XOAUTH2")
    assert (await client.xoauth2(mail.bot, mail.tokens.issue())).result == "OK"
    assert b"1 EXISTS" in (await client.select("INBOX")).lines
    await client.logout()


async def test_a_token_that_is_refused_is_challenged_first(mail: MailSandbox) -> None:
    reader, writer = await asyncio.open_connection(mail.host, mail.imap_port)
    await reader.readline()
    writer.write(b"a AUTHENTICATE XOAUTH2 " + base64.b64encode(response(mail.bot, "wrong")) + b"\r\n")
    challenge = await asyncio.wait_for(reader.readline(), 10)
    assert challenge.startswith(b"+ eyJ")
    assert json.loads(base64.b64decode(challenge[2:]))["status"] == "400"
    writer.write(b"\r\n")
    assert (await asyncio.wait_for(reader.readline(), 10)).startswith(b"a NO [AUTHENTICATIONFAILED]")
    writer.write(b"b SELECT INBOX\r\n")
    assert (await asyncio.wait_for(reader.readline(), 10)).startswith((b"b BAD", b"b NO"))
    writer.close()


async def refused(mail: MailSandbox, user: str, token: str) -> None:
    with pytest.raises(imaplib.IMAP4.error, match="Invalid credentials"):
        await asyncio.to_thread(reads, mail, user, token)
    with pytest.raises(aiosmtplib.SMTPAuthenticationError) as failed:
        await submit(mail, user, token)
    assert failed.value.code == 535


async def submit(mail: MailSandbox, user: str, token: str) -> None:
    async with aiosmtplib.SMTP(hostname=mail.host, port=mail.smtp_port, start_tls=False, timeout=10) as client:
        await client.auth_xoauth2(user, token)
        await client.sendmail(user, [BO], "Subject: one\r\n\r\nHello\r\n")


async def test_only_the_users_own_token_that_still_lives_logs_in(
    mail: MailSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = mail.tokens.issue()
    await refused(mail, mail.bot, "wrong")
    await refused(mail, BO, good)
    await submit(mail, mail.bot, good)
    mail.tokens.expire()
    await refused(mail, mail.bot, good)
    aging = mail.tokens.issue()
    monkeypatch.setattr(oauth, "now", lambda: now() + timedelta(hours=2))
    await refused(mail, mail.bot, aging)


async def test_a_good_token_can_be_refused(mail: MailSandbox) -> None:
    mail.order(Fault("xoauth2_refused", 2))
    await refused(mail, mail.bot, mail.tokens.issue())
    assert await asyncio.to_thread(reads, mail, mail.bot, mail.tokens.issue()) == "OK"


# --- SMTP


def submit_plainly(mail: MailSandbox, token: str, *, initial: bool) -> None:
    with smtplib.SMTP(mail.host, mail.smtp_port, timeout=10) as client:
        client.ehlo()
        answers = iter([response(mail.bot, token).decode(), ""])
        client.auth("XOAUTH2", lambda challenge=None: next(answers), initial_response_ok=initial)
        client.sendmail(mail.bot, [BO], "Subject: one\r\n\r\nHello\r\n")


@pytest.mark.parametrize("initial", [True, False])
async def test_a_mail_is_submitted_with_a_token_said_at_once_or_when_asked(mail: MailSandbox, initial: bool) -> None:
    await asyncio.to_thread(submit_plainly, mail, mail.tokens.issue(), initial=initial)
    assert len(mail.letters(BO)) == 1


async def test_a_refusal_waits_for_an_empty_line(mail: MailSandbox) -> None:
    def ask() -> list[tuple[int, bytes]]:
        with smtplib.SMTP(mail.host, mail.smtp_port, timeout=10) as client:
            client.ehlo()
            wrong = base64.b64encode(response(mail.bot, "wrong")).decode()
            return [client.docmd("AUTH", f"XOAUTH2 {wrong}"), client.docmd(""), client.docmd(f"MAIL FROM:<{mail.bot}>")]

    challenge, refusal, after = await asyncio.to_thread(ask)
    assert (challenge[0], refusal[0], after[0]) == (334, 535, 530)
    assert json.loads(base64.b64decode(challenge[1]))["schemes"] == "Bearer"


async def test_without_oauth_nobody_offers_it() -> None:
    async with MailSandbox() as mail:
        with pytest.raises(smtplib.SMTPAuthenticationError) as failed:
            await asyncio.to_thread(submit_plainly, mail, mail.tokens.issue(), initial=True)
        assert failed.value.smtp_code == 504
        client = IMAP4(mail.host, mail.imap_port, timeout=10)
        await client.wait_hello_from_server()
        assert not client.has_capability("AUTH=XOAUTH2")
        await client.logout()
