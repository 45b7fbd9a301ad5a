"""Keywords and codes: what counts, what does not, and what is only told to an operator."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from adapters.sms.keywords import Word, keyword, may_mean_stop, typed
from agent_core.spelling import plain

# --- SM-11

STOP = ["stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout"]


@pytest.mark.parametrize("word", STOP)
def test_the_whole_family_of_stop(word: str) -> None:
    for said in (
        word,
        word.upper(),
        f"  {word.title()}\n",
        f"{word}.",
        f'"{word}"',
        f"{word}!! 🙏",
        f"\u200f{word}\u200b",
    ):
        assert keyword(said) == "stop", said


@pytest.mark.parametrize(
    "said", ["opt out", "OPT-OUT", "Stop texting me!", "Don't text me", "no more texts", "stop all"]
)
def test_what_can_only_mean_our_messages_is_a_stop_too(said: str) -> None:
    assert keyword(said) == "stop"


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("START", "start"),
        (" unstop ", "start"),
        ("yes", "yes"),
        ("Help", "help"),
        ("INFO", "help"),
        ("start!", ""),
        ("yes please", ""),
        ("help me", ""),
        ("deploy", ""),
        ("", ""),
    ],
)
def test_the_others_are_taken_by_their_letters_only(said: str, word: Word) -> None:
    assert keyword(said) == word


@pytest.mark.parametrize(
    "said",
    [
        "stop please",
        "please stop",
        "stop the deploy",
        "stop it",
        "cancel the order",
        "don't stop",
        "the end",
        "stop " * 40,
    ],
)
def test_stop_among_other_words_is_a_message(said: str) -> None:
    assert keyword(said) == ""


@pytest.mark.parametrize(
    ("said", "may"),
    [
        ("stop please", True),
        ("Please stop.", True),
        ("stop it now", True),
        ("ok cancel, thanks", True),
        ("stop the deploy", False),
        ("deploy", False),
        ("stop or cancel", False),
        ("please", False),
        ("stop " + "please " * 40, False),
    ],
)
def test_stop_with_nothing_but_politeness_is_told_to_an_operator(said: str, may: bool) -> None:
    assert may_mean_stop(said) is may


@pytest.mark.parametrize(
    ("said", "told", "word"),
    [
        ("ARRET", "STOP", "stop"),
        ("deploy", "stop", "stop"),
        ("stop", "HELP", "help"),
        ("hola", "START", "start"),
        ("yes", "START", "yes"),
        ("x" * 500, "STOP", "stop"),
        ("stop", "SOMETHING", "stop"),
        ("deploy", "SOMETHING", ""),
    ],
)
def test_what_twilio_tells_wins_but_for_a_yes_that_may_be_an_answer(said: str, told: str, word: Word) -> None:
    assert keyword(said, told) == word


# --- SM-33


@pytest.mark.parametrize(
    "said",
    [
        "A 482193",
        "482193",
        "a482193",
        "482 193 approve",
        "A ٤٨٢١٩٣",
        "A ۴۸۲ ۱۹۳",
        "A ４８２１９３",
        "A ४८२१९३",
        "A 48\u200b21\u200d93",
        "\u202bA 482193\u202c",
        "\ufeff482193",
        "\n \n  A 482193\nwith a reason",
        "A\u00a0482\u202f193",
        "482193 482193",
        "A 4\ufe0f82193",
        "A 482193 by +447700900123",
    ],
)
def test_a_code_is_read_however_it_was_typed(said: str) -> None:
    read = typed(said)
    assert read.code == "482193"
    assert read.text.splitlines()[0].isprintable()


@pytest.mark.parametrize(
    "said",
    [
        "",
        "A 48219",
        "A 4821937",
        "+447700900123",
        "482-193",
        "4821 93",
        "A 482193 or 193482",
        "123 456 789",
        "12 345 678",
        "deploy\nA 482193",
        "A ¹²³⁴⁵⁶",
        "A 48 21 93",
    ],
)
def test_what_is_no_code_is_none_and_the_text_is_as_it_was(said: str) -> None:
    assert typed(said) == (None, said)


def test_the_line_of_the_code_is_as_it_was_meant_and_the_others_as_they_were() -> None:
    assert typed("A\u00a0٤٨٢\u200b ١٩٣ now\nba\u200bd\ncafe\u0301").text == "A 482 193 now\nba\u200bd\ncafe\u0301"


def test_plain_text_is_composed() -> None:
    assert plain("cafe\u0301 \u2066x\u2069") == "café x"


@settings(deadline=None)
@given(st.text(max_size=300))
def test_whatever_is_said_it_is_read(text: str) -> None:
    keyword(text)
    may_mean_stop(text)
    read = typed(text)
    assert read.code is None or (len(read.code) == 6 and read.code.isascii() and read.code.isdigit())
