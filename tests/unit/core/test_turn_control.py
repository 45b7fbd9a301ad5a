"""Stories of who holds the reins: pause, resume, stop, and a human who takes over."""

from __future__ import annotations

from agent_core.agent import Agent, Model, Thought
from agent_core.events import Handoff, Notice, ToolCall
from agent_core.steps import Say
from agent_core.thread import Thread
from agent_core.turn import run_turn
from tests.unit.core.story import (
    ANA,
    BO,
    DI,
    DONE,
    LOOK,
    Story,
    asked_for_deploy,
    at_once,
    kinds,
    refused,
)


def test_a_paused_thread_thinks_only_after_it_is_resumed() -> None:
    story = Story()
    story.control("pause")
    story.says(ANA, "hello")
    assert kinds(story.turn()) == ["notice", "notice"]
    assert story.thread.status == "paused"

    story.control("resume")
    assert kinds(story.turn(Say(text="Hello."))) == ["notice", "agent_message"]


def test_a_pause_between_choice_and_run_leaves_the_result_for_after_the_resume() -> None:
    story = Story()
    story.says(ANA, "look around")
    story.turn(LOOK)
    story.control("pause")
    assert kinds(story.turn()) == ["notice"]
    story.ends(story.call, "ok", "nothing")
    assert story.turn() == ()

    story.control("resume")
    assert kinds(story.turn(DONE)) == ["notice", "agent_message"]


def test_a_decision_counts_while_the_thread_is_paused() -> None:
    story = asked_for_deploy()
    story.control("pause")
    story.turn()
    story.clicks(BO, story.request.id, "approve")

    assert kinds(story.turn()) == ["request_closed", "tool_call"]


def test_a_stop_withdraws_every_open_request_and_says_so() -> None:
    story = asked_for_deploy()
    story.control("stop")

    events = story.turn()

    assert kinds(events) == ["request_closed", "notice"]
    assert story.thread.status == "stopped"
    story.clicks(BO, story.request.id, "approve")
    assert refused(story).detail == "withdrawn by di at 2026-11-21 09:00 UTC"


def test_an_approval_overtaken_by_a_stop_starts_nothing() -> None:
    story = asked_for_deploy()
    story.clicks(BO, story.request.id, "approve")
    story.control("stop")

    events = story.turn()

    assert kinds(events) == ["notice", "request_closed", "notice"]
    assert story.thread.running == ()
    closed = story.thread.closed_request(story.request.id)
    assert closed is not None
    assert closed.outcome == "withdrawn"


def test_an_approval_overtaken_by_a_stop_starts_nothing_even_if_somebody_writes_again_before_it_is_heard() -> None:
    story = asked_for_deploy()
    story.clicks(BO, story.request.id, "approve")
    story.control("stop")
    story.says(ANA, "hello?")

    assert "tool_call" not in kinds(story.turn(DONE))
    closed = story.thread.closed_request(story.request.id)
    assert closed is not None
    assert closed.outcome == "withdrawn"


def test_a_message_overtaken_by_a_stop_is_not_thought_about() -> None:
    story = Story()
    story.says(ANA, "hello")
    story.control("stop")

    assert kinds(story.turn()) == ["notice"]


def test_a_tool_that_ends_after_the_stop_is_reported_without_the_model() -> None:
    story = Story()
    story.says(ANA, "look around")
    story.turn(LOOK)
    story.control("stop")
    story.turn()
    story.ends(story.call, "ok", "nothing")

    events = story.turn()

    assert kinds(events) == ["notice"]
    assert isinstance(events[0], Notice)
    assert (events[0].kind, events[0].detail) == ("finished_after_stop", "ok")


def test_a_new_message_starts_a_stopped_thread_again() -> None:
    story = Story()
    story.says(ANA, "hello")
    story.control("stop")
    story.turn()
    story.says(ANA, "are you there?")

    assert kinds(story.turn(Say(text="Yes."))) == ["agent_message"]


class Interrupted:
    """A model during whose thinking something happens; the store then refuses the turn and it is made again."""

    def __init__(self, story: Story) -> None:
        self.story = story

    async def next_step(self, agent: Agent, thread: Thread) -> Thought:
        """Choose a tool, while somebody stops the thread."""
        if not self.story.thread.stopped:
            self.story.control("stop")
        return Thought(outcome="step", step=LOOK)


def test_a_stop_while_the_model_thinks_is_seen_when_the_turn_is_decided_again() -> None:
    story = Story()
    story.says(ANA, "look around")
    model: Model = Interrupted(story)
    before = story.thread
    overtaken = at_once(run_turn(before, story.setting(story.now), model))
    assert kinds(overtaken) == ["tool_call"]
    assert story.thread.anchor != before.anchor

    assert kinds(story.turn()) == ["notice"]
    assert not any(isinstance(event, ToolCall) for event in story.log)


def test_a_human_who_took_over_is_left_alone_until_they_hand_back() -> None:
    story = Story()
    story.says(ANA, "hello")
    story.append(Handoff(id="h1", to="human", author=DI))
    assert story.turn() == ()
    assert story.thread.status == "taken_over"

    story.append(Handoff(id="h2", to="agent", author=DI, note="she only wants to say hello"))
    assert kinds(story.turn(Say(text="Hello."))) == ["agent_message"]
