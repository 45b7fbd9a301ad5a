"""What habit speaks for: only what was always decided alike, often enough; and never more than it says."""

from __future__ import annotations

from datetime import timedelta

import yaml

from agent_core.policy.rules import Policy, Rule
from agent_core.steps import Use
from agent_core.values import Author
from gateway.ledger.fatigue import loads, silent
from gateway.ledger.mining import habits, rule_of
from tests.unit.core.story import BO, CY, DEPLOY, PEOPLE, TIDY, Story
from tests.unit.gateway.books import cases, decided

STAGING = Use(tool="deploy", arguments='{"version":"1.4.3","environment":"staging"}')
STAGING_TOO = Use(tool="deploy", arguments='{"version":"1.4.4","environment":"staging"}')


def rules(story: Story, at_least: int = 3) -> list[str]:
    return [rule_of(habit) for habit in habits(cases(story), at_least)]


def often(*steps: Use, who: Author = BO, decision: str = "approve") -> Story:
    story = Story(people=PEOPLE)
    for step in steps:
        decided("deny" if decision == "deny" else "approve", step=step, who=who, story=story)
    return story


def test_what_has_a_low_risk_and_was_always_approved_may_be_automatic() -> None:
    (rule,) = rules(often(TIDY, TIDY, TIDY))

    assert rule.splitlines() == ["# 3 of 3 approved (bo 3), half of them within 0:01:01.", "- {tool: tidy, then: auto}"]


def test_what_has_a_high_risk_stays_with_people_who_may_allow_it_for_a_while() -> None:
    (rule,) = rules(often(STAGING, STAGING_TOO, STAGING))

    (written,) = yaml.safe_load(rule)
    assert written == {
        "tool": "deploy",
        "when": {"environment": "staging"},
        "approvers": ["bo", "cy"],
        "grants_up_to": "PT8H",
    }
    assert "Its risk is high" in rule
    Policy.model_validate({"rules": [written]})


def test_what_speaks_of_more_calls_is_proposed_and_production_is_not_in_it() -> None:
    story = often(STAGING, STAGING_TOO, STAGING, DEPLOY)
    assert [yaml.safe_load(rule)[0]["when"] for rule in rules(story)] == [{"environment": "staging"}]
    assert len(rules(story, at_least=1)) == 2


def test_too_few_are_no_habit() -> None:
    assert rules(often(TIDY, TIDY)) == []


def test_one_no_is_the_end_of_a_habit() -> None:
    assert rules(decided("deny", story=often(TIDY, TIDY, TIDY))) == []


def test_one_that_expired_is_the_end_of_a_habit() -> None:
    story = often(TIDY, TIDY, TIDY)
    story.says(CY, "and again")
    story.turn(TIDY)
    story.now += timedelta(hours=2)
    story.fires(story.request.id)
    story.turn()
    assert [case.closed.outcome for case in cases(story) if case.closed] == [*["approved"] * 3, "expired"]
    assert rules(story) == []


def test_one_that_was_changed_is_the_end_of_a_habit() -> None:
    story = often(STAGING, STAGING, STAGING)
    story.says(CY, "and again")
    story.turn(STAGING)
    request = story.request
    story.clicks(BO, request.id, "approve", digest=request.digest, arguments=DEPLOY.arguments)
    story.turn()
    assert rules(story) == []


def test_what_several_must_agree_on_is_never_proposed() -> None:
    two = Policy(rules=(Rule(tool="tidy", approvers=("bo", "cy"), need=2),))
    story = Story(two, people=PEOPLE)
    for _ in range(3):
        decided(story=story)
        story.clicks(CY, story.request.id, "approve")
        story.turn()
        story.ends(story.call, "ok", "done")
    assert [case.closed and case.closed.outcome for case in cases(story)] == ["approved"] * 3
    assert rules(story) == []


def test_what_was_always_denied_may_be_forbidden() -> None:
    story = often(DEPLOY, who=CY, decision="deny")
    assert rules(story, at_least=1) == [
        "# 1 of 1 denied (cy 1), half of them within 0:01:01.\n"
        "- tool: deploy\n  when: {version: 1.4.2, environment: production}\n  then: forbid"
    ]


# --- fatigue


def test_who_approves_at_a_glance_is_seen() -> None:
    story = decided(after_seconds=2)
    for seconds in (3, 30):
        decided(after_seconds=seconds, story=story)

    (load,) = loads(cases(story))

    assert (load.person, load.cards, load.days, load.most, load.answered) == ("bo", 3, 1, 3, 3)
    assert load.seconds == 3
    assert load.at_a_glance == 2 / 3
    assert str(load) == ("bo: 3 cards, 3.0 a day, 3 at most; answered 3, half within 3 s, 67% approved in under 5 s")


def test_who_was_asked_and_never_answers_is_seen() -> None:
    story = often(DEPLOY, DEPLOY, who=BO, decision="deny")
    found = {load.person: load for load in loads(cases(story))}

    assert silent(found["cy"], at_least=1)
    assert not silent(found["bo"], at_least=1)
    assert not silent(found["cy"], at_least=5)
    assert str(found["cy"]).endswith("; answered 0")
    assert found["cy"].seconds is None
