"""The fold: everything the agent acts on comes from the log alone, and a saved fold is as good as the log."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from agent_core.agent import Thought
from agent_core.debts import MEMORY_OF_DEBTS
from agent_core.deliveries import Delivery
from agent_core.events import (
    AgentMessage,
    ApprovalRequest,
    Control,
    Event,
    Failure,
    Handoff,
    Notice,
    RequestClosed,
    Summary,
    ToolCall,
    ToolResult,
    UserMessage,
)
from agent_core.fold import MEMORY_OF_CLOSED, MEMORY_OF_UNHEARD, WINDOW, append
from agent_core.thread import Thread
from agent_core.turn import what_next
from agent_core.values import Author
from tests.unit.core.history import histories
from tests.unit.core.story import AGENT, ANA, BO, DEPLOY, LOOK, Story, asked_for_deploy

EMPTY = Thread(id="t1")


def message(number: int, author: Author = ANA) -> UserMessage:
    return UserMessage(id=f"m{number}", author=author, text="hello")


@given(story=histories, data=st.data())
@settings(max_examples=40, deadline=None)
def test_folding_on_from_a_saved_fold_gives_what_folding_everything_gives(story: Story, data: st.DataObject) -> None:
    whole = append(EMPTY, *story.log)
    assert whole == story.thread
    for cut in range(len(story.log) + 1):
        saved = append(EMPTY, *story.log[:cut]).model_dump_json()
        assert append(Thread.model_validate_json(saved), *story.log[cut:]) == whole


@given(events=st.lists(st.sampled_from((0, 1, 2, 3, 4)), min_size=1, max_size=3))
@settings(max_examples=4, deadline=None)
def test_a_thread_stays_small_whatever_its_log_holds(events: list[int]) -> None:
    flood: list[Event] = []
    for number in range(1300):
        kind = events[number % len(events)]
        author = Author(identity=f"x:{number}", assurance="none")
        flood.append(
            (
                message(number, author),
                Failure(id=f"f{number}", kind="k", summary="s"),
                ToolResult(id=f"r{number}", call_id=f"c{number}", outcome="failed", content=""),
                RequestClosed(id=f"q{number}", request_id=f"a{number}", outcome="denied"),
                Notice(id=f"n{number}", to="x:1", kind="paused"),
            )[kind]
        )
    thread = append(EMPTY, *flood)

    assert thread.seq == 1300
    assert len(thread.recent) <= WINDOW
    assert len(thread.closed) <= MEMORY_OF_CLOSED
    assert len(thread.debts) <= MEMORY_OF_DEBTS
    assert len(thread.unheard) <= MEMORY_OF_UNHEARD
    assert thread.recent[-1] == flood[-1]
    assert thread.omitted + len(thread.recent) == 1300


def test_someone_who_waits_is_not_forgotten_because_somebody_else_writes_a_lot() -> None:
    thread = append(EMPTY, message(0, BO), *(message(number) for number in range(1, 500)))

    assert len(thread.debts) == MEMORY_OF_DEBTS
    assert thread.waiting_for_answer == (BO.identity, ANA.identity)


def test_what_the_agent_writes_counts_as_having_heard_all_that_came_before() -> None:
    thread = append(EMPTY, message(1), message(2))
    assert [event.id for event in thread.unheard] == ["m1", "m2"]

    assert append(thread, AgentMessage(id="a", to=(ANA.identity,), text="hello")).unheard == ()


def test_a_summary_takes_the_place_of_what_it_sums_up() -> None:
    thread = append(EMPTY, *(message(number) for number in range(5)), Summary(id="s", text="five greetings"))

    assert [event.id for event in thread.recent] == ["s"]
    assert thread.omitted == 5


def test_an_open_request_stays_however_much_is_said_after_it() -> None:
    story = asked_for_deploy()
    thread = append(story.thread, *(message(number) for number in range(200)))

    assert thread.open == (story.request,)
    assert story.request not in thread.recent


def test_the_first_who_writes_is_the_requester_of_the_thread() -> None:
    thread = append(EMPTY, message(1, BO), message(2, ANA))

    assert thread.requester == BO
    assert [author.person for author in thread.askers] == ["bo", "ana"]


def test_a_thread_says_in_one_word_what_it_is_doing() -> None:
    story = Story()
    seen = [story.thread.status]
    story.says(ANA, "look around")
    seen.append(story.thread.status)
    story.turn(LOOK)
    seen.append(story.thread.status)
    story.ends(story.call, "ok", "nothing")
    story.turn(DEPLOY)
    seen.append(story.thread.status)
    for event in (
        Handoff(id="h", to="human", author=BO),
        Control(id="p", verb="pause", author=BO),
        Control(id="s", verb="stop", author=BO),
    ):
        story.append(event)
        seen.append(story.thread.status)

    assert seen == ["idle", "working", "running_tool", "awaiting_human", "taken_over", "paused", "stopped"]


LOOKING = ToolCall(id="c", call={"tool": "look", "version": "1", "arguments": "{}"})
WAITING = append(EMPTY, message(1))


@pytest.mark.parametrize(
    ("thread", "move"),
    [
        (EMPTY, "wait"),
        (WAITING, "think"),
        (append(WAITING, AgentMessage(id="a", to=(ANA.identity,), text="hello")), "wait"),
        (append(WAITING, AgentMessage(id="a", to=(BO.identity,), text="hello")), "think"),
        (append(WAITING, LOOKING), "wait"),
        (append(WAITING, LOOKING, ToolResult(id="r", call_id="c", outcome="ok", content="")), "think"),
        (append(WAITING, LOOKING, ToolResult(id="r", call_id="other", outcome="ok", content="")), "wait"),
        (append(WAITING, Control(id="x", verb="pause", author=BO)), "wait"),
        (append(WAITING, Control(id="x", verb="pause", author=BO), Control(id="y", verb="resume", author=BO)), "think"),
        (append(WAITING, Control(id="x", verb="stop", author=BO)), "wait"),
        (append(WAITING, Control(id="x", verb="stop", author=BO), Control(id="y", verb="resume", author=BO)), "wait"),
        (append(WAITING, Control(id="x", verb="stop", author=BO), message(2)), "think"),
        (append(WAITING, Handoff(id="x", to="human", author=BO)), "wait"),
        (append(WAITING, Handoff(id="x", to="human", author=BO), Handoff(id="y", to="agent", author=BO)), "think"),
        (append(WAITING, *(Failure(id=f"f{n}", kind="k", summary="s") for n in range(2))), "think"),
        (append(WAITING, *(Failure(id=f"f{n}", kind="k", summary="s") for n in range(3))), "3 errors in a row"),
        (WAITING.model_copy(update={"steps": 10}), "10 steps without an end"),
        (WAITING.model_copy(update={"steps": 9}), "think"),
        (WAITING.model_copy(update={"retrying": True}), "wait"),
        (WAITING.model_copy(update={"retrying": True, "failures": 3}), "3 errors in a row"),
        (WAITING.model_copy(update={"paused": True, "failures": 3}), "wait"),
        (append(WAITING, Delivery(id="d", effect_id="e", cause="c", to="x:1", outcome="sent")), "think"),
    ],
)
def test_what_happened_last_decides_what_happens_next(thread: Thread, move: str) -> None:
    assert what_next(thread, AGENT) == move


def test_a_thought_about_a_request_is_not_thought_again_until_something_happens() -> None:
    story = asked_for_deploy()
    assert all(debt.thought for debt in story.thread.debts)
    assert isinstance(story.log[-1], ApprovalRequest)

    story.says(ANA, "well?")
    assert story.turn(Thought(outcome="invalid"), Thought(outcome="invalid"), Thought(outcome="invalid"))
