"""Another policy on the same past: each call is told what would have been otherwise, and nothing that would not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings

from agent_core.people import Group, People, Person
from agent_core.policy.rules import Condition, Panel, Policy, Rule
from agent_core.steps import Say, Step, Use
from gateway.ledger.comparing import Other, compared, summary
from gateway.ledger.past import Past, past_calls
from tests.unit.core.history import histories
from tests.unit.core.story import ANA, CY, DEPLOY, LOOK, PEOPLE, POLICY, TIDY, Story
from tests.unit.gateway.books import decided

DAY = timedelta(days=1)
WIDER = People(
    people=(*PEOPLE.people, Person(id="dee", name="Dee", identities=("email:dee@example.test",))),
    groups=(Group(id="ops", members=("bo", "dee")),),
)


def pasts(story: Story) -> list[Past]:
    tools = {tool.name: tool for tool in story.agent.tools}
    return list(past_calls("default", story.thread.id, story.log, tools))


def differences(story: Story, *rules: Rule, people: People = WIDER) -> list[Sequence[str]]:
    tools = {tool.name: tool for tool in story.agent.tools}
    return [one.differences for one in compared(pasts(story), Other(Policy(rules=rules), people, tools))]


def tidy(**changes: object) -> Rule:
    """The rule for tidying up, otherwise."""
    rule = {"tool": "tidy", "approvers": ("bo",), "expires_in": timedelta(hours=1), **changes}
    return Rule.model_validate(rule)


UNAPPROVED = "would not have been approved by those who did"
OTHERWISE: dict[str, tuple[Rule, Sequence[str]]] = {
    "the same": (tidy(), ()),
    "another name for it": (tidy(name="tidying", via=("email",)), ()),
    "automatic": (Rule(tool="tidy", then="auto"), ("would run without anybody, and was asked about",)),
    "forbidden": (Rule(tool="tidy", then="forbid"), ("would be forbidden: the policy forbids this: tidy",)),
    "nobody": (tidy(approvers=()), ("would be forbidden: the policy names no one else who may approve tidy",)),
    "one more": (tidy(approvers=("bo", "cy")), ("would be put to cy as well",)),
    "a group": (tidy(approvers=("ops",)), ("would be put to dee as well",)),
    "others": (
        tidy(approvers=("cy",)),
        ("would be put to cy as well", "would not be put to bo", UNAPPROVED + ", with 1 of cy missing"),
    ),
    "more people": (
        tidy(approvers=("bo", "cy"), need=2),
        ("would be put to cy as well", "would need the yes of 2 and not of 1", UNAPPROVED + ", with 1 of cy missing"),
    ),
    "two panels": (
        tidy(also=(Panel(of=("dee",)),)),
        ("would be put to dee as well", "would need the yes of 2 and not of 1", UNAPPROVED + ", with 1 of dee missing"),
    ),
    "less time": (
        tidy(expires_in=timedelta(minutes=1)),
        ("would have another time to decide: 0:01:00 and not 1:00:00", "would have expired before it was decided"),
    ),
    "more time": (tidy(expires_in=DAY), ("would have another time to decide: 1 day, 0:00:00 and not 1:00:00",)),
    "at the end": (tidy(on_timeout="hold"), ("would have another end when nobody decides: hold and not deny",)),
    "proof": (tidy(proof="verified"), ("would have another proof: verified and not restricted",)),
    "veto": (tidy(veto=()), ("would have another veto: nobody and not anybody's",)),
}


@pytest.mark.parametrize("what", OTHERWISE)
def test_each_thing_that_would_differ_is_said_and_nothing_else(what: str) -> None:
    rule, said = OTHERWISE[what]
    assert differences(decided(after_seconds=600), rule) == [said]


def test_a_denial_that_would_not_have_ended_it_is_said() -> None:
    rule = tidy(approvers=("bo", "cy"), veto=())
    (said,) = differences(decided("deny"), rule)
    assert said[-1] == "would not have been denied by those who did"


def test_what_ran_by_itself_and_would_be_asked_is_said() -> None:
    story = Story(Policy(rules=(Rule(tool="tidy", then="auto"),)), people=PEOPLE)
    story.says(ANA, "please")
    story.turn(TIDY)
    story.ends(story.call, "ok", "done")
    story.turn(LOOK)
    assert [past.was for past in pasts(story)] == ["allowed", "ran"]

    asked = differences(story, tidy(), Rule(tool="look", approvers=("cy",)))

    ran = "and ran without anybody"
    assert asked == [(f"would be put to bo, {ran}",), (f"would be put to cy, {ran}",)]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule(tool="erase", approvers=("bo",)), "would be put to bo, and was forbidden"),
        (Rule(tool="erase", then="auto"), "would run without anybody, and was forbidden"),
    ],
)
def test_what_was_forbidden_and_would_not_be_is_said(rule: Rule, said: str) -> None:
    story = Story(people=PEOPLE)
    story.says(ANA, "erase it all")
    story.turn(*_then_gives_up("erase"))
    assert differences(story, rule) == [(said,)]


def _then_gives_up(tool: str) -> tuple[Step, ...]:
    return Use(tool=tool, arguments="{}"), Say(text="I may not.")


def test_the_rules_are_summed_up_and_those_never_used_named() -> None:
    story = decided(step=DEPLOY, who=CY, story=decided())
    other = Policy(
        rules=(
            Rule(tool="deploy", name="staging", when={"environment": Condition(one_of=("staging",))}, then="auto"),
            Rule(tool="deploy", name="others", approvers=("bo",), expires_in=timedelta(hours=1)),
        )
    )
    tools = {tool.name: tool for tool in story.agent.tools}
    calls = compared(pasts(story), Other(other, WIDER, tools))

    assert list(summary(calls, other)) == [
        "rule 1 (staging): never used",
        "rule 2 (others): 1 calls, 1 differ",
        "no rule: 1 calls, 1 differ",
    ]


@given(story=histories)
@settings(max_examples=60, deadline=None)
def test_the_policy_that_was_in_force_all_along_would_differ_in_nothing(story: Story) -> None:
    if len(story.policies) > 1 or story.policy != POLICY:
        return
    tools = {tool.name: tool for tool in story.agent.tools}
    calls = compared(pasts(story), Other(story.policy, story.people, tools))
    assert [one.differences for one in calls if one.differences] == []
