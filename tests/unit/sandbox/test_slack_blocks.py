"""Every limit of Block Kit at its edge and one above it, in Slack's words: SL-20 and SL-21."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from sandbox.slack.blocks import message_blocks
from sandbox.slack.errors import Refusal
from sandbox.slack.surface import checked

Block: TypeAlias = dict[str, Any]


def plain(length: int) -> Block:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> Block:
    return {"type": "mrkdwn", "text": "x" * length}


def section(**own: Any) -> Block:
    return {"type": "section", "text": mrkdwn(1)} | own


def button(**own: Any) -> Block:
    return {"type": "button", "action_id": "a", "text": plain(1)} | own


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def confirm(**own: Any) -> Block:
    return {"title": plain(1), "text": plain(1), "confirm": plain(1), "deny": plain(1)} | own


def menu(*options: Block, **own: Any) -> Block:
    return {"type": "static_select", "action_id": "a", "options": list(options)} | own


def option(**own: Any) -> Block:
    return {"text": plain(1), "value": "v"} | own


def entry(**own: Any) -> Block:
    return {"type": "input", "label": plain(1), "element": {"type": "plain_text_input", "action_id": "a"}} | own


Maker: TypeAlias = Callable[[int], Block]
CHARACTERS: list[tuple[str, int, Maker, str]] = [
    ("section text", 3000, lambda n: section(text=mrkdwn(n)), "/text/text"),
    ("section field", 2000, lambda n: section(fields=[mrkdwn(n)]), "/fields/0/text"),
    ("header", 150, lambda n: {"type": "header", "text": plain(n)}, "/text/text"),
    ("context text", 3000, lambda n: {"type": "context", "elements": [mrkdwn(n)]}, "/elements/0/text"),
    ("block_id", 255, lambda n: section(block_id="x" * n), "/block_id"),
    ("action_id", 255, lambda n: actions(button(action_id="x" * n)), "/elements/0/action_id"),
    ("button text", 75, lambda n: actions(button(text=plain(n))), "/elements/0/text/text"),
    ("button value", 2000, lambda n: actions(button(value="x" * n)), "/elements/0/value"),
    ("button url", 3000, lambda n: actions(button(url="x" * n)), "/elements/0/url"),
    (
        "label for readers",
        75,
        lambda n: actions(button(accessibility_label="x" * n)),
        "/elements/0/accessibility_label",
    ),
    (
        "confirm title",
        100,
        lambda n: actions(button(confirm=confirm(title=plain(n)))),
        "/elements/0/confirm/title/text",
    ),
    ("confirm text", 300, lambda n: actions(button(confirm=confirm(text=mrkdwn(n)))), "/elements/0/confirm/text/text"),
    (
        "confirm yes",
        30,
        lambda n: actions(button(confirm=confirm(confirm=plain(n)))),
        "/elements/0/confirm/confirm/text",
    ),
    ("confirm no", 30, lambda n: actions(button(confirm=confirm(deny=plain(n)))), "/elements/0/confirm/deny/text"),
    ("option text", 75, lambda n: actions(menu(option(text=plain(n)))), "/elements/0/options/0/text/text"),
    ("option value", 150, lambda n: actions(menu(option(value="x" * n))), "/elements/0/options/0/value"),
    ("placeholder", 150, lambda n: actions(menu(option(), placeholder=plain(n))), "/elements/0/placeholder/text"),
    ("alt text", 2000, lambda n: {"type": "image", "image_url": "https://x", "alt_text": "x" * n}, "/alt_text"),
    ("input label", 2000, lambda n: entry(label=plain(n)), "/label/text"),
]
COUNTS: list[tuple[str, int, Maker, str]] = [
    ("fields", 10, lambda n: section(fields=[mrkdwn(1)] * n), "/fields"),
    ("context elements", 10, lambda n: {"type": "context", "elements": [mrkdwn(1)] * n}, "/elements"),
    ("actions", 25, lambda n: actions(*(button(action_id=f"a{one}") for one in range(n))), "/elements"),
    ("options", 100, lambda n: actions(menu(*[option()] * n)), "/elements/0/options"),
]


def complaints(*blocks: Block) -> list[str]:
    """What Slack has against the blocks of a message."""
    body = refusal(lambda: message_blocks(list(blocks)))
    errors: list[str] = body.get("errors", [])
    assert body.get("error", "invalid_blocks") == "invalid_blocks"
    assert body.get("response_metadata", {}).get("messages", []) == [f"[ERROR] {one}" for one in errors]
    return errors


def refusal(call: Callable[[], object]) -> Block:
    """The body of the refusal, or nothing."""
    try:
        call()
    except Refusal as refused:
        return refused.body
    return {}


@pytest.mark.parametrize(("name", "most", "made", "where"), CHARACTERS)
def test_a_text_at_its_limit_and_one_above(name: str, most: int, made: Maker, where: str) -> None:
    assert complaints(made(most)) == []
    assert complaints(made(most + 1)) == [f"must be less than {most + 1} characters [json-pointer:/blocks/0{where}]"]


@pytest.mark.parametrize(("name", "most", "made", "where"), COUNTS)
def test_a_list_at_its_limit_and_one_above(name: str, most: int, made: Maker, where: str) -> None:
    assert complaints(made(most)) == []
    assert complaints(made(most + 1)) == [f"no more than {most} items allowed [json-pointer:/blocks/0{where}]"]


def test_a_message_has_fifty_blocks() -> None:
    assert complaints(*[section()] * 50) == []
    assert complaints(*[section()] * 51) == ["no more than 50 items allowed [json-pointer:/blocks]"]


def test_the_text_of_all_blocks_has_a_limit_of_its_own() -> None:
    """11,341 characters were seen refused, a markdown block may have 12,000."""
    message_blocks([section(text=mrkdwn(2825))] * 4)
    with pytest.raises(Refusal, match="msg_blocks_too_long"):
        message_blocks([*[section(text=mrkdwn(2825))] * 4, section(text=mrkdwn(1))])
    message_blocks([{"type": "markdown", "text": "x" * 12_000}])
    with pytest.raises(Refusal, match="msg_blocks_too_long"):
        message_blocks([{"type": "markdown", "text": "x" * 12_000}, {"type": "markdown", "text": "x"}])
    with pytest.raises(Refusal, match="msg_blocks_too_long"):
        message_blocks([{"type": "markdown", "text": "x" * 11_300}, section()])


WRONG: list[tuple[Block, str]] = [
    ({"type": "banner"}, "unsupported type: banner [json-pointer:/blocks/0]"),
    ({"type": "section"}, "missing required field: text [json-pointer:/blocks/0]"),
    (section(text="x"), "failed to match all allowed schemas [json-pointer:/blocks/0/text]"),
    (section(text=mrkdwn(0)), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    (section(text=mrkdwn(1) | {"emoji": True}), "invalid additional property: emoji [json-pointer:/blocks/0/text]"),
    (section(colour="red"), "invalid additional property: colour [json-pointer:/blocks/0]"),
    ({"type": "header", "text": mrkdwn(1)}, "failed to match all allowed schemas [json-pointer:/blocks/0/text]"),
    (actions(), "no fewer than 1 items allowed [json-pointer:/blocks/0/elements]"),
    (actions(button(text=mrkdwn(1))), "failed to match all allowed schemas [json-pointer:/blocks/0/elements/0/text]"),
    (actions(button(style="green")), "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]"),
    (actions({"type": "plain_text_input"}), "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0]"),
    (actions(button(), button()), "`action_id` already exists: a [json-pointer:/blocks/0/elements/1/action_id]"),
    (
        actions(button(confirm={"title": plain(1)})),
        "missing required field: text [json-pointer:/blocks/0/elements/0/confirm]",
    ),
]


@pytest.mark.parametrize(("block", "complaint"), WRONG)
def test_blocks_that_are_not_as_slack_wants_them(block: Block, complaint: str) -> None:
    assert complaint in complaints(block)


JUNK: list[object] = [None, 7, "x", [], [None], {}, {"type": "button"}, [{"type": "x"}]]


PLACES = ("text", "fields", "accessory", "elements", "element", "label", "block_id", "alt_text")
ELEMENT_PLACES = ("text", "options", "option_groups", "initial_option", "initial_options", "confirm", "action_id")


@pytest.mark.parametrize("kind", ["section", "header", "context", "actions", "image", "markdown", "input"])
def test_junk_is_refused_and_never_breaks_anything(kind: str) -> None:
    for place, junk in itertools.product(PLACES, JUNK):
        block = {"type": kind, place: junk}
        assert complaints(block) or block == {"type": "markdown", "text": "x"}


@pytest.mark.parametrize("kind", ["button", "static_select", "checkboxes", "overflow", "radio_buttons"])
def test_junk_in_an_element_is_refused(kind: str) -> None:
    for place, junk in itertools.product(ELEMENT_PLACES, JUNK):
        assert complaints(actions({"type": kind, place: junk}))


def test_two_blocks_have_not_one_block_id() -> None:
    words = "`block_id` already exists: b [json-pointer:/blocks/1/block_id]"
    assert complaints(section(block_id="b"), section(block_id="b")) == [words]


def test_slack_fills_in_what_was_left_out_and_leaves_the_original_alone() -> None:
    given = [actions({"type": "button", "text": plain(1)})]
    (block,) = message_blocks(given)
    assert block["block_id"]
    assert block["elements"][0]["action_id"]
    assert block["elements"][0]["text"]["emoji"] is True
    assert "block_id" not in given[0]


def modal(**own: Any) -> Block:
    return {"type": "modal", "title": plain(1), "blocks": [section()]} | own


VIEWS: list[tuple[int, Maker, str]] = [
    (24, lambda n: modal(title=plain(n)), "/view/title/text"),
    (24, lambda n: modal(submit=plain(n)), "/view/submit/text"),
    (24, lambda n: modal(close=plain(n)), "/view/close/text"),
    (3000, lambda n: modal(private_metadata="x" * n), "/view/private_metadata"),
    (255, lambda n: modal(callback_id="x" * n), "/view/callback_id"),
    (3000, lambda n: modal(blocks=[section(text=mrkdwn(n))]), "/view/blocks/0/text/text"),
]


def against(view: Block) -> list[str]:
    """What Slack has against a modal."""
    body = refusal(lambda: checked(view, "modal"))
    messages: list[str] = body.get("response_metadata", {}).get("messages", [])
    assert body.get("error", "invalid_arguments") == "invalid_arguments"
    return messages


@pytest.mark.parametrize(("most", "made", "where"), VIEWS)
def test_a_modal_at_its_limit_and_one_above(most: int, made: Maker, where: str) -> None:
    assert against(made(most)) == []
    assert against(made(most + 1)) == [f"[ERROR] must be less than {most + 1} characters [json-pointer:{where}]"]


def test_a_modal_has_a_hundred_blocks_and_submits_its_inputs() -> None:
    assert against(modal(blocks=[section()] * 100)) == []
    assert against(modal(blocks=[section()] * 101)) == [
        "[ERROR] no more than 100 items allowed [json-pointer:/view/blocks]"
    ]
    assert against(modal(blocks=[entry()])) == ["[ERROR] missing required field: submit [json-pointer:/view]"]
    assert against(modal(type="home")) == ["[ERROR] unsupported type: home [json-pointer:/view]"]
    with pytest.raises(Refusal, match="view_too_large"):
        checked(modal(blocks=[section(text=mrkdwn(3000))] * 90), "modal")
