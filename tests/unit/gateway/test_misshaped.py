"""What is said of values that are not of their shape: plain sentences, and none of them pydantic's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from agent_core.people import People
from agent_core.policy.faults import Where
from gateway.errors import Misconfigured
from gateway.reading import read_people, read_policy
from tests.sampling import some
from tests.unit.core.policy.recipes import TOOLS
from tests.unit.gateway.wrong_files import CANARY, cooks, wrong

RULE = "rules:\n  - tool: deploy\n    approvers: [bo, cy]\n    "
HOURS = "hours:\n  late:\n    "
PERSON = "people:\n  - id: a\n    name: A\n    identities: []\n    "


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules: canary71aa", ["1: rules: it must be a list"]),
        ("- canary71aa", ["1: it must be keys with their values"]),
        ("rules:\n  -", ["2: rules.0: it must be keys with their values"]),
        ("rules:\n  - name: it", ["2: rules.0.tool: it is missing"]),
        (
            "rules:\n  - tol: deploy",
            ["2: rules.0.tol: there is no such key; did you mean `tool`?", "2: rules.0.tool: it is missing"],
        ),
        ("rule: []", ["1: rule: there is no such key; did you mean `rules`?"]),
        ("canary: []", ["1: canary: there is no such key"]),
        (RULE + "expire: PT1H", ["4: rules.0.expire: there is no such key; did you mean `expires_in`?"]),
        (RULE + "zzz: 1", ["4: rules.0.zzz: there is no such key"]),
        (RULE + "then: canary71aa", ["4: rules.0.then: it must be one of: auto, ask, forbid"]),
        (RULE + "proof: canary71aa", ["4: rules.0.proof: it must be one of: verified, restricted"]),
        (RULE + "need: canary71aa", ["4: rules.0.need: it must be a whole number, or all"]),
        (RULE + "need: 0", ["4: rules.0.need: it must be at least 1, or all"]),
        (RULE + "need: 999", ["4: rules.0.need: it must be at most 100, or all"]),
        (RULE + "veto: bo", ["4: rules.0.veto: it must be a list"]),
        (RULE + "hours: 3", ["4: rules.0.hours: it must be text"]),
        (RULE + "fresh: canary71aa", ["4: rules.0.fresh: it must be true or false"]),
        (RULE + "fresh: []", ["4: rules.0.fresh: it must be true or false"]),
        (RULE + "expires_in: 4 hours", ["4: rules.0.expires_in: it must be a duration such as PT4H"]),
        (RULE + "expires_in: []", ["4: rules.0.expires_in: it must be a duration such as PT4H"]),
        (RULE + "expires_in: PT0S", ["4: rules.0.expires_in: it must be more than 0 seconds"]),
        (RULE + "undo_within: P999D", ["4: rules.0.undo_within: it must be at most 366 days"]),
        (RULE + "remind_after: [PT1H, soon]", ["4: rules.0.remind_after.1: it must be a duration such as PT4H"]),
        (RULE + "ladder:\n    - {after: PT1H, to: []}", ["5: rules.0.ladder.0.to: it must list at least 1"]),
        (
            RULE + "ladder:\n    - {after: PT1H, two: [di]}",
            [
                "5: rules.0.ladder.0.to: it is missing",
                "5: rules.0.ladder.0.two: there is no such key; did you mean `to`?",
            ],
        ),
        (RULE + "when: [environment]", ["4: rules.0.when: it must be keys with their values"]),
        (
            RULE + "when: {environment: {oneof: [staging]}}",
            ["4: rules.0.when.environment.oneof: there is no such key; did you mean `one_of`?"],
        ),
        (RULE + "when: {version: {like: 3}}", ["4: rules.0.when.version.like: it must be text"]),
        (RULE + "when: {version: {above: canary71aa}}", ["4: rules.0.when.version.above: it must be a number"]),
        (
            RULE + "when: {version: [[1]]}",
            ["4: rules.0.when.version.0: it must be text, or a number, or true or false"],
        ),
        (RULE + "then: auto", ["2: rules.0: a rule that says auto asks nobody"]),
        (HOURS + "start: 9am", ["3: hours.late.start: it must be a time of day such as 09:00"]),
        (HOURS + "start: 9", ["3: hours.late.start: it must be a time of day such as 09:00"]),
        (HOURS + "start: 09:00+01:00", ["3: hours.late.start: it must be a time of day such as 09:00"]),
        (HOURS + "days: [montag]", ["3: hours.late.days.0: it must be one of: mon, tue, wed, thu, fri, sat, sun"]),
        (HOURS + "days: []", ["3: hours.late.days: it must list at least 1"]),
        (HOURS + "holidays: [easter]", ["3: hours.late.holidays.0: it must be a date such as 2026-12-24"]),
        (
            HOURS + "holidays: [2026-12-24T10:00:00]",
            ["3: hours.late.holidays.0: it must be a date such as 2026-12-24"],
        ),
        (HOURS + "zone: UTC", ["3: hours.late.zone: there is no such key; did you mean `timezone`?"]),
        ("limits:\n  open_per_person: few", ["2: limits.open_per_person: it must be a whole number"]),
        ("limits:\n  open_per_person: 1.5", ["2: limits.open_per_person: it must be a whole number"]),
        ("words_up_to: {sms: canary71aa}", ["1: words_up_to.sms: it must be one of: low, medium, high, or none"]),
    ],
)
def test_a_policy_that_is_misshaped_is_told_what_it_must_be(text: str, said: list[str], tmp_path: Path) -> None:
    assert wrong(text, cooks(tmp_path), tmp_path) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PERSON + "left: canary71aa", ["5: people.0.left: it must be true or false"]),
        (PERSON + "quiet: canary71aa", ["5: people.0.quiet: it must be keys with their values"]),
        (
            PERSON + "quiet: {start: 09:00Z, end: 7}",
            [
                "5: people.0.quiet.end: it must be a time of day such as 09:00",
                "5: people.0.quiet.start: it must be a time of day such as 09:00",
            ],
        ),
        (PERSON + "identites: []", ["5: people.0.identites: there is no such key; did you mean `identities`?"]),
        (
            PERSON + "away: [{since: 2026-12-24, until: soon}]",
            [
                "5: people.0.away.0.since: it must be a moment with its time zone such as 2026-12-24T09:00:00Z",
                "5: people.0.away.0.until: it must be a moment with its time zone such as 2026-12-24T09:00:00Z",
            ],
        ),
        (
            "people:\n  - {id: 1, name: A, identities: x}",
            ["2: people.0.id: it must be text", "2: people.0.identities: it must be a list"],
        ),
        (
            "groups:\n  - {members: [a]}",
            ["2: groups.0.id: it is missing", "2: groups.0.members.0: there is no such person"],
        ),
    ],
)
def test_people_that_are_misshaped_are_told_what_they_must_be(text: str, said: list[str], tmp_path: Path) -> None:
    assert wrong(text, None, tmp_path) == said


# --- whatever is broken in a file that was right

FILES: dict[str, dict[str, object]] = {
    "people.yaml": {
        "people": [
            {
                "id": "bo",
                "name": "Bo",
                "identities": ["email:bo@example.com"],
                "quiet": {"start": "22:00", "end": "07:00"},
            },
            {"id": "cy", "name": "Cy", "identities": [], "timezone": "Europe/Berlin", "left": False},
            {
                "id": "di",
                "name": "Di",
                "identities": [],
                "away": [{"since": "2026-12-24T09:00:00Z", "until": "2026-12-30T09:00:00Z", "delegate": "bo"}],
            },
        ],
        "groups": [{"id": "security", "members": ["bo", "cy"]}],
    },
    "a rule that asks nobody": {
        "rules": [{"tool": "deploy", "when": {"environment": "staging", "version": {"like": "v*"}}, "then": "auto"}]
    },
    "a rule with bounds": {
        "rules": [
            {
                "tool": "refund",
                "when": {"amount": {"above": 5, "at_most": 9.5, "none_of": [7, "x"]}},
                "approvers": ["bo"],
            }
        ]
    },
    "a rule with times": {
        "rules": [
            {
                "tool": "deploy",
                "approvers": ["bo", "cy"],
                "expires_in": "PT4H",
                "remind_after": ["PT1H"],
                "ladder": [{"after": "PT2H", "to": ["di"], "via": ["sms"]}],
                "hours": "office",
                "undo_within": "PT5M",
                "grants_up_to": "P1D",
            }
        ],
        "hours": {"office": {"timezone": "UTC", "days": ["mon"], "start": "09:00", "holidays": ["2026-12-24"]}},
    },
    "a rule for several": {
        "rules": [
            {
                "tool": "deploy",
                "approvers": ["bo", "cy"],
                "need": 2,
                "also": [{"of": ["di"], "need": "all"}],
                "veto": ["di"],
                "proof": "verified",
                "fresh": True,
                "same_when": ["environment"],
            }
        ],
    },
    "no rules": {
        "escalate_to": ["di"],
        "text_up_to": "low",
        "words_up_to": {"email": "low"},
        "limits": {
            "open_per_person": 3,
            "per_channel_per_hour": {"sms": 2},
            "together_within": "PT5M",
            "at_once": ["high"],
        },
    },
}
LEFT_OUT, MISSPELLED = "left out", "misspelled"
INSTEAD: tuple[object, ...] = (
    None, True, 0, -3, 1.5, 10**29, CANARY, "2026-12-24T09:00:00", "09:00Z", "-PT5M", "P9000D", [], {}, [None],
    {CANARY: 1}, [CANARY],
)  # fmt: skip
PYDANTIC = (
    "Input should", "Value error", "valid tuple", "valid dictionary", "Extra inputs", "Field required", "String should",
    "Tuple should", "Dictionary should", "Datetimes provided", "instance of", "timedelta",
)  # fmt: skip


def places(value: object, where: Where = ()) -> Iterator[Where]:
    """Every place in a file at which something stands, and that of the whole."""
    yield where
    for key, inner in entries(value):
        yield from places(inner, (*where, key))


def entries(value: object) -> Iterable[tuple[str | int, object]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def broken(value: object, where: Where, instead: object) -> object:
    """The file with one thing wrong: another value, a key misspelled, or something left out."""
    if not where:
        return instead
    last, kept = len(where) == 1, {}
    for key, inner in entries(value):
        if key != where[0]:
            kept[key] = inner
        elif last and instead == MISSPELLED:
            kept[f"{key}x"] = inner
        elif not (last and instead == LEFT_OUT):
            kept[key] = broken(inner, where[1:], instead)
    return [*kept.values()] if isinstance(value, list) else kept


def said_of(path: Path, plain: object, people: People | None) -> list[str]:
    """What is wrong with a file that says this; nothing, if it can be read."""
    path.write_text(json.dumps(plain, indent=1))
    try:
        read_people(path) if people is None else read_policy(path, people, TOOLS)
    except Misconfigured as error:
        return str(error).splitlines()
    return []


@pytest.mark.parametrize("name", some(list(FILES)))
def test_whatever_is_broken_is_said_with_a_line_and_in_plain_words(name: str, tmp_path: Path) -> None:
    path, people = tmp_path / "file.yaml", None if name == "people.yaml" else cooks(tmp_path)
    assert said_of(path, FILES[name], people) == []

    said = [
        line
        for where in places(FILES[name])
        for instead in (*INSTEAD, LEFT_OUT, MISSPELLED)
        for line in said_of(path, broken(FILES[name], where, instead), people)
    ]

    assert len(said) > 100
    assert [line for line in said if not re.match(rf"{re.escape(str(path))}:[1-9][0-9]*: ", line)] == []
    assert [line for line in said if any(one in line for one in PYDANTIC)] == []
