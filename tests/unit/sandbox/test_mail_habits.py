"""Machines among the people of the mail sandbox: out of office, and robots that say nothing of being one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from sandbox.mail import MailSandbox

ANA, BO, CY = "ana@example.test", "bo@example.test", "cy@example.test"


@pytest.fixture
async def mail() -> AsyncIterator[MailSandbox]:
    async with MailSandbox() as running:
        yield running


async def test_who_is_away_keeps_the_mail_and_answers_its_return_path(mail: MailSandbox) -> None:
    mail.away(BO, "I am away.")
    sent = await mail.send_as(ANA, BO, "Hello", "one")
    await mail.settled()
    (answer,) = mail.letters(ANA)
    assert len(mail.letters(BO)) == 1
    assert (answer.sender, answer.subject, answer.text.strip()) == (BO, "Automatic reply: Hello", "I am away.")
    assert (answer.in_reply_to, answer.references) == (sent, (sent,))
    assert (answer.headers["Auto-Submitted"], answer.headers["Return-Path"]) == ("auto-replied", "<>")


MACHINES = [
    ("Auto-Submitted", "auto-generated"),
    ("X-Auto-Response-Suppress", "OOF, AutoReply"),
    ("X-Auto-Response-Suppress", "All"),
    ("Precedence", "bulk"),
    ("List-Id", "<ops.example.test>"),
]


@pytest.mark.parametrize("mark", MACHINES)
async def test_machines_are_not_answered_except_rudely(mail: MailSandbox, mark: tuple[str, str]) -> None:
    mail.away(BO, "I am away.")
    mail.away(CY, "I am away.", rude=True)
    for to in (BO, CY):
        await mail.send_as(ANA, to, "Hello", "one", headers=[mark])
    await mail.settled()
    assert [answer.sender for answer in mail.letters(ANA)] == [CY]


NO_MACHINES = [("Auto-Submitted", "no"), ("X-Auto-Response-Suppress", "DR, RN"), ("Precedence", "first-class")]


@pytest.mark.parametrize("mark", NO_MACHINES)
async def test_what_does_not_say_it_is_a_machine_is_answered(mail: MailSandbox, mark: tuple[str, str]) -> None:
    mail.away(BO, "I am away.")
    await mail.send_as(ANA, BO, "Hello", "one", headers=[mark])
    await mail.settled()
    assert len(mail.letters(ANA)) == 1


async def test_even_the_rude_do_not_answer_a_null_return_path(mail: MailSandbox) -> None:
    mail.away(BO, "I am away.", rude=True)
    await mail.deliver_raw("", BO, f"From: {ANA}\r\nSubject: x\r\n\r\nx\r\n".encode())
    await mail.settled()
    assert mail.letters(ANA) == ()


async def test_a_robot_answers_the_sender_without_any_mark(mail: MailSandbox) -> None:
    mail.robot(BO, "Thank you for your message.")
    marks = [("Reply-To", "holdpoint+k3@bot.example.test"), ("Auto-Submitted", "auto-generated")]
    await mail.send_as(mail.bot, BO, "Hello", "one", headers=marks)
    await mail.settled()
    (answer,) = mail.letters(mail.bot)
    assert (answer.to, answer.sender, answer.subject) == ("holdpoint+k3@bot.example.test", BO, "Re: Hello")
    assert answer.headers["Return-Path"] == f"<{BO}>"
    assert not {"Auto-Submitted", "X-Auto-Response-Suppress", "Precedence"} & set(answer.headers)


async def test_two_robots_never_stop(mail: MailSandbox) -> None:
    mail.robot(ANA, "Thank you for your message.")
    mail.robot(BO, "No, thank you.")
    await mail.send_as(ANA, BO, "Hello", "one")
    async with asyncio.timeout(10):
        while len(mail.letters(BO)) < 20:
            await asyncio.sleep(0)
    mail.usual(ANA)
    await mail.settled()
    assert {letter.subject for letter in mail.letters(BO)} == {"Hello", "Re: Hello"}
