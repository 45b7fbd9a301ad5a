"""Requests that went to one person together, decided in one answer: each by its own line, or none of them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import AsyncIterator
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from pathlib import Path

import pytest

from agent_core.events import Notice, RequestClosed, UserMessage
from sandbox.mail import Letter
from tests.doors.scene import until
from tests.flows.mail_house import ANA, BO, CARD, MALLORY, MailHouse, mail_house
from tests.flows.sms_house import SmsHouse, code, policy_of, sms_house
from tests.flows.test_together import LIMITS, waiting

DIGEST = "This mail has 2 requests"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[MailHouse]:
    """A house in which cards go together."""
    async with mail_house(tmp_path, policy={"limits": LIMITS}, per_hour=1_000) as made:
        yield made


@pytest.fixture
async def digest(house: MailHouse) -> Letter:
    """Two requests that Bo got in one mail."""
    await house.asks()
    for place, version in enumerate(("1.4.1", "1.4.0"), 1):
        await house.mail.send_as(ANA, house.mail.bot, f"Deployment {version}", f"Please deploy {version} to staging.")
        await waiting(house.house, place)
    house.clock.move_on(hours=0.02)
    return await house.letter(BO, CARD, DIGEST)


def codes(digest: Letter) -> list[str]:
    """The codes in a mail, in the order of its requests."""
    return re.findall(r"^  APPROVE (\d{6})$", digest.text, re.MULTILINE)


def answer(digest: Letter, text: str) -> bytes:
    """An answer of Bo's by a mail program that quotes nothing, or does not mark what it quotes."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = BO, digest.answer_to, f"Re: {digest.subject}"
    mail["In-Reply-To"], mail["Message-ID"] = digest.message_id, f"<{abs(hash(text))}@example.test>"
    mail.set_content(text)
    return mail.as_bytes()


async def said_by_bo(house: MailHouse) -> list[UserMessage]:
    return [one for one in await house.events(UserMessage) if one.author.identity == f"email:{BO}"]


async def decided(house: MailHouse, count: int) -> set[tuple[str, str]]:
    """The decisions that ended something, once there are so many, and why."""

    async def there() -> list[RequestClosed] | None:
        found = [one for one in await house.events(RequestClosed) if one.by]
        return found if len(found) >= count else None

    found = await until(there)
    assert len(found) == count
    return {(one.outcome, one.reason) for one in found}


async def test_each_line_of_a_mail_decides_its_own_request_once(house: MailHouse, digest: Letter) -> None:  # EM-43
    first, second = codes(digest)
    mail = answer(digest, f"DENY {second} too early\nAPPROVE {first}\n\n{_quoted(digest)}")
    for _ in range(2):
        await house.mail.deliver_raw(BO, house.mail.bot, mail)
    assert await decided(house, 2) == {("denied", "too early"), ("approved", "")}
    for outcome in ("was denied by bo", "was approved by bo"):
        await until(partial(_told, house, outcome))
    await house.heard_out()
    said = await said_by_bo(house)
    assert sorted((one.text, bool(one.raw)) for one in said) == [
        (f"APPROVE {first}", False),
        (f"DENY {second} too early", True),
    ]
    whole, line = sorted(one.id for one in said)
    assert line == f"{whole}#2"


async def _told(house: MailHouse, words: str) -> bool:
    return any(words in one.text for one in house.mail.letters(BO))


def _quoted(digest: Letter) -> str:
    return "\n".join(f"> {line}" for line in digest.text.splitlines())


async def test_beside_anything_else_none_is_decided_and_the_author_is_told(house: MailHouse, digest: Letter) -> None:
    first, second = codes(digest)  # EM-43
    await house.mail.reply_as(BO, digest, f"APPROVE {first}\nDENY {second} too early\n\nBest regards\nBo")
    told = await house.letter(BO, "your message has several decisions")
    assert await house.decided() == []
    # The answer to that notice is one to the same mail.
    await house.mail.reply_as(BO, told, f"APPROVE {first}\nDENY {second} too early")
    assert await decided(house, 2) == {("denied", "too early"), ("approved", "")}


async def test_our_own_mail_brought_back_unmarked_decides_nothing(house: MailHouse, digest: Letter) -> None:  # EM-40
    first, second = codes(digest)
    bare = digest.text.split("\n", 2)[2]
    beginning = bare[: bare.index(f"APPROVE {second}") + len(f"APPROVE {second}")]
    wrapped = "\n".join(part for line in bare.splitlines() for part in textwrap.wrap(line, 20) or [""])
    # All but the code is known as ours, and what is left looks as if it had been typed.
    ending = beginning[beginning.rindex("To decide") :]
    for number, below in enumerate((bare, wrapped, beginning, ending)):
        await house.mail.deliver_raw(BO, house.mail.bot, answer(digest, f"ASK {first} who is {number}?\n\n{below}"))
    await house.heard_out()
    await until(partial(_settled, house, 4))
    assert {one.decision for one in await house.decided()} <= {"ask"}
    await house.mail.reply_as(BO, digest, f"DENY {second} enough")
    assert await decided(house, 1) == {("denied", "enough")}


async def _settled(house: MailHouse, mails: int) -> bool:
    """Whether so many mails of Bo's were answered or counted."""
    told = [one for one in await house.events(Notice) if one.to == f"email:{BO}"]
    return len(told) >= mails


async def test_who_has_the_mail_but_is_not_meant_by_it_decides_none(house: MailHouse, digest: Letter) -> None:
    first, second = codes(digest)  # EM-21
    both = f"APPROVE {first}\nAPPROVE {second}"
    await house.mail.reply_as(MALLORY, digest, both)
    await house.mail.reply_as(BO, digest, both, auth="fail")
    for _ in range(2):
        await house.letter(BO, "could not be proven to come from you")
    await house.heard_out()
    assert [one for one in await house.events(RequestClosed) if one.by] == []
    await house.mail.reply_as(BO, digest, f"DENY {first} no\nDENY {second} no")
    assert await decided(house, 2) == {("denied", "no")}


# --- by text


async def test_each_line_of_a_text_decides_its_own_request(tmp_path: Path) -> None:  # SM-14
    async with sms_house(tmp_path, policy=policy_of()) as house:
        (one, first), (two, second) = await _asked(house, "1.4.2"), await _asked(house, "1.4.0")
        house.text("bo", f"A {first}\nR {second} and wait")
        ends = [(await house.logged(thread, RequestClosed))[0] for thread in (one, two)]
        assert [(end.outcome, end.reason) for end in ends] == [("approved", ""), ("denied", "and wait")]


async def test_a_text_with_more_than_decisions_decides_none_and_lists_what_waits(tmp_path: Path) -> None:  # SM-14
    async with sms_house(tmp_path, policy=policy_of()) as house:
        (one, first), (two, second) = await _asked(house, "1.4.2"), await _asked(house, "1.4.0")
        house.text("bo", f"A {first}\nas we said\nA {second}")
        told = await house.sms("bo", "your message has several decisions")
        assert first in told.body or second in told.body
        assert [await house.events(thread, RequestClosed) for thread in (one, two)] == [[], []]


async def _asked(house: SmsHouse, version: str) -> tuple[str, str]:
    """A thread that asks Bo for something, and the code of that, once he has it."""
    thread = await house.ask(version, to="staging")
    return thread, code(await house.card("bo", version))
