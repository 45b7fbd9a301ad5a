"""Card: an outbound event as the messages Discord shows. Pure: the same parcel gives the same messages.

What we say stands in a frame (an embed), which nobody who only writes can draw; what the agent says stands outside of
it, or is quoted within. Nothing is cut off. The first message is the card: it has the buttons, and is redrawn when the
request closes. A request that does not fit into it whole is shown in outline only, and cannot be approved here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import assert_never

from pydantic import JsonValue

from adapters.base import Parcel, Role
from adapters.discord import components, facts, limits
from adapters.discord.api import Upload
from adapters.discord.components import Json
from adapters.discord.text import code, quoted, words
from adapters.errors import Rejected
from adapters.layout import SUBJECTS, Answer, Block, Facts, Prose, Quoted, Words, labelled, layout, subject
from adapters.pieces import split
from adapters.seen import Said, Seen, as_put, request_of, seen
from adapters.text import one_line, visible
from agent_core.events import AgentMessage

NOBODY: Json = {"parse": [], "replied_user": False}
NOT_HERE = "This request is too long to be shown here whole, so it cannot be approved here."
LEFT_OUT = "What is too long to be shown here is left out below, and says so."
WITH_CODE = "The page asks for the code"
IN_FILE = "The messages above are only how this answer begins. The file has all of it: {length:,} characters."
EMPTY = "(no text)"
# Of a longer answer the beginning is shown, in so many messages, and all of it sent as a file.
SHOWN = 2
BEGINNING = 20_000
# Where no file may be sent, so long an answer is still said in messages.
MOST_WORDS = 100_000
_TITLED = {"approval_request", "input_request", "request_closed", "escalation"}
_AMBER, _BLUE, _GREY = 0xF0B232, 0x5865F2, 0x80848E
_COLOURS = {"approval_request": _AMBER, "escalation": _AMBER, "input_request": _BLUE, "field_request": _BLUE}
_SUPPRESS_EMBEDS = 1 << 2
# How much a row of facts may take where it is not to be decided by them.
_FACTS = 2_500


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `content` stands for itself, `description` in a frame of this `colour`."""

    content: str = ""
    title: str = ""
    description: str = ""
    colour: int = _GREY
    rows: tuple[Json, ...] = ()
    file: Upload | None = None

    def arguments(self) -> Json:
        """What to create or change a message with. Whatever is in it, it calls nobody."""
        frame: Json = {"description": self.description, "color": self.colour}
        if self.title:
            frame["title"] = self.title
        return {
            "content": self.content,
            "embeds": [frame] if self.description else [],
            "components": list[JsonValue](self.rows),
            "allowed_mentions": NOBODY,
            "flags": 0 if self.description else _SUPPRESS_EMBEDS,
        }


def draw(parcel: Parcel) -> tuple[Message, ...]:
    """The event as messages, in order; the first is the card. Raises Rejected for what Discord would not take."""
    event = parcel.event
    messages = _spoken(event) if isinstance(event, AgentMessage) else _framed(parcel)
    for message in messages:
        limits.check(message.arguments())
    return messages


def in_words(event: AgentMessage) -> tuple[Message, ...]:
    """What the agent says, all of it as messages. Raises Rejected where nobody would read so many."""
    if len(event.text) > MOST_WORDS:
        raise Rejected(f"the answer has {len(event.text):,} characters, too many for messages")
    whole, begun = _in_messages(event.text), _in_messages(event.text[:BEGINNING])[:SHOWN]
    # What comes far behind may move where it is cut: rather twice than not at all.
    return whole if whole[:SHOWN] == begun else (*begun, *whole)


def _in_messages(text: str) -> tuple[Message, ...]:
    pieces = [piece for piece in limits.pieces(text) if piece.strip()]  # Discord takes white space for no text.
    return tuple(Message(content=piece) for piece in pieces or (EMPTY,))


def _spoken(event: AgentMessage) -> tuple[Message, ...]:
    # What is far too long for messages is not split into them all just to be counted.
    messages = _in_messages(event.text[:BEGINNING])
    if len(messages) <= SHOWN and len(event.text) <= BEGINNING:
        return messages
    text = visible(event.text)
    if len(content := text.encode()) > limits.FILE:
        raise Rejected(f"the answer has {len(content)} bytes, over {limits.FILE}")
    file = Upload("answer.md", content, "text/markdown; charset=utf-8", "The whole answer")
    return (*messages[:SHOWN], Message(content=IN_FILE.format(length=len(text)), file=file))


def _framed(parcel: Parcel) -> tuple[Message, ...]:
    if request := request_of(parcel):
        put = as_put(parcel, request)
        return _approval(put, seen(parcel, request, _role(put)))
    said = labelled(layout(parcel.event, role=_role(parcel), ticket=parcel.ticket, request=parcel.request))
    return _fill(parcel, (), _all(tuple(said)), components.of(parcel))


def _role(parcel: Parcel) -> Role:
    return "decide" if components.may_press(parcel) else parcel.role


def _approval(parcel: Parcel, card: Seen) -> tuple[Message, ...]:
    """The request with all its facts in one message with the buttons, or in outline without."""
    code_of = components.code_of(parcel)
    coded = (f"{WITH_CODE} {code(code_of)}.",) if code_of else ()
    notes, tools, agents = _all(card.notes), _all(card.tools), _all(card.agents)
    core, spare = (*_core(card), *coded), _all(card.spare)
    for lead, more in ((card.lead, agents), (card.brief, (*notes, *agents))):
        told = _all(lead)
        # What is long enough to be cut goes on below.
        if len(told) == len(lead) and _fits((*told, *core, *spare)):
            return _fill(parcel, (*told, *core), more, components.of(parcel))
    outline = (*_all(card.brief), NOT_HERE, facts.outline(card.rows), *coded)
    return _fill(parcel, outline, (*notes, *tools, *agents), components.page(parcel))


def _core(card: Seen) -> tuple[str, ...]:
    """What must be seen before one decides, the facts whole, never in outline."""
    return tuple(
        part
        for said in card.core
        for part in ((facts.lines(said[1].rows),) if isinstance(said[1], Facts) else _parts(*said))
    )


def _all(said: Sequence[Said]) -> tuple[str, ...]:
    return tuple(part for one in said for part in _parts(*one))


def _fill(parcel: Parcel, core: Sequence[str], more: Sequence[str], rows: tuple[Json, ...]) -> tuple[Message, ...]:
    """The core in the first message, with the components; after it as much of the rest as a message holds."""
    filled: list[list[str]] = [list(core)]
    for part in more:
        if not filled[-1] or _fits((*filled[-1], part)):
            filled[-1].append(part)
        else:
            filled.append([part])
    colour = _COLOURS.get(parcel.event.type, _GREY)
    first, *others = (_joined(parts) for parts in filled)
    card = Message(title=_title(parcel), description=first, colour=colour, rows=rows)
    return (card, *(Message(description=text, colour=colour) for text in others))


def _fits(parts: Sequence[str]) -> bool:
    return limits.length(_joined(parts)) <= limits.DESCRIPTION


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(parts)


def _parts(label: str, block: Block) -> Iterator[str]:
    match block:
        case Words():
            # Writing it may make it twice as long.
            yield from map(words, split(visible(block.text), limits.DESCRIPTION // 2))
        case Prose() | Quoted():
            intro = f"{words(label)}\n" if label else ""
            for piece in limits.pieces(block.text, limits.DESCRIPTION - len(intro), quoted) or (f"> {EMPTY}",):
                yield intro + piece
        case Facts():
            shown = facts.lines(block.rows)
            yield shown if limits.length(shown) <= _FACTS else f"{LEFT_OUT}\n\n{facts.outline(block.rows)}"
        case Answer():
            return  # there are buttons instead
        case _:
            assert_never(block)


def _title(parcel: Parcel) -> str:
    if parcel.event.type not in _TITLED:
        return ""
    title = words(one_line(subject(parcel.event, parcel.request)))
    # The facts below have the name of the tool whole.
    return title if limits.length(title) <= limits.TITLE else SUBJECTS[parcel.event.type]
