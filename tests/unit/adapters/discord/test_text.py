"""Text for Discord: whatever Markdown comes in, it obeys nothing of others, hides nothing, and still looks the same."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from adapters.discord.text import code, inert, quoted, words
from tests.unit.adapters.discord.hostile import CORE, CORPUS, obeyed, unseen

BITS = st.sampled_from(
    [*"ab \n`*_~[]()<>#|@:\\-!&>1.", "```", "\n\n", "https://x.example/a_b", "[a](https://b.example)", *CORE]
)
MARKDOWN = st.lists(BITS, max_size=40).map("".join)


@pytest.mark.parametrize("text", CORPUS)
def test_nothing_of_others_is_obeyed_or_unseen(text: str) -> None:  # DC-21
    for shown in (inert(text), quoted(text), words(text), code(text)):
        assert not obeyed(shown)
        assert not unseen(shown)


@given(MARKDOWN)
def test_no_markdown_at_all_is_obeyed_or_unseen(text: str) -> None:  # DC-21
    for shown in (inert(text), quoted(text), words(text), code(text)):
        assert not obeyed(shown)
        assert not unseen(shown)


@given(MARKDOWN)
def test_every_line_of_a_quotation_is_one(text: str) -> None:
    assert all(line.startswith("> ") for line in quoted(text).split("\n"))


@given(MARKDOWN)
def test_no_line_of_ours_begins_a_quotation_a_list_or_a_heading(text: str) -> None:
    assert not any(line.lstrip().startswith((">", "#", "- ", "-#", "* ")) for line in words(text).split("\n"))


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("**bold** and *leaning* and ~~gone~~", "**bold** and _leaning_ and ~~gone~~"),
        ("# One\n## Two\n#### Four", "# One\n\n## Two\n\n**Four**"),
        ("- a\n- b\n  1. c", "- a\n- b\n  1. c"),
        ("```python\nx = 1\n```", "```python\nx = 1\n```"),
        ("```ansi\nred\n```", "```\nred\n```"),
        ("````\na ``` b\n````", "```\na \\u{0060}\\u{0060}\\u{0060} b\n```"),
        ("```\n```", "```\n(empty)\n```"),
        ("`` a`b ``", "`` a`b ``"),
        ("> one\n>\n> two", "> one\n> \n> two"),
        ("[docs](https://x.example/a_b)", "docs (<https://x.example/a_b>)"),
        ("<https://x.example/a>", "<https://x.example/a>"),
        ("see https://x.example/a_b_c.", "see <https://x.example/a_b_c>."),
        ("(https://x.example/a_(b))", "(<https://x.example/a_(b>))"),
        ("[mail](mailto:a@b.example)", "mail (mailto:a\\@b.example)"),
        ("[run](javascript:alert)", "\\[run\\](javascript:alert)"),
        ("![]()", "(nowhere)"),
        ("snake_case and 2 * 3", "snake\\_case and 2 \\* 3"),
        ("a  \nb", "a\nb"),
        ("\\> no quote", "\\> no quote"),
    ],
)
def test_markdown_looks_the_same(markdown: str, shown: str) -> None:
    assert inert(markdown) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", "(empty)"),
        ("plain", "`plain`"),
        ("a`b", "```\na`b\n```"),
        ("a\nb", "```\na\nb\n```"),
        ("``` x", "```\n\\u{0060}\\u{0060}\\u{0060} x\n```"),
        ("pay\u202enow", "`pay\\u{202E}now`"),
        ("||x||", "`||x||`"),
    ],
)
def test_a_value_is_shown_letter_by_letter(value: str, shown: str) -> None:
    assert code(value) == shown
