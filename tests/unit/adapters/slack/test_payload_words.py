"""Words of Slack: references become what a person reads, nothing is hidden behind a label, escapes are undone once."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from adapters.slack.meaning import File
from adapters.slack.words import mentions, named, plain

BOT = "U0HOLDPOINT"

READ = {
    "plain words": ("hello there", "hello there"),
    "a mention of us": (f"<@{BOT}> hello", "hello"),
    "a mention of us with a name": (f"hello <@{BOT}|holdpoint>", "hello"),
    "only a mention of us": (f"<@{BOT}>", ""),
    "a mention of somebody": ("ask <@U0BO>", "ask @U0BO"),
    "a mention with a name": ("ask <@U0BO|bo>", "ask @bo"),
    "a channel": ("in <#C0WEB|web>", "in #web"),
    "a channel without its name": ("in <#C0WEB>", "in #C0WEB"),
    "a channel with an empty name": ("in <#C0WEB|>", "in #C0WEB"),
    "everybody": ("<!channel> <!here> <!everyone>", "@channel @here @everyone"),
    "a group": ("<!subteam^S0OPS|@ops>", "@ops"),
    "a group without its name": ("<!subteam^S0OPS>", "@S0OPS"),
    "a date": ("<!date^1392734382^{date}|February 18th>", "February 18th"),
    "a bare link": ("<https://example.test/a>", "https://example.test/a"),
    "a link by its own words": ("<http://example.test|example.test>", "http://example.test"),
    "a link behind other words": ("<https://evil.test|bank.test>", "bank.test (https://evil.test)"),
    "an address of mail": ("<mailto:ana@example.test|ana@example.test>", "ana@example.test"),
    "escapes": ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
    "an escaped escape": ("&amp;lt;@U0BO&amp;gt;", "&lt;@U0BO&gt;"),
    "a reference somebody typed": ("&lt;@U0BO&gt;", "<@U0BO>"),
    "a link with parameters": ("<https://example.test/?a=1&amp;b=2>", "https://example.test/?a=1&b=2"),
    "a line break in a label": ("<https://evil.test|bank\n.test>", "bank\n.test (https://evil.test)"),
    "an open bracket": ("a <b", "a <b"),
    "brackets around nothing": ("1 <> 2", "1 <> 2"),
}


@pytest.mark.parametrize(("text", "expected"), READ.values(), ids=READ)
def test_text_reads_as_a_person_sees_it(text: str, expected: str) -> None:
    assert plain(text, BOT) == expected


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@given(st.text())
def test_what_somebody_types_arrives_as_typed(text: str) -> None:
    assert plain(escaped(text), BOT) == text.strip()


@pytest.mark.parametrize(
    ("text", "called"),
    [(f"<@{BOT}>", True), (f"x <@{BOT}|h> y", True), (f"&lt;@{BOT}&gt;", False), (f"<@{BOT}X>", False), (BOT, False)],
)
def test_only_a_real_mention_calls_us(text: str, called: bool) -> None:
    assert mentions(text, BOT) is called


def test_a_long_name_of_a_file_is_cut_and_says_so() -> None:
    shown = named(File(id="F0", name="x" * 201, mimetype="text/plain", size=1))
    assert shown == f"[file {'x' * 200}… (name cut), text/plain, 1 bytes]"
    assert "cut" not in named(File(id="F0", name="x" * 200))
