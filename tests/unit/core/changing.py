"""Changing: a request is open while people leave, go away and lose identities; what the tests of that share."""

from __future__ import annotations

from datetime import timedelta

from agent_core.events import Event, PeopleChanged, RequestRaised
from agent_core.people import Absence, People
from agent_core.policy.rules import Policy, Rule
from tests.unit.core.story import Story, asked_for_deploy

HOUR = timedelta(hours=1)
LADDER = ({"after": HOUR / 4, "to": ("cy",)}, {"after": HOUR / 2, "to": ("di",)})
TOO_FEW = ["notice", "escalation"]


def policy(**rule: object) -> Policy:
    """Bo alone may approve, if nothing else is said; Di is told when nobody can."""
    kept = {"tool": "deploy", "approvers": ("bo",), "expires_in": HOUR}
    return Policy(rules=(Rule.model_validate(kept | rule),), escalate_to=("di",))


def asked(**rule: object) -> Story:
    """Ana has asked for a deployment by this rule."""
    return asked_for_deploy(Story(policy(**rule)))


def changed(people: People, name: str, **fields: object) -> People:
    """Everybody, one of them otherwise than before."""
    others = (one.model_copy(update=fields) if one.id == name else one for one in people.people)
    return People(people=tuple(others), groups=people.groups)


def tells(story: Story, name: str) -> tuple[Event, ...]:
    """The thread is told that somebody changed."""
    story.append(PeopleChanged(id=story.fresh("people"), person=name))
    return story.turn()


def leaves(story: Story, name: str) -> tuple[Event, ...]:
    """Somebody leaves, and what follows."""
    story.people = changed(story.people, name, left=True)
    return tells(story, name)


def goes(story: Story, name: str, delegate: str) -> tuple[Event, ...]:
    """Somebody is away from now on, and what follows."""
    absence = Absence(since=story.now, until=story.now + 8 * HOUR, delegate=delegate)
    story.people = changed(story.people, name, away=(absence,))
    return tells(story, name)


def raises(events: tuple[Event, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """Why it was put to whom."""
    return [(one.why, one.to) for one in events if isinstance(one, RequestRaised)]
