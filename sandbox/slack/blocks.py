"""Blocks and their limits: what chat.postMessage and views.open refuse, in Slack's words.

Limits from https://docs.slack.dev/reference/block-kit/blocks. The sum over a message is not documented: Slack answers
`msg_blocks_too_long` somewhere between 11,300 characters of text (slackapi/bolt-js#2867) and 13,200 (#2509, markdown
blocks); here 12,000 for a message of nothing but markdown blocks and 11,300 for any other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from sandbox.slack import elements, schema
from sandbox.slack.errors import Refusal
from sandbox.slack.ids import short_id
from sandbox.slack.schema import ANY_TEXT, complaint
from sandbox.slack.shapes import Blocks, Json

IN_MESSAGE, IN_VIEW = 50, 100
TEXT_OF_ALL, MARKDOWN_OF_ALL = 11_300, 12_000
INTERACTIVE = {*elements.IN_ACTIONS, *elements.IN_INPUT}


def complaints(blocks: object, root: str, *, most: int) -> Iterator[str]:
    """Everything Slack has against these blocks; `root` is where they are, `/blocks` or `/view/blocks`."""
    yield from schema.items(blocks, most, root, least=0)
    if not isinstance(blocks, list):
        return
    seen: set[object] = set()
    for index, block in enumerate(blocks):
        yield from _block(block, f"{root}/{index}")
        block_id = block.get("block_id") if isinstance(block, dict) else None
        if isinstance(block_id, str) and block_id in seen:
            yield complaint(f"`block_id` already exists: {block_id}", f"{root}/{index}/block_id")
        seen.add(block_id if isinstance(block_id, str) else index)


def _block(block: object, where: str) -> Iterator[str]:
    if not isinstance(block, dict) or str(block.get("type")) not in _CHECKS:
        kind = block.get("type") if isinstance(block, dict) else None
        yield complaint(f"unsupported type: {kind}", where)
        return
    yield from schema.optional(block, "block_id", 255, where)
    names = _NAMES.get(block["type"])
    if names is not None:
        yield from schema.known(block, ("type", "block_id", *names), where)
    yield from _CHECKS[block["type"]](block, where)


def _section(block: Json, where: str) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield complaint("missing required field: text", where)
    yield from schema.optional_text(block, "text", 3000, where, ANY_TEXT)
    if "fields" in block:
        yield from schema.items(block["fields"], 10, f"{where}/fields")
        for index, field in enumerate(schema.listed(block["fields"])):
            yield from schema.text_object(field, 2000, f"{where}/fields/{index}", ANY_TEXT)
    if "accessory" in block:
        yield from elements.check(block["accessory"], elements.IN_SECTION, f"{where}/accessory")


def _header(block: Json, where: str) -> Iterator[str]:
    yield from schema.text(block, "text", 150, where)


def _divider(block: Json, where: str) -> Iterator[str]:
    return iter(())


def _context(block: Json, where: str) -> Iterator[str]:
    yield from schema.items(block.get("elements"), 10, f"{where}/elements")
    for index, one in enumerate(schema.listed(block.get("elements"))):
        place = f"{where}/elements/{index}"
        if isinstance(one, dict) and one.get("type") == "image":
            yield from elements.check(one, ("image",), place)
        else:
            yield from schema.text_object(one, 3000, place, ANY_TEXT)


def _actions(block: Json, where: str) -> Iterator[str]:
    yield from schema.items(block.get("elements"), 25, f"{where}/elements")
    allowed = elements.IN_ACTIONS if block["type"] == "actions" else elements.IN_CONTEXT_ACTIONS
    seen: set[object] = set()
    for index, one in enumerate(schema.listed(block.get("elements"))):
        place = f"{where}/elements/{index}"
        yield from elements.check(one, allowed, place)
        action_id = one.get("action_id") if isinstance(one, dict) else None
        if isinstance(action_id, str) and action_id in seen:
            yield complaint(f"`action_id` already exists: {action_id}", f"{place}/action_id")
        seen.add(action_id if isinstance(action_id, str) else index)


def _image(block: Json, where: str) -> Iterator[str]:
    yield from elements.image(block, where)
    yield from schema.optional_text(block, "title", 2000, where)


def _markdown(block: Json, where: str) -> Iterator[str]:
    yield from schema.length(block.get("text"), MARKDOWN_OF_ALL, f"{where}/text", least=1)


def _input(block: Json, where: str) -> Iterator[str]:
    yield from schema.text(block, "label", 2000, where)
    yield from schema.optional_text(block, "hint", 2000, where)
    yield from schema.required(block, "element", where)
    if "element" in block:
        yield from elements.check(block["element"], elements.IN_INPUT, f"{where}/element")


_CHECKS: dict[str, Callable[[Json, str], Iterator[str]]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "context": _context,
    "actions": _actions,
    "context_actions": _actions,
    "image": _image,
    "markdown": _markdown,
    "input": _input,
    **dict.fromkeys(("rich_text", "file", "video", "call", "table", "plan", "task_card"), _divider),
}
_NAMES = {
    "section": ("text", "fields", "accessory", "expand"),
    "header": ("text", "level"),
    "divider": (),
    "context": ("elements",),
    "actions": ("elements",),
    "context_actions": ("elements",),
    "image": ("image_url", "alt_text", "title", "slack_file"),
    "markdown": ("text",),
    "input": ("label", "hint", "element", "optional", "dispatch_action"),
}


def message_blocks(given: object) -> Blocks:
    """The blocks of a message as Slack stores them; raises `invalid_blocks_format`, `invalid_blocks` and its kin."""
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise Refusal("invalid_blocks_format")
    found = list(complaints(given, "/blocks", most=IN_MESSAGE))
    if found:
        messages = [f"[ERROR] {one}" for one in found]
        raise Refusal("invalid_blocks", errors=found, response_metadata={"messages": messages})
    markdown = all(one["type"] == "markdown" for one in given)
    if sum(map(_text_size, given)) > (MARKDOWN_OF_ALL if markdown else TEXT_OF_ALL):
        raise Refusal("msg_blocks_too_long")
    return stored(given)


def _text_size(value: object) -> int:
    """The characters of every `text` below this."""
    if isinstance(value, list):
        return sum(map(_text_size, value))
    if not isinstance(value, dict):
        return 0
    own = len(value["text"]) if isinstance(value.get("text"), str) else 0
    return own + sum(_text_size(one) for one in value.values() if isinstance(one, list | dict))


def stored(blocks: Blocks) -> Blocks:
    """As Slack stores and returns them: with the ids and text flags that were left out."""
    copied: Blocks = json.loads(json.dumps(blocks))
    for block in copied:
        block.setdefault("block_id", short_id())
        _fill(block)
    return copied


def _fill(value: object) -> None:
    if isinstance(value, list):
        for one in value:
            _fill(one)
    if not isinstance(value, dict):
        return
    kind = value.get("type")
    if kind == "plain_text":
        value.setdefault("emoji", True)
    if kind == "mrkdwn":
        value.setdefault("verbatim", False)
    if kind in INTERACTIVE:
        value.setdefault("action_id", short_id())
    for one in tuple(value.values()):
        _fill(one)
