"""What the deploy agent's tools do, to a toy environment: a folder in which one can see what happened.

    versions.json      what can be deployed: {"1.4.2": {"healthy": true}, ...}
    staging.json       what runs there: {"version": "1.4.1", "deployed_by": "<effect id>", "before": ["1.4.0"]}, where
                       `before` is what can be brought back, the latest last; production.json likewise
    history.log        one line of JSON per started deployment or rollback: key, environment, version, outcome

A version that fails its health check does not stay: what ran before keeps running.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from agent_core.tools import Executor, Foreseen, Previewer, ToolFailed

ENVIRONMENTS = ("staging", "production")
HISTORY = "history.log"
_VERSIONS = {
    "1.4.0": {"healthy": True},
    "1.4.1": {"healthy": True},
    "1.4.2": {"healthy": True},
    "6.6.6": {"healthy": False},
}
_RUNNING = {"version": "1.4.0", "deployed_by": "", "before": ["1.3.9"]}


def executors(environment: Path) -> Mapping[str, Executor]:
    """The executors by tool name, all at work in one folder."""
    toy = Toy(environment)
    return {"list_versions": toy.list_versions, "deploy": toy.deploy, "rollback": toy.rollback}


def previewers(environment: Path) -> Mapping[str, Previewer]:
    """What tells what the tools would do, by name; looking at the same folder."""
    toy = Toy(environment)
    return {"deploy": toy.preview_deploy, "rollback": toy.preview_rollback}


def seed(environment: Path) -> None:
    """Create what is missing of the toy environment; what is there stays."""
    environment.mkdir(parents=True, exist_ok=True)
    _write_new(environment / "versions.json", _VERSIONS)
    for name in ENVIRONMENTS:
        _write_new(environment / f"{name}.json", _RUNNING)


def _write_new(path: Path, content: object) -> None:
    if not path.exists():
        _write(path, content)


@dataclass(frozen=True, slots=True)
class Toy:
    """The folder."""

    folder: Path

    async def list_versions(self, arguments: BaseModel, *, key: str) -> str:
        """The versions, and what runs where."""
        running = {name: self._read(f"{name}.json")["version"] for name in ENVIRONMENTS}
        return json.dumps({"versions": sorted(self._read("versions.json"), key=_by_number), "running": running})

    async def deploy(self, arguments: BaseModel, *, key: str) -> str:
        """Bring a version to an environment, or leave the one before it running."""
        wanted = arguments.model_dump()
        version, environment = str(wanted["version"]), str(wanted["environment"])
        before = self._read(f"{environment}.json")
        known = self._read("versions.json").get(version)
        if known is None:
            raise ToolFailed(f"there is no version {version}")
        outcome = "deployed" if known["healthy"] else "rolled back"
        self._log({"key": key, "environment": environment, "version": version, "outcome": outcome})
        if not known["healthy"]:
            still = before["version"]
            raise ToolFailed(f"{version} failed its health check in {environment} and was rolled back: {still} runs on")
        kept = [*before.get("before", ()), before["version"]]
        _write(self.folder / f"{environment}.json", {"version": version, "deployed_by": key, "before": kept})
        return f"{environment} runs {version} now; before, it ran {before['version']}"

    async def rollback(self, arguments: BaseModel, *, key: str) -> str:
        """Bring back what ran before, and before that the next time; a version taken away is not kept."""
        environment = str(arguments.model_dump()["environment"])
        now = self._read(f"{environment}.json")
        if now["deployed_by"] == key:  # This very rollback: done again, it would go one version too far.
            return f"{environment} runs {now['version']} again"
        version, older = _kept(now, environment), now["before"][:-1]
        self._log({"key": key, "environment": environment, "version": version, "outcome": "brought back"})
        _write(self.folder / f"{environment}.json", {"version": version, "deployed_by": key, "before": older})
        return f"{environment} runs {version} again"

    async def preview_deploy(self, arguments: BaseModel) -> Foreseen:
        """What runs, and what would."""
        wanted = arguments.model_dump()
        version, environment = str(wanted["version"]), str(wanted["environment"])
        now = self._read(f"{environment}.json")
        if version not in self._read("versions.json"):
            raise ToolFailed(f"there is no version {version}")
        running = now["version"]
        said = f"{environment} runs {running} now; {version} would run instead."
        if running == version:
            said = f"{environment} runs {version} already; it would be deployed again."
        return Foreseen(said, _state(environment, now))

    async def preview_rollback(self, arguments: BaseModel) -> Foreseen:
        """What runs, and what would be brought back."""
        environment = str(arguments.model_dump()["environment"])
        now = self._read(f"{environment}.json")
        return Foreseen(
            f"{environment} runs {now['version']} now; {_kept(now, environment)} would be brought back.",
            _state(environment, now),
        )

    def _read(self, name: str) -> Any:
        return json.loads((self.folder / name).read_text(encoding="utf-8"))

    def _log(self, line: Mapping[str, str]) -> None:
        """On disk before anything else happens: the number of lines is the number of starts."""
        with (self.folder / HISTORY).open("a", encoding="utf-8") as history:
            history.write(json.dumps(line) + "\n")
            history.flush()
            os.fsync(history.fileno())


def _write(path: Path, content: object) -> None:
    """Replace a file in one step: a reader sees the old or the new one, whole."""
    draft = path.with_suffix(f".{os.getpid()}.draft")
    with draft.open("w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _kept(now: Mapping[str, Any], environment: str) -> str:
    """The version that can be brought back."""
    *_, version = now.get("before") or [""]
    if not version:
        raise ToolFailed(f"nothing is kept of what ran in {environment} before {now['version']}")
    return str(version)


def _state(environment: str, now: Mapping[str, Any]) -> str:
    """Who deployed it is part of it: a version that went and came back is not what was looked at."""
    return json.dumps({"environment": environment, **now}, sort_keys=True)


def _by_number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
