"""`/_control` of the mail sandbox, and the sandbox as a process: one plays every person by HTTP."""

from __future__ import annotations

import json
import signal
import smtplib
import subprocess
import sys
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from sandbox.mail import MailSandbox
from sandbox.mail.control import control_routes

ANA, BO = "ana@example.test", "bo@example.test"


@pytest.fixture
async def mail() -> AsyncIterator[MailSandbox]:
    async with MailSandbox() as running:
        yield running


@pytest.fixture
async def web(mail: MailSandbox) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(control_routes(mail))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox/_control") as ready:
        yield ready


async def test_a_person_sends_and_another_reads(web: httpx.AsyncClient, mail: MailSandbox) -> None:
    order = {"sender": ANA, "to": BO, "subject": "Hello", "text": "one", "html": "<p>one</p>"}
    sent = (await web.post("/send", json=order)).json()
    (shown,) = (await web.get(f"/mailboxes/{BO}")).json()
    assert shown == {
        "uid": mail.letters(BO)[0].uid,
        "sender": ANA,
        "to": BO,
        "subject": "Hello",
        "message_id": sent,
        "in_reply_to": "",
        "text": "one\n",
        "html": "<p>one</p>\n",
    }


async def test_a_person_answers_a_letter_as_the_exchanger_is_told_to_see_it(
    web: httpx.AsyncClient, mail: MailSandbox
) -> None:
    first = await mail.send_as(ANA, BO, "Hello", "one")
    order = {"person": BO, "uid": mail.letters(BO)[0].uid, "text": "two", "quote": False, "auth": "fail"}
    answer_id = (await web.post("/reply", json=order)).json()
    (answer,) = mail.letters(ANA)
    assert (answer.message_id, answer.in_reply_to, answer.text.strip()) == (answer_id, first, "two")
    assert "dmarc=fail" in answer.headers["Authentication-Results"]


async def test_a_letter_that_does_not_exist_cannot_be_answered(web: httpx.AsyncClient) -> None:
    response = await web.post("/reply", json={"person": BO, "uid": 9, "text": "two"})
    assert (response.status_code, response.json()["detail"]) == (404, "there is no such letter")


async def test_everybody_with_a_mailbox_is_listed(web: httpx.AsyncClient, mail: MailSandbox) -> None:
    listed = (await web.get("/mailboxes")).json()
    assert listed == list(mail.people)
    assert {mail.bot, ANA, BO} <= set(listed)
    assert (await web.get("/mailboxes/nobody@example.test")).json() == []


async def test_the_journal_is_shown(web: httpx.AsyncClient, mail: MailSandbox) -> None:
    sent = await mail.send_as(ANA, BO, "Hello", "one")
    assert (await web.get("/journal")).json() == [{"sender": ANA, "recipients": [BO], "message_id": sent}]


async def test_faults_are_ordered_and_lifted(web: httpx.AsyncClient, mail: MailSandbox) -> None:
    assert (await web.post("/faults", json={"kind": "temporary", "count": 2})).status_code == 204
    assert list(mail.faults) == ["temporary", "temporary"]
    assert (await web.delete("/faults")).status_code == 204
    assert not mail.faults


WRONG = {
    "a fault nobody knows": ("/faults", {"kind": "sulk"}),
    "no faults at all": ("/faults", {"kind": "temporary", "count": 0}),
    "too many": ("/faults", {"kind": "temporary", "count": 1001}),
    "a verdict nobody gives": (
        "/send",
        {"sender": ANA, "to": BO, "subject": "x", "text": "x", "auth": "maybe"},
    ),
    "a field nobody declared": ("/reply", {"person": BO, "uid": 1, "text": "x", "cc": ANA}),
}


@pytest.mark.parametrize(("path", "order"), WRONG.values(), ids=WRONG)
async def test_an_order_that_makes_no_sense_is_refused(
    web: httpx.AsyncClient, mail: MailSandbox, path: str, order: dict[str, object]
) -> None:
    assert (await web.post(path, json=order)).status_code == 422
    assert (list(mail.faults), mail.journal) == ([], ())


# --- the process


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_alone_it_says_where_it_listens_and_stops_when_told(sign: signal.Signals) -> None:
    command = [sys.executable, "-m", "sandbox.mail"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = json.loads(process.stdout.readline())
        with smtplib.SMTP("127.0.0.1", said["smtp_port"], timeout=10) as client:
            client.login(said["bot"], said["password"])
            client.sendmail(said["bot"], [BO], "Subject: Hello\r\n\r\none\r\n")
        (shown,) = httpx.get(f"{said['url']}/_control/mailboxes/{BO}").json()
        assert shown["subject"] == "Hello"
        process.send_signal(sign)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
