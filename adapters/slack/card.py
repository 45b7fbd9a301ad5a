"""Card: an outbound event as the messages Slack shows. Pure: the same parcel gives the same messages.

Nothing is cut off. The first message is the card: it has the buttons, and is redrawn when the request closes; what is
long goes on in the messages after it. A request whose arguments do not fit into the card is shown in outline only, and
cannot be approved here: it has no buttons, and points to the page that shows everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from pydantic import JsonValue

from adapters.base import Parcel, Role
from adapters.layout import SUBJECTS, Answer, Block, Facts, Prose, Quoted, Words, labelled, layout, subject
from adapters.seen import Said, Seen, as_put, request_of, seen
from adapters.slack import blocks as kit, buttons, facts, limits
from adapters.slack.blocks import Json
from adapters.slack.text import bare, escape, inert, quoted
from adapters.text import visible

# Slack is to follow no link, and to make no mention of a name, by itself.
QUIET: Json = {"unfurl_links": False, "unfurl_media": False, "link_names": False, "parse": "none"}
NOT_HERE = "This request is too long to be shown here whole, so it cannot be approved here."
LEFT_OUT = "What is too long to be shown here is left out below, and says so."
LONG_TEXT = "It is long: the message itself shows everything."
EMPTY = "(no text)"
_TITLED = {"approval_request", "input_request", "request_closed", "escalation"}
_FACTS = 7_000


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `text` stands for it in notifications and for screen readers. Both are escaped already."""

    text: str
    blocks: tuple[Json, ...]

    def arguments(self) -> Json:
        """What to call `chat.postMessage` or `chat.postEphemeral` with, besides where to."""
        return {"text": self.text, "blocks": list[JsonValue](self.blocks), **QUIET}


@dataclass(frozen=True, slots=True)
class _Part:
    """Blocks that stay together, and the words they say."""

    words: str
    blocks: tuple[Json, ...]


def draw(parcel: Parcel) -> tuple[Message, ...]:
    """The event as messages, in order; the first is the card. Raises Rejected for what Slack would not take."""
    if request := request_of(parcel):
        put = as_put(parcel, request)
        messages = _approval(put, seen(parcel, request, _role(put)))
    else:
        said = labelled(layout(parcel.event, role=_role(parcel), ticket=parcel.ticket, request=parcel.request))
        messages = _fill((), (*_title(parcel), *_all(tuple(said))), buttons.of(parcel))
    for message in messages:
        limits.check_message(message.text, message.blocks)
    return messages


def _role(parcel: Parcel) -> Role:
    return "decide" if buttons.may_press(parcel) else parcel.role


def _approval(parcel: Parcel, card: Seen) -> tuple[Message, ...]:
    """The request with all its facts in one message with the buttons, or in outline without."""
    head, tail, whole = tuple(_title(parcel)), buttons.of(parcel), facts.paragraphs(card.rows)
    notes, tools, agents = _all(card.notes), _all(card.tools), _all(card.agents)
    if whole is not None:
        core, spare = _core(card, whole), _all(card.spare)
        for lead, more in ((card.lead, agents), (card.brief, (*notes, *agents))):
            told = _all(lead)
            # What is long enough to be cut goes on below.
            if len(told) == len(lead) and _fits((*head, *told, *core, *spare), tail):
                return _fill((*head, *told, *core), more, tail)
    outline = (*head, *_all(card.brief), _part(NOT_HERE), *map(_part, facts.outline(card.rows)))
    return _fill(outline, (*notes, *tools, *agents), buttons.page(parcel))


def _core(card: Seen, whole: Sequence[str]) -> tuple[_Part, ...]:
    """What must be seen before one decides, the facts whole, never in outline."""
    return tuple(
        part for said in card.core for part in (map(_part, whole) if isinstance(said[1], Facts) else _parts(*said))
    )


def _all(said: Sequence[Said]) -> tuple[_Part, ...]:
    return tuple(part for one in said for part in _parts(*one))


def _fill(core: Sequence[_Part], more: Sequence[_Part], tail: tuple[Json, ...]) -> tuple[Message, ...]:
    """The core in the first message, with the tail; after the core as much of the rest as a message holds."""
    filled: list[list[_Part]] = [list(core)]
    for part in more:
        fuller, end = [*filled[-1], part], tail if len(filled) == 1 else ()
        if not filled[-1] or (_fits(fuller, end) and len(_words(fuller)) <= limits.TEXT):
            filled[-1].append(part)
        else:
            filled.append([part])
    return tuple(_message(parts, () if number else tail) for number, parts in enumerate(filled))


def _message(parts: Sequence[_Part], tail: tuple[Json, ...]) -> Message:
    words = _words(parts)
    if len(words) > limits.TEXT:
        words = f"{parts[0].words}\n\n{LONG_TEXT}"
    return Message(words, _blocks(parts, tail))


def _fits(parts: Sequence[_Part], tail: tuple[Json, ...]) -> bool:
    blocks = _blocks(parts, tail)
    return len(blocks) <= limits.MESSAGE_BLOCKS and limits.size(blocks) <= limits.MESSAGE_SUM


def _blocks(parts: Sequence[_Part], tail: tuple[Json, ...] = ()) -> tuple[Json, ...]:
    return (*(block for part in parts for block in part.blocks), *tail)


def _words(parts: Sequence[_Part]) -> str:
    return "\n\n".join(part.words for part in parts)


def _parts(label: str, block: Block) -> Iterator[_Part]:
    match block:
        case Words():
            yield from map(_part, limits.split(escape(visible(block.text)), limits.SECTION))
        case Prose():
            yield from _prose(block.text, label, inert)
        case Quoted():
            yield from _prose(block.text, label, quoted)
        case Facts():
            yield from _facts(block)
        case Answer():
            return  # there are buttons instead
        case _:
            assert_never(block)


def _prose(text: str, label: str, write: Callable[[str], str]) -> Iterator[_Part]:
    intro = (_part(escape(label)),) if label else ()
    room = limits.TEXT - len(_words((*intro, _Part("", ()))))
    for piece in limits.pieces(text, room, write) or (EMPTY,):
        said = (*intro, _Part(bare(piece), (kit.markdown(piece),)))
        yield _Part(_words(said), _blocks(said))


def _facts(block: Facts) -> Iterator[_Part]:
    shown = facts.paragraphs(block.rows)
    if shown is None or sum(map(len, shown)) > _FACTS:
        shown = (LEFT_OUT, *facts.outline(block.rows))
    yield from map(_part, shown)


def _part(mrkdwn: str) -> _Part:
    return _Part(mrkdwn, (kit.section(mrkdwn),))


def _title(parcel: Parcel) -> Iterator[_Part]:
    if parcel.event.type in _TITLED:
        title = subject(parcel.event, parcel.request)
        if len(escape(title)) > limits.HEADER:  # the facts below have the name of the tool whole
            title = SUBJECTS[parcel.event.type]
        yield _Part(escape(title), (kit.header(title),))
