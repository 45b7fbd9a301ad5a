"""Quotes: the person's new words and nothing else, whoever's mail program quoted, in whatever language."""

from __future__ import annotations

import pytest

from adapters.email.text.attributions import LONGEST
from tests.unit.adapters.email.papers import plain

CARD = "May this run?\n\n  APPROVE 482913\n  DENY 482913 and why"
MARKED = "\n".join(f"> {line}".rstrip() for line in CARD.split("\n"))

ATTRIBUTIONS = {
    "Gmail": "On Sat, Nov 21, 2026 at 10:00 AM Holdpoint <holdpoint+k3@bot.example.test> wrote:",
    "Gmail, broken in two": "On Sat, Nov 21, 2026 at 10:00 AM Holdpoint\n<holdpoint+k3@bot.example.test> wrote:",
    "Apple Mail": "On 21. Nov 2026, at 10:00, Holdpoint <holdpoint+k3@bot.example.test> wrote:",
    "Thunderbird": "On 21.11.26 10:00, Holdpoint wrote:",
    "German": "Am Sa., 21. Nov. 2026 um 10:00 Uhr schrieb Holdpoint <holdpoint+k3@bot.example.test>:",
    "French": "Le sam. 21 nov. 2026 à 10:00, Holdpoint <holdpoint+k3@bot.example.test> a écrit :",
    "Spanish": "El sáb, 21 nov 2026 a las 10:00, Holdpoint (<holdpoint+k3@bot.example.test>) escribió:",
    "Italian": "Il giorno sab 21 nov 2026 alle ore 10:00 Holdpoint <holdpoint+k3@bot.example.test> ha scritto:",
    "Dutch": "Op za 21 nov. 2026 om 10:00 schreef Holdpoint <holdpoint+k3@bot.example.test>:",
    "Polish": "W dniu sob., 21 lis 2026 o 10:00 Holdpoint <holdpoint+k3@bot.example.test> napisał(a):",
    "Swedish": "Den lör 21 nov. 2026 kl 10:00 skrev Holdpoint <holdpoint+k3@bot.example.test>:",
    "Danish": "Den lør. 21. nov. 2026 kl. 10.00 skrev Holdpoint <holdpoint+k3@bot.example.test>:",
    "Czech": "Dne so 21. 11. 2026 10:00 uživatel Holdpoint <holdpoint+k3@bot.example.test> napsal:",
    "Japanese": "2026年11月21日(土) 10:00 Holdpoint <holdpoint+k3@bot.example.test>:",
    "Korean": "2026년 11월 21일 (토) 오전 10:00, Holdpoint <holdpoint+k3@bot.example.test>님이 작성:",
    "Chinese": "Holdpoint <holdpoint+k3@bot.example.test> 于2026年11月21日周六 10:00写道：",
}
WITHOUT_MARKS = {
    "Outlook": "From: Holdpoint <holdpoint+k3@bot.example.test>\nSent: Saturday, November 21, 2026 10:00\n"
    "To: Bo <bo@example.test>\nSubject: Approval needed: deploy",
    "Outlook's line": "________________________________\nFrom: Holdpoint <holdpoint@bot.example.test>\nSent: Saturday",
    "Outlook in German": "Von: Holdpoint <holdpoint+k3@bot.example.test>\nGesendet: Samstag, 21. November 2026 10:00\n"
    "An: Bo <bo@example.test>\nBetreff: Approval needed",
    "Outlook in French": "De : Holdpoint <holdpoint+k3@bot.example.test>\nEnvoyé : samedi 21 novembre 2026 10:00\n"
    "À : Bo <bo@example.test>\nObjet : Approval needed",
    "an original message": "-----Original Message-----",
    "an original message in German": "-----Ursprüngliche Nachricht-----",
    "a forwarded message": "---------- Forwarded message ---------",
    "Apple Mail's forward": "Begin forwarded message:",
    "Gmail without marks": ATTRIBUTIONS["Gmail"],
    "German without marks": ATTRIBUTIONS["German"],
    "French without marks": ATTRIBUTIONS["French"],
}


# EM-40
@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_words_above_a_marked_quote_are_all_there_is(attribution: str) -> None:
    assert plain(f"Not before lunch.\n\n{attribution}\n\n{MARKED}") == "Not before lunch."


@pytest.mark.parametrize("header", WITHOUT_MARKS.values(), ids=WITHOUT_MARKS)
def test_a_quote_without_marks_ends_where_its_header_begins(header: str) -> None:
    assert plain(f"Not before lunch.\n\n{header}\n\n{CARD}") == "Not before lunch."


@pytest.mark.parametrize("header", WITHOUT_MARKS.values(), ids=WITHOUT_MARKS)
def test_a_reply_with_nothing_above_the_quote_says_nothing(header: str) -> None:
    assert plain(f"{header}\n\n{CARD}") == ""


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_a_reply_that_only_quotes_says_nothing(attribution: str) -> None:
    assert plain(f"{attribution}\n\n{MARKED}") == ""


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
def test_words_below_a_marked_quote_are_the_persons(attribution: str) -> None:
    assert plain(f"{attribution}\n\n{MARKED}\n\nNot before lunch.") == "Not before lunch."


def test_words_between_marked_lines_are_the_persons() -> None:
    inline = f"{ATTRIBUTIONS['Gmail']}\n> Which one?\nstaging\n> And when?\nnow"
    assert plain(inline) == "staging\nnow"


def test_a_quote_within_a_quote_is_quoted() -> None:
    assert plain(f"No.\n\n{ATTRIBUTIONS['Gmail']}\n> On Friday, bo wrote:\n>> APPROVE 482913\n> ok") == "No."
    assert plain(f"{ATTRIBUTIONS['Gmail']}\n> On Friday, bo wrote:\n>> APPROVE 482913\n> ok\n\nNo.") == "No."


def test_marked_lines_without_any_attribution_are_quoted() -> None:
    assert plain(f"No.\n{MARKED}") == "No."
    assert plain(f"{MARKED}\nNo.") == "No."


SIGNED = {
    "a signature": "-- \nBo\nAPPROVE 482913",
    "a signature that lost its blank": "--\nBo\nAPPROVE 482913",
    "a telephone's": "Sent from my iPhone\nAPPROVE 482913",
    "a long line": "____________\nAPPROVE 482913",
}


@pytest.mark.parametrize("end", SIGNED.values(), ids=SIGNED)
def test_a_signature_is_not_searched_for_words(end: str) -> None:
    assert plain(f"Not before lunch.\n\n{end}") == "Not before lunch."


KEPT = [
    "APPROVE 482913",
    "DENY 482913 not on a Friday",
    "Yes - but read this:\n\n- one\n- two",
    "First paragraph.\n\nSecond paragraph.",
    "On Monday we wrote a test.",
    "I am from: nowhere in particular, said Bo",
    "a > b",
    "x" * (LONGEST + 1),
    f"{'x' * 500}\nAPPROVE",
    "one\n\n--------------------------------\ntwo\nthree",
]


@pytest.mark.parametrize("said", KEPT)
def test_a_reply_without_a_quote_is_kept_whole(said: str) -> None:
    assert plain(said) == said


@pytest.mark.parametrize("said", ["", "\n\n", "> only\n> quoted"])
def test_nothing_new_is_nothing(said: str) -> None:
    assert plain(said) == ""


COSTLY = ["On ", "Am schrieb ", "El ", "Op ", "On a\n", "> ", "From: a\n", "- a\n", "_", "CAUTION: mail "]


@pytest.mark.parametrize("piece", COSTLY)
def test_text_made_to_keep_the_library_busy_is_read_in_one_go(piece: str) -> None:
    """The first of these took six minutes; nothing here looks at a clock."""
    plain(piece * (100_000 // len(piece)))
