"""Who asked for something stays its requester, however often it is asked anew and whoever spoke last."""

from __future__ import annotations

from agent_core.steps import Say
from tests.unit.core.story import ANA, BO, CY, DEPLOY, DI, Story, kinds


def test_an_approvers_question_does_not_make_an_approver_of_the_one_who_asked() -> None:
    story = Story()
    story.says(ANA, "deploy 6.6.6 to production")
    story.turn(DEPLOY)
    assert "ana" not in story.request.approvers
    first = story.request.id
    story.says(BO, "is that tested?")
    story.turn(DEPLOY)
    assert story.request.id != first
    assert story.request.requester == BO
    assert story.request.approvers == ("cy",)


def test_not_even_when_the_first_request_has_ended() -> None:
    story = Story()
    story.says(ANA, "deploy 6.6.6 to production")
    story.turn(DEPLOY)
    story.clicks(BO, story.request.id, "deny")
    story.turn(Say(text="Bo said no."))
    story.says(CY, "why not?")
    story.says(ANA, "then ask for it again")
    first = story.request.id
    story.turn(DEPLOY)
    assert story.request.id != first
    assert "ana" not in story.request.approvers
    assert "cy" not in story.request.approvers


def test_whoever_it_was_for_is_none_of_its_approvers_when_somebody_else_wants_it_again() -> None:
    story = Story()
    story.says(ANA, "deploy 6.6.6 to production")
    story.says(DI, "yes, please")
    story.turn(DEPLOY)
    assert story.request.askers == ("ana", "di")
    story.clicks(BO, story.request.id, "deny")
    story.turn(Say(text="Bo said no."))
    story.says(DI, "ask for it again")
    story.turn(DEPLOY)
    assert story.request.askers == ("ana", "di")
    assert story.request.requester == DI
    assert story.request.approvers == ("bo", "cy")


def test_when_nobody_else_is_left_nobody_is_asked() -> None:
    story = Story()
    for person in (ANA, BO, CY):
        story.says(person, "deploy 6.6.6 to production")
    events = story.turn(DEPLOY, Say(text="Nobody may approve this."))
    assert kinds(events) == ["failure", "agent_message"]
