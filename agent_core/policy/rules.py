"""Rules: what `config/policies.yaml` says. The first rule that speaks of a call holds; without one, nobody may."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, JsonValue, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator

from agent_core.policy.hours import Hours
from agent_core.policy.limits import Limits
from agent_core.policy.patterns import fits, unambiguous
from agent_core.terms import OnTimeout
from agent_core.values import Call, Frozen, Proof, Risk

RISKS: tuple[Risk, ...] = ("low", "medium", "high")
Most = Risk | Literal["none"]
Scalar = StrictStr | StrictInt | StrictFloat | StrictBool | None
Number = StrictInt | StrictFloat
Count = Annotated[StrictInt, Field(ge=1, le=100)] | Literal["all"]
# What waits longer than a year has been forgotten; and no time is reckoned out of the calendar.
LONGEST = timedelta(days=366)
After = Annotated[timedelta, Field(gt=timedelta(0), le=LONGEST)]
UpTo = Annotated[timedelta, Field(ge=timedelta(0), le=LONGEST)]


class Condition(Frozen):
    """What an argument must be: all that is said here must hold. An argument that is not there meets no condition.

    In YAML a bare value is `one_of` that value, and a list is `one_of` its values. `like` is a pattern for the whole
    text, as `patterns` has it.
    """

    one_of: tuple[Scalar, ...] | None = None
    none_of: tuple[Scalar, ...] = ()
    above: Number | None = None
    at_least: Number | None = None
    below: Number | None = None
    at_most: Number | None = None
    like: Annotated[str, AfterValidator(unambiguous)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: object) -> object:
        if isinstance(given, Mapping | Condition):
            return given
        return {"one_of": tuple(given) if isinstance(given, list | tuple) else (given,)}

    def holds(self, value: JsonValue) -> bool:
        """Whether a value of JSON is so. `1`, `1.0` and `true` are three different things, and text is no number."""
        known = (type(value), value)
        return (
            (self.one_of is None or known in [(type(one), one) for one in self.one_of])
            and known not in [(type(one), one) for one in self.none_of]
            and self._within(value)
            and (self.like is None or (isinstance(value, str) and fits(value, self.like)))
        )

    def _within(self, value: JsonValue) -> bool:
        bounds = (self.above, self.at_least, self.below, self.at_most)
        if all(bound is None for bound in bounds):
            return True
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return (
            (self.above is None or value > self.above)
            and (self.at_least is None or value >= self.at_least)
            and (self.below is None or value < self.below)
            and (self.at_most is None or value <= self.at_most)
        )


class Panel(Frozen):
    """So many of these persons and groups; `all`: every one of them."""

    of: tuple[str, ...]
    need: Count = 1


class Rung(Frozen):
    """A step of the ladder: when nobody decided for so long, these are asked as well, on these channels."""

    after: After
    to: tuple[str, ...] = Field(min_length=1)
    via: tuple[str, ...] = ()


class Rule(Frozen):
    """Who may approve which calls of a tool, and how.

    `when`: conditions on arguments by name, or by path (`target.region`); all must hold. `then`: `auto` runs without
    anybody, `forbid` never. `approvers` (ids of persons and groups; nobody when empty) with `need` is one panel, `also`
    are further ones. `veto`: whose no ends it, `[]` nobody's; without it, anybody's does. `proof`: the weakest proof of
    who somebody is, where it is to be stronger than the policy has it for the risk. `hours`: the calendar in which
    `expires_in`, `remind_after` and the ladder count. `via`: the channels approvers are asked on, the best first;
    empty: where it was asked for. `undo_within`: for so long the approver may take an approval back, and nothing runs.
    `delegates`: to whom an approver may hand the decision. `grants_up_to`: how long a standing grant may last at most;
    none by default. `fresh`: whether it may only run while what the tool said of it still holds.
    `same_when`: the arguments, by name or path, by which two calls are one question, asked once; all of them,
    when empty.
    """

    tool: str
    name: str = ""
    when: Mapping[str, Condition] = {}
    then: Literal["auto", "ask", "forbid"] = "ask"
    approvers: tuple[str, ...] = ()
    need: Count = 1
    also: tuple[Panel, ...] = ()
    veto: tuple[str, ...] | None = None
    proof: Proof | None = None
    expires_in: After = timedelta(hours=24)
    on_timeout: OnTimeout = "deny"
    remind_after: tuple[After, ...] = ()
    ladder: tuple[Rung, ...] = ()
    hours: str = ""
    via: tuple[str, ...] = ()
    undo_within: UpTo = timedelta(0)
    delegates: tuple[str, ...] = ()
    grants_up_to: UpTo = timedelta(0)
    fresh: bool = True
    same_when: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _of_one_mind(self) -> Self:
        asking = (self.approvers, self.also, self.veto, self.ladder, self.remind_after, self.delegates)
        if self.then != "ask" and any(asking):
            raise ValueError(f"a rule that says {self.then} asks nobody")
        if self.ladder and (self.also or self.need == "all"):
            raise ValueError("a ladder needs a single panel, of which not all must agree")
        if not (_rising(self.remind_after) and _rising([rung.after for rung in self.ladder])):
            raise ValueError("of reminders, and of rungs, each comes after the one before it")
        return self

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All of them."""
        return (*((Panel(of=self.approvers, need=self.need),) if self.approvers else ()), *self.also)

    @property
    def called(self) -> str:
        """Its name, or what it is about."""
        return self.name or self.tool

    @property
    def names(self) -> frozenset[str]:
        """Every person and group it names."""
        ladder = (name for rung in self.ladder for name in rung.to)
        panels = (name for panel in self.panels for name in panel.of)
        return frozenset((*panels, *ladder, *(self.veto or ()), *self.delegates))

    def speaks_of(self, call: Call) -> bool:
        """Whether it is about this call."""
        return self.tool == call.tool and meets(call, self.when)


def _rising(times: Sequence[timedelta]) -> bool:
    return all(earlier < later for earlier, later in pairwise(times))


def meets(call: Call, when: Mapping[str, Condition]) -> bool:
    """Whether the arguments of a call meet all conditions, by name or path."""
    arguments = json.loads(call.arguments)
    return all(any(map(test.holds, found(arguments, path))) for path, test in when.items())


def found(arguments: JsonValue, path: str) -> list[JsonValue]:
    """The value at a path, or under a name that looks like one, in a list so that one that is not there is no value."""
    value = arguments
    for name in (path,) if isinstance(arguments, dict) and path in arguments else path.split("."):
        if not isinstance(value, dict) or name not in value:
            return []
        value = value[name]
    return [value]


class Policy(Frozen):
    """All rules, and whom to tell when the agent is at a loss (person ids). A call without a rule has no approvers.

    `text_up_to`: the highest risk that may be decided by text message, where the telephone network is all the proof.
    `words_up_to`: by channel, the highest risk that may be decided by an answer in words, and not by a button or a
    page; any risk, on channels that are not named. `hours`: calendars by name. `limits`: how much is asked of people.
    """

    rules: tuple[Rule, ...] = ()
    escalate_to: tuple[str, ...] = ()
    text_up_to: Most = "low"
    words_up_to: Mapping[str, Most] = {}
    hours: Mapping[str, Hours] = {}
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if unknown := {rule.hours for rule in self.rules if rule.hours} - set(self.hours):
            raise ValueError(f"there are no hours named {', '.join(sorted(unknown))}")
        return self

    def version_for(self, call: Call) -> str:
        """The digest of all it says of a call: it is bound into each approval, so changed rules are a new question."""
        rule = self.rule_for(call)
        calendar = self.hours.get(rule.hours)
        said = [rule.model_dump_json(), calendar.model_dump_json() if calendar else "", self.text_up_to]
        said += [f"{channel}={most}" for channel, most in sorted(self.words_up_to.items())]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]

    def rule_for(self, call: Call) -> Rule:
        """The rule of a call; one that allows nobody when there is none."""
        return next((r for r in self.rules if r.speaks_of(call)), Rule(tool=call.tool))

    def speaks_of(self, call: Call) -> bool:
        """Whether any rule is about this call."""
        return any(rule.speaks_of(call) for rule in self.rules)

    def calendar(self, rule: Rule) -> Hours | None:
        """The hours in which a rule's times count; None: all hours."""
        return self.hours.get(rule.hours)
