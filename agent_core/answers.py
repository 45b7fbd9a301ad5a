"""Answers in words: a person's message read as the answer to a request, by fixed rules, never by a model.

An approval is decided by the first line alone: a word, and the code that came with the request. Without the code a
bare word counts only for a low risk, with one request open and nothing said since. A condition is not an answer.
"""

from __future__ import annotations

import re

from agent_core import forms
from agent_core.events import ApprovalRequest, ApprovalResponse, InputRequest, InputResponse, Request, UserMessage
from agent_core.thread import Thread
from agent_core.values import Decision, Frozen, NoticeKind

_WORDS: dict[str, Decision] = {
    "approve": "approve",
    "approved": "approve",
    "deny": "deny",
    "denied": "deny",
    "reject": "deny",
    "rejected": "deny",
}
_CODE = r"(?:\d{6}|\d{3} \d{3})"
_LINE = re.compile(
    rf"^(?P<before>{_CODE}[ ,:-]*)?(?P<word>{'|'.join(_WORDS)})\b[ ,:-]*(?P<after>{_CODE}\b)?[ ,.:;!-]*(?P<rest>.*)$",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(but|only|if|unless|except|until|till|after|before|when|once|first|provided|assuming|not|cannot|dont|\w+n['’]t|"
    r"no|nope|never|wait|hold|instead|however|although|later|tomorrow|maybe|perhaps|or|should|would|could|cancel|stop|"
    rf"{'|'.join(_WORDS)}|\d+)\b|\?",
    re.IGNORECASE,
)


class Words(Frozen):
    """A decision in words: what was decided, whether a code stood beside it, and what was said besides."""

    decision: Decision
    rest: str
    code: bool = False


class Explain(Frozen):
    """The message looks like an answer and does not count: tell its author why. `about` is the request, if clear."""

    kind: NoticeKind
    about: str = ""
    detail: str = ""


Reading = ApprovalResponse | InputResponse | Explain | None


def read(thread: Thread, message: UserMessage) -> Reading:
    """What this message answers; None for plain talk."""
    words = decision_in(message.text)
    if words is not None and not _is_for_a_question(thread, message):
        return _as_decision(thread, message, words)
    request = thread.open_request(message.answers) if message.answers else None
    if isinstance(request, ApprovalRequest):
        return None
    return _as_input(thread, message)


def _is_for_a_question(thread: Thread, message: UserMessage) -> bool:
    """Whether words of decision are the text of an answer: nothing is there to approve, and a question is."""
    asked = _asked(thread.open, message)
    nothing_to_approve = not any(isinstance(r, ApprovalRequest) for r in thread.open)
    return asked is not None and (message.answers == asked.id or (message.answers is None and nothing_to_approve))


def decision_in(text: str) -> Words | None:
    """The decision on the first non-empty line, if that line is one."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    match = _LINE.match(lines[0]) if lines else None
    if match is None:
        return None
    rest = "\n".join(part for part in (match["rest"].strip(), *lines[1:]) if part)
    return Words(decision=_WORDS[match["word"].lower()], rest=rest, code=bool(match["before"] or match["after"]))


def _as_decision(thread: Thread, message: UserMessage, words: Words) -> Reading:
    request_id = message.answers or (None if words.code else _only_low_risk(thread, message))
    if request_id is None:
        return _without_code(thread)
    if words.decision == "approve" and _CONDITION.search(words.rest):
        return Explain(kind="unclear", about=request_id)
    return ApprovalResponse(
        id=f"{message.id}/answer",
        at=message.at,
        request_id=request_id,
        author=message.author,
        decision=words.decision,
        reason=words.rest,
        cause=message.id,
    )


def _without_code(thread: Thread) -> Explain:
    approvals = [r for r in thread.open if isinstance(r, ApprovalRequest)]
    if not approvals:
        return Explain(kind="unknown_request")
    return Explain(kind="code_needed", about=approvals[0].id if len(approvals) == 1 else "")


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


def _as_input(thread: Thread, message: UserMessage) -> Reading:
    request = _asked(thread.open, message)
    if request is None:
        return None
    if request.fields:
        return _as_form(request, message)
    text = message.text.strip()
    choice = next((c for c in request.choices if c.lower() == text.lower()), None)
    if request.choices and choice is None:
        return Explain(kind="not_a_choice", about=request.id, detail=", ".join(request.choices))
    return InputResponse(
        id=f"{message.id}/answer",
        at=message.at,
        request_id=request.id,
        author=message.author,
        text=choice or text,
        cause=message.id,
    )


def _as_form(request: InputRequest, message: UserMessage) -> Reading:
    values = forms.read(request.fields, message.text)
    if problems := forms.check(request.fields, values):
        return Explain(kind="bad_form", about=request.id, detail=forms.in_words(problems))
    return InputResponse(
        id=f"{message.id}/answer",
        at=message.at,
        request_id=request.id,
        author=message.author,
        text=forms.in_words(values),
        values=values,
        cause=message.id,
    )


def _asked(requests: tuple[Request, ...], message: UserMessage) -> InputRequest | None:
    """The input request this author was asked: the one the message proved to know, or else the only one."""
    mine = [r for r in requests if isinstance(r, InputRequest) and r.to == message.author.identity]
    named = [r for r in mine if r.id == message.answers]
    match named or mine:
        case [request]:
            return request
    return None
