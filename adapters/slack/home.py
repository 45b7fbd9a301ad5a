"""Home: the tab that lists what waits for a person, each with everything there is to see and its buttons. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from adapters.base import Waiting
from adapters.layout import Answer, Block, Facts, Prose, Quoted, Words, layout, subject
from adapters.slack import blocks as kit, buttons, facts, limits
from adapters.slack.blocks import Json
from adapters.slack.text import bare, escape, quoted
from adapters.text import visible

NOTHING = "Nothing waits for you."
_MORE = "{} more do not fit here. Each has its own message; once these are answered, the others move up."
_LONG = "Too long to be shown here whole: please look at the message or the page of this request."


def home(waiting: Sequence[Waiting]) -> Json:
    """The view, the oldest request first; what does not fit is counted. Raises Rejected if Slack would not take it."""
    blocks: list[Json] = [kit.header("Waiting for you")]
    for number, one in enumerate(waiting):
        entry = _entry(one, number)
        if not _fits([*blocks, *entry]):
            blocks.append(kit.section(_MORE.format(len(waiting) - number)))
            break
        blocks += entry
    if not waiting:
        blocks.append(kit.section(NOTHING))
    view: Json = {"type": "home", "blocks": [*blocks]}
    limits.check_view(view)
    return view


def _entry(one: Waiting, number: int) -> list[Json]:
    """A request with its buttons; without them, and by its title only, when it does not fit whole."""
    shown = layout(one.request, role="decide")
    texts = [text for block in shown for text in _texts(block)]
    answers = buttons.answers(one.request, one.button, f"hp:home:{number}")
    head: list[Json] = [{"type": "divider"}, kit.section(f"*{escape(subject(one.request))}*")]
    whole = [*head, *map(kit.section, texts), *answers]
    return whole if all(map(_fits_whole, shown)) and _fits(whole) else [*head, kit.section(_LONG)]


def _texts(block: Block) -> tuple[str, ...]:
    match block:
        case Words():
            return limits.split(escape(visible(block.text)), limits.SECTION)
        case Prose():
            return tuple(map(bare, limits.pieces(block.text, limits.SECTION)))
        case Quoted():
            return tuple(map(bare, limits.pieces(block.text, limits.SECTION, quoted)))
        case Facts():
            return facts.paragraphs(block.rows) or ()
        case Answer():
            return ()
        case _:
            assert_never(block)


def _fits_whole(block: Block) -> bool:
    return not isinstance(block, Facts) or facts.paragraphs(block.rows) is not None


def _fits(blocks: Sequence[Json]) -> bool:
    return len(blocks) < limits.MODAL_BLOCKS and limits.size(blocks) <= limits.MESSAGE_SUM
