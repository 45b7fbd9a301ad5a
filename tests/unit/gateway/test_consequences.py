"""Consequences: what a turn means outside, from the events alone: who is told, what may start, when to wake."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings

from adapters.base import Capabilities
from adapters.heard import Address
from agent_core.agent import Thought
from agent_core.deliveries import Delivery, Redirect
from agent_core.events import (
    ApprovalHeld,
    ApprovalRequest,
    Event,
    Notice,
    Outbound,
    RequestClosed,
    ToolCall,
    ToolResult,
)
from agent_core.people import People, Person
from agent_core.steps import Ask, GiveUp, Step
from gateway.consequences import (
    FIRST_RETRY,
    START_WITHIN,
    commit_of,
    effect_id,
    effects_of,
    millis,
    recovery_of,
)
from gateway.entry import Conversation, Entry, encode
from gateway.ports import TOOL_LANE, CloseApproval, Commit, OpenApproval, Timer
from gateway.routing import NOWHERE, Channel, Envelope, Routing
from tests.unit.core.history import AWAY, histories
from tests.unit.core.story import ANA, ANA_AT_CONSOLE, BO, DEPLOY, DONE, LOOK, START, Story, asked_for_deploy
from tests.unit.gateway.journeys import Journey, entries, journeys
from tests.unit.gateway.town import TOWN

CY_AWAY = "pigeon:cy"
PEOPLE = People(
    people=(
        Person(id="ana", name="Ana", identities=(ANA.identity, ANA_AT_CONSOLE.identity, "email:ana@home.test")),
        Person(id="bo", name="Bo", identities=(BO.identity,)),
        Person(id="cy", name="Cy", identities=(CY_AWAY,)),
    )
)
ROUTING = Routing(
    PEOPLE,
    {
        "email": Channel(Capabilities(), lambda identity: Address(channel="email", ref=f"first:{identity}")),
        "console": Channel(Capabilities(pull=True), lambda identity: Address(channel="console", ref=identity)),
    },
)


def turn(story: Story, *thoughts: Thought | Step) -> Commit:
    """What one turn changes."""
    before = Conversation(thread=story.thread)
    return commit_of(before, story.turn(*thoughts), ROUTING, "op", START)


def envelopes(commit: Commit) -> dict[str, Envelope]:
    """What is sent, by recipient."""
    found = [Envelope.model_validate_json(effect.body) for effect in commit.effects if effect.queue != TOOL_LANE]
    assert len({envelope.identity for envelope in found}) == len(found)
    return {envelope.identity: envelope for envelope in found}


def told(commit: Commit) -> dict[str, tuple[str, str]]:
    """Who is told: recipient -> queue and role."""
    return {identity: (e.address.channel, e.role) for identity, e in envelopes(commit).items()}


def test_a_request_goes_to_those_who_may_decide_and_shuts_the_gate() -> None:
    story = Story()
    story.says(ANA, "deploy 1.4.2 to production")
    commit = turn(story, DEPLOY)
    request = story.request
    due = millis(request.expires_at)
    assert told(commit) == {
        ANA.identity: ("email", "watch"),
        BO.identity: ("email", "decide"),
        CY_AWAY: (NOWHERE, "decide"),
    }
    assert commit.approvals == (OpenApproval(id=request.id, digest=request.digest, expires=due),)
    assert commit.timers == (Timer(name=request.id, due=due),)
    assert commit.seq == 1


def test_an_approval_opens_the_gate_for_a_while_and_starts_these_bytes() -> None:
    story = asked_for_deploy()
    request = story.request
    story.clicks(BO, request.id, "approve", digest=request.digest)
    commit = turn(story)
    (tool,) = (effect for effect in commit.effects if effect.queue == TOOL_LANE)
    assert (tool.approval, tool.digest, tool.lane) == (request.id, request.digest, TOOL_LANE)
    assert tool.id == effect_id("t1", story.call.id)
    assert commit.approvals == (CloseApproval(request.id, "approved", millis(START + START_WITHIN)),)
    assert commit.timers == (Timer(request.id, 0), Timer(f"undo:{request.id}", 0))
    assert envelopes(commit)[BO.identity].request == request


def test_a_denial_leaves_the_gate_shut_for_good() -> None:
    story = asked_for_deploy()
    request = story.request
    story.clicks(BO, request.id, "deny", digest=request.digest)
    commit = turn(story, DONE)
    assert commit.approvals == (CloseApproval(request.id, "denied", 0),)
    assert not [effect for effect in commit.effects if effect.queue == TOOL_LANE]


@pytest.mark.parametrize(("ending", "state"), [("expire", "expired"), ("stop", "withdrawn")])
def test_a_request_that_ends_undecided_takes_its_gate_and_timer_along(ending: str, state: str) -> None:
    story = asked_for_deploy()
    request = story.request
    if ending == "stop":
        story.control("stop")
        commit = turn(story)
    else:
        story.now = request.expires_at
        story.fires(request.id)
        commit = turn(story, DONE)
    assert commit.approvals == (CloseApproval(request.id, "expired" if state == "expired" else "withdrawn", 0),)
    assert Timer(request.id, 0) in commit.timers
    assert set(told(commit)) >= {BO.identity, CY_AWAY}


def test_a_tool_without_a_gate_carries_no_approval() -> None:
    story = Story()
    story.says(ANA, "what is there?")
    commit = turn(story, LOOK)
    (effect,) = commit.effects
    assert (effect.queue, effect.approval, effect.digest, effect.body) == (TOOL_LANE, "", "", b"")
    assert (commit.approvals, commit.timers) == ((), ())


def test_people_at_a_console_are_not_sent_to() -> None:
    story = Story()
    story.says(ANA_AT_CONSOLE, "hello")
    assert told(turn(story, DONE)) == {}


def test_an_answer_goes_where_its_author_last_spoke() -> None:
    story = Story()
    story.says(ANA, "hello")
    desk = Address(channel="email", ref="desk")
    before = Conversation(thread=story.thread, addresses={ANA.identity: desk})
    commit = commit_of(before, story.turn(DONE), ROUTING, "op", START)
    assert envelopes(commit)[ANA.identity].address == desk


def test_a_cry_for_help_reaches_the_helpers_and_the_one_who_asked() -> None:
    story = Story()
    story.says(ANA, "hello")
    assert told(turn(story, GiveUp(reason="at a loss"))) == {
        "nowhere:di": (NOWHERE, "watch"),
        ANA.identity: ("email", "watch"),
    }


def test_a_question_goes_to_who_is_asked_and_waits_with_a_timer() -> None:
    story = Story()
    story.says(ANA, "deploy it")
    commit = turn(story, Ask(question="Where?", choices=("staging", "production")))
    assert told(commit) == {ANA.identity: ("email", "decide")}
    assert commit.timers == (Timer(story.question.id, millis(story.question.expires_at)),)
    assert commit.approvals == ()


def test_an_approval_that_is_held_counts_when_its_moment_comes() -> None:
    before, until = Conversation(thread=asked_for_deploy().thread), START + timedelta(minutes=10)
    held = ApprovalHeld(id="h", request_id="r1", by=BO, until=until)
    undone = held.model_copy(update={"until": None})
    assert commit_of(before, [held], ROUTING, "op", START).timers == (Timer("undo:r1", millis(until)),)
    assert commit_of(before, [undone], ROUTING, "op", START).timers == (Timer("undo:r1", 0),)


def test_what_goes_the_same_way_later_waits_for_its_moment() -> None:
    later = Redirect(id="w1", cause="c", instead_of=BO.identity, to=BO.identity, due=START + timedelta(minutes=15))
    commit = commit_of(Conversation(thread=asked_for_deploy().thread), [later], ROUTING, "op", START)
    assert commit.timers == (Timer("again:w1", millis(START + timedelta(minutes=15))),)
    assert commit.effects == ()


def test_a_model_that_is_away_is_asked_again_later_and_later() -> None:
    story, waits = Story(), []
    story.says(ANA, "hello")
    for _ in range(3):
        (timer,) = (t for t in turn(story, AWAY).timers if t.due)
        waits.append(timedelta(milliseconds=timer.due - millis(START)))
        story.fires(timer.name)
    assert waits == [FIRST_RETRY, FIRST_RETRY * 2, FIRST_RETRY * 4]


@settings(max_examples=40, deadline=None)
@given(histories)
def test_in_every_history_each_effect_is_one_and_belongs_to_its_event(story: Story) -> None:
    conversation, seen = Conversation(thread=Story().thread), set[str]()
    for event in story.log:
        effects = list(effects_of(event, conversation, ROUTING))
        assert effects == list(effects_of(event, conversation, ROUTING))
        # What goes another way may have gone there before; the store makes each effect once.
        assert isinstance(event, Redirect) or seen.isdisjoint(effect.id for effect in effects)
        seen |= {effect.id for effect in effects}
        assert bool([e for e in effects if e.queue == TOOL_LANE]) == isinstance(event, ToolCall)
        assert not effects or isinstance(event, Outbound | ToolCall | Redirect)
        assert ANA_AT_CONSOLE.identity not in {_identity(e.body) for e in effects if e.body}
        conversation = conversation.heard([Entry(event=event)])


@settings(max_examples=40, deadline=None)
@given(histories)
def test_in_every_history_a_gate_is_made_for_each_request_and_nothing_else(story: Story) -> None:
    commit = commit_of(Conversation(thread=Story().thread), story.log, ROUTING, "op", START)
    opened = [change.id for change in commit.approvals if isinstance(change, OpenApproval)]
    assert opened == [event.id for event in story.log if isinstance(event, ApprovalRequest)]
    assert len(set(opened)) == len(opened)
    assert commit.records == tuple(encode(event) for event in story.log)
    for effect in commit.effects:
        cause = story.log[effect.offset]
        assert isinstance(cause, Outbound | ToolCall | Redirect)
        assert not isinstance(cause, ToolCall) or (effect.approval, effect.digest) == (cause.approval, cause.digest)


@settings(max_examples=40, deadline=None)
@given(histories)
def test_a_log_alone_still_owes_exactly_what_has_no_end(story: Story) -> None:
    log = [Entry(event=event) for event in story.log]
    owed = recovery_of("t1", "default", log, ROUTING, START)
    for effect in owed.effects:
        assert effect.recover
        assert effect.id in {e.id for e in effects_of(story.log[effect.seq - 1], _before(story, effect.seq), ROUTING)}
    tools = {effect.id for effect in owed.effects if effect.queue == TOOL_LANE}
    assert tools == {effect_id("t1", call.id) for call in story.log if isinstance(call, ToolCall)} - {
        effect_id("t1", result.call_id) for result in story.log if isinstance(result, ToolResult)
    }
    assert {t.name for t in owed.timers} >= {request.id for request in story.thread.open}
    assert {t.name for t in owed.timers}.isdisjoint(e.request_id for e in story.log if isinstance(e, RequestClosed))


@settings(max_examples=80, deadline=None)
@given(journeys)
def test_a_log_alone_owes_what_was_owed_when_all_was_lost(journey: Journey) -> None:
    owed = recovery_of("t1", "default", entries(journey), TOWN, START)
    assert list(owed.effects) == journey.owed
    assert {timer.name: timer.due for timer in owed.timers} == journey.timers


def test_what_was_delivered_is_not_owed() -> None:
    story = asked_for_deploy()
    owed = recovery_of("t1", "default", [Entry(event=e) for e in story.log], ROUTING, START).effects
    first = owed[0]
    story.append(Delivery(id="d", effect_id=first.id, cause="c", to=ANA.identity, outcome="sent"))
    again = recovery_of("t1", "default", [Entry(event=e) for e in story.log], ROUTING, START).effects
    assert again == owed[1:]


def test_a_late_word_on_what_was_sent_brings_nothing_back() -> None:
    story = asked_for_deploy()
    first = recovery_of("t1", "default", [Entry(event=e) for e in story.log], ROUTING, START).effects[0]
    to = Envelope.model_validate_json(first.body).identity
    sent = Delivery(id="d1", effect_id=first.id, cause=story.request.id, to=to, outcome="sent")
    story.append(sent, sent.model_copy(update={"id": "d2", "outcome": "failed"}))
    story.append(Redirect(id="w1", cause=story.request.id, instead_of=BO.identity, to=to))
    again = recovery_of("t1", "default", [Entry(event=e) for e in story.log], ROUTING, START).effects
    assert first.id not in {effect.id for effect in again}


def test_a_turn_is_taken_event_by_event_as_a_log_is() -> None:
    before = Conversation(thread=asked_for_deploy().thread)
    way = Redirect(id="w1", cause="gone", instead_of=ANA.identity, to="email:ana@home.test")
    commit = commit_of(before, [way, Notice(id="n", to=ANA.identity, kind="paused")], ROUTING, "op", START)
    assert set(told(commit)) == {"email:ana@home.test"}


def test_a_notice_about_a_card_carries_the_card() -> None:
    story = asked_for_deploy()
    notice = Notice(id="n", to=BO.identity, kind="unclear", about=story.request.id)
    (effect,) = effects_of(notice, Conversation(thread=story.thread), ROUTING)
    assert Envelope.model_validate_json(effect.body).request == story.request


def _before(story: Story, seq: int) -> Conversation:
    """The conversation before the event of this seq."""
    events: list[Event] = story.log[: seq - 1]
    return Conversation(thread=Story().thread).heard(Entry(event=event) for event in events)


def _identity(body: bytes) -> str:
    return Envelope.model_validate_json(body).identity
