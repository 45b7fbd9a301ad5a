"""`/_control` of the mail sandbox over what addresses do by themselves, raw mail, and tokens."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from sandbox.mail import MailSandbox
from sandbox.mail.control import control_routes

ANA, BO, NOBODY = "ana@example.test", "bo@example.test", "nobody@example.test"


@pytest.fixture
async def mail() -> AsyncIterator[MailSandbox]:
    async with MailSandbox(oauth=True) as running:
        yield running


@pytest.fixture
async def web(mail: MailSandbox) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(control_routes(mail))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox/_control") as ready:
        yield ready


async def ordered(web: httpx.AsyncClient, path: str, **order: object) -> None:
    answer = await web.post(path, json=order)
    assert answer.status_code == 204, answer.text


async def test_raw_mail_goes_into_any_folder(web: httpx.AsyncClient, mail: MailSandbox) -> None:
    raw = base64.b64encode(b"From: ana@example.test\r\nSubject: \xff\r\n\r\none\r\n").decode()
    await ordered(
        web, "/raw", sender=ANA, to=mail.bot, raw=raw, folder="Junk", dkim="good", authserv_id="mx.other.test"
    )
    (shown,) = (await web.get(f"/mailboxes/{mail.bot}", params={"folder": "Junk"})).json()
    assert shown["text"] == "one\n"
    (letter,) = mail.letters(mail.bot, "Junk")
    assert "mx.other.test" in letter.headers["Authentication-Results"]
    assert "DKIM-Signature" in letter.headers
    assert (await web.get(f"/mailboxes/{mail.bot}")).json() == []


async def test_an_address_bounces_until_it_is_as_usual(web: httpx.AsyncClient, mail: MailSandbox) -> None:
    await ordered(web, "/bounce", address=BO, status="5.2.2", text="Mailbox full", style="exchange")
    await mail.send_as(ANA, BO, "Hello", "one")
    await mail.settled()
    assert mail.letters(ANA)[0].subject == "Undeliverable: Hello"
    assert b"Status: 5.2.2" in mail.letters(ANA)[0].raw
    assert (await web.delete(f"/habits/{BO}")).status_code == 204
    await mail.send_as(ANA, BO, "Hello", "two")
    await mail.settled()
    assert (len(mail.letters(BO)), len(mail.letters(ANA))) == (1, 1)
    senders = [entry["sender"] for entry in (await web.get("/journal")).json()]
    assert senders == [ANA, "", ANA]


async def test_people_are_away_and_robots_are_not(web: httpx.AsyncClient, mail: MailSandbox) -> None:
    await ordered(web, "/away", address=BO, text="I am away.", rude=True, subject="Abwesend")
    await ordered(web, "/robot", address=NOBODY, text="Thank you.")
    for to in (BO, NOBODY):
        await mail.send_as(ANA, to, "Hello", "one", headers=[("Auto-Submitted", "auto-generated")])
    await mail.settled()
    assert [letter.subject for letter in mail.letters(ANA)] == ["Abwesend: Hello", "Re: Hello"]


async def test_a_recipient_is_refused_until_it_is_as_usual(web: httpx.AsyncClient, mail: MailSandbox) -> None:
    await ordered(web, "/refuse", address=BO, reply="452 4.2.2 mailbox full")
    assert mail.terms.refused == {BO: "452 4.2.2 mailbox full"}
    await web.delete(f"/habits/{BO}")
    assert mail.terms.refused == {}


async def test_tokens_expire_and_are_revoked(web: httpx.AsyncClient, mail: MailSandbox) -> None:
    def good(token: str) -> bool:
        said = f"user={mail.bot}\x01auth=Bearer {token}\x01\x01"
        return mail.tokens.owner(base64.b64encode(said.encode())) is not None

    token = mail.tokens.issue()
    assert good(token)
    await ordered(web, "/tokens/expire")
    assert not good(token)
    assert mail.tokens.refresh_token
    await ordered(web, "/tokens/revoke")
    assert mail.tokens.refresh_token == ""


WRONG = {
    "a status nobody has": ("/bounce", {"address": BO, "status": "2.0.0"}),
    "a refusal that is none": ("/refuse", {"address": BO, "reply": "250 fine"}),
    "two lines": ("/refuse", {"address": BO, "reply": "550 a\r\n250 b"}),
    "a folder nobody has": ("/raw", {"sender": ANA, "to": BO, "raw": "", "folder": "Spam"}),
    "no base64": ("/raw", {"sender": ANA, "to": BO, "raw": "a"}),
}


@pytest.mark.parametrize(("path", "order"), WRONG.values(), ids=WRONG)
async def test_an_order_that_makes_no_sense_is_refused(
    web: httpx.AsyncClient, mail: MailSandbox, path: str, order: dict[str, object]
) -> None:
    assert (await web.post(path, json=order)).status_code == 422
    assert (mail.journal, mail.terms.refused) == ((), {})
