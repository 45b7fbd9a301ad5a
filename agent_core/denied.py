"""Denied: what people said no to, so that the agent does not ask for it again until somebody else wants it anew.

The memory is folded from the log; whether a call is the same question is judged when it is asked again, by the rule
and the people of then. What opens the way again is a plain message, of somebody it was for or who could not decide it:
an answer to the agent's own question, or the approver's own words, are no wish to have it asked once more.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence

from pydantic import AwareDatetime, JsonValue

from agent_core.events import (
    ApprovalRequest,
    ApprovalResponse,
    Event,
    FieldRequest,
    InputResponse,
    MessageRevised,
    Notice,
    Request,
    RequestClosed,
    UserMessage,
)
from agent_core.people import People
from agent_core.policy.rules import Rule, found
from agent_core.values import Author, Call, Frozen, Text

MEMORY_OF_DENIED = 64
MEMORY_OF_SAID = 16
# How often in a row somebody says no to a tool, with whatever arguments, before a person must ask for it themselves.
NOS_IN_A_ROW = 2
LONGEST_WHY = 300


class Said(Frozen):
    """A message since then, and whose it is."""

    id: str
    author: Author


class Denied(Frozen):
    """A call that people did not let run. `answered`: they said something instead. `since`: what was said later.

    `whose` are the identities and persons it was asked for, `approvers` those who were to decide.
    """

    call: Call
    by: Author | None
    at: AwareDatetime
    why: Text
    answered: bool
    whose: tuple[str, ...]
    approvers: tuple[str, ...]
    since: tuple[Said, ...] = ()


# --- the memory


def remembered(denied: tuple[Denied, ...], event: Event, open_: Sequence[Request]) -> tuple[Denied, ...]:
    """The memory after an event; `open_` are the requests that were open before it."""
    match event:
        case RequestClosed(outcome="denied" | "answered"):
            request = next((one for one in open_ if one.id == event.request_id), None)
            return _with(denied, request, event) if isinstance(request, ApprovalRequest) else denied
        case UserMessage():
            said = Said(id=event.id, author=event.author)
            return tuple(one.model_copy(update={"since": (*one.since, said)[-MEMORY_OF_SAID:]}) for one in denied)
        case ApprovalResponse(cause=cause) | InputResponse(cause=cause) | FieldRequest(cause=cause):
            return _unsaid(denied, cause)
        case Notice(cause=cause) | MessageRevised(revises=cause, text=""):
            return _unsaid(denied, cause)
    return denied


def _with(denied: tuple[Denied, ...], request: ApprovalRequest, closed: RequestClosed) -> tuple[Denied, ...]:
    """The memory and that no; of the same bytes, only the last one."""
    one = Denied(
        call=request.call,
        by=closed.by,
        at=closed.at,
        why=closed.reason,
        answered=closed.outcome == "answered",
        whose=(request.requester.identity, *request.askers),
        approvers=request.approvers,
    )
    return (*(other for other in denied if other.call != one.call), one)[-MEMORY_OF_DENIED:]


def _unsaid(denied: tuple[Denied, ...], message_id: str) -> tuple[Denied, ...]:
    """The memory without a message that turned out to be an answer, or was taken back."""
    if not any(said.id == message_id for one in denied for said in one.since):
        return denied
    return tuple(
        one.model_copy(update={"since": tuple(said for said in one.since if said.id != message_id)}) for one in denied
    )


# --- what follows from it


def why_not(denied: Sequence[Denied], call: Call, rule: Rule, people: People) -> str:
    """Why a call may not be asked for now; empty if it may.

    Where the rule does not say which arguments make a question the same, another choice of them is a new question as
    long as people have not said no to the tool twice in a row: else one letter more in a note would ask for ever.
    """
    standing = [one for one in denied if one.call.tool == call.tool and not _asked_anew(one, people)]
    if same := [one for one in standing if is_same(one.call, call, rule)]:
        return f"{in_words(same[-1], call)}. It may be asked for again once somebody asks for it in a new message"
    nos = [one for one in standing if not one.answered]
    if not rule.same_when and len(nos) >= NOS_IN_A_ROW:
        return f"{in_words(nos[-1], call)}. No more of this may be asked for until somebody does so in a new message"
    return ""


def before(denied: Sequence[Denied], call: Call, rule: Rule) -> str:
    """What the card of a call says of the last no to it, or to the same tool with other arguments; empty without."""
    of_tool = [one for one in denied if one.call.tool == call.tool]
    same = [one for one in of_tool if is_same(one.call, call, rule)]
    return in_words((same or of_tool)[-1], call) if of_tool else ""


def is_same(one: Call, other: Call, rule: Rule) -> bool:
    """Whether two calls are one question by a rule: as people read them, where the rule looks."""
    return one.tool == other.tool and _key(one, rule) == _key(other, rule)


def in_words(one: Denied, call: Call) -> str:
    """`bo denied this on 2026-11-21 09:30 UTC: not on a Friday`."""
    who = (one.by.person or one.by.identity) if one.by else "somebody"
    what = "this" if one.call.arguments == call.arguments else f"{call.tool} with other arguments"
    did = f"answered instead of allowing {what}" if one.answered else f"denied {what}"
    why = f": {one.why[:LONGEST_WHY]}" if one.why else ""
    return f"{who} {did} on {one.at:%Y-%m-%d %H:%M} UTC{why}"


def _asked_anew(one: Denied, people: People) -> bool:
    """Whether somebody known has spoken since for whom it was, or who was not to decide it."""
    return any(
        said.author.identity in one.whose
        or (said.author.person is not None and (said.author.person in one.whose or _may_ask(said.author, one, people)))
        for said in one.since
    )


def _may_ask(author: Author, one: Denied, people: People) -> bool:
    return not people.among(author, one.approvers)


def _key(call: Call, rule: Rule) -> JsonValue:
    arguments: JsonValue = json.loads(call.arguments)
    return _folded([found(arguments, path) for path in rule.same_when] if rule.same_when else arguments)


def _folded(value: JsonValue) -> JsonValue:
    """A value as people tell values apart: not by capitals, spaces, or how a letter is written."""
    match value:
        case bool() | None:
            return ["constant", value]
        case str():
            return " ".join(unicodedata.normalize("NFKC", value).casefold().split())
        case list():
            return ["list", *(_folded(one) for one in value)]
        case dict():
            return {name: _folded(one) for name, one in value.items()}
    return value
