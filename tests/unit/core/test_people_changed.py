"""When who may decide changes: delegates are asked, the ladder is climbed, or it is said that too few are left."""

from __future__ import annotations

from itertools import chain

from hypothesis import event, given, settings, strategies as st

from agent_core.agent import scripted
from agent_core.events import (
    ApprovalRequest,
    Escalation,
    Event,
    Notice,
    PeopleChanged,
    RequestClosed,
    RequestRaised,
    ToolCall,
)
from agent_core.people import People, Person
from agent_core.policy.rules import Policy, Rule
from agent_core.raising import plan_timer
from tests.unit.core.changing import HOUR, LADDER, TOO_FEW, asked, changed, goes, leaves, policy, raises, tells
from tests.unit.core.story import (
    ANA,
    BO,
    BY_NAME,
    CY,
    DI,
    DONE,
    Story,
    asked_for_deploy,
    kinds,
)

# --- too few are left


def test_when_the_last_one_leaves_the_requester_and_who_helps_are_told_and_it_stays_open() -> None:
    story = asked()
    events = leaves(story, "bo")
    assert kinds(events) == TOO_FEW
    told, escalated = events
    assert isinstance(told, Notice)
    assert (told.to, told.kind, told.about, told.detail) == (ANA.identity, "too_few", story.request.id, "di")
    assert isinstance(escalated, Escalation)
    assert (escalated.to, escalated.about) == (("di",), story.request.id)
    assert story.thread.open == (story.request,)


def test_it_is_told_once_however_often_it_is_said_and_at_no_later_step_of_the_plan() -> None:
    story = asked(approvers=("bo", "cy"), need=2, remind_after=(HOUR / 2,))
    assert kinds(leaves(story, "bo")) == TOO_FEW
    assert tells(story, "bo") == ()
    assert leaves(story, "cy") == ()
    story.waits(story.request.terms.plan[0].due)
    story.fires(plan_timer(story.request.id, 0))
    assert story.turn() == ()


def test_as_long_as_those_who_are_left_can_fill_the_seats_nothing_happens() -> None:
    story = asked(approvers=("bo", "cy", "di"), need=2)
    assert leaves(story, "bo") == ()
    assert kinds(leaves(story, "cy")) == TOO_FEW


def test_who_has_no_identity_any_more_cannot_answer() -> None:
    story = asked()
    story.people = changed(story.people, "bo", identities=())
    assert kinds(tells(story, "bo")) == TOO_FEW


def test_nobody_is_said_to_have_been_told_who_left_as_well() -> None:
    story = asked(approvers=("bo",))
    story.people = changed(story.people, "di", left=True)
    (told,) = leaves(story, "bo")
    assert isinstance(told, Notice)
    assert told.detail == "nobody"


def test_what_the_agent_owes_it_owes_still() -> None:
    story = asked()
    story.says(CY, "and what about staging?")
    story.turn(model=scripted(DONE))
    story.says(CY, "hello?")
    story.people = changed(story.people, "bo", left=True)
    story.append(PeopleChanged(id="p", person="bo"))
    assert kinds(story.turn(DONE)) == [*TOO_FEW, "agent_message"]


def test_a_reminder_that_finds_nobody_says_so_and_one_that_finds_somebody_does_not() -> None:
    story = asked(approvers=("bo", "cy"), remind_after=(HOUR / 4, HOUR / 2))
    story.people = changed(story.people, "bo", left=True)
    for step, expected in ((0, ["request_raised"]), (1, TOO_FEW)):
        story.waits(story.request.terms.plan[step].due)
        story.fires(plan_timer(story.request.id, step))
        assert kinds(story.turn()) == expected
        story.people = changed(story.people, "cy", left=True)


def test_a_held_request_is_looked_at_when_its_approval_does_not_take_effect() -> None:
    rule = Rule(tool="deploy", approvers=("bo",), expires_in=HOUR, undo_within=HOUR / 4)
    story = asked_for_deploy(Story(Policy(rules=(rule,), escalate_to=("di",))))
    story.clicks(BO, story.request.id, "approve", digest=story.request.digest)
    story.turn()
    assert leaves(story, "bo") == ()
    story.now += HOUR / 4
    story.fires(f"undo:{story.request.id}")
    assert kinds(story.turn()) == ["approval_held", "notice", *TOO_FEW]


def test_of_a_stopped_thread_nothing_is_said() -> None:
    story = asked()
    story.people = changed(story.people, "bo", left=True)
    story.append(PeopleChanged(id="p", person="bo"))
    story.control("stop")
    assert kinds(story.turn()) == ["request_closed", "notice"]


def test_silence_approves_nothing_where_nobody_could_have_objected() -> None:
    story = asked(on_timeout="approve", ladder=({"after": HOUR / 2, "to": ("cy",)},))
    story.change(policy(on_timeout="approve"))
    assert kinds(leaves(story, "bo")) == TOO_FEW
    story.waits(story.request.expires_at)
    story.fires(story.request.id)
    closed = next(one for one in story.turn(model=scripted(DONE)) if isinstance(one, RequestClosed))
    assert closed.outcome == "expired"


# --- the ladder


def test_the_ladder_is_climbed_at_once_as_far_as_it_must_be() -> None:
    story = asked(ladder=LADDER)
    events = leaves(story, "bo")
    assert raises(events) == [("too_few", ("cy",))]
    assert [one.kind for one in events if isinstance(one, Notice)] == ["moved"]
    assert tells(story, "bo") == ()
    assert raises(leaves(story, "cy")) == [("too_few", ("di",))]
    story.clicks(DI, story.request.id, "approve", digest=story.request.digest)
    assert kinds(story.turn()) == ["request_closed", "tool_call"]


def test_two_rungs_are_taken_where_one_is_not_enough() -> None:
    people = People(people=(*BY_NAME.people, Person(id="eli", name="Eli", identities=("email:eli@example.test",))))
    story = asked_for_deploy(Story(policy(need=2, approvers=("bo", "eli"), ladder=LADDER), people=people))
    story.people = changed(story.people, "eli", left=True)
    assert raises(leaves(story, "bo")) == [("too_few", ("cy",)), ("too_few", ("di",))]


def test_no_rung_is_climbed_where_none_would_help() -> None:
    story = asked(approvers=("bo", "cy"), need=2, ladder=({"after": HOUR / 4, "to": ("di",)},))
    story.people = changed(story.people, "cy", left=True)
    assert kinds(leaves(story, "bo")) == TOO_FEW


# --- whatever happens to people

NAMES = ("ana", "bo", "cy", "di")
CHANGES = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(("left", "away", "unlinked", "again")), st.sampled_from(NAMES)),
    max_size=8,
)
RULES = st.sampled_from(
    (
        {"approvers": ("bo", "cy"), "delegates": ("di",)},
        {"approvers": ("bo",), "ladder": LADDER, "on_timeout": "approve"},
        {"approvers": ("bo", "cy"), "need": 2, "veto": (), "delegates": ("di",), "undo_within": HOUR / 4},
        {"approvers": ("bo", "cy", "di"), "need": "all", "remind_after": (HOUR / 2,)},
    )
)


def befalls(story: Story, name: str, what: str, delegate: str) -> tuple[Event, ...]:
    if what == "left":
        return leaves(story, name)
    if what == "away":
        return goes(story, name, delegate)
    if what == "unlinked":
        story.people = changed(story.people, name, identities=())
    return tells(story, name)


@given(rule=RULES, votes=st.booleans(), changes=CHANGES)
@settings(max_examples=150, deadline=None)
def test_no_change_of_people_closes_or_approves_anything_or_tells_anybody_twice(
    rule: dict[str, object], votes: bool, changes: list[tuple[str, str, str]]
) -> None:
    story = asked(**rule)
    if votes:
        story.clicks(BO, story.request.id, "approve", digest=story.request.digest)
        story.turn()
    before = [one for one in story.thread.open if isinstance(one, ApprovalRequest)]
    told = [*chain.from_iterable(befalls(story, *change) for change in changes)]
    event(f"told {sorted(set(kinds(told)))}")
    assert not [one for one in told if isinstance(one, RequestClosed | ToolCall)]
    assert [one.id for one in story.thread.open] == [one.id for one in before]
    assert len([one for one in told if isinstance(one, Notice) and one.kind == "too_few"]) <= 1
    asked_for = [(one.why, one.to, one.absent) for one in told if isinstance(one, RequestRaised)]
    assert len(asked_for) == len(set(asked_for))
    assert tells(story, "bo") == ()
