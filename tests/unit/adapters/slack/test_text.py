"""Text for Slack: nothing of others is obeyed, no target is hidden, and what is written anew says the same."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given, strategies as st
from markdown_it import MarkdownIt

from adapters.slack.text import bare, code, escape, inert, top_level
from adapters.text import visible
from tests.unit.adapters.slack.hostile import CORPUS, MENTIONS, obeyed, unseen

ALPHABET = st.text(
    st.sampled_from("ab <>!@#&;|`*_~[]()\\\n-+=1.:/u{}\t>\u202e") | st.characters(codec="utf-8"), max_size=60
)


def text_of(markdown: str) -> str:
    """The letters a reader sees, by another renderer: what is neither tag nor space."""
    rendered = MarkdownIt("commonmark", {"html": False}).enable("strikethrough").render(markdown)
    return re.sub(r"\s+", "", html.unescape(re.sub(r"<[^>]*>", "", rendered)))


# --- escaping (SL-32)


@pytest.mark.parametrize("text", CORPUS)
def test_escaped_text_can_be_read_back_and_holds_nothing_to_obey(text: str) -> None:
    assert not obeyed(escape(text))
    assert escape(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


def test_what_was_escaped_already_is_escaped_once_more() -> None:
    assert escape("&lt;!channel&gt;") == "&amp;lt;!channel&amp;gt;"


@pytest.mark.parametrize("text", CORPUS)
def test_a_value_in_code_holds_nothing_to_obey_and_does_not_end_early(text: str) -> None:
    shown = code(visible(text))
    assert not obeyed(shown)
    assert not unseen(shown)
    fence = "```" if shown.startswith("```") else "`"
    assert shown.count(fence) == 2


def test_a_value_is_shown_letter_by_letter() -> None:
    assert code('"1.4.2"') == '`"1.4.2"`'
    assert code("a`b") == "```\na`b\n```"
    assert code("a```b````") == "```\na\\u{0060}\\u{0060}\\u{0060}b\\u{0060}\\u{0060}\\u{0060}`\n```"
    assert code("two\nlines <b>") == "```\ntwo\nlines &lt;b&gt;\n```"
    assert code("") == "(empty)"


# --- an agent's Markdown (SL-32)


@pytest.mark.parametrize("markdown", CORPUS)
def test_nothing_in_an_agents_markdown_is_obeyed_or_unseen(markdown: str) -> None:
    for shown in (inert(markdown), bare(inert(markdown))):
        assert not obeyed(shown)
        assert not unseen(shown)


@pytest.mark.parametrize("markdown", CORPUS)
def test_no_link_or_picture_is_left_whose_target_could_hide(markdown: str) -> None:
    tokens = MarkdownIt("commonmark").parse(inert(markdown))
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert not kinds & {"link_open", "image", "html_inline"}


@given(ALPHABET)
def test_whatever_the_text_it_becomes_inert(markdown: str) -> None:
    shown = inert(markdown)
    assert not obeyed(shown)
    assert not obeyed(bare(shown))
    assert not unseen(shown)
    tokens = MarkdownIt("commonmark").parse(shown)
    assert not {c.type for t in tokens for c in t.children or ()} & {"link_open", "image", "html_inline"}


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("[bank.example](https://evil.example)", "bank.example (https://evil.example)"),
        ("[https://bank.example](https://evil.example)", "https://bank.example (https://evil.example)"),
        ("<https://good.example>", "https://good.example"),
        ("[https://good.example](https://good.example)", "https://good.example"),
        ("[](https://evil.example)", "https://evil.example"),
        ("![a cat](https://evil.example/c.png)", "a cat (https://evil.example/c.png)"),
        ("[a][b]\n\n[b]: https://evil.example", "\\[a\\]\\[b\\]\n\n\\[b\\]: https://evil.example"),
        ("[x](javascript:alert(1))", "\\[x\\]\\(javascript:alert(1))"),
        ("\\[bank\\](https://evil.example)", "\\[bank\\]\\(https://evil.example)"),
    ],
)
def test_every_target_can_be_seen(markdown: str, shown: str) -> None:
    assert inert(markdown) == shown


KEPT = """# A *fine* title

One **bold**, _soft_, ~~gone~~ and `code < here`.
Second line, snake_case and 2 \\* 3.

- first
- second
  - inner

3. three
4. four

> quoted
>
> - in it

```python
if a < b: # <!channel>
    pass
```

---

1\\. not a list"""


def test_harmless_markdown_stays_as_it_was() -> None:
    shown = inert(KEPT)
    assert shown == KEPT.replace("*fine*", "_fine_").replace("a < b", "a &lt; b").replace(
        "code < here", "code &lt; here"
    ).replace("<!channel>", "&lt;!channel&gt;")


PARTS = st.sampled_from(
    ["word", "two words", "**bold**", "_soft_", "`code`", "- item", "1. one", "> said", "# title", "\n", "\n\n", " "]
)


@given(st.lists(PARTS, max_size=12).map("".join))
def test_it_says_the_same_in_the_same_order(markdown: str) -> None:
    assert text_of(inert(markdown)) == text_of(markdown)


def test_the_language_of_a_code_block_is_kept_only_if_it_is_one() -> None:
    assert inert("```python\nx\n```") == "```python\nx\n```"
    assert inert("```<!here> x\nx\n```") == "```\nx\n```"


def test_code_that_holds_backticks_stays_code() -> None:
    assert inert("`` a`b ``") == "``a`b``"
    assert inert("````\n```\n<!here>\n```\n````") == "````\n```\n&lt;!here&gt;\n```\n````"


def test_the_bare_words_have_no_backslashes_but_those_in_code() -> None:
    assert bare(inert("2 \\* 3 [x] `a\\*b`")) == "2 * 3 [x] `a\\*b`"


def test_the_top_level_is_cut_between_its_blocks() -> None:
    assert top_level("# t\n\na\nb\n\n- c\n- d\n\n```\ne\n\nf\n```\n") == ("# t", "a\nb", "- c\n- d", "```\ne\n\nf\n```")
    assert top_level("\n \n") == ()


@pytest.mark.parametrize("text", MENTIONS)
def test_the_check_itself_sees_what_would_be_obeyed(text: str) -> None:
    assert obeyed(f"x {text}")
