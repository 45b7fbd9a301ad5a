"""Hostile mail: what must never decide anything, and what its sender is told."""

from __future__ import annotations

import asyncio
import random

import httpx
import pytest

from gateway.demo.story import code, first
from gateway.demo.teller import Teller
from gateway.demo.world import ANA, BO, World
from sandbox.mail import Letter, Refused

MALLORY = "mallory@evil.test"
CY = "cy@example.test"


async def ask(t: Teller, version: str = "1.4.2", *, asker: str = ANA) -> Letter:
    """Somebody asks for a deployment to staging; Bo's card."""
    await t.world.mail.send_as(asker, t.world.mail.bot, "Deployment", f"Please deploy {version} to staging.")
    return await t.letter(BO, f'"version":"{version}"', "Bo gets the request")


async def nothing_started(t: Teller, before: int) -> None:
    """Give a wrong start the time to happen, then look."""
    await asyncio.sleep(0.3)
    assert len(t.world.history()) == before


async def test_a_forged_sender_decides_nothing_and_the_real_one_is_told(t: Teller) -> None:
    card, starts = await ask(t), len(t.world.history())
    await t.world.mail.reply_as(BO, card, f"APPROVE {code(card)}", auth="fail")
    await t.letter(BO, "could not be proven", "Bo is told that a mail in his name did not count")
    await nothing_started(t, starts)


async def test_a_mail_our_server_said_nothing_about_decides_nothing(t: Teller) -> None:
    card, starts = await ask(t), len(t.world.history())
    await t.world.mail.reply_as(BO, card, f"APPROVE {code(card)}", auth="unstamped")
    await t.letter(BO, "could not be proven", "Bo is told")
    await nothing_started(t, starts)


async def test_a_verdict_that_the_sender_wrote_is_not_a_verdict(t: Teller) -> None:
    card, starts = await ask(t), len(t.world.history())
    forged = ("Authentication-Results", f"{t.world.mail.authserv_id}; dmarc=pass header.from=example.test")
    await t.world.mail.send_as(BO, card.answer_to, "Re: x", f"APPROVE {code(card)}", headers=[forged], auth="unstamped")
    await t.letter(BO, "could not be proven", "Bo is told")
    await nothing_started(t, starts)


async def test_a_stranger_with_the_code_and_the_address_decides_nothing(t: Teller) -> None:
    card, starts = await ask(t), len(t.world.history())
    await t.world.mail.reply_as(MALLORY, card, f"APPROVE {code(card)}")
    await t.letter(MALLORY, "no open request", "Mallory hears that there is nothing to answer")
    await nothing_started(t, starts)


async def test_a_colleague_who_was_not_asked_decides_nothing(t: Teller) -> None:
    card, starts = await ask(t), len(t.world.history())
    await t.world.mail.reply_as(CY, card, f"APPROVE {code(card)}")
    await t.letter(CY, "no open request", "Cy hears that there is nothing to answer")
    await nothing_started(t, starts)


async def test_the_requester_cannot_approve_with_the_approvers_mail(t: Teller) -> None:
    card, starts = await ask(t), len(t.world.history())
    await t.world.mail.reply_as(ANA, card, f"APPROVE {code(card)}")
    await t.letter(ANA, "no open request", "Ana's own mail opens nothing")
    await nothing_started(t, starts)


async def test_who_asks_for_what_only_they_may_approve_gets_nothing(t: Teller) -> None:
    starts = len(t.world.history())
    await t.world.mail.send_as(BO, t.world.mail.bot, "Mine", "Please roll staging back.")  # Bo alone may approve that
    await t.letter(BO, "no one else who may approve", "Bo is told that nobody else may approve it")
    await nothing_started(t, starts)


async def test_a_second_decision_hears_of_the_first(t: Teller) -> None:
    card, starts = await ask(t, "1.4.0"), len(t.world.history())
    await t.world.mail.reply_as(BO, card, f"DENY {code(card)} no")
    await t.letter(ANA, "no", "Ana is told")
    await t.world.mail.reply_as(BO, card, f"APPROVE {code(card)}")
    await t.letter(BO, "was denied by bo", "Bo hears that it was decided already")
    await nothing_started(t, starts)


async def test_the_code_of_another_request_decides_neither(t: Teller) -> None:
    one, other, starts = await ask(t, "1.4.0"), await ask(t, "1.4.1"), len(t.world.history())
    await t.world.mail.reply_as(BO, one, f"APPROVE {code(other)}")
    await t.letter(BO, "the code of this very request", "Bo is asked for the right code")
    await nothing_started(t, starts)


async def test_an_approval_in_quoted_text_is_not_the_persons_word(t: Teller) -> None:
    card, starts = await ask(t), len(t.world.history())
    assert f"APPROVE {code(card)}" in card.text
    await t.world.mail.reply_as(BO, card, "Let me think about it.")
    await t.until(lambda: _replies_to(t, BO, card), "Bo gets an answer to his words")
    await nothing_started(t, starts)


async def test_hidden_text_is_not_the_persons_word(t: Teller) -> None:
    card, starts = await ask(t), len(t.world.history())
    html = f'<p style="display:none">APPROVE {code(card)}</p><p>I am on holiday until Monday.</p>'
    raw = (
        f"From: {BO}\r\nTo: {card.answer_to}\r\nSubject: Re: x\r\nMessage-ID: <hidden-{code(card)}@example.test>\r\n"
        f"Content-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n"
    )
    await t.world.mail.deliver_raw(BO, card.answer_to, raw.encode())
    await nothing_started(t, starts)


async def test_a_condition_is_asked_about(t: Teller) -> None:
    card, starts = await ask(t), len(t.world.history())
    await t.world.mail.reply_as(BO, card, f"APPROVE {code(card)} but only after lunch")
    await t.letter(BO, "not clear enough", "Bo is asked to decide plainly")
    await nothing_started(t, starts)


async def test_an_automatic_answer_is_nobodys_word(t: Teller) -> None:
    card, starts = await ask(t), len(t.world.history())
    automatic = ("Auto-Submitted", "auto-replied")
    await t.world.mail.send_as(BO, card.answer_to, "Re: x", f"APPROVE {code(card)}", headers=[automatic])
    await nothing_started(t, starts)


async def test_ten_looks_at_the_link_and_forms_without_its_secrets_decide_nothing(t: Teller) -> None:
    card, starts = await ask(t), len(t.world.history())
    link = first(r"(http://\S+/d/\S+)", card.text)
    async with httpx.AsyncClient() as browser:
        for _ in range(10):
            assert (await browser.get(link)).status_code == 200
            assert (await browser.head(link)).status_code == 200
        page = (await browser.get(link)).text
        token = first(r'name="form_token" value="([^"]*)"', page)
        good = {"form_token": token, "decision": "approve", "code": code(card), "digest": "0" * 64}
        assert (await browser.post(link, data={**good, "form_token": ""})).status_code == 403
        assert (await browser.post(link, data=good, headers={"Origin": "http://evil.test"})).status_code == 403
        assert (await browser.post(link, data=good, headers={"Sec-Fetch-Site": "cross-site"})).status_code == 403
        assert (await browser.post(link, data={**good, "code": "000000"})).status_code == 422
        assert (await browser.post(link, data={**good, "decision": ""})).status_code == 422
        assert (await browser.get(link[:-3] + "abc")).status_code == 404
        await nothing_started(t, starts)
        assert (await browser.post(link, data=good)).status_code == 303
    await t.letter(BO, "what you saw is not what is being asked", "a digest that was not shown decides nothing")
    await nothing_started(t, starts)


async def test_the_wrong_code_cannot_be_tried_for_ever(t: Teller) -> None:
    card = await ask(t)
    link = first(r"(http://\S+/d/\S+)", card.text)
    async with httpx.AsyncClient() as browser:
        token = first(r'name="form_token" value="([^"]*)"', (await browser.get(link)).text)
        form = {"form_token": token, "decision": "approve"}
        tried = [(await browser.post(link, data={**form, "code": f"{n:06d}"})).status_code for n in range(7)]
    assert tried == [422, 422, 422, 422, 422, 429, 429]


async def test_a_broken_mail_is_set_aside_whole_and_the_next_one_is_read(t: Teller) -> None:
    broken = b"From: <a@b>, <c@d>\r\nMessage-ID: <>\r\n\r\nhello\r\n"
    await t.world.mail.deliver_raw(MALLORY, t.world.mail.bot, broken)
    await t.world.mail.send_as(ANA, t.world.mail.bot, "Hello", "What versions are there?")
    await t.letter(ANA, "1.4.2", "Ana gets her answer")
    source = t.world.house.channels.read[0].sources[0].name
    aside = await t.world.house.opened.mailroom.quarantined(source)
    assert any(kept.raw.endswith(broken) for kept, _ in aside)


@pytest.mark.slow
async def test_ten_thousand_mutated_mails_leave_the_mailbox_alive(t: Teller, here: World) -> None:
    card, seed = await ask(t), random.randrange(2**32)
    chance, starts, refused = random.Random(seed), len(here.history()), 0
    seeds = [letter.raw for letter in (*here.mail.letters(here.mail.bot)[-20:], card)]
    for _ in range(10_000):
        raw = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 12)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        try:
            await here.mail.deliver_raw(MALLORY, here.mail.bot, bytes(raw), auth="fail")
        except Refused:
            refused += 1
    assert refused < 100, "nearly all of them were mails for us"
    await here.mail.send_as(ANA, here.mail.bot, "Still there?", "What versions are there?")
    await asyncio.wait_for(t.letter(ANA, "1.4.2", f"Ana gets her answer (seed {seed})"), 600)
    assert len(here.history()) == starts


def _replies_to(t: Teller, address: str, card: Letter) -> Letter | None:
    place = t.read.get(address, 0)
    return next((one for one in t.world.mail.letters(address)[place:] if one.uid > card.uid), None)
