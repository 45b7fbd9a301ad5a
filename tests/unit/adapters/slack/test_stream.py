"""What of a stream is pure: what may be one, in what pieces, and how one that was torn off is known again."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from adapters.slack import blocks as kit
from adapters.slack.card import Message
from adapters.slack.mark import Loose
from adapters.slack.stream import GULP, MOST, flowing, flows, gulps, torn


def message(*texts: str) -> Message:
    return Message("x", tuple(map(kit.markdown, texts)))


@given(st.text(alphabet=st.sampled_from("ab \n\r\v\u2028`#")), st.integers(1, 400))
def test_the_pieces_together_are_the_whole_and_end_where_lines_do(text: str, times: int) -> None:  # SL-16
    whole = text * times
    pieces = gulps(whole)
    assert "".join(pieces) == whole
    assert all(len(piece) <= GULP or len(piece.splitlines()) == 1 for piece in pieces)


@pytest.mark.parametrize(
    ("markdown", "may"),
    [
        ("Plain words. And more, e.g. of 1.4.2, at 10:30.", True),
        ("`config.toml` and\n```\nread(a.path)\n```\n", True),
        ("see config.toml", False),
        ("see \\`config.toml\\`", False),
        ("1\\.com", False),
        ("see https://a", False),
        ("`ftp://a`", False),
        ("WWW.a", False),
        ("mailto:ana", False),
        ("x" * MOST, True),
        ("x" * (MOST + 1), False),
        ("ü" * (MOST // 2 + 1), False),
        (" \n", False),
    ],
)
def test_what_may_be_a_stream(markdown: str, may: bool) -> None:  # SL-21, SL-33
    assert flows(message(markdown)) is may


def test_what_is_more_than_markdown_is_no_stream() -> None:
    mixed = Message("x", (kit.markdown("words"), kit.section("ours")))
    assert flowing(mixed) == ""
    assert not flows(mixed)
    assert flowing(message("one", "two")) == "one\n\ntwo"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("# What I found\n\n**Two** servers", "*What I found*\n\n*Two* ser"),
        ("a &lt; b &amp; c", "a < b & c"),
        ("```python\nprint(1)\n```", "```\nprint(1)\n```"),
        ("done 🎉 at last", "done :tada: at last"),
        ("1\\. one\n- two", "1. one\n• two"),
    ],
)
def test_a_torn_stream_is_known_by_what_it_says_however_slack_shows_it(written: str, shown: str) -> None:  # SL-17
    assert torn(message(written), [Loose("1.1", shown, stream=True)]) == "1.1"
    assert torn(message(written), [Loose("1.1", f"Not {shown}", stream=True)]) == ""


def test_one_that_says_nothing_is_taken_for_this_one_only_if_it_was_a_stream() -> None:
    assert torn(message("words"), [Loose("1.1", "", stream=True)]) == "1.1"
    assert torn(message("words"), [Loose("1.1", "", stream=False)]) == ""
    assert torn(message("words"), [Loose("1.1", "wor", stream=True), Loose("1.2", "wor", stream=False)]) == "1.2"
