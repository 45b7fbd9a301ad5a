"""Wrong files: what is said about a policy, or about people, that cannot be read as such."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_core.people import People
from gateway.errors import Misconfigured
from gateway.reading import read_people, read_policy
from tests.unit.core.policy.recipes import TOOLS, people_file

# Stands where a value is wrong; no value may be quoted.
CANARY = "canary71aa"


def cooks(tmp_path: Path) -> People:
    """The people of the cookbook."""
    path = tmp_path / "people.yaml"
    path.write_text(people_file())
    return read_people(path)


def wrong(text: str, people: People | None, tmp_path: Path) -> list[str]:
    """What is wrong with a policy or, where nobody is given, with people; each without the name of the file."""
    path = tmp_path / "file.yaml"
    path.write_text(text)
    with pytest.raises(Misconfigured) as caught:
        read_people(path) if people is None else read_policy(path, people, TOOLS)
    assert CANARY not in str(caught.value)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{path}:") for line in lines)
    return [line.removeprefix(f"{path}:") for line in lines]
