"""Answers in words: a person's message read as the answer to a request, by fixed rules, never by a model.

An approval is decided by the first line alone: a word, or its first letter, and the code that came with the request.
Without the code a bare yes or no counts only for a low risk, with one request open and nothing said since, and never by
text message, where the sender's number is all the proof. A condition is not an answer, and neither is a YES: carriers
have their own use for it, and it does not say to what. Several decisions reach us one by one, or decide nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from agent_core import forms
from agent_core.approvals import no_longer_open
from agent_core.decisions import (
    Words,
    are_several,
    decision_in,
    is_conditional,
    is_nearly,
    names_a_code,
    without_code,
)
from agent_core.events import ApprovalRequest, ApprovalResponse, InputRequest, InputResponse, Request, UserMessage
from agent_core.spelling import plain
from agent_core.thread import Thread
from agent_core.values import Author, FormField, Frozen, NoticeKind, Text


class Explain(Frozen):
    """The message looks like an answer and does not count: tell its author why. `about` is the request, if clear."""

    kind: NoticeKind
    about: str = ""
    detail: str = ""


class NextField(NamedTuple):
    """The message answers a field of a form; this one is asked next, or again. See `FieldRequest`."""

    request_id: str
    field: FormField
    values: tuple[tuple[str, Text], ...]
    problem: str


Reading = ApprovalResponse | InputResponse | NextField | Explain | None


def read(thread: Thread, message: UserMessage) -> Reading:
    """What this message answers; None for plain talk."""
    words = decision_in(message.text)
    if message.doubt:
        return _doubtful(thread, message, words)
    if are_several(message.text):
        return Explain(kind="several", about=message.answers or _only_one(_to_decide(thread, message.author)))
    if words is not None and words.short and not _may_mean(thread, message, words):
        words = None
    if words is not None and not _is_for_a_question(thread, message, words):
        return _as_decision(thread, message, words)
    if words is None and (explained := _as_loose(thread, message)):
        return explained
    request = thread.open_request(message.answers) if message.answers else None
    if isinstance(request, ApprovalRequest):
        return Explain(kind="unclear", about=request.id) if names_a_code(message.text) else None
    return _as_input(thread, message)


def _doubtful(thread: Thread, message: UserMessage, words: Words | None) -> Explain | None:
    """Why nothing is done on words that may not be what was meant. Talk is talk, whatever tells where it belongs."""
    asked = _asked(thread, message)
    waiting: list[Request] = [*_to_decide(thread, message.author), *([asked] if asked else [])]
    if message.doubt == "by_subject" and not (waiting or words):
        return None
    assert message.doubt
    return Explain(kind=message.doubt, about=_only_one(waiting))


def _only_one(waiting: Sequence[Request]) -> str:
    return waiting[0].id if len(waiting) == 1 else ""


def _is_for_a_question(thread: Thread, message: UserMessage, words: Words) -> bool:
    """Whether words of decision are the text of an answer: nothing is there to approve, and a question is."""
    asked = _asked(thread, message)
    if asked is None or message.answers not in (asked.id, None):
        return False
    if message.answers == asked.id or not any(isinstance(r, ApprovalRequest) for r in thread.open):
        return True
    return words.short and _is_newest(asked, thread, message.author)


def _is_newest(asked: InputRequest, thread: Thread, author: Author) -> bool:
    """Whether of all that is open for somebody a question was put to them last."""
    return [r for r in thread.open if r == asked or r in _to_decide(thread, author)][-1] == asked


def _to_decide(thread: Thread, author: Author) -> list[ApprovalRequest]:
    return [r for r in thread.open if isinstance(r, ApprovalRequest) and author.person in r.approvers]


def _may_mean(thread: Thread, message: UserMessage, words: Words) -> bool:
    """Whether there is something that so short a word could be about."""
    if message.answers:
        return True
    return bool(_held_by(thread, message.author) if words.decision == "undo" else _to_decide(thread, message.author))


def _held_by(thread: Thread, author: Author) -> list[str]:
    return [held.request_id for held in thread.held if author.person and held.by.person == author.person]


def _as_decision(thread: Thread, message: UserMessage, words: Words) -> Reading:
    request_id = message.answers or (None if words.code else _without_code(thread, message, words))
    if request_id is None:
        everything = [r for r in thread.open if isinstance(r, ApprovalRequest)]
        return _code_needed(_to_decide(thread, message.author) if words.short else everything)
    if words.says_too_little or (words.decision == "approve" and is_conditional(message.text)):
        return Explain(kind="unclear", about=request_id)
    return ApprovalResponse(
        id=f"{message.id}/answer",
        at=message.at,
        request_id=request_id,
        author=message.author,
        decision=words.decision,
        reason=words.rest,
        to=words.to,
        cause=message.id,
    )


def _code_needed(approvals: list[ApprovalRequest]) -> Explain:
    if not approvals:
        return Explain(kind="unknown_request")
    return Explain(kind="code_needed", about=_only_one(approvals))


def _without_code(thread: Thread, message: UserMessage, words: Words) -> str | None:
    """The one request a bare word may speak of: what its author may still take back, or one of low risk."""
    if words.decision == "undo":
        mine = _held_by(thread, message.author)
        return mine[0] if len(mine) == 1 else None
    return None if message.author.assurance == "restricted" else _only_low_risk(thread, message)


def _only_low_risk(thread: Thread, message: UserMessage) -> str | None:
    """The one open request a bare word may decide: low risk, and the last thing said before this message."""
    match thread.open:
        case (ApprovalRequest(risk="low") as request,) if _said_before(thread, message) == request.id:
            return request.id
    return None


def _said_before(thread: Thread, message: UserMessage) -> str:
    ids = [event.id for event in thread.recent]
    place = ids.index(message.id) if message.id in ids else 0
    return ids[place - 1] if place else ""


def _as_loose(thread: Thread, message: UserMessage) -> Explain | None:
    """Why a YES, an OK or a code alone decides nothing, if its author has something to decide."""
    approvals, asked = _to_decide(thread, message.author), _asked(thread, message)
    if not approvals or not is_nearly(message.text):
        return None
    if asked and (message.answers == asked.id or _is_newest(asked, thread, message.author)):
        return None
    return _code_needed(approvals)


def _as_input(thread: Thread, message: UserMessage) -> Reading:
    request = _asked(thread, message)
    if request is None:
        return None
    if message.answers is None and message.about != request.id and thread.closed_request(message.about):
        over = no_longer_open(thread, message.about)
        return Explain(kind=over.kind, about=message.about, detail=over.detail)
    if request.links:
        return _as_proof(request, message)
    text = _answer(request, message)
    if request.paced:
        return _as_field(thread, request, message, text)
    if request.fields:
        return _as_form(request, message, text)
    choice = next((c for c in request.choices if plain(c).lower() == plain(text).lower()), None)
    if request.choices and choice is None:
        return Explain(kind="not_a_choice", about=request.id, detail=", ".join(request.choices))
    return _response(request, message, choice or text)


def _as_proof(request: InputRequest, message: UserMessage) -> Reading:
    """What is to prove whose an identity is: the word, and the code that was sent there, on the first line."""
    first = next((line for line in message.text.splitlines() if line.strip()), "")
    if plain(without_code(first.strip(" .!"))).strip(" .!").upper() not in request.choices:
        return Explain(kind="not_a_choice", about=request.id, detail=", ".join(request.choices))
    if message.answers != request.id:
        return Explain(kind="code_needed", about=request.id)
    return _response(request, message, request.choices[0])


def _answer(request: InputRequest, message: UserMessage) -> str:
    """The words of an answer. By text message only a code can name a request, so it is no part of them.

    Nor is ANSWER, where the code beside it names the question.
    """
    text, words = message.text.strip(), decision_in(message.text)
    if message.answers != request.id:
        return text
    if words is not None and words.decision == "answer":
        return words.rest
    return without_code(text) if message.author.assurance == "restricted" else text


def _as_form(request: InputRequest, message: UserMessage, text: str) -> Reading:
    values = forms.read(request.fields, text)
    if problems := forms.check(request.fields, values):
        return Explain(kind="bad_form", about=request.id, detail=forms.in_words(problems))
    return _response(request, message, forms.in_words(values), values)


def _as_field(thread: Thread, request: InputRequest, message: UserMessage, text: str) -> Reading:
    before = thread.field_asked(request.id)
    asked, values = (before.field, before.values) if before else (request.fields[0], ())
    turn = forms.take_turn(request.fields, asked, values, text)
    if turn.field is None:
        return _response(request, message, forms.in_words(turn.values), turn.values)
    return NextField(request.id, turn.field, turn.values, turn.problem)


def _response(request: InputRequest, message: UserMessage, text: str, values: forms.Values = ()) -> InputResponse:
    return InputResponse(
        id=f"{message.id}/answer",
        at=message.at,
        request_id=request.id,
        author=message.author,
        text=text,
        values=values,
        cause=message.id,
    )


def _asked(thread: Thread, message: UserMessage) -> InputRequest | None:
    """The input request this author was asked: the one the message proved to know, or else the only one."""
    author = message.author.identity
    mine = [r for r in thread.open if isinstance(r, InputRequest) and author in thread.same_person(r.to)]
    named = [r for r in mine if r.id == message.answers]
    match named or mine:
        case [request]:
            return request
    return None
