"""Every mail of the corpus is read as its writer meant it: nothing dangerous in any, and nearly all replies exact.

What the corpus is and how to add a mail: tests/fixtures/email/README.md.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.adapters.email.corpus import (
    FOLDER,
    MAILS,
    Case,
    answer_missed,
    case,
    differences,
    forbidden,
    named,
    reply_missed,
)

ENOUGH = 0.92
FEWEST = 120


def test_corpus_is_whole() -> None:
    """A mail without an expectation, or an expectation without a mail, would go unnoticed; so would a lost CR."""
    assert len(MAILS) >= FEWEST
    assert {mail.with_suffix("") for mail in MAILS} == {want.with_suffix("") for want in FOLDER.glob("*/*.json")}
    assert [named(mail) for mail in MAILS if mail.stat().st_size >= 20_000] == []
    assert [named(mail) for mail in MAILS if b"\r\n" not in mail.read_bytes()] == []


# EM-16 EM-17 EM-21 EM-22 EM-25 EM-31 EM-40 EM-41 EM-42 EM-43
@pytest.mark.parametrize("mail", MAILS, ids=named)
def test_nothing_dangerous_is_read(mail: Path) -> None:
    """No robot as a person, nobody else's authority, no decision that was not made, no words that nobody wrote."""
    dangers = list(forbidden(case(mail)))
    assert not dangers, "\n".join(dangers)


# EM-28 EM-32 EM-37 EM-45 EM-46
@pytest.mark.parametrize("mail", MAILS, ids=named)
def test_mail_is_read_for_what_it_is(mail: Path) -> None:
    """Sender, robot or person, thread, doubt, attachments, bounce and calendar."""
    told = list(differences(case(mail)))
    assert not told, "\n".join(told)


# EM-37 EM-38 EM-39 EM-40
def test_replies_are_exact() -> None:
    """What the person wrote, all of it and nothing else, in at least 92 of 100 mails."""
    _score("replies", reply_missed)


# EM-43
def test_answers_are_understood() -> None:
    """An answer counts as what it was meant to be; what is asked back about is a nuisance, not a danger."""
    _score("answers", answer_missed)


def _score(what: str, missed: Callable[[Case], str]) -> None:
    people = [one for one in map(case, MAILS) if not one.wanted["is_auto"]]
    misses = [told for one in people if (told := missed(one))]
    score = 1 - len(misses) / len(people)
    told = "\n".join((f"{score:.1%} of {len(people)} {what} are exact; not these {len(misses)}:", *misses))
    print(told)
    assert score >= ENOUGH, told
