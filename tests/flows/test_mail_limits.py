"""Mail at its outer limits: half a mail is not a mail, and an address nobody can write to brings no answers."""

from __future__ import annotations

from dataclasses import replace
from email.utils import parseaddr
from pathlib import Path

import pytest

from adapters.base import Parcel
from adapters.email.account import Site
from adapters.email.fetching import imap
from adapters.email.reading import read
from adapters.email.sending.render import render
from adapters.email.where import Where
from agent_core.events import AgentMessage
from gateway.demo.teller import Teller
from gateway.demo.world import ANA, BO, world
from gateway.keyring import Keyring, Place

LONG = Site("approvals-bot@bot.example.test", ("mx.example.test",))
TOKEN = Keyring(b"sixteen bytes and more").reply_token(Place(thread_id="t" * 20, request_id="r" * 16), "bo")


async def test_of_a_mail_too_large_to_read_its_half_words_are_not_acted_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap, "MAX_MAIL", 20_000)
    async with world(tmp_path) as here:
        t, mail = Teller(here), here.mail
        monkeypatch.setattr(imap, "FIRST_PART", 10_000)
        await mail.send_as(ANA, mail.bot, "Please deploy 1.4.2 to production", "No, wait!\n" + "see the log\n" * 3_000)
        await mail.send_as(ANA, mail.bot, "Versions", "What versions are there?")
        await t.letter(ANA, "1.4.2", "Ana gets an answer to the mail that was read")
        # EM-11
        assert any("too large to be read" in letter.text for letter in mail.letters(ANA))
        assert not any("May this run?" in letter.text for letter in mail.letters(BO))


@pytest.mark.parametrize("site", [LONG, replace(LONG, address="holdpoint@bot.example.test")])
def test_an_answer_finds_its_way_however_long_our_own_name_is(site: Site) -> None:
    parcel = Parcel(
        effect_id="e" * 20,
        thread_id="t" * 20,
        reply_token=TOKEN,
        identity="email:bo@example.test",
        address=Where(to="bo@example.test").address(),
        event=AgentMessage(id="1", to=("email:bo@example.test",), text="hello"),
        role="watch",
    )
    ours = render(parcel, site)
    answer_to = parseaddr(str(ours["Reply-To"]))[1]
    assert len(answer_to.rpartition("@")[0]) <= 64
    answer = (
        f"From: bo@example.test\r\nTo: {answer_to}\r\nMessage-ID: <a@example.test>\r\n"
        f"In-Reply-To: {ours['Message-ID']}\r\n\r\nHello.\r\n"
    )
    assert read(answer.encode(), site).link.token == TOKEN
