"""Takeover: a human talks to people in the agent's place, and gives the thread back."""

from __future__ import annotations

from typing import get_args

import pytest

from agent_core.agent import scripted
from agent_core.events import Handoff, Notice, Relayed, UserMessage
from agent_core.people import People, Person
from agent_core.values import Author, Doubt
from tests.unit.core.story import (
    ANA,
    BO,
    CY,
    DEPLOY,
    DI,
    DONE,
    FORGED_BO,
    POLICY,
    STRANGER,
    Story,
    asked_for_deploy,
    kinds,
)

TEAM = People(
    people=tuple(
        Person(id=one.person or "", name=(one.person or "").title(), identities=(one.identity,))
        for one in (ANA, BO, CY, DI)
    )
)


def story_() -> Story:
    return asked_for_deploy(Story(POLICY, people=TEAM))


def says(story: Story, who: Author, text: str) -> list[str]:
    story.says(who, text)
    return kinds(story.turn(model=scripted(DONE)))


def relayed(story: Story) -> Relayed:
    return next(event for event in reversed(story.log) if isinstance(event, Relayed))


def test_who_helps_takes_over_and_talks_with_the_requester_through_us() -> None:
    story = story_()
    assert says(story, DI, "take over") == ["handoff", "notice", "notice"]
    told = {event.to: event.kind for event in story.log if isinstance(event, Notice)}
    assert told == {ANA.identity: "taken_over", DI.identity: "taken_over"}
    assert story.thread.status == "taken_over"

    assert says(story, DI, "Ana, what is this for?") == ["relayed"]
    assert (relayed(story).to, relayed(story).author, relayed(story).text) == (
        (ANA.identity,),
        DI,
        "Ana, what is this for?",
    )
    assert says(story, ANA, "for the fair") == ["relayed"]
    assert (relayed(story).to, relayed(story).author) == ((DI.identity,), ANA)


@pytest.mark.parametrize("doubt", [one for one in get_args(Doubt) if one])
def test_words_in_doubt_change_no_hands_and_their_author_is_told_why(doubt: Doubt) -> None:
    story = story_()
    for words, status in (("TAKE OVER", "awaiting_human"), ("HAND BACK all is well", "taken_over")):
        if status == "taken_over":
            says(story, DI, "TAKE OVER")
        story.append(UserMessage(id=story.fresh("mail"), author=DI, text=words, doubt=doubt))
        [notice] = story.turn(model=scripted(DONE))
        assert isinstance(notice, Notice)
        assert (notice.kind, notice.to) == (doubt, DI.identity)
        assert story.thread.status == status


def test_the_agent_is_silent_until_it_is_given_back_and_then_knows_what_was_said() -> None:
    story = story_()
    says(story, DI, "TAKE OVER")
    story.says(ANA, "hello?")
    assert kinds(story.turn()) == ["relayed"]
    assert says(story, DI, "Hand back: she wants 1.4.2 in staging") == ["handoff", "notice", "notice", "agent_message"]
    handed = next(event for event in reversed(story.log) if isinstance(event, Handoff))
    assert (handed.to, handed.note) == ("agent", "she wants 1.4.2 in staging")
    assert story.thread.status == "awaiting_human"


def test_decisions_count_while_a_human_has_the_thread() -> None:
    story = story_()
    says(story, DI, "take over")
    story.says(BO, "APPROVE 123456", answers=story.request.id)
    assert kinds(story.turn()) == ["approval_response", "request_closed", "tool_call"]


def test_whoever_may_decide_something_here_may_take_over() -> None:
    assert says(story_(), BO, "take over")[0] == "handoff"


@pytest.mark.parametrize("who", [ANA, FORGED_BO, STRANGER])
def test_nobody_else_may(who: Author) -> None:
    story = story_()
    assert "handoff" not in says(story, who, "take over")
    assert story.thread.taken_by is None


def test_nothing_but_these_words_is_an_order() -> None:
    for talk in ("take over the deployment", "please take over", "hand backs", "they hand back"):
        story = story_()
        assert "handoff" not in says(story, DI, talk), talk


def test_what_is_asked_while_a_human_has_it_waits_for_the_agent() -> None:
    story = Story(POLICY, people=TEAM)
    says(story, ANA, "hello")
    says(story, DI, "take over")
    says(story, ANA, "deploy 1.4.2")
    story.says(DI, "hand back")
    assert kinds(story.turn(DEPLOY))[-1] == "approval_request"
