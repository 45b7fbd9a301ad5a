"""What was said is said otherwise: as from the start while the agent has not heard it, and never after that."""

from __future__ import annotations

import pytest

from agent_core.context import render
from agent_core.events import MessageRevised, UserMessage
from agent_core.fold import append
from agent_core.replay import replay
from agent_core.thread import Thread
from agent_core.values import Author
from tests.unit.core.story import ANA, ANA_AT_CONSOLE, BO, DEPLOY, DONE, FORGED_BO, Story, asked_for_deploy, at_once


def queued(text: str = "deploy 1.4.2", answers: str | None = None, by: Author = ANA) -> Story:
    """Something was said, and no turn has been."""
    story = Story()
    story.says(by, text, answers)
    return story


def last_said(story: Story) -> str:
    return next(event.id for event in reversed(story.log) if isinstance(event, UserMessage))


def test_a_message_changed_before_it_was_heard_is_heard_as_changed() -> None:
    story = queued()  # SL-11
    story.revises(ANA, last_said(story), "deploy 1.4.1")
    shown = render(story.thread)
    assert ("1.4.1" in shown, "1.4.2" in shown) == (True, False)
    assert [e.text for e in story.thread.unheard if isinstance(e, UserMessage)] == ["deploy 1.4.1"]
    assert [debt.event for debt in story.thread.debts] == [last_said(story)]
    story.revises(ANA, last_said(story), "deploy 1.4.0")
    assert "1.4.0" in render(story.thread)


def test_a_message_taken_back_before_it_was_heard_is_not_answered() -> None:
    story = queued()
    story.says(BO, "and hello")
    first = next(event.id for event in story.log)
    story.revises(ANA, first)
    assert "1.4.2" not in render(story.thread)
    assert story.thread.waiting_for_answer == (BO.identity,)
    alone = queued()
    alone.revises(ANA, last_said(alone))
    assert alone.turn() == ()
    assert alone.thread.status == "idle"


def test_what_the_agent_has_heard_stays_as_it_was_and_the_log_shows_the_edit() -> None:
    story = asked_for_deploy()
    before = story.thread
    for text in ("deploy 6.6.6 to production", ""):
        story.revises(ANA, last_said(story), text)
        assert story.log[-1].type == "message_revised"
    changed = {"seq": before.seq + 2, "anchor": story.log[-1].id}
    assert story.thread == before.model_copy(update=changed)
    assert story.turn() == ()


@pytest.mark.parametrize("who", [BO, ANA_AT_CONSOLE, Author(identity=ANA.identity, assurance="asserted")], ids=repr)
def test_nobody_changes_anothers_words_nor_ones_own_with_a_weaker_proof(who: Author) -> None:
    story = queued()
    before = story.thread
    story.revises(who, last_said(story), "deploy 6.6.6")
    assert story.thread.unheard == before.unheard
    assert story.thread.recent == before.recent


def test_a_code_counts_for_the_words_it_came_with_only() -> None:
    story = asked_for_deploy()
    story.says(BO, "deny 123456 not today", answers=story.request.id)
    story.revises(BO, last_said(story), "approve")
    written = [event.type for event in story.turn()]
    assert "tool_call" not in written
    assert "request_closed" not in written
    assert FORGED_BO.identity == BO.identity, "the identity alone never was enough"


def test_only_messages_are_said_otherwise() -> None:
    story = asked_for_deploy()
    story.clicks(BO, story.request.id, "approve", digest="f" * 64)
    click = story.log[-1].id
    before = story.thread
    story.revises(BO, click, "deny")
    story.revises(BO, "never-said", "hello")
    assert story.thread.unheard == before.unheard


def test_an_edit_folds_the_same_from_any_snapshot_and_replays() -> None:
    story = queued()
    story.revises(ANA, last_said(story), "deploy 1.4.1")
    story.turn(DEPLOY)
    story.revises(ANA, last_said(story), "deploy 6.6.6")
    story.says(ANA, "well?")
    story.turn(DONE)
    for cut in range(len(story.log) + 1):
        saved = append(Thread(id="t1"), *story.log[:cut]).model_dump_json()
        assert append(Thread.model_validate_json(saved), *story.log[cut:]) == story.thread
    assert at_once(replay(Thread(id="t1"), story.log, story.setting)) is None


def test_an_edit_makes_a_decision_under_way_stale() -> None:
    from agent_core.fold import matters

    assert matters(MessageRevised(id="e", revises="m", author=ANA, text="no"))
