"""Whatever people, tools, timers and a hostile model do, an auditor finds nothing; in a forgery they find it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import event, given, settings

from agent_core.events import ApprovalRequest, ApprovalResponse, Event, RequestClosed, ToolCall, UserMessage
from agent_core.people import People
from agent_core.policy.rules import Policy, Rule
from agent_core.values import Author
from tests.unit.core.history import histories
from tests.unit.core.story import ANA, BO, CY, DONE, STRANGER, Story, asked_for_deploy
from tests.unit.gateway.books import cases, decided, found


@given(story=histories)
@settings(max_examples=150, deadline=None)
def test_an_auditor_finds_nothing_in_any_honest_history(story: Story) -> None:
    event(f"{len(cases(story))} cases, {sum(case.call is not None for case in cases(story))} calls")
    assert found(story) == []


def by_mail() -> Story:
    """A deployment that Bo approved in words."""
    story = asked_for_deploy()
    story.says(BO, "approve 123456", answers=story.request.id)
    story.turn()
    story.ends(story.call, "ok", "it runs")
    return story


def _by(who: Author) -> Callable[[Any], dict[str, object]]:
    return lambda event: {"by" if isinstance(event, RequestClosed) else "author": who}


Forgery = tuple[tuple[type[Event], ...], Callable[[Any], dict[str, object]], str]
FORGERIES: dict[str, Forgery] = {
    "somebody else closed it": ((RequestClosed,), _by(CY), "cy said no such thing"),
    "somebody else said so": ((ApprovalResponse,), _by(CY), "bo said no such thing"),
    "another's words": ((RequestClosed, ApprovalResponse), _by(CY), "cy wrote no such message"),
    "the asker's yes": ((RequestClosed, ApprovalResponse), _by(ANA), "ana asked for it"),
    "a stranger's": ((RequestClosed, ApprovalResponse), _by(STRANGER), "is not among those who may decide it"),
    "it was a no": ((ApprovalResponse,), lambda e: {"decision": "deny"}, "bo said no such thing"),
    "not by words": ((ApprovalRequest,), lambda e: {"wordless": ("email",)}, "where words do not decide it"),
    "needs more": (
        (ApprovalRequest,),
        lambda e: {"terms": e.terms.model_copy(update={"seats": (e.terms.seats[0].model_copy(update={"need": 2}),)})},
        "(missing 1 of cy)",
    ),
    "too late": ((ApprovalRequest,), lambda e: {"expires_at": e.at}, "bo said so too late"),
    "by itself": ((RequestClosed,), lambda e: {"by": None}, "its terms do not let it run then"),
    "other bytes": ((ApprovalRequest,), lambda e: {"call": _other(e)}, "its call is not the one of its hash"),
    "other bytes ran": ((ToolCall,), lambda e: {"call": _other(e)}, "what was called is not what was approved"),
    "other rules": ((ToolCall,), lambda e: {"policy": "0" * 12}, "under other rules"),
    "another hash": ((ToolCall,), lambda e: {"digest": "0" * 64}, "its hash is not that of its request"),
    "changed on the way": ((RequestClosed,), lambda e: {"call": _tool_call(e)}, "nobody asked for the arguments"),
    "it was a denial": ((RequestClosed,), lambda e: {"outcome": "denied"}, "it was called, and not approved"),
    "it ended early": ((RequestClosed,), lambda e: {"outcome": "expired"}, "it expired before its time"),
}


def _other(event: ToolCall | ApprovalRequest) -> object:
    return event.call.model_copy(update={"arguments": event.call.arguments.replace("1.4.2", "1.4.3")})


def _tool_call(event: RequestClosed) -> object:
    call = by_mail().call.call
    return call.model_copy(update={"arguments": call.arguments.replace("1.4.2", "1.4.3")})


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_log_is_found_out_and_the_reason_said(what: str) -> None:
    kinds, change, why = FORGERIES[what]
    story = by_mail()
    assert found(story) == []

    forged = [one.model_copy(update=change(one)) if isinstance(one, kinds) else one for one in story.log]

    assert [one for one in found(story, forged) if why in one.why], [str(one) for one in found(story, forged)]


def test_who_wrote_the_words_is_looked_up_in_the_mail_itself() -> None:
    story = by_mail()
    forged = [
        one.model_copy(update={"author": CY}) if isinstance(one, UserMessage) and one.author == BO else one
        for one in story.log
    ]
    (deviation,) = found(story, forged)
    assert deviation.why.endswith(": bo wrote no such message")


def test_a_call_without_its_end_or_with_two_runs_is_found() -> None:
    story = by_mail()
    without = [one for one in story.log if not isinstance(one, ToolCall)]
    assert [one.why for one in found(story, without)] == ["it was approved, and its call is not in the log"]

    again = story.call.model_copy(update={"id": "again"})
    assert "its approval was used already" in [one.why for one in found(story, [*story.log, again])]


def test_somebody_who_left_since_has_decided_all_the_same() -> None:
    story = decided()
    gone = tuple(one.model_copy(update={"left": one.id == "bo"}) for one in story.people.people)
    assert found(story, people=People(people=gone)) == []
    forgotten = tuple(one for one in gone if one.id != "bo")
    assert found(story, people=People(people=forgotten)) == []


def test_what_is_said_after_the_end_backs_nothing_and_spoils_nothing() -> None:
    story = decided()
    response = next(one for one in story.log if isinstance(one, ApprovalResponse))
    later = [one for one in story.log if one is not response] + [response]
    assert [one.why for one in found(story, later)] == [
        "those who approved it are not enough by its card (missing 1 of bo): bo said no such thing"
    ]
    story.waits(story.request.expires_at + timedelta(hours=1))
    story.clicks(BO, story.request.id, "approve")
    assert found(story) == []


def test_words_that_came_in_time_count_however_late_they_were_heard() -> None:
    story = asked_for_deploy()
    story.waits(story.request.expires_at - timedelta(seconds=2))
    story.says(BO, "approve 123456", answers=story.request.id)
    story.now += timedelta(minutes=10)
    story.turn()
    assert story.call.approval == story.request.id
    assert found(story) == []


def test_that_too_few_were_left_to_agree_is_nobodys_word() -> None:
    rule = Rule(tool="deploy", approvers=("bo", "cy", "di"), need=2)
    story = asked_for_deploy(Story(Policy(rules=(rule,))))
    everybody = story.people
    story.people = People(people=tuple(p.model_copy(update={"left": p.id in ("cy", "di")}) for p in everybody.people))
    story.clicks(BO, story.request.id, "approve")
    story.turn(DONE)
    (case,) = cases(story)
    assert case.closed
    assert (case.closed.outcome, case.closed.by) == ("denied", None)
    assert found(story, people=everybody) == []
