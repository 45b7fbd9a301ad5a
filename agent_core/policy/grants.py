"""Standing grants: for a while, calls like these need nobody, because somebody who may approve them said so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, Field, model_validator

from agent_core.people import People
from agent_core.policy.rules import Condition, Policy, Rule, meets
from agent_core.values import Author, Call, Frozen


class Grant(Frozen):
    """The person `by` lets these persons have calls of a tool with such arguments run, from `since` until `until`."""

    id: str
    tool: str
    when: Mapping[str, Condition] = {}
    to: tuple[str, ...] = Field(min_length=1)
    by: str
    since: AwareDatetime
    until: AwareDatetime
    reason: str = ""

    @model_validator(mode="after")
    def _of_another(self) -> Self:
        if self.by in self.to:
            raise ValueError("nobody grants anything to themselves")
        if self.since >= self.until:
            raise ValueError("a grant ends after it begins")
        return self


def grant_for(
    call: Call, askers: Sequence[Author], grants: Sequence[Grant], rule: Rule, people: People, now: datetime
) -> Grant | None:
    """The grant by which a call runs for all of these, as far as its rule allows grants, and of that length."""
    asking = {asker.person for asker in askers}
    return next((one for one in grants if _covers(one, call, asking) and _stands(one, rule, people, now)), None)


def still_lets(grant_id: str, call: Call, grants: Sequence[Grant], rule: Rule, people: People, now: datetime) -> bool:
    """Whether the grant that allowed a call would allow it now; whom the call is for was judged when it did."""
    of_this_name = (one for one in grants if one.id == grant_id)
    return any(_about(one, call) and _stands(one, rule, people, now) for one in of_this_name)


def may_stand(grant: Grant, policy: Policy, people: People) -> bool:
    """Whether, as of its beginning, any rule about its tool lets its giver give it for so long."""
    rules = (rule for rule in policy.rules if rule.tool == grant.tool)
    return any(_stands(grant, rule, people, grant.since) for rule in rules)


def _covers(grant: Grant, call: Call, asking: set[str | None]) -> bool:
    return bool(asking) and asking <= set(grant.to) and _about(grant, call)


def _about(grant: Grant, call: Call) -> bool:
    return grant.tool == call.tool and meets(call, grant.when)


def _stands(grant: Grant, rule: Rule, people: People, now: datetime) -> bool:
    """Whether it is in force, and its giver may, today and alone, approve what it covers."""
    giver = Author(identity=f"person:{grant.by}", person=grant.by, assurance="verified")
    seats = [(panel.of, len([*people.each(panel.of)]) if panel.need == "all" else panel.need) for panel in rule.panels]
    return (
        grant.since <= now < grant.until
        and grant.until - grant.since <= rule.grants_up_to
        and sum(need for _, need in seats) == 1
        and people.among(giver, seats[0][0])
    )
