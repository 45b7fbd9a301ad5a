"""What stands around our mails: the same names at every attempt, and threads that mail programs keep together."""

from __future__ import annotations

from email.policy import SMTP

import pytest
from hypothesis import given as cases, strategies as st

from adapters.base import Parcel
from adapters.email.account import Site
from adapters.email.sending.envelope import answer_to, message_id, return_path
from adapters.email.sending.render import render
from adapters.email.where import Where
from agent_core.events import AgentMessage
from tests.unit.adapters.cards import SAID
from tests.unit.adapters.email.letters import SITE
from tests.unit.adapters.email.mails import text, wire
from tests.unit.adapters.email.parcels import EVERY, HONEST, IN_THREAD, parcel

HEADERS = (
    *("Date", "From", "To", "Reply-To", "Subject", "Message-ID", "In-Reply-To", "References", "Auto-Submitted"),
    *("X-Auto-Response-Suppress", "X-Holdpoint-Loop", "MIME-Version", "Content-Type"),
)
PARCELS = pytest.mark.parametrize("given", EVERY.values(), ids=EVERY)
CARD = HONEST["card"]


def at(where: Where, reference: str = "") -> Parcel:
    return parcel(SAID, where=where).model_copy(update={"reference": reference})


# --- the same at every attempt: EM-33


@PARCELS
def test_the_same_parcel_gives_the_same_bytes(given: Parcel) -> None:
    assert render(given, SITE).as_bytes(policy=SMTP) == render(given, SITE).as_bytes(policy=SMTP)


@PARCELS
def test_a_mail_has_only_lines_and_letters_that_every_server_can_carry(given: Parcel) -> None:  # EM-52
    raw = render(given, SITE).as_bytes(policy=SMTP)
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_words_beyond_ascii_go_in_seven_bits_as_well() -> None:
    given = parcel(AgentMessage(id="a8", to=("x",), text="Grüße"))
    assert render(given, SITE).as_bytes(policy=SMTP).isascii()
    assert "Grüße" in text(given)


@PARCELS
def test_a_mail_has_our_headers_and_no_others(given: Parcel) -> None:  # EM-26, EM-52
    mail = wire(given)
    assert mail.keys() == [name for name in HEADERS if name in mail]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert mail["X-Holdpoint-Loop"] == "e1"


def test_a_mail_has_our_id_our_address_and_a_place_for_answers() -> None:  # EM-33, EM-52
    mail = wire(CARD)
    assert mail["Message-ID"] == "<hp.e1.k3v9.abcdefgh@bot.example.test>" == message_id(CARD, SITE)
    assert mail["From"] == "Holdpoint <holdpoint@bot.example.test>"
    assert mail["Reply-To"] == "Holdpoint <holdpoint+k3v9.abcdefgh@bot.example.test>"
    assert mail["Date"] == "Sat, 21 Nov 2026 09:30:00 +0000"


def test_bounces_come_back_to_an_address_that_names_the_mail() -> None:  # EM-27
    assert return_path(CARD, SITE) == "holdpoint+b.e1.abcdefgh@bot.example.test"


def test_a_site_may_have_a_domain_of_its_own_for_what_comes_back() -> None:  # EM-36
    site = Site(SITE.address, reply_domain="in.example.test", reply_prefix="r-")
    assert answer_to(CARD, site) == "r-k3v9.abcdefgh@in.example.test"
    assert return_path(CARD, site) == "r-b.e1.abcdefgh@in.example.test"


def test_a_name_too_long_for_mail_servers_is_left_out() -> None:  # EM-27, EM-36
    long = CARD.model_copy(update={"effect_id": "e" * 60, "reply_token": "k" * 60})
    assert return_path(long, SITE) == answer_to(long, SITE) == SITE.address
    assert str(wire(long)["Reply-To"]) == "Holdpoint <holdpoint@bot.example.test>"


# --- threads: EM-34, EM-57


def test_an_answer_refers_to_what_it_answers_and_keeps_its_subject() -> None:
    mail = wire(HONEST["said"])
    assert (mail["In-Reply-To"], mail["References"]) == ("<2@example.test>", "<1@example.test> <2@example.test>")
    assert mail["Subject"] == "Re: Deployment"


def test_of_a_long_thread_the_first_and_the_latest_mails_are_named() -> None:
    ids = tuple(f"<{number}@example.test>" for number in range(50))
    mail = wire(at(Where(to="bo@example.test", message_id=ids[-1], references=ids[:-1])))
    assert str(mail["References"]).split() == [ids[0], *ids[-19:]]
    assert mail["In-Reply-To"] == ids[-1]


def test_ids_of_any_length_go_over_the_wire_as_they_came() -> None:
    """Outlook's are longer than a line; broken into encoded words they would refer to nothing."""
    ids = tuple(f"<{n}{'a' * 90}@{'b' * 90}.prod.outlook.test>" for n in range(20))
    raw = render(at(Where(to="bo@example.test", message_id=ids[-1], references=ids)), SITE)
    lines = raw.as_bytes(policy=SMTP).decode().split("\r\n")
    start = lines.index(f"References: {ids[0]}")
    assert lines[start + 1 : start + 20] == [f" {one}" for one in ids[1:]]
    assert f"In-Reply-To: {ids[-1]}" in lines


@cases(st.lists(st.text(max_size=30), max_size=4), st.text(max_size=80))
def test_whatever_a_mail_said_of_itself_our_answer_is_a_mail_with_our_headers(ids: list[str], subject: str) -> None:
    where = Where(to="bo@example.test", subject=subject, message_id="<2@example.test>", references=tuple(ids))
    mail = wire(at(where))
    assert not mail.defects
    assert mail.keys() == list(HEADERS)
    assert mail["In-Reply-To"] == "<2@example.test>"
    assert render(at(where), SITE).as_bytes(policy=SMTP).isascii()


def test_a_conversation_we_begin_has_our_reference_and_keeps_it() -> None:
    begun = CARD.model_copy(update={"reference": "HP-4f7k2m9q"})
    assert wire(begun)["Subject"] == "Approval needed: deploy [HP-4f7k2m9q]"
    again = at(Where(to="bo@example.test", subject="Approval needed: deploy [HP-4f7k2m9q]"), "HP-4f7k2m9q")
    assert wire(again)["Subject"] == "Re: Approval needed: deploy [HP-4f7k2m9q]"


def test_a_conversation_a_person_began_keeps_the_subject_they_gave_it() -> None:
    """With another subject, mail programs would begin another conversation."""
    assert wire(at(IN_THREAD, "HP-4f7k2m9q"))["Subject"] == "Re: Deployment"


def test_a_reminder_comes_back_with_the_same_token() -> None:  # EM-57
    """The same request for the same person, by another effect."""
    mails = [wire(CARD), wire(CARD.model_copy(update={"effect_id": "e2"}))]
    assert len({str(mail["Reply-To"]) for mail in mails}) == 1
    assert len({str(mail["Subject"]) for mail in mails}) == 1
    assert len({str(mail["Message-ID"]) for mail in mails}) == 2


# --- who it goes to: EM-55


def test_a_domain_beyond_ascii_stands_as_it_is_registered() -> None:
    assert wire(at(Where(to="bo@BÜCHER.example")))["To"] == "bo@xn--bcher-kva.example"


def test_a_name_beyond_ascii_stands_as_it_is_where_servers_can_carry_it() -> None:
    raw = render(at(Where(to="bø@example.test")), SITE).as_bytes(policy=SMTP.clone(utf8=True))
    assert "\r\nTo: bø@example.test\r\n".encode() in raw
