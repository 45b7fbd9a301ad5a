"""The toy environment: a deployment is really done, really seen, and really counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent_core.agents.deploy import deploy, list_versions, rollback
from agent_core.agents.deploy_tools import executors, previewers, seed
from agent_core.errors import ToolFailed
from agent_core.tools import Foreseen, Tool
from tests.unit.core.story import at_once

TOOLS: dict[str, Tool] = {"list_versions": list_versions, "deploy": deploy, "rollback": rollback}


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    seed(tmp_path / "environment")
    return tmp_path / "environment"


def run(folder: Path, name: str, /, key: str = "fx1", **arguments: str) -> str:
    executor = executors(folder)[name]
    return at_once(executor(TOOLS[name].arguments.model_validate(arguments), key=key))


def read(environment: Path, name: str) -> Any:
    return json.loads((environment / name).read_text(encoding="utf-8"))


def history(environment: Path) -> list[dict[str, str]]:
    file = environment / "history.log"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def test_there_is_an_executor_for_every_tool_of_the_agent(environment: Path) -> None:
    assert set(executors(environment)) == set(TOOLS)


def test_listing_says_what_there_is_and_what_runs_and_changes_nothing(environment: Path) -> None:
    listed = json.loads(run(environment, "list_versions"))

    assert listed == {
        "versions": ["1.4.0", "1.4.1", "1.4.2", "6.6.6"],
        "running": {"staging": "1.4.0", "production": "1.4.0"},
    }
    assert history(environment) == []


def test_a_deployment_changes_its_environment_only_and_leaves_one_line(environment: Path) -> None:
    told = run(environment, "deploy", version="1.4.2", environment="production")

    assert told == "production runs 1.4.2 now; before, it ran 1.4.0"
    assert read(environment, "production.json") == {
        "version": "1.4.2",
        "deployed_by": "fx1",
        "before": ["1.3.9", "1.4.0"],
    }
    assert read(environment, "staging.json")["version"] == "1.4.0"
    assert history(environment) == [
        {"key": "fx1", "environment": "production", "version": "1.4.2", "outcome": "deployed"}
    ]


def foresee(folder: Path, name: str, /, **arguments: str) -> Foreseen:
    """What a tool says it would do."""
    return at_once(previewers(folder)[name](TOOLS[name].arguments.model_validate(arguments)))


def test_there_is_a_previewer_for_every_tool_that_says_it_previews(environment: Path) -> None:
    assert set(previewers(environment)) == {name for name, tool in TOOLS.items() if tool.previews}


def test_a_deployment_says_what_runs_and_what_would_and_changes_nothing(environment: Path) -> None:
    first = foresee(environment, "deploy", version="1.4.2", environment="production")
    assert first.consequences == "production runs 1.4.0 now; 1.4.2 would run instead."
    assert foresee(environment, "deploy", version="1.4.2", environment="production") == first
    assert history(environment) == []

    again = foresee(environment, "deploy", version="1.4.0", environment="production")
    assert again.consequences == "production runs 1.4.0 already; it would be deployed again."


def test_what_a_deployment_rests_on_is_what_runs_there_and_who_brought_it(environment: Path) -> None:
    def state(where: str) -> str:
        return foresee(environment, "deploy", version="1.4.2", environment=where).state

    staging, production = state("staging"), state("production")
    assert staging != production
    run(environment, "deploy", key="fx1", version="1.4.1", environment="production")
    changed = state("production")
    assert changed != production
    run(environment, "deploy", key="fx2", version="1.4.1", environment="production")
    assert state("production") not in (changed, production)
    assert state("staging") == staging


def test_what_could_not_work_is_known_before_anybody_is_asked(environment: Path) -> None:
    with pytest.raises(ToolFailed, match=r"no version 9\.9\.9"):
        foresee(environment, "deploy", version="9.9.9", environment="staging")

    said = foresee(environment, "rollback", environment="staging").consequences
    assert said == "staging runs 1.4.0 now; 1.3.9 would be brought back."
    run(environment, "rollback", environment="staging")
    with pytest.raises(ToolFailed, match="nothing is kept"):
        foresee(environment, "rollback", environment="staging")


def test_a_rollback_brings_back_what_ran_before_then_what_ran_before_that(environment: Path) -> None:
    run(environment, "deploy", key="fx1", version="1.4.2", environment="production")

    assert run(environment, "rollback", key="fx2", environment="production") == "production runs 1.4.0 again"
    assert run(environment, "rollback", key="fx3", environment="production") == "production runs 1.3.9 again"
    assert read(environment, "production.json") == {"version": "1.3.9", "deployed_by": "fx3", "before": []}
    assert read(environment, "staging.json")["version"] == "1.4.0"
    assert [(line["key"], line["version"], line["outcome"]) for line in history(environment)] == [
        ("fx1", "1.4.2", "deployed"),
        ("fx2", "1.4.0", "brought back"),
        ("fx3", "1.3.9", "brought back"),
    ]


def test_a_rollback_started_twice_goes_back_once(environment: Path) -> None:
    run(environment, "deploy", key="fx1", version="1.4.2", environment="production")

    told = [run(environment, "rollback", key="fx2", environment="production") for _ in range(2)]

    assert told == ["production runs 1.4.0 again"] * 2
    assert read(environment, "production.json")["version"] == "1.4.0"
    assert [line["key"] for line in history(environment)] == ["fx1", "fx2"]


def test_with_nothing_kept_to_go_back_to_nothing_is_started(environment: Path) -> None:
    run(environment, "rollback", key="fx1", environment="staging")

    with pytest.raises(ToolFailed, match=r"nothing is kept of what ran in staging before 1\.3\.9"):
        run(environment, "rollback", key="fx2", environment="staging")

    assert read(environment, "staging.json")["version"] == "1.3.9"
    assert [line["key"] for line in history(environment)] == ["fx1"]


def test_a_version_that_fails_its_check_is_rolled_back_and_counted(environment: Path) -> None:
    run(environment, "deploy", key="fx1", version="1.4.1", environment="production")

    with pytest.raises(ToolFailed, match=r"6\.6\.6 failed its health check .* 1\.4\.1 runs on"):
        run(environment, "deploy", key="fx2", version="6.6.6", environment="production")

    assert read(environment, "production.json")["version"] == "1.4.1"
    assert [(line["key"], line["outcome"]) for line in history(environment)] == [
        ("fx1", "deployed"),
        ("fx2", "rolled back"),
    ]


def test_a_version_that_does_not_exist_is_never_started(environment: Path) -> None:
    with pytest.raises(ToolFailed, match=r"no version 9\.9\.9"):
        run(environment, "deploy", version="9.9.9", environment="staging")

    assert history(environment) == []


def test_seeding_again_keeps_what_is_there(environment: Path) -> None:
    run(environment, "deploy", version="1.4.2", environment="staging")
    seed(environment)

    assert read(environment, "staging.json")["version"] == "1.4.2"
    assert len(history(environment)) == 1


def test_no_draft_stays_behind(environment: Path) -> None:
    run(environment, "deploy", version="1.4.2", environment="staging")

    files = sorted(file.name for file in environment.iterdir())
    assert files == ["history.log", "production.json", "staging.json", "versions.json"]
