"""Asking: a tool that can tell what a call would do is asked first, and people see it before they decide."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent_core.agent import Agent
from agent_core.approvals import digest
from agent_core.asking import MAX_OPEN
from agent_core.events import Allowed, ApprovalRequest, Failure, Preview, Previewed, ToolCall
from agent_core.policy.rules import Policy, Rule
from agent_core.prompt import Prompt
from agent_core.steps import Say, Use
from agent_core.tools import tool
from agent_core.values import Author
from tests.unit.core.story import ANA, BO, FORGED_BO, STRANGER, TIDY, Story, kinds

STATE = "5" * 64


@tool(risk="low", approval=True, previews=True)
def tidy() -> None:
    """Tidy up, and tell before what would be thrown away."""


AGENT = Agent(name="test", prompt=Prompt(id="test", text="You are a test."), tools=(tidy,))
RULE = Rule(tool="tidy", approvers=("ana", "bo", "cy"), expires_in=timedelta(hours=1))


def asked(rule: Rule = RULE) -> Story:
    """Ana wants it, and the tool is asked what it would do."""
    story = Story(Policy(rules=(rule,)), AGENT)
    story.says(ANA, "tidy up")
    assert kinds(story.turn(TIDY)) == ["preview"]
    return story


def tells(story: Story, content: str = "3 files go", *, ok: bool = True) -> None:
    """The tool says what it would do."""
    preview = next(e for e in reversed(story.log) if isinstance(e, Preview))
    told = Previewed(
        id=story.fresh("told"),
        preview_id=preview.id,
        outcome="ok" if ok else "failed",
        content=content,
        state=STATE if ok else "",
    )
    story.append(told)


def test_what_a_tool_says_it_would_do_is_on_the_card_and_in_what_is_approved() -> None:
    story = asked()
    assert story.thread.status == "running_tool"
    assert story.turn() == ()
    tells(story)

    assert kinds(story.turn()) == ["approval_request"]
    request = story.request
    assert (request.consequences, request.state) == ("3 files go", STATE)
    assert (request.requester, request.approvers, request.reason) == (ANA, ("bo", "cy"), TIDY.reason)
    version = story.policy.version_for(request.call)
    bound = digest(tenant="default", thread_id="t1", call=request.call, policy=version, state=STATE)
    assert request.digest == bound != digest(tenant="default", thread_id="t1", call=request.call, policy=version)

    story.clicks(BO, request.id, "approve", digest=request.digest)
    story.turn()
    assert (story.call.state, story.call.digest) == (STATE, request.digest)


def test_where_the_rule_does_not_ask_for_it_what_was_said_may_change_before_it_runs() -> None:
    story = asked(RULE.model_copy(update={"fresh": False}))
    tells(story)
    story.turn()

    assert (story.request.consequences, story.request.state) == ("3 files go", "")


def test_a_tool_that_cannot_tell_is_not_put_to_anybody_and_the_agent_hears_why() -> None:
    story = asked()
    tells(story, "there is nothing to tidy", ok=False)

    events = story.turn(Say(text="There is nothing to tidy."))

    assert kinds(events) == ["failure", "agent_message"]
    assert isinstance(events[0], Failure)
    assert (events[0].kind, events[0].summary) == ("no_preview", "there is nothing to tidy")


def test_who_speaks_up_meanwhile_has_not_asked_for_it() -> None:
    for who in (BO, STRANGER):
        story = asked()
        story.says(who, "good morning")
        assert story.turn() == ()
        tells(story)

        assert "approval_request" in kinds(story.turn(Say(text="Good morning.")))
        assert (story.request.requester, story.request.approvers) == (ANA, ("bo", "cy"))


def test_many_words_meanwhile_do_not_lose_what_was_asked_for() -> None:
    story = asked()
    for n in range(100):
        story.says(ANA, f"well? {n}")
    tells(story)

    assert kinds(story.turn(Say(text="I asked Bo.")))[0] == "approval_request"


def test_what_was_stopped_meanwhile_is_asked_of_nobody_even_if_somebody_wrote_again() -> None:
    for again in (False, True):
        story = asked()
        story.control("stop")
        story.turn()
        if again:
            story.says(ANA, "hello")
            story.turn(Say(text="Hello."))
        tells(story)
        assert story.turn() == ()
        assert story.thread.open == ()


def test_a_stop_that_comes_together_with_the_answer_is_heard_first() -> None:
    story = asked()
    tells(story)
    story.control("stop")

    assert kinds(story.turn()) == ["notice"]


def test_an_answer_to_no_question_changes_nothing() -> None:
    story = asked()
    tells(story)
    story.turn()
    story.append(Previewed(id="again", preview_id="another", outcome="ok", content="all of it", state="6" * 64))

    assert story.turn() == ()


def test_rules_that_changed_meanwhile_are_those_that_hold() -> None:
    story = asked()
    story.change(Policy(rules=(Rule(tool="tidy", then="forbid"),)))
    tells(story)

    events = story.turn(Say(text="Not any more."))
    assert isinstance(events[0], Failure)
    assert events[0].kind == "forbidden"


def test_what_the_policy_allows_is_looked_at_first_and_runs_with_what_was_seen() -> None:
    story = asked(Rule(tool="tidy", then="auto", name="tidy freely"))
    tells(story)

    allowed, call = story.turn()
    assert isinstance(allowed, Allowed)
    assert isinstance(call, ToolCall)
    assert (allowed.rule, allowed.by) == ("tidy freely", "")
    assert (call.approval, call.digest, call.policy, call.state) == (allowed.id, allowed.digest, allowed.policy, STATE)


@pytest.mark.parametrize("who", [STRANGER, FORGED_BO])
def test_nobody_is_enough_only_for_who_is_somebody(who: Author) -> None:
    story = Story(Policy(rules=(Rule(tool="tidy", then="auto"),)), AGENT)
    story.says(who, "tidy up")

    events = story.turn(TIDY, Say(text="I may not do that for you."))
    assert [e.kind for e in events if isinstance(e, Failure)] == ["forbidden"]
    assert "preview" not in kinds(events)


def test_nothing_is_looked_at_for_what_could_not_be_asked_anyway() -> None:
    story = Story(Policy(rules=(RULE,)), AGENT)
    for _ in range(MAX_OPEN):
        story.says(ANA, "tidy up")
        story.turn(TIDY)
        tells(story)
        story.turn()
    assert len([r for r in story.thread.open if isinstance(r, ApprovalRequest)]) == MAX_OPEN
    story.says(ANA, "tidy up")

    events = story.turn(TIDY, Say(text="There is too much open."))
    assert [e.kind for e in events if isinstance(e, Failure)] == ["too_many_requests"]


def test_arguments_nobody_understands_are_asked_of_no_tool() -> None:
    story = Story(Policy(rules=(RULE,)), AGENT)
    story.says(ANA, "tidy up")

    events = story.turn(Use(tool="tidy", arguments='{"where": 1}'), Say(text="I cannot."))
    assert [e.kind for e in events if isinstance(e, Failure)] == ["bad_arguments"]
