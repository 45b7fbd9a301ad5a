"""Limits: each holds exactly at its edge, and one above it nothing leaves; what is long is split, and shown whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import given, strategies as st
from pydantic import JsonValue
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from adapters.errors import Rejected
from adapters.slack import limits
from adapters.slack.blocks import Json, actions, button, confirmation, context, header, markdown, plain, section
from adapters.slack.card import draw
from adapters.slack.text import inert
from agent_core.events import AgentMessage
from tests.unit.adapters.slack.hostile import obeyed
from tests.unit.adapters.slack.shown import parcel


def modal(**changed: JsonValue) -> Json:
    return {"type": "modal", "title": plain("t"), "blocks": [section("x")], **changed}


def asked(**element: JsonValue) -> Json:
    made: Json = {"type": "input", "block_id": "b", "label": plain("l"), "element": {"action_id": "value", **element}}
    return made


def options(count: int, text: int = 1, value: int = 1) -> list[JsonValue]:
    return [{"text": plain("x" * text), "value": "v" * value} for _ in range(count)]


def sure(title: int = 1, text: int = 1, yes: int = 1, no: int = 1) -> Json:
    return button("a", "b", "v", confirm=confirmation("x" * title, "x" * text, "x" * yes, "x" * no))


def message(*blocks: Json, text: str = "x") -> None:
    limits.check_message(text, blocks)


def slacks(blocks: list[Json]) -> None:
    """Reads the blocks with the SDK's own models, which check each limit they know."""
    for block in blocks:
        model = Block.parse(dict(block))
        assert model
        model.to_dict()


# Each makes something with `n` of what the limit counts (SL-20).
MESSAGES: dict[str, tuple[int, Callable[[int], list[Json]]]] = {
    "blocks": (50, lambda n: [section("x")] * n),
    "section text": (3_000, lambda n: [section("x" * n)]),
    "section fields": (10, lambda n: [{"type": "section", "fields": [plain("x")] * n}]),
    "field text": (2_000, lambda n: [{"type": "section", "fields": [plain("x" * n)]}]),
    "header": (150, lambda n: [header("x" * n)]),
    "context elements": (10, lambda n: [{"type": "context", "elements": [plain("x")] * n}]),
    "actions": (5, lambda n: [actions("b", *[button("a", "b", "v")] * n)]),
    "button text": (75, lambda n: [actions("b", button("a", "x" * n, "v"))]),
    "button value": (2_000, lambda n: [actions("b", button("a", "x", "v" * n))]),
    "button url": (3_000, lambda n: [actions("b", {**button("a", "x", "v"), "url": "u" * n})]),
    "action id": (255, lambda n: [actions("b", button("a" * n, "x", "v"))]),
    "block id": (255, lambda n: [actions("b" * n, button("a", "x", "v"))]),
    "confirm title": (100, lambda n: [actions("b", sure(title=n))]),
    "confirm text": (300, lambda n: [actions("b", sure(text=n))]),
    "confirm yes": (30, lambda n: [actions("b", sure(yes=n))]),
    "confirm no": (30, lambda n: [actions("b", sure(no=n))]),
    "alt text": (2_000, lambda n: [{"type": "image", "image_url": "u", "alt_text": "x" * n}]),
    "image url": (3_000, lambda n: [{"type": "image", "image_url": "u" * n, "alt_text": "x"}]),
    "markdown sum": (11_000, lambda n: [markdown("x" * n)]),
}
VIEWS: dict[str, tuple[int, Callable[[int], Json]]] = {
    "title": (24, lambda n: modal(title=plain("x" * n))),
    "submit": (24, lambda n: modal(submit=plain("x" * n))),
    "close": (24, lambda n: modal(close=plain("x" * n))),
    "blocks": (100, lambda n: modal(blocks=[section("x")] * n)),
    "private metadata": (3_000, lambda n: modal(private_metadata="x" * n)),
    "callback id": (255, lambda n: modal(callback_id="x" * n)),
    "input label": (2_000, lambda n: modal(blocks=[{**asked(type="datepicker"), "label": plain("x" * n)}])),
    "input hint": (2_000, lambda n: modal(blocks=[{**asked(type="datepicker"), "hint": plain("x" * n)}])),
    "input value": (3_000, lambda n: modal(blocks=[asked(type="plain_text_input", initial_value="x" * n)])),
    "placeholder": (150, lambda n: modal(blocks=[asked(type="plain_text_input", placeholder=plain("x" * n))])),
    "options": (100, lambda n: modal(blocks=[asked(type="static_select", options=options(n))])),
    "more options": (100, lambda n: modal(blocks=[asked(type="multi_static_select", options=options(n))])),
    "checkboxes": (10, lambda n: modal(blocks=[asked(type="checkboxes", options=options(n))])),
    "option text": (75, lambda n: modal(blocks=[asked(type="static_select", options=options(1, text=n))])),
    "option value": (150, lambda n: modal(blocks=[asked(type="static_select", options=options(1, value=n))])),
}
# Stricter than Slack's own models, or unknown to them.
OURS = {"actions", "markdown sum", "blocks", "section fields", "field text", "input value", "checkboxes"}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_passes_at_the_limit_and_not_one_above(name: str) -> None:
    most, make = MESSAGES[name]
    message(*make(most))
    with pytest.raises(Rejected, match=re.escape(str(most).replace(",", ""))):
        message(*make(most + 1))


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_passes_at_the_limit_and_not_one_above(name: str) -> None:
    most, make = VIEWS[name]
    limits.check_view(make(most))
    with pytest.raises(Rejected, match=str(most)):
        limits.check_view(make(most + 1))


@pytest.mark.parametrize("name", sorted(MESSAGES.keys() - OURS))
def test_slacks_own_models_draw_the_same_line_for_messages(name: str) -> None:
    most, make = MESSAGES[name]
    slacks(make(most))
    with pytest.raises(SlackObjectFormationError):
        slacks(make(most + 1))


def test_the_whole_message_counts_the_text_of_all_blocks() -> None:
    message(*[section("x" * 2_750)] * 4)
    with pytest.raises(Rejected, match="11001 characters, over 11000"):
        message(*[section("x" * 2_750)] * 4, context("x"))


def test_the_markdown_block_has_a_limit_of_its_own() -> None:
    with pytest.raises(Rejected, match="text of markdown: 12001, over 12000"):
        message(markdown("x" * 12_001))


def test_the_text_passes_at_its_limit_and_not_one_above() -> None:
    message(section("x"), text="x" * 4_000)
    with pytest.raises(Rejected, match="text of message: 4001, over 4000"):
        message(section("x"), text="x" * 4_001)


# --- splitting (SL-21, SL-22)


@pytest.mark.parametrize(("length", "messages"), [(3_999, 1), (4_000, 1), (4_001, 2), (40_001, 11)])
def test_long_prose_goes_out_in_messages_of_our_own_cutting(length: int, messages: int) -> None:
    text = ("word " * length)[: length - 1] + "."
    shown = draw(parcel(AgentMessage(id="a", to=("x",), text=text)))
    assert len(shown) == messages
    assert " ".join(one.text for one in shown) == text


def test_prose_is_cut_between_paragraphs_where_it_can_be() -> None:
    first, second = "a " * 1_200 + "a", "b " * 1_200 + "b"
    assert limits.pieces(f"{first}\n\n{second}") == (first, second)


def test_a_code_block_that_is_cut_stays_code_on_both_sides() -> None:
    lines = [f"line {number} <!channel>" for number in range(400)]
    pieces = limits.pieces("```text\n" + "\n".join(lines) + "\n```")
    assert len(pieces) > 1
    assert all(piece.startswith("```text\n") and piece.endswith("\n```") for piece in pieces)
    bodies = "\n".join(piece.removeprefix("```text\n").removesuffix("\n```") for piece in pieces)
    assert bodies.replace("&lt;", "<").replace("&gt;", ">").split("\n") == lines


def test_a_span_of_code_that_is_cut_does_not_set_free_what_was_in_it() -> None:
    pieces = limits.pieces("`" + "[bank](https://evil.example) <!here> " * 300 + "`")
    assert len(pieces) > 1
    assert not obeyed(list(pieces))
    assert "](" not in re.sub(r"`[^`]*`", "", "".join(pieces))


@given(st.text(st.sampled_from("ab <>&`*\n\\[]()-\u202e\u0301"), max_size=400), st.integers(100, 140))
def test_every_piece_fits_and_is_inert(text: str, limit: int) -> None:
    for piece in limits.pieces(text, limit):
        assert len(piece) <= limit
        assert not obeyed(piece)


@given(st.lists(st.text("abc", min_size=1, max_size=30), min_size=1, max_size=60), st.integers(100, 140))
def test_every_word_is_in_some_piece(words: list[str], limit: int) -> None:
    assert " ".join(limits.pieces(" ".join(words), limit)).split() == words
    assert " ".join(limits.split(" ".join(words), limit)).split() == words


@given(st.text(st.sampled_from("a&<;\u0301 \n"), max_size=300), st.integers(20, 40))
def test_split_text_fits_and_no_escape_and_no_accent_is_torn_off(text: str, limit: int) -> None:
    escaped = inert(text.replace("\n", " ")) if text.strip() else ""
    pieces = limits.split(escaped, limit)
    assert all(len(piece) <= limit for piece in pieces)
    assert not [piece for piece in pieces if re.search(r"&(?!(?:amp|lt|gt);)", piece)]
    assert "".join(pieces).replace(" ", "") == escaped.replace(" ", "")


def test_views_pass_slacks_own_models_at_the_limits() -> None:
    for name in sorted(VIEWS.keys() - OURS - {"placeholder"}):
        most, make = VIEWS[name]
        View(**cast(dict[str, Any], make(most))).to_dict()
