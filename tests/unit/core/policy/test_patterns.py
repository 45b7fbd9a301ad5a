"""Patterns: what fits, what does not, and what nobody should have to guess at."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from agent_core.policy.patterns import fits, unambiguous
from agent_core.policy.rules import Condition
from tests.unit.core.policy.cases import MANY
from tests.unit.gateway.wrong_files import cooks, wrong


@pytest.mark.parametrize(
    ("pattern", "so", "not_so"),
    [
        ("prod*", ["prod", "prod-eu", "prod\n"], ["Prod", "a prod", ""]),
        ("v?", ["v1", "v*", "v\n"], ["v", "v10"]),
        ("v[12]", ["v1", "v2"], ["v3", "v12", "v[12]", "v"]),
        ("v[a-c]", ["va", "vb"], ["v-", "vd", "vA"]),
        ("v[!12]", ["v3", "v!"], ["v1", "v2", "v"]),
        ("v[!1]", ["v2"], ["v1"]),
        ("release[[]1]", ["release[1]"], ["release1", "release[", "release[[]1]"]),
        ("[*][?]", ["*?"], ["ab", "[*][?]"]),
        ("[]a]", ["]", "a"], ["[]a]", ""]),
        ("a]", ["a]"], ["a"]),
        ("a.c+", ["a.c+"], ["abc+", "a.cc"]),
        ("", [""], ["a"]),
    ],
)
def test_a_pattern_is_for_the_whole_text(pattern: str, so: list[str], not_so: list[str]) -> None:
    assert unambiguous(pattern) == pattern
    assert [fits(text, pattern) for text in so] == [True] * len(so)
    assert [fits(text, pattern) for text in not_so] == [False] * len(not_so)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("release[1]", r"with one character is that character; if the \[ itself is meant, it is written \[\[\]"),
        ("[]]", "with one character"),
        ("[^p]*", r"\[!...\], and not \[\^...\]"),
        ("[!^p]*", r"\[!...\], and not"),
        ("v[z-a]", "from the lower to the higher"),
        ("v[a-c-a]", "from the lower to the higher"),
        ("release[1", r"no \] that ends it"),
        ("[", "no ]"),
        ("[]", "no ]"),
        ("[!]", "no ]"),
        ("[ab][", "no ]"),
    ],
)
def test_brackets_that_might_be_meant_in_two_ways_are_refused(pattern: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Condition(like=pattern)


def test_the_file_says_in_which_line_such_brackets_are(tmp_path: Path) -> None:
    text = "rules:\n  - tool: deploy\n    when:\n      version: {like: 'canary71aa[1]'}\n"

    assert wrong(text, cooks(tmp_path), tmp_path) == [
        "4: rules.0.when.version.like: [...] with one character is that character; if the [ itself is meant,"
        " it is written [[]"
    ]


@given(text=st.text(alphabet="ab*?[]!-^\n"), other=st.text(alphabet="ab*?[]!-^\n"))
@MANY
def test_every_text_has_a_pattern_that_is_just_that_text(text: str, other: str) -> None:
    pattern = "".join(f"[{char}]" if char in "*?[" else char for char in text)

    assert unambiguous(pattern) == pattern
    assert fits(text, pattern)
    assert fits(other, pattern) == (other == text)
