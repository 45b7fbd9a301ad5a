"""Threading: an answer finds its conversation by our token or our id, and people's mail programs find theirs."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from adapters.email.found import Link
from adapters.email.link import link
from adapters.email.where import REFERENCES_KEPT, Where
from adapters.heard import Address
from tests.unit.adapters.email.letters import SITE, mail

OURS = "holdpoint+k3v9.abc@bot.example.test"
ID = "<hp.e1.k3v9.abc@bot.example.test>"

FOUND = {
    "the address it is for": (f"To: {OURS}",),
    "with a name": (f"To: Holdpoint <{OURS}>",),
    "in capitals": (f"To: {OURS.upper()}",),
    "a copy": ("To: ana@example.test", f"Cc: ana@example.test, {OURS}"),
    "where our exchanger delivered it": (f"Delivered-To: {OURS}", "To: undisclosed-recipients:;"),
    "what it was sent to at first": (f"X-Original-To: {OURS}",),
    "the mail it answers": (f"In-Reply-To: {ID}",),
    "the mails before": (f"References: <x@y.test> {ID} <z@y.test>",),
    "the mail it answers, in capitals": (f"In-Reply-To: {ID.upper()}",),
    "a second To": ("To: ana@example.test", f"To: {OURS}"),
}


@pytest.mark.parametrize("headers", FOUND.values(), ids=FOUND)
def test_our_token_is_found_where_mail_programs_keep_it(headers: tuple[str, ...]) -> None:
    assert link(mail(*headers), SITE).token == "k3v9.abc"


LOST = {
    "no token": ("To: holdpoint@bot.example.test",),
    "an empty token": ("To: holdpoint+@bot.example.test",),
    "a token with other signs": ("To: holdpoint+k3_v9@bot.example.test",),
    "a token too long": (f"To: holdpoint+{'a' * 64}@bot.example.test",),
    "another mailbox": ("To: other+k3v9@bot.example.test",),
    "another domain": ("To: holdpoint+k3v9@evil.test",),
    "a domain that begins like ours": ("To: holdpoint+k3v9@bot.example.test.evil.test",),
    "a domain that goes on": ("To: holdpoint+k3v9@bot.example.test-evil",),
    "the sender": (f"From: {OURS}",),
    "the subject": (f"Subject: {OURS} {ID}",),
    "an id that is not ours": ("In-Reply-To: <k3v9.abc@bot.example.test>",),
    "an id without brackets": ("In-Reply-To: hp.e1.k3v9.abc@bot.example.test",),
    "its own id": (f"Message-ID: {ID}",),
}


@pytest.mark.parametrize("headers", LOST.values(), ids=LOST)
def test_anything_else_is_not_our_token(headers: tuple[str, ...]) -> None:
    assert link(mail(*headers), SITE) == Link()


def test_the_address_outranks_the_ids_and_the_answered_mail_outranks_the_earlier_ones() -> None:
    ids = ("In-Reply-To: <hp.e2.second@bot.example.test>", "References: <hp.e3.third@bot.example.test>")
    assert link(mail(*ids, "To: holdpoint+first@bot.example.test"), SITE).token == "first"
    assert link(mail(*ids), SITE).token == "second"


def test_of_the_earlier_mails_the_latest_counts() -> None:
    chain = "<hp.e1.one@bot.example.test> <hp.e2.two@bot.example.test> <x@y.test>"
    assert link(mail(f"References: {chain}"), SITE).token == "two"


# --- where an answer of ours belongs

LINK = st.from_regex(r"\A<[a-z0-9]{1,8}@x>\Z")


@given(st.lists(LINK, max_size=60), LINK | st.just(""))
def test_an_answer_refers_to_the_first_and_the_latest_mails_each_once(references: list[str], last: str) -> None:
    answered = Where(to="a@b", references=tuple(references), message_id=last).answered()
    assert len(answered) <= REFERENCES_KEPT
    assert len(set(answered)) == len(answered)
    assert "" not in answered
    assert not references or answered[0] == references[0]
    assert not last or last in answered


def test_a_first_mail_of_ours_answers_nothing() -> None:
    assert Where(to="a@b").answered() == ()


def test_a_place_survives_the_way_through_the_house() -> None:
    where = Where(to="a@b", subject="Grüße \u202e", message_id="<1@x>", references=("<0@x>",))
    assert Where.of(where.address()) == where
    assert where.address().channel == "email"


def test_a_place_of_another_making_is_refused() -> None:
    with pytest.raises(ValueError, match="metadata"):
        Where.of(Address(channel="email", ref='{"to":"a@b","metadata":{}}'))
