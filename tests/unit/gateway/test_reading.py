"""Reading the two files: every wrong thing is a line `file:line: place: what`, and none of it says a value."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from adapters.sms.account import LineName
from agent_core.people import People
from agent_core.policy.rules import Policy, Rule
from gateway import reading
from gateway.errors import Misconfigured
from gateway.reading import CHANNELS, read_people, read_policy
from tests.unit.core.policy.recipes import TOOLS
from tests.unit.gateway.wrong_files import cooks, wrong


@pytest.fixture
def people(tmp_path: Path) -> People:
    """Those of the cookbook."""
    return cooks(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rules:\n  - tool: canary71aa\n", "2: rules.0.tool: there is no such tool"),
        ("rules:\n  - approvers: [bo]\n", "2: rules.0.tool: it is missing"),
        ("rules:\n  - tool: deploy\n    aprovers: [bo]\n", "3: rules.0.aprovers: there is no such key"),
        ("rules:\n  - tool: deploy\n    need: canary71aa\n", "3: rules.0.need: it must be a whole number, or all"),
        ("rules:\n  - tool: deploy\n    need: 0\n", "3: rules.0.need: it must be at least 1, or all"),
        ("rules:\n  - tool: deploy\n    need: 2\n    approvers: [bo]\n", "3: rules.0.need: it asks for more people"),
        ("rules:\n  - {tool: deploy, need: 2}\n", "2: rules.0.need: there are no approvers"),
        ("rules:\n  - tool: deploy\n    approvers: [bo]\n    tool: erase\n", "4: rules.0.tool: it is said twice"),
        (
            "rules:\n  - tool: deploy\n    approvers:\n      - bo\n      - canary71aa\n",
            "5: rules.0.approvers.1: there is",
        ),
        ("rules:\n  - {tool: deploy, approvers: [bo], veto: [canary71aa]}\n", "2: rules.0.veto.0: there is no such"),
        ("rules:\n  - {tool: deploy, approvers: [bo], delegates: [security]}\n", "2: rules.0.delegates.0: there is no"),
        ("rules:\n  - {tool: deploy, also: [{of: [canary71aa]}]}\n", "2: rules.0.also.0.of.0: there is no such"),
        ("rules: []\nescalate_to:\n  - canary71aa\n", "3: escalate_to.0: there is no such person"),
        ("rules:\n  - {tool: deploy, hours: canary71aa}\n", "2: rules.0.hours: there are no hours of this name"),
        ("rules:\n  - {tool: deploy, undo_within: -PT5M}\n", "2: rules.0.undo_within: it must be at least 0 seconds"),
        ("rules:\n  - {tool: deploy, expires_in: P9000D}\n", "2: rules.0.expires_in: it must be at most 366 days"),
        (
            "rules:\n  - {tool: deploy, approvers: [bo], ladder: [{after: PT2H, to: [cy]}, {after: PT1H, to: [di]}]}\n",
            "2: rules.0: of reminders, and of rungs, each comes after the one before it",
        ),
        (
            "rules:\n  - {tool: deploy, approvers: [bo], expires_in: PT1H, ladder: [{after: PT1H, to: [cy]}]}\n",
            "2: rules.0.ladder.0: it has expired by then",
        ),
        (
            "rules:\n  - {tool: deploy, approvers: [bo], on_timeout: escalate}\n",
            "2: rules.0.on_timeout: there is nobod",
        ),
        ("rules:\n  - {tool: deploy, then: auto, approvers: [bo]}\n", "2: rules.0: a rule that says auto asks nobody"),
        ("rules:\n  - {tool: deploy, via: [canary71aa]}\n", "2: rules.0.via.0: there is no such channel"),
        ("words_up_to:\n  emial: none\n", "2: words_up_to.emial: there is no such channel"),
        (
            "rules:\n  - {tool: deploy, approvers: [bo]}\n  - {tool: deploy, then: forbid}\n",
            "3: rules.1: it is never re",
        ),
        (
            "rules:\n  - {tool: deploy, when: {enviroment: production}}\n",
            "2: rules.0.when.enviroment: deploy has no su",
        ),
        ("rules:\n  - tool: refund\n    when:\n      amount: {like: '5*'}\n", "4: rules.0.when.amount: this argument"),
        ("limits:\n  per_channel_per_hour: {fax: 3}\n", "2: limits.per_channel_per_hour.fax: there is no such channel"),
        ("rules:\n  - {tool: deploy, same_when: [version, size]}\n", "2: rules.0.same_when.1: deploy has no such arg"),
        ("hours:\n  late: {start: 17:00, end: 09:00}\n", "2: hours.late: hours end after they start"),
        ("hours:\n  late: {timezone: canary71aa}\n", "2: hours.late.timezone: there is no such time zone"),
        ("rules: canary71aa\n", "1: rules: it must be a list"),
        ("- canary71aa\n", "1: it must be keys with their values"),
        ("rules:\n  - tool: [canary71aa\n", "3: it is not YAML"),
        ("rules: *canary71aa\n", "1: what is said elsewhere is not repeated by an alias here"),
        ("rules: !!python/name:os.system ''\n", "1: there are no tags here"),
        ("[" * 200 + "]" * 200, "1: it is nested too deeply"),
        ("rules:\n  - [a]: 1\n", "2: rules.0: a key is text"),
        ("\n\n\x07", "3: a character that YAML does not have"),
    ],
)
def test_what_is_wrong_with_a_policy_is_said_with_its_line(
    text: str, said: str, people: People, tmp_path: Path
) -> None:
    assert any(line.startswith(said) for line in wrong(text, people, tmp_path)), wrong(text, people, tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "people:\n  - {id: a, name: A, identities: []}\n  - {id: a, name: B, identities: []}\n",
            "3: people.1.id: a per",
        ),
        (
            "people:\n  - {id: a, name: A, identities: ['x:canary71aa']}\n"
            "  - {id: b, name: B, identities:\n    ['x:canary71aa']}\n",
            "4: people.1.identities.0: this identity belongs to somebody already",
        ),
        ("groups:\n  - {id: g, members: [canary71aa]}\n", "2: groups.0.members.0: there is no such person"),
        ("groups:\n  - {id: g}\n", "2: groups.0: a group has members or a role"),
        ("people:\n  - {id: a, name: A, identities: [], timezone: canary71aa}\n", "2: people.0.timezone: there is no"),
    ],
)
def test_what_is_wrong_with_the_people_is_said_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    lines = wrong(text, None, tmp_path)
    assert any(line.startswith(said) for line in lines), lines


def test_everything_wrong_is_said_at_once_from_the_top_down(people: People, tmp_path: Path) -> None:
    lines = wrong("rules:\n  - {tool: deploi, approvers: [zo]}\n  - {tool: erase, via: [fax]}\n", people, tmp_path)

    assert [line.split(": ")[:2] for line in lines] == [
        ["2", "rules.0.approvers.0"],
        ["2", "rules.0.tool"],
        ["3", "rules.1.via.0"],
    ]


def test_a_time_of_day_is_one_and_no_is_no_false(people: People, tmp_path: Path) -> None:
    path = tmp_path / "policies.yaml"
    path.write_text(
        "rules: [{tool: erase, when: {target: [no, 1_0, 0x10]}}]\nhours: {late: {start: 10:00, end: 18:30}}\n"
    )
    policy = read_policy(path, people, TOOLS)

    assert policy.rules == (Rule.model_validate({"tool": "erase", "when": {"target": ["no", "1_0", "0x10"]}}),)
    assert f"{policy.hours['late'].start} {policy.hours['late'].end}" == "10:00:00 18:30:00"


def test_nothing_at_all_is_nobody_and_nothing(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("# to come\n")

    assert (read_people(path), read_policy(path, People(), {})) == (People(), Policy())


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"none\.yaml: it cannot be read"):
        read_people(tmp_path / "none.yaml")


def test_the_channels_are_those_there_are() -> None:
    adapters = Path(reading.__file__).parent.parent / "adapters"

    assert {path.parent.name for path in adapters.glob("*/adapter.py")} | {*get_args(LineName)} == CHANNELS


WORDS = (
    "rules tool deploy erase when environment approvers need all also of veto bo nobody security then auto ask hours "
    "expires_in PT5M -PT5M ladder after to via sms late start 17:00 end on_timeout escalate escalate_to amount above "
    "1 2 0.5 true null like canary71aa"
)
words = st.sampled_from(WORDS.split())
pieces = st.recursive(
    words,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda some: f"[{', '.join(some)}]")
        | st.lists(st.tuples(words, inner), max_size=4).map(
            lambda some: "{" + ", ".join(f"{key}: {value}" for key, value in some) + "}"
        )
    ),
    max_leaves=12,
)
files = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="abc:-[]{}&*!|>%@`'\"#,? \n\t", max_size=40),
    st.lists(st.tuples(words, pieces), max_size=4).map(lambda some: "\n".join(f"{key}: {one}" for key, one in some)),
    pieces.map(lambda one: f"rules: [{{tool: deploy, when: {{environment: {one}}}}}]"),
    pieces.map(lambda one: f"rules:\n  - tool: deploy\n    approvers: {one}\n    ladder: {one}"),
    st.tuples(words, pieces).map(lambda one: f"rules: [{{tool: deploy, {one[0]}: {one[1]}}}]"),
)


@given(text=files)
@settings(
    max_examples=300,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_it_says_it_is_a_policy_or_wrong_in_a_line(text: str, people: People, tmp_path: Path) -> None:
    path = tmp_path / "fuzz.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        assert isinstance(read_policy(path, people, TOOLS), Policy)
    except Misconfigured as error:
        for line in str(error).split("\n"):
            place, _, what = line.removeprefix(f"{path}:").partition(": ")
            assert place.isdigit()
            assert what
            assert len(line) < 500
