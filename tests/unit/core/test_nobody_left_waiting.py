"""Nobody is left waiting: what cannot be put, seen, reached or agreed to is said to somebody, and to the right one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent_core.agent import Agent, scripted
from agent_core.events import Notice, Preview, Previewed, RequestClosed, RequestRaised
from agent_core.people import Group, People, Person
from agent_core.policy.rules import Policy, Rule
from agent_core.prompt import Prompt
from agent_core.raising import plan_timer
from agent_core.tools import tool
from tests.unit.core.story import ANA, BO, BY_NAME, CY, DEPLOY, DI, DONE, Story, asked_for_deploy, kinds

HOUR = timedelta(hours=1)
OTHER = '{"version":"1.4.2","environment":"staging"}'


@tool(risk="high", approval=True, previews=True)
def deploy(version: str, environment: str) -> None:
    """Deploy a version; it can tell what that would do."""


FORESEEING = Agent(name="test", prompt=Prompt(id="test", text="You are a test."), tools=(deploy,))


def rule(**said: object) -> Rule:
    return Rule.model_validate({"tool": "deploy", "approvers": ("bo", "cy"), "expires_in": HOUR} | said)


def policy(*rules: Rule) -> Policy:
    return Policy(rules=rules, escalate_to=("di",))


def asked(*rules: Rule, people: People = BY_NAME) -> Story:
    return asked_for_deploy(Story(policy(*rules), people=people))


def left(*names: str) -> People:
    return People(people=tuple(one.model_copy(update={"left": one.id in names}) for one in BY_NAME.people))


def foresees(story: Story, *, ok: bool = True) -> None:
    preview = next(event for event in reversed(story.log) if isinstance(event, Preview))
    outcome = "ok" if ok else "failed"
    story.append(
        Previewed.model_validate(
            {"id": story.fresh("p"), "preview_id": preview.id, "outcome": outcome, "content": "so"}
        )
    )


# --- changed by who decides


def test_a_change_that_may_not_be_put_leaves_the_request_open_and_says_why() -> None:
    story = asked(rule(when={"environment": "production"}), rule(then="forbid", approvers=()))
    story.clicks(BO, story.request.id, "approve", digest=story.request.digest, arguments=OTHER)
    told = story.turn()
    assert kinds(told) == ["notice"]
    assert isinstance(told[0], Notice)
    assert (told[0].to, told[0].kind, told[0].detail) == (
        BO.identity,
        "bad_arguments",
        "the policy forbids this: deploy",
    )
    assert story.thread.open == (story.request,)


def test_when_the_preview_of_a_changed_call_fails_the_requester_is_told() -> None:
    story = Story(policy(rule(need=2, approvers=("bo", "cy", "di"))), agent=FORESEEING)
    story.says(ANA, "deploy")
    story.turn(DEPLOY)
    foresees(story)
    story.turn()
    story.says(ANA, "did you ask?")
    story.turn(DONE)
    assert story.thread.debts == ()
    story.clicks(BO, story.request.id, "approve", digest=story.request.digest, arguments=OTHER)
    assert kinds(story.turn()) == ["request_closed", "preview"]
    foresees(story, ok=False)
    assert kinds(story.turn(DONE)) == ["failure", "agent_message"]


# --- told in the meantime


@pytest.mark.parametrize("still", ["pause", "taken"])
def test_what_a_tool_tells_while_the_agent_is_to_keep_still_starts_nothing_and_is_asked_again_later(still: str) -> None:
    story = Story(policy(rule(then="auto", approvers=())), agent=FORESEEING)
    story.says(ANA, "deploy")
    story.turn(DEPLOY)
    if still == "pause":
        story.control("pause")
    else:
        story.says(DI, "TAKE OVER")
    story.turn()
    foresees(story)
    assert kinds(story.turn()) == ["failure"]
    if still == "pause":
        story.control("resume")
    else:
        story.says(DI, "HAND BACK")
    assert kinds(story.turn(DEPLOY))[-1] == "preview"


# --- agreed, and still not enough


@pytest.mark.parametrize("why", ["left", "said no"])
def test_a_yes_that_cannot_help_any_more_is_not_told_as_a_no_of_theirs(why: str) -> None:
    story = asked(rule(need=2, approvers=("bo", "cy", "di"), veto=()))
    if why == "left":
        story.people = left("cy", "di")
    else:
        story.clicks(CY, story.request.id, "deny", digest=story.request.digest)
        story.turn()
        story.people = left("di")
    story.clicks(BO, story.request.id, "approve", digest=story.request.digest, reason="fine by me")
    story.turn(model=scripted(DONE))
    closed = next(event for event in story.log if isinstance(event, RequestClosed))
    assert (closed.outcome, closed.by) == ("denied", None)
    assert "fine" not in closed.reason


# --- handed on


def test_who_decides_in_the_place_of_a_veto_has_it() -> None:
    story = asked(rule(need=1, approvers=("bo", "cy"), veto=("bo",), delegates=("di",)))
    story.clicks(BO, story.request.id, "delegate", to="di")
    story.turn()
    story.clicks(DI, story.request.id, "deny", digest=story.request.digest)
    assert kinds(story.turn(DONE)) == ["request_closed", "agent_message"]


# --- who cannot be reached

LADDER = ({"after": HOUR / 4, "to": ("di",)}, {"after": HOUR / 2, "to": ("cy",)})


def raises(story: Story) -> list[tuple[str, ...]]:
    return [event.to for event in story.turn() if isinstance(event, RequestRaised)]


def test_a_rung_of_those_who_have_left_does_not_stop_the_ladder() -> None:
    story = asked(rule(approvers=("bo",), ladder=LADDER))
    story.people = left("di")
    story.lost(story.request.id, "email:bo@elsewhere.test")
    assert raises(story) == [("cy",)]
    story.fires(plan_timer(story.request.id, 0))
    assert story.turn() == ()


def test_a_room_that_cannot_be_reached_and_somebody_who_is_nowhere_are_not_waited_for() -> None:
    group = Group(id="ops", members=("bo",), room="slack:T1:C1")
    bodiless = Person(id="cy", name="Cy", identities=())
    people = People(people=(*(one for one in BY_NAME.people if one.id != "cy"), bodiless), groups=(group,))
    story = asked(
        rule(approvers=("ops",), ladder=({"after": HOUR / 4, "to": ("cy",)}, {"after": HOUR / 2, "to": ("di",)})),
        people=people,
    )
    story.lost(story.request.id, "slack:T1:C1")
    assert raises(story) == [("cy",)]
    story.lost(story.request.id, "nowhere:cy")
    assert raises(story) == [("di",)]
    story.lost(story.request.id, ANA.identity)
    assert raises(story) == []


def test_while_an_approval_is_held_nobody_else_is_asked() -> None:
    story = asked(rule(approvers=("bo",), ladder=LADDER, undo_within=HOUR / 2))
    story.clicks(BO, story.request.id, "approve", digest=story.request.digest)
    story.turn()
    story.lost(story.request.id, "nowhere:bo")
    assert raises(story) == []
