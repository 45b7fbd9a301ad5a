"""Books: what the store would hold of a story, its gates included, as an auditor is given it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from agent_core.events import Event
from agent_core.people import People
from agent_core.policy.rules import Policy
from agent_core.steps import Step
from agent_core.values import Author, Decision
from gateway.consequences import commit_of
from gateway.ledger.cases import Case, cases_of
from gateway.ledger.evidence import Deviation, Gate
from gateway.ledger.proving import unproven
from gateway.ledger.voices import unheard_of
from gateway.ports import OpenApproval
from tests.unit.core.story import ANA, BO, PEOPLE, TIDY, Story
from tests.unit.gateway.town import TOWN, after


def cases(story: Story) -> tuple[Case, ...]:
    """The cases of a story."""
    return cases_of("default", story.thread.id, story.log)


def gates(log: Sequence[Event]) -> Mapping[str, Gate]:
    """The gates as a log that was written turn by turn leaves them; none of them used."""
    found: dict[str, Gate] = {}
    conversation = after(())
    for event in log:
        for change in commit_of(conversation, [event], TOWN, "op", event.at).approvals:
            if isinstance(change, OpenApproval):
                found[change.id] = Gate("pending", change.digest)
            else:
                found[change.id] = Gate(change.state, change.digest or found[change.id].digest)
        conversation = conversation.said([event])
    return found


def found(story: Story, log: Sequence[Event] | None = None, people: People | None = None) -> list[Deviation]:
    """What an auditor finds in a story, or in a log in its place; that nothing was started is not looked at."""
    known = gates(story.log)
    log = story.log if log is None else log
    return [
        deviation
        for case in cases_of("default", story.thread.id, log)
        for deviation in (
            *unproven(case, known.get(case.id), ()),
            *unheard_of(case, log, people or story.people),
        )
        if deviation.why != "it ran, and the gate did not let it start"
    ]


def decided(
    decision: Decision = "approve",
    *,
    step: Step = TIDY,
    who: Author = BO,
    after_seconds: float = 60,
    policy: Policy | None = None,
    story: Story | None = None,
) -> Story:
    """Ana asked for something, and somebody decided so long after; told on from another story, if there is one."""
    story = story or (Story(policy, people=PEOPLE) if policy else Story(people=PEOPLE))
    story.says(ANA, "please")
    story.turn(step)
    story.now += timedelta(seconds=after_seconds - 1)
    story.clicks(who, story.request.id, decision, digest=story.request.digest)
    story.turn()
    for call in story.thread.running:
        story.ends(call, "ok", "done")
    return story
