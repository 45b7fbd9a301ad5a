"""The ladder: whom else a request is put to when nobody decides, who is reminded, and how it ends if nobody does."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from agent_core.agent import scripted
from agent_core.ending import KEPT_FOR
from agent_core.events import Escalation, Event, Notice, RequestClosed, RequestKept, RequestRaised
from agent_core.people import People, Person, Quiet
from agent_core.policy.rules import Policy, Rule
from agent_core.raising import plan_timer
from agent_core.terms import OnTimeout
from agent_core.values import Author
from tests.unit.core.story import ANA, BO, CY, DI, DONE, START, Story, asked_for_deploy, kinds, refused

HOUR = timedelta(hours=1)
BO_MAIL, BO_TEXT = BO.identity, "sms:+447700900018"
TEAM = People(
    people=(
        Person(id="ana", name="Ana", identities=(ANA.identity,)),
        Person(id="bo", name="Bo", identities=(BO_MAIL,)),
        Person(id="cy", name="Cy", identities=(CY.identity,)),
        Person(id="di", name="Di", identities=(DI.identity,)),
    )
)
LADDER = ({"after": HOUR, "to": ("cy",), "via": ("sms",)}, {"after": 2 * HOUR, "to": ("di",)})


def policy(**rule: object) -> Policy:
    kept = {"tool": "deploy", "approvers": ("bo",), "expires_in": timedelta(hours=4), "ladder": LADDER}
    return Policy(rules=(Rule.model_validate(kept | rule),), escalate_to=("di",))


def asked(people: People = TEAM, **rule: object) -> Story:
    return asked_for_deploy(Story(policy(**rule), people=people))


def due(story: Story, step: int, at: datetime | None = None) -> tuple[Event, ...]:
    """The timer of a step fires, in its time or at another."""
    story.waits(at or story.request.terms.plan[step].due)
    story.fires(plan_timer(story.request.id, step))
    return story.turn()


def raised(events: tuple[Event, ...]) -> RequestRaised:
    return next(event for event in events if isinstance(event, RequestRaised))


def run_out(story: Story) -> tuple[Event, ...]:
    request = story.thread.open_request(story.request.id)
    assert request is not None
    story.waits(request.expires_at)
    story.fires(request.id)
    return story.turn(model=scripted(DONE))


def test_whoever_the_ladder_names_is_asked_as_well_and_the_requester_hears_of_it() -> None:
    story = asked()
    events = due(story, 0)
    assert kinds(events) == ["request_raised", "notice"]
    assert (raised(events).to, raised(events).via, raised(events).why) == (("cy",), ("sms",), "time")
    assert isinstance(events[1], Notice)
    assert (events[1].to, events[1].kind, events[1].detail) == (ANA.identity, "moved", "cy")
    story.clicks(CY, story.request.id, "approve", digest=story.request.digest)
    assert kinds(story.turn()) == ["request_closed", "tool_call"]


def test_before_that_they_may_not_decide_and_the_first_ones_may_go_on() -> None:
    story = asked()
    story.clicks(CY, story.request.id, "approve", digest=story.request.digest)
    assert refused(story).kind == "not_an_approver"
    due(story, 0)
    story.clicks(BO, story.request.id, "approve", digest=story.request.digest)
    assert kinds(story.turn()) == ["request_closed", "tool_call"]


def test_each_step_is_taken_once() -> None:
    story = asked()
    due(story, 0)
    assert due(story, 0) == ()


def test_a_step_of_somebody_whom_todays_rule_does_not_know_is_left_out() -> None:
    story = asked()
    story.change(policy(ladder=({"after": HOUR, "to": ("di",)},)))
    assert due(story, 0) == ()
    assert raised(due(story, 1)).to == ("di",)


def test_who_cannot_be_reached_is_not_waited_for() -> None:
    story = asked()
    story.lost(story.request.id, BO_MAIL)
    events = story.turn()
    assert [e.to for e in events if isinstance(e, RequestRaised)] == [("cy",)]
    assert raised(events).why == "undelivered"
    assert due(story, 0) == (), "that step was taken"
    story.lost(story.request.id, CY.identity)
    assert raised(story.turn()).to == ("di",)
    story.lost(story.request.id, DI.identity)
    assert "request_raised" not in kinds(story.turn())


def test_that_the_requesters_own_copy_is_lost_is_no_reason_to_ask_others() -> None:
    story = asked()
    story.lost(story.request.id, ANA.identity)
    assert "request_raised" not in kinds(story.turn())


@pytest.mark.parametrize("early", [True, False])
def test_what_is_closed_or_held_is_raised_no_more(early: bool) -> None:
    story = asked(undo_within=timedelta(hours=3) if early else timedelta(0))
    story.clicks(BO, story.request.id, "approve", digest=story.request.digest)
    story.turn()
    assert due(story, 0) == ()


# --- reminders


def sleeping(*names: str) -> People:
    """At nine in the morning in London these are asleep, until ten."""
    quiet = Quiet(start=time(22), end=time(10, 30))
    changed = (one.model_copy(update={"quiet": quiet if one.id in names else None}) for one in TEAM.people)
    return People(people=tuple(changed))


def reminding(people: People = TEAM, *after: timedelta) -> Story:
    return asked(people, approvers=("bo", "cy", "di"), need=2, ladder=(), remind_after=after or (HOUR,))


def test_those_are_reminded_who_can_still_decide() -> None:
    story = reminding()
    story.clicks(BO, story.request.id, "approve", digest=story.request.digest)
    story.turn()
    events = due(story, 0)
    assert kinds(events) == ["request_raised"]
    assert (raised(events).why, raised(events).to) == ("reminder", ("cy", "di"))


def test_nobody_is_woken_for_a_reminder() -> None:
    events = due(reminding(sleeping("bo", "di")), 0)
    assert raised(events).to == ("cy",)


def test_when_all_are_asleep_it_waits_for_the_first_to_wake() -> None:
    story = reminding(sleeping("bo", "cy", "di"))
    put_off = raised(due(story, 0))
    assert put_off.due == START.replace(hour=10, minute=30)
    assert raised(due(story, 0, put_off.due)).due is None


def test_of_reminders_that_would_all_wait_for_one_morning_the_last_one_does() -> None:
    story = reminding(sleeping("bo", "cy", "di"), HOUR, 1.25 * HOUR, 2 * HOUR)
    assert due(story, 0) == ()
    assert raised(due(story, 1)).due == START.replace(hour=10, minute=30)
    assert raised(due(story, 2)).due is None


# --- when time runs out


@pytest.mark.parametrize("said", ["deny", "escalate"])
def test_nothing_is_done_and_with_escalate_somebody_is_told(said: OnTimeout) -> None:
    story = asked(on_timeout=said)
    events = run_out(story)
    closed = next(event for event in events if isinstance(event, RequestClosed))
    assert closed.outcome == "expired"
    assert any(isinstance(event, Escalation) for event in events) == (said == "escalate")


def test_a_request_on_hold_stays_open_for_a_month() -> None:
    story = asked(on_timeout="hold")
    expired = story.request.expires_at
    assert kinds(run_out(story))[:2] == ["request_kept", "notice"]
    kept = next(event for event in story.log if isinstance(event, RequestKept))
    assert kept.until == expired + KEPT_FOR
    story.clicks(BO, story.request.id, "approve", digest=story.request.digest)
    assert kinds(story.turn()) == ["request_closed", "tool_call"]


def test_and_not_for_ever() -> None:
    story = asked(on_timeout="hold")
    run_out(story)
    assert kinds(run_out(story))[0] == "request_closed"


def test_silence_approves_only_where_card_and_rule_say_so() -> None:
    assert kinds(run_out(asked(on_timeout="approve")))[:2] == ["request_closed", "tool_call"]
    story = asked(on_timeout="approve")
    story.change(policy(on_timeout="deny"))
    assert kinds(run_out(story))[0] == "request_closed"
    assert not story.thread.running


def test_an_expiry_that_rings_before_its_time_ends_nothing() -> None:
    story = asked()
    story.fires(story.request.id)
    assert story.turn() == ()


def test_the_ladder_does_not_ask_who_asked() -> None:
    story = asked(ladder=({"after": HOUR, "to": ("ana", "cy")},))
    assert raised(due(story, 0)).to == ("cy",)
    by_text = Author(identity=BO_TEXT, person="ana", assurance="verified")
    story.clicks(by_text, story.request.id, "approve", digest=story.request.digest)
    assert refused(story).kind == "own_request"
