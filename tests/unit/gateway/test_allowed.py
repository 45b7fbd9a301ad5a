"""What a preview, and what the policy allows by itself, mean outside: a question without a gate, and a gate opened."""

from __future__ import annotations

import pytest

from agent_core.agent import Thought
from agent_core.people import People
from agent_core.steps import Step, Use
from gateway.consequences import START_WITHIN, commit_of, millis, recovery_of
from gateway.entry import Conversation, Entry
from gateway.ports import PREVIEW_LANE, TOOL_LANE, CloseApproval, Commit, OpenApproval
from gateway.routing import Routing
from tests.unit.core.crowds import AGENT as CROWD, ERASE, GRANT, TWO, Crowd
from tests.unit.core.moves import Tells
from tests.unit.core.story import ANA, DEPLOY, START, TIDY, Story

ROUTING = Routing(People(), {})


def turn(story: Story, *thoughts: Thought | Step) -> Commit:
    """What one turn changes."""
    before = Conversation(thread=story.thread)
    return commit_of(before, story.turn(*thoughts), ROUTING, "op", START)


def test_a_tool_is_asked_what_it_would_do_beside_the_tools_that_run_and_without_a_gate() -> None:
    story = Crowd(TWO, CROWD)
    story.says(ANA, "deploy 1.4.2 to production")
    commit = turn(story, DEPLOY)
    (effect,) = commit.effects
    assert (effect.queue, effect.lane, effect.approval) == (PREVIEW_LANE, PREVIEW_LANE, "")
    assert commit.approvals == ()
    owed = recovery_of("t1", "default", [Entry(event=e) for e in story.log], ROUTING, START).effects
    assert [one.id for one in owed] == [effect.id]
    Tells("ok", "5" * 64).play(story)
    assert recovery_of("t1", "default", [Entry(event=e) for e in story.log], ROUTING, START).effects == ()


@pytest.mark.parametrize("use", [TIDY, ERASE], ids=["by a rule", "by a grant"])
def test_what_the_policy_allows_opens_its_gate_and_starts_these_bytes_at_once(use: Use) -> None:
    story = Crowd(TWO, CROWD)
    story.says(ANA, "go ahead")
    commit = turn(story, use)
    if use is ERASE:
        Tells("ok", "5" * 64).play(story)
        commit = turn(story)
    call, until = story.call, millis(START + START_WITHIN)
    opened, closed = commit.approvals
    assert opened == OpenApproval(id=call.approval, digest=call.digest, expires=until)
    assert closed == CloseApproval(call.approval, "approved", until)
    (effect,) = (one for one in commit.effects if one.queue == TOOL_LANE)
    assert (effect.approval, effect.digest) == (call.approval, call.digest)
    assert call.grant == (GRANT.id if use is ERASE else "")
