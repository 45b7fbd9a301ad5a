"""Answers by mail that must not decide: in doubt, of somebody else, of a robot, or with a condition."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from sandbox.mail import Letter
from tests.flows.mail_house import ANA, BO, CY, MALLORY, MailHouse, code, mail_house


@pytest.fixture(scope="module")
async def house(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MailHouse]:
    """One house for all: each test asks for something of its own."""
    async with mail_house(tmp_path_factory.mktemp("m"), per_hour=1_000) as made:
        yield made


@pytest.fixture
async def card(house: MailHouse) -> AsyncIterator[Letter]:
    """A request that Bo got. Whatever the test does, he can still deny it in the end, and nothing ran."""
    before = house.production
    letter = await house.asks()
    yield letter
    assert house.production == before
    await house.mail.reply_as(BO, letter, f"DENY {code(letter)} enough")
    await house.letter(BO, "was denied by bo")
    assert [one.decision for one in await house.decided() if one.reason == "enough"][-1] == "deny"
    assert house.production == before


def answer(card: Letter, text: str, **headers: str) -> EmailMessage:
    """An answer of Bo's, by hand."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = BO, card.answer_to, f"Re: {card.subject}"
    mail["In-Reply-To"], mail["Message-ID"] = card.message_id, f"<{abs(hash(text))}@example.test>"
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(text)
    return mail


async def test_a_condition_is_asked_back(house: MailHouse, card: Letter) -> None:
    # EM-43
    await house.mail.reply_as(BO, card, f"Genehmigt {code(card)}, aber nur auf staging")
    await house.letter(BO, "not clear enough")


async def test_what_is_quoted_below_a_denial_or_a_question_is_not_said(house: MailHouse, card: Letter) -> None:
    # EM-40
    assert f"APPROVE {code(card)}" in card.text
    await house.mail.reply_as(BO, card, "I am not sure yet.")
    await house.heard_out()
    assert not [one for one in await house.decided() if one.decision == "approve"]


async def test_a_text_and_a_page_that_say_different_things_are_asked_back(house: MailHouse, card: Letter) -> None:
    # EM-37
    mail = answer(card, f"APPROVE {code(card)}\n")
    mail.add_alternative(f"<p>DENY {code(card)} not today</p>", subtype="html")
    await house.mail.deliver_raw(BO, house.mail.bot, mail.as_bytes())
    await house.letter(BO, "say different things")


async def test_an_encrypted_answer_is_sent_to_the_link(house: MailHouse, card: Letter) -> None:
    # EM-24
    mail = answer(card, "")
    mail.replace_header("Content-Type", 'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"')
    await house.mail.deliver_raw(BO, house.mail.bot, mail.as_bytes())
    await house.letter(BO, "is encrypted and cannot be read")


async def test_an_answer_that_only_its_subject_places_finds_the_conversation_and_decides_nothing(
    house: MailHouse, card: Letter
) -> None:
    # EM-32
    assert "[HP-" in card.subject
    await house.mail.send_as(BO, house.mail.bot, f"AW: {card.subject}", f"APPROVE {code(card)}")
    told = await house.letter(BO, "nothing but the subject")
    assert "1.4.2" in told.text


async def test_a_forwarded_mail_with_token_and_code_lets_nobody_else_decide(house: MailHouse, card: Letter) -> None:
    # EM-21, EM-22
    await house.mail.reply_as(MALLORY, card, f"APPROVE {code(card)}")
    await house.mail.reply_as(BO, card, f"APPROVE {code(card)}", auth="fail")
    await house.letter(BO, "could not be proven to come from you")


async def test_without_the_token_the_right_person_decides_nothing_either(house: MailHouse, card: Letter) -> None:
    # EM-22
    await house.mail.send_as(BO, house.mail.bot, f"APPROVE {code(card)}", f"APPROVE {code(card)}")
    await house.letter(BO, "no open request here")


async def test_a_delegate_who_writes_for_the_approver_decides_nothing(house: MailHouse, card: Letter) -> None:
    # EM-21
    mail = answer(card, f"APPROVE {code(card)}\n", Sender="assistant@example.test")
    await house.mail.deliver_raw(BO, house.mail.bot, mail.as_bytes())
    await house.letter(BO, "could not be proven to come from you")


async def test_an_out_of_office_mail_decides_nothing_and_is_not_answered(house: MailHouse, card: Letter) -> None:
    # EM-25
    seen = len(house.mail.letters(BO))
    mail = answer(card, f"APPROVE {code(card)}\n", **{"Auto-Submitted": "auto-replied"})
    await house.mail.deliver_raw(BO, house.mail.bot, mail.as_bytes())
    await house.heard_out()
    assert len(house.mail.letters(BO)) == seen


async def test_a_receipt_and_an_accepted_meeting_approve_nothing(house: MailHouse, card: Letter) -> None:
    # EM-31
    seen = len(house.mail.letters(BO))
    meeting = (
        "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:1\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:bo@example.test"
    )
    mail = answer(card, "Accepted: APPROVE\n")
    mail.add_alternative(
        f"{meeting}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", subtype="calendar", params={"method": "REPLY"}
    )
    await house.mail.deliver_raw(BO, house.mail.bot, mail.as_bytes())
    await house.heard_out()
    assert len(house.mail.letters(BO)) == seen


async def test_an_answer_to_what_asked_back_counts_like_one_to_the_request(house: MailHouse) -> None:
    card = await house.asks("Please deploy 1.4.1 to production.")
    await house.mail.reply_as(BO, card, "APPROVE")
    asked_back = await house.letter(BO, "put the code of this very request", "1.4.1")
    await house.mail.reply_as(BO, asked_back, f"DENY {code(card)} clearer now")
    await house.letter(BO, "was denied by bo", "1.4.1")
    await house.letter(ANA, "clearer now")


async def test_of_two_mailboxes_of_one_person_both_decide_as_that_person(house: MailHouse) -> None:
    card = await house.asks("Please deploy 6.6.6 to production.")
    await house.mail.reply_as(CY, card, f"DENY {code(card)} as myself")
    await house.letter(BO, "was denied by bo", "6.6.6")
    await house.letter(ANA, "as myself")
