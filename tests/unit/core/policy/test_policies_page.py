"""`docs/howto/policies.md` names every key there is, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from agent_core.policy.rules import Condition, Policy, Rule

PAGE = (Path(__file__).parents[4] / "docs" / "howto" / "policies.md").read_text()


@pytest.mark.parametrize(
    ("title", "shape"), [("## The keys of a rule", Rule), ("## The keys of the file", Policy)], ids=["rule", "file"]
)
def test_every_key_has_its_line_and_no_other(title: str, shape: type[BaseModel]) -> None:
    section = PAGE.split(title)[1].split("\n## ")[0]

    assert re.findall(r"(?m)^\| `(\w+)` \|", section) == list(shape.model_fields)


def test_every_condition_is_named() -> None:
    section = PAGE.split("## What arguments must be")[1].split("\n## ")[0]

    assert all(f"`{name}`" in section for name in Condition.model_fields)
