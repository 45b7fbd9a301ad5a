"""Modal: the forms behind a card's buttons, and what was written into them. Pure.

A block's id is the name of the field or argument it asks for, so that an answer, or what is wrong with it, finds its
way without being remembered anywhere. What a modal cannot show whole has no button that would open it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from pydantic import JsonValue

from adapters.arguments import arguments_of, written
from adapters.conditions import named
from adapters.errors import Rejected
from adapters.seen import delegates_of
from adapters.slack import blocks as kit, fields, limits
from adapters.slack.blocks import Json
from adapters.slack.meaning import Modal
from adapters.slack.press import TO
from adapters.slack.text import bare, code, escape, inert, quoted
from adapters.text import one_line, visible
from agent_core.events import ApprovalRequest, InputRequest
from agent_core.values import Call, FormField

ANSWER, REASON = "answer", "reason"
GONE = "This request is not open any more, so nothing was done."
_LINE = 75


def deny(carried: str) -> Json:
    """Asks why; the safe choice needs no reason. `carried` is what the button carried."""
    why = fields.text(REASON, "Why not?", optional=True, hint="The agent and those who wait for it will read this.")
    return _form("deny", "Deny", "Deny", carried, [why])


def ask(carried: str) -> Json:
    """Asks what they want to know before they decide."""
    hint = "Whoever asked for this will read it. The request stays open, and you are shown it again with the answer."
    return _form("ask", "Ask a question", "Ask", carried, [fields.text(REASON, "What do you want to know?", hint=hint)])


def instead(carried: str) -> Json:
    """Asks what is to be done in place of the call."""
    hint = "Then this is not run, and the agent goes on with what you say here."
    return _form(
        "instead", "Answer instead", "Send", carried, [fields.text(REASON, "What is to be done instead?", hint=hint)]
    )


def delegate(request: ApprovalRequest, carried: str) -> Json:
    """Asks who is to decide in their place. Raises Rejected when there is nobody."""
    if not (names := delegates_of(request)):
        raise Rejected("there is nobody to hand it to")
    whom = FormField(name=TO, label="Who is to decide in your place?", kind="choice", choices=names)
    why = fields.text(REASON, "Why?", optional=True, hint="They will read this.")
    return _form("delegate", "Hand over", "Hand over", carried, [*fields.of(whom), why])


def edit(call: Call, carried: str) -> Json:
    """The call's arguments, each in an input of its own. Raises Rejected when they do not fit."""
    told = f"*Tool:* {code(one_line(call.tool))}\nWhat stands here when you approve is what runs, once."
    inputs = [_argument(name, value) for name, value in arguments_of(call).items()]
    return _form("edit", "Change and approve", "Approve", carried, [kit.section(told), *inputs])


def question(request: InputRequest, carried: str) -> Json:
    """The question with its form, its choices, or a place to write. Raises Rejected when it does not fit."""
    asked = [*_asking(request), *_put(request)]
    only = FormField(
        name=ANSWER, label="Your answer", kind="choice" if request.choices else "text", choices=request.choices
    )
    form = request.fields or (only,)
    inputs = [block for field in form for block in fields.of(field, multiline=field is only)]
    return _form("answer", "Your answer", "Send", carried, [*asked, *inputs])


def _asking(request: InputRequest) -> Iterator[Json]:
    """Who asks, if that is a person and not the agent."""
    if request.by:
        yield kit.section(f"{escape(visible(named(request.by)))} (a person, not the agent) asks:")


def _put(request: InputRequest) -> Iterator[Json]:
    write = quoted if request.by else inert
    yield from (kit.section(bare(piece)) for piece in limits.pieces(request.question, limits.SECTION, write))


def loading() -> Json:
    """Shown at once, while the request is looked up."""
    return _view("One moment", [kit.section("Looking up the request …")])


def gone(why: str = GONE) -> Json:
    """In place of a form that has no use any more; `why` says why, in words for the person."""
    return _view(
        "Nothing to do here", [kit.section(piece) for piece in limits.split(escape(visible(why)), limits.SECTION)]
    )


def handable(request: ApprovalRequest) -> bool:
    """Whether a modal can ask to whom it is handed: there is somebody, and they fit."""
    return _possible(lambda: delegate(request, ""))


def editable(call: Call) -> bool:
    """Whether a modal can show every argument as it is: none too long, none with characters nobody can see."""
    texts = [text for name, value in arguments_of(call).items() for text in (name, written(value))]
    return bool(texts) and all(text == visible(text) for text in texts) and _possible(lambda: edit(call, ""))


def fillable(request: InputRequest) -> bool:
    """Whether a modal can ask it."""
    return _possible(lambda: question(request, ""))


def errors(problems: Mapping[str, str], asked: Sequence[str] = ()) -> Json:
    """The answer to a modal that was sent off: what is wrong, at the fields. What is at none of them is at the first.

    `problems` are those of a BadAnswer, `asked` the names of the modal's fields.
    """
    shown: Json = {}
    for name, problem in problems.items():
        at = asked[0] if asked and name not in asked else name
        shown[at] = f"{shown[at]} {problem}" if at in shown else problem
    return {"response_action": "errors", "errors": shown}


def _argument(name: str, value: JsonValue) -> Json:
    text = written(value)
    long = "\n" in text or len(text) > _LINE
    if isinstance(value, str):
        return fields.text(name, name, text, optional=True, lines=long)
    return fields.text(name, name, text, lines=long, hint="JSON: a number, true, false, null, a list or an object.")


def _possible(make: Callable[[], Json]) -> bool:
    try:
        make()
    except Rejected:
        return False
    return True


def _form(kind: str, title: str, submit: str, carried: str, blocks: Sequence[Json]) -> Json:
    view = _view(title, blocks)
    view |= {"callback_id": f"hp:{kind}", "private_metadata": carried, "submit": kit.plain(submit)}
    limits.check_view(view)
    return view


def _view(title: str, blocks: Sequence[Json]) -> Json:
    return {"type": "modal", "title": kit.plain(title), "close": kit.plain("Close"), "blocks": [*blocks]}


# The forms that can be shown at once, since nothing of the request is in them.
READY: Mapping[Modal, Callable[[str], Json]] = {"deny": deny, "ask": ask, "instead": instead}
# The inputs of the forms that decide, which every one of them has.
ASKED = (REASON, TO)
