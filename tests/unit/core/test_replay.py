"""A stored log replays to itself, and one that was tampered with does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import event, given, settings, strategies as st

from agent_core.events import ApprovalRequest, ApprovalResponse, Event, RequestClosed, ToolCall, UserMessage
from agent_core.policy.rules import Policy, Rule
from agent_core.prompt import Prompt
from agent_core.replay import Difference, SettingAt, replay
from agent_core.setting import Setting
from agent_core.steps import Ask, Say
from agent_core.thread import Thread
from agent_core.values import Frozen
from tests.unit.core.history import histories
from tests.unit.core.story import AGENT, ANA, BO, DEPLOY, POLICY, Story, asked_for_deploy, at_once


def setting_at(now: object) -> Setting:
    return Story().setting(now)  # type: ignore[arg-type]


def differs(log: list[Event], setting: SettingAt = setting_at) -> Difference | None:
    return at_once(replay(Thread(id="t1"), log, setting))


def told() -> Story:
    """A deployment asked for, approved and done, and a question asked and answered."""
    story = asked_for_deploy()
    story.says(BO, "approve 123456", answers=story.request.id)
    story.turn()
    story.ends(story.call, "ok", "it runs")
    story.turn(Ask(question="Tidy up, too?"))
    story.says(ANA, "no")
    story.turn(Say(text="As you like."))
    return story


@given(story=histories)
@settings(max_examples=150, deadline=None)
def test_every_history_replays_exactly(story: Story) -> None:
    event(f"{len(story.log) // 10 * 10}+ events")
    assert differs(story.log, story.setting_at) is None


@given(story=histories, data=st.data())
@settings(max_examples=80, deadline=None)
def test_a_history_that_lost_or_gained_a_word_of_the_agent_does_not_replay(story: Story, data: st.DataObject) -> None:
    own = [i for i, e in enumerate(story.log) if e.type in ("request_closed", "tool_call", "approval_request")]
    if not own:
        return
    place = data.draw(st.sampled_from(own))
    twice = [*story.log[: place + 1], _again(story.log[place]), *story.log[place + 1 :]]
    assert differs(twice, story.setting_at) is not None
    if place + 1 < len(story.log):
        assert differs([*story.log[:place], *story.log[place + 1 :]], story.setting_at) is not None


def _again(event: Event) -> Event:
    return event.model_copy(update={"id": f"{event.id}-again"})


def _call(event: ToolCall | ApprovalRequest) -> Frozen:
    return event.call.model_copy(update={"arguments": '{"version":"6.6.6","environment":"production"}'})


TAMPERINGS: dict[str, tuple[type[Event], Callable[[Event], dict[str, object]]]] = {
    "other arguments run": (ToolCall, lambda e: {"call": _call(e)} if isinstance(e, ToolCall) else {}),
    "other arguments were shown": (
        ApprovalRequest,
        lambda e: {"call": _call(e)} if isinstance(e, ApprovalRequest) else {},
    ),
    "the approver's list grew": (ApprovalRequest, lambda e: {"approvers": ("bo", "cy", "di")}),
    "the request lived longer": (ApprovalRequest, lambda e: {"expires_at": e.at + timedelta(hours=3)}),
    "the request lived shorter": (ApprovalRequest, lambda e: {"expires_at": e.at}),
    "somebody else decided": (RequestClosed, lambda e: {"by": ANA}),
    "the decision was another": (ApprovalResponse, lambda e: {"decision": "deny"}),
    "the approver said something else": (UserMessage, lambda e: {"text": "nice weather"} if _of_bo(e) else {}),
    "the approver was not proven": (UserMessage, lambda e: {"author": _unproven()} if _of_bo(e) else {}),
}


def _of_bo(event: Event) -> bool:
    return isinstance(event, UserMessage) and event.author == BO


def _unproven() -> object:
    return BO.model_copy(update={"assurance": "asserted", "person": None})


@pytest.mark.parametrize("what", TAMPERINGS)
def test_a_log_that_was_tampered_with_is_found_out(what: str) -> None:
    kind, change = TAMPERINGS[what]
    log = told().log
    tampered = [e.model_copy(update=change(e)) if isinstance(e, kind) else e for e in log]
    assert tampered != log
    assert differs(log) is None

    assert differs(tampered) is not None


def test_the_first_difference_is_named_with_its_place_and_both_events() -> None:
    log = told().log
    place = next(i for i, e in enumerate(log) if isinstance(e, ToolCall))
    forged = log[place].model_copy(update={"digest": "0" * 64})

    difference = differs([*log[:place], forged, *log[place + 1 :]])

    assert difference == Difference(place + 1, forged, log[place].model_copy(update={"at": difference.replayed.at}))  # type: ignore[union-attr]


def test_another_prompt_or_policy_than_then_is_a_difference() -> None:
    log = told().log
    other_words = Story(agent=AGENT.__class__(name="test", prompt=Prompt(id="test", text="Else."), tools=AGENT.tools))
    other_rule = Story(policy=Policy(rules=(Rule(tool="deploy", approvers=("bo",)),), escalate_to=POLICY.escalate_to))

    assert differs(log, other_words.setting) is not None
    assert differs(log, other_rule.setting) is not None


def test_a_log_cut_off_where_a_turn_ends_replays() -> None:
    log = told().log
    ends = [i for i, e in enumerate(log) if e.type in ("user_message", "tool_result")]

    assert all(differs(log[:end]) is None for end in ends)


def test_the_thread_is_replayed_as_the_one_it_is() -> None:
    assert at_once(replay(Thread(id="another"), told().log, setting_at)) is not None


def test_the_same_request_made_again_has_another_id() -> None:
    story = asked_for_deploy()
    first = story.request
    story.says(ANA, "deploy it again")
    story.turn(DEPLOY)

    assert story.request.id != first.id
    assert story.request.digest == first.digest
