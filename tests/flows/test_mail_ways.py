"""Ways mails take: back from nowhere, by a provider's post, out of the junk, past a policy, around in circles."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from agent_core.deliveries import Delivery
from sandbox.mail import Letter
from sandbox.mail.letter import write
from tests.doors.scene import until
from tests.flows.mail_house import ANA, BO, CARD, CY, MALLORY, SECRET, MailHouse, code, mail_house


async def test_a_request_that_bounces_moves_to_the_persons_next_mailbox_and_is_decided_there(tmp_path: Path) -> None:
    # EM-27, EM-28
    async with mail_house(tmp_path) as house:
        house.mail.bounce(BO, "5.1.1")
        await house.mail.send_as(ANA, house.mail.bot, "Deployment", "Please deploy 1.4.2 to production.")
        card = await house.letter(CY, CARD)
        await house.mail.reply_as(CY, card, f"APPROVE {code(card)}")
        await house.running("1.4.2")
        [failed] = [one for one in await house.events(Delivery) if one.outcome == "failed"]
        assert (failed.to, failed.again) == (f"email:{BO}", False)
        assert "5.1.1" in failed.detail


async def test_a_report_of_delay_moves_nothing_and_a_forged_bounce_neither(tmp_path: Path) -> None:
    # EM-28, EM-29
    async with mail_house(tmp_path) as house:
        house.mail.bounce(BO, "4.4.1", style="postfix")
        await house.mail.send_as(ANA, house.mail.bot, "Deployment", "Please deploy 1.4.2 to production.")

        async def delayed() -> bool:
            await house.mail.settled()
            return any(one.sender == "" for one in house.mail.journal)

        await until(delayed)
        await house.heard_out()
        report = _forged(house, to=CY)
        await house.mail.deliver_raw("", house.mail.bot, report)
        await house.heard_out()
        assert [one.outcome for one in await house.events(Delivery) if one.outcome == "failed"] == []
        assert not [letter for letter in house.mail.letters(CY) if CARD in letter.text]


def _forged(house: MailHouse, to: str) -> bytes:
    """A report that names a mail of ours as it might be guessed, and somebody who never got it."""
    journal = [one for one in house.mail.journal if one.message_id.startswith("<hp.")]
    effect = journal[0].message_id.removeprefix("<hp.").partition(".")[0]
    return (
        "From: MAILER-DAEMON@evil.test\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        f"To: {house.mail.bot.replace('@', f'+b.{effect}.aaaaaaaaaaaaaaaa@')}\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; evil.test\r\n\r\n"
        f"Final-Recipient: rfc822; {to}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        "--x\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: <hp.{effect}.aaaa.bbbb@bot.example.test>\r\n\r\n--x--\r\n"
    ).encode()


async def test_a_provider_posts_mails_and_they_are_heard_like_any_other(tmp_path: Path) -> None:
    # EM-15
    async with mail_house(tmp_path, imap=None, posting_secret=SecretStr(SECRET)) as house:
        url = f"{house.settings.public_url}/email/events"
        await _post(house, url, ANA, house.mail.bot, "Deployment", "Please deploy 1.4.2 to production.")
        card = await house.letter(BO, CARD)
        _, raw = write(BO, card.answer_to, f"Re: {card.subject}", f"APPROVE {code(card)}", in_reply_to=card.message_id)
        async with httpx.AsyncClient() as stranger:
            refused = await stranger.post(url, content=raw, headers={"Content-Type": "message/rfc822"})
            large = await stranger.post(url, content=b"x" * 2**21, headers={"Content-Type": "message/rfc822"})
        assert (refused.status_code, large.status_code) == (401, 413)
        for _ in range(2):
            await _post(house, url, BO, card.answer_to, f"Re: {card.subject}", f"APPROVE {code(card)}", card)
        await house.running("1.4.2")


async def _post(
    house: MailHouse, url: str, sender: str, to: str, subject: str, text: str, answered: Letter | None = None
) -> None:
    """A mail as our exchanger stamps it, posted by the provider behind it."""
    _, raw = write(sender, to, subject, text, in_reply_to=answered.message_id if answered else "")
    domain = sender.partition("@")[2]
    stamps = (
        f"Authentication-Results: {house.mail.authserv_id}; dmarc=pass header.from={domain}\r\n"
        f"Received: from mail by {house.mail.authserv_id}; Sat, 21 Nov 2026 10:00:00 +0000\r\n"
    )
    headers = {"Content-Type": "message/rfc822"}
    async with httpx.AsyncClient(auth=("post", SECRET)) as provider:
        answer = await provider.post(url, content=stamps.encode() + raw, headers=headers)
    assert answer.status_code == 200


async def test_an_answer_that_was_taken_for_junk_is_heard_and_other_junk_is_not(tmp_path: Path) -> None:
    # EM-14
    async with mail_house(tmp_path, junk="Junk") as house:
        card = await house.asks()
        _, spam = write(
            MALLORY, house.mail.bot, "Please deploy 1.4.3 to production", "Please deploy 1.4.3 to production."
        )
        await house.mail.deliver_raw(MALLORY, house.mail.bot, spam, folder="Junk")
        _, raw = write(BO, card.answer_to, f"Re: {card.subject}", f"APPROVE {code(card)}", in_reply_to=card.message_id)
        await house.mail.deliver_raw(BO, card.answer_to, raw, folder="Junk")
        await house.running("1.4.2")
        assert len(await house.house.threads.latest(most=9, before=None)) == 1


async def test_above_the_policys_risk_the_mail_has_a_link_and_its_words_decide_nothing(tmp_path: Path) -> None:
    # EM-23
    async with mail_house(tmp_path, policy={"words_up_to": {"email": "medium"}}) as house:
        card = await house.asks()
        assert "APPROVE" not in card.text
        [digits] = re.findall(r"The page asks for this code: (\d{6})", card.text)
        await house.mail.reply_as(BO, card, f"APPROVE {digits}")
        await house.letter(BO, "put the code of this very request")
        [link] = set(re.findall(r"http://\S+/d/\S+", card.text))
        async with httpx.AsyncClient(follow_redirects=True) as browser:
            page = (await browser.get(link)).text
            [token] = re.findall(r'name="form_token" value="([^"]*)"', page)
            [digest] = re.findall(r'name="digest" value="([^"]*)"', page)
            form = {"form_token": token, "digest": digest, "decision": "approve", "code": digits}
            assert (await browser.post(link, data=form)).status_code == 200
        await house.running("1.4.2")


async def test_what_was_understood_is_told_to_both_and_can_be_taken_back_while_there_is_time(tmp_path: Path) -> None:
    # EM-44
    rule = {"tool": "deploy", "approvers": ["bo"], "undo_within": "PT10M"}
    async with mail_house(tmp_path, policy={"rules": [rule]}) as house:
        card = await house.asks()
        await house.mail.reply_as(BO, card, f"APPROVE {code(card)}")
        held = await house.letter(BO, "Your approval takes effect at")
        await house.mail.reply_as(BO, held, f"UNDO {code(card)}")
        await house.letter(BO, "You took your approval back, and nothing was done")
        assert house.production == "1.4.0"
        await house.mail.reply_as(BO, card, f"APPROVE {code(card)}")
        await house.letter(BO, "Your approval takes effect at")
        house.clock.move_on(hours=1)
        await house.running("1.4.2")
        await house.letter(BO, "was approved by bo")
        await house.letter(ANA, "1.4.2 now")


async def test_two_robots_that_answer_each_other_end_after_an_hours_mails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # EM-30
    async with mail_house(tmp_path, per_hour=4) as house:
        house.mail.robot(CY, "What versions are there?")
        await house.mail.send_as(CY, house.mail.bot, "Hello", "What versions are there?")

        async def full() -> bool:
            return len(house.mail.letters(CY)) == 4

        await until(full)
        await house.heard_out()
        assert len(house.mail.letters(CY)) == 4
