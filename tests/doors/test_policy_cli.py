"""`holdpoint policy`, beside a house with a past: another policy is tried on it, and nothing is changed by that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doors.scene import Scene
from tests.doors.terminal import Terminal

CALL = '{"version":"1.4.2","environment":"staging"}'
SAME = "rules: [{tool: deploy, approvers: [bo]}, {tool: rollback, approvers: [bo]}]\n"
NARROWER = """
rules:
  - {tool: deploy, name: staging, when: {environment: staging}, approvers: [cy], expires_in: PT4H}
  - {tool: deploy, name: production, approvers: [bo]}
"""


@pytest.fixture(scope="module")
async def thread(at: Scene) -> str:
    """The past: a deployment that Bo approved, and one that he denied."""
    async with at.caller("ana") as ana, at.caller("bo") as bo:
        first = await ana.launch("Please deploy 1.4.2 to staging.")
        await bo.decide(first, await bo.request(first), "approve")
        await ana.heard(first, "tool_result", outcome="ok")
        second = await ana.launch("Please deploy 1.4.2 to production.")
        await bo.decide(second, await bo.request(second), "deny")
        await ana.heard(second, "request_closed", outcome="denied")
    return first


def written(directory: Path, text: str) -> str:
    (directory / "new.yaml").write_text(text)
    return str(directory / "new.yaml")


async def test_the_same_rules_would_differ_in_nothing(shell: Terminal, thread: str, tmp_path: Path) -> None:
    result = await shell.run("policy", "test", written(tmp_path, SAME), "--exit-code")
    assert (result.exit_code, result.stdout.splitlines()) == (
        0,
        ["rule 1 (deploy): 2 calls, 0 differ", "rule 2 (rollback): never used", "2 calls, none would differ"],
    )


async def test_what_would_differ_is_said_by_call_and_by_rule(shell: Terminal, thread: str, tmp_path: Path) -> None:
    new = written(tmp_path, NARROWER)
    result = await shell.run("policy", "test", new)
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert [line.split("}: ")[1] for line in lines if thread in line] == [
        "would be put to cy as well",
        "would not be put to bo",
        "would have another time to decide: 4:00:00 and not 1 day, 0:00:00",
        "would not have been approved by those who did, with 1 of cy missing",
    ]
    assert lines[-3:] == [
        "rule 1 (staging): 1 calls, 1 differ",
        "rule 2 (production): 1 calls, 0 differ",
        "2 calls, 1 would differ",
    ]
    assert (await shell.run("policy", "test", new, "--exit-code")).exit_code == 1


async def test_what_was_before_is_left_out(shell: Terminal, thread: str, tmp_path: Path) -> None:
    result = await shell.run("policy", "test", written(tmp_path, NARROWER), "--exit-code", "--since", "2999-01-01")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "0 calls, none would differ")


async def test_with_other_people_others_would_be_asked(shell: Terminal, thread: str, tmp_path: Path) -> None:
    people = tmp_path / "people.yaml"
    people.write_text(
        'people: [{id: ana, name: Ana, identities: ["console:ana"]}, {id: bo, name: Bo, identities: ["console:bo"]},'
        ' {id: dee, name: Dee, identities: ["console:dee"]}]\ngroups: [{id: ops, members: [bo, dee]}]\n'
    )
    new = written(tmp_path, "rules: [{tool: deploy, approvers: [ops]}]\n")
    result = await shell.run("policy", "test", new, "--people", str(people))
    assert result.exit_code == 0
    assert result.stdout.count("would be put to dee as well") == 2


async def test_what_is_wrong_with_a_policy_is_said_with_its_line(shell: Terminal, tmp_path: Path) -> None:
    assert (await shell.run("policy", "check", written(tmp_path, SAME))).stdout == "2 rules, nothing wrong with them\n"
    result = await shell.run("policy", "check", written(tmp_path, "rules:\n  - {tool: deploy, approvers: [mallory]}\n"))
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "new.yaml:2: " in str(result.exception.code)


async def test_a_call_is_explained(shell: Terminal, tmp_path: Path) -> None:
    new = written(tmp_path, NARROWER)
    result = await shell.run("policy", "explain", "deploy", CALL, "--for", "ana", "--policy", new)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:6] == [
        f"call: deploy {CALL}",
        "rule: 1 (staging)",
        'because: environment is "staging", which is one_of ["staging"]',
        "then: people are asked",
        "needed: 1 of cy",
        "asked: cy",
    ]
    assert any(line.startswith("expires: ") and line.endswith(" UTC, then: deny") for line in lines)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nothing", "{}", "--for", "ana"), "there is no tool nothing"),
        (("deploy", CALL, "--for", "mallory"), "there is no person mallory"),
        (("deploy", "{}", "--for", "ana"), "Field required"),
    ],
)
async def test_what_cannot_be_explained_is_a_usage_error(shell: Terminal, words: tuple[str, ...], said: str) -> None:
    result = await shell.run("policy", "explain", *words)
    assert result.exit_code == 2
    assert said in result.output


async def test_whoever_asks_for_it_cannot_decide_it(shell: Terminal) -> None:
    result = await shell.run("policy", "explain", "deploy", CALL, "--for", "bo")
    assert "then: it may not run, because the policy names no one else who may approve deploy" in result.stdout


async def test_habits_and_loads_are_told_and_nothing_is_changed(shell: Terminal, thread: str) -> None:
    rules = await shell.run("policy", "suggest", "--at-least", "2")
    assert rules.exit_code == 0
    assert "then:" not in rules.stdout
    assert "# bo: 2 cards, " in rules.stdout
    assert "; answered 2, half within " in rules.stdout
