"""The cookbook is true: each of its policies is read as the house reads it, and each line of its tables is so."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from agent_core.people import People
from agent_core.policy.grants import Grant
from gateway.reading import read_people, read_policy
from tests.unit.core.policy.recipes import TOOLS, Line, Played, Recipe, people_file, recipes

RECIPES = tuple(recipes())
LINES = [pytest.param(recipe, line, id=f"line {line.number}") for recipe in RECIPES for line in recipe.lines]


@pytest.fixture
def people(tmp_path: Path) -> People:
    """Those of the page."""
    path = tmp_path / "people.yaml"
    path.write_text(people_file())
    return read_people(path)


@pytest.mark.parametrize(("recipe", "line"), LINES)
def test_a_line_of_the_cookbook_is_so(recipe: Recipe, line: Line, people: People, tmp_path: Path) -> None:
    path = tmp_path / "policies.yaml"
    path.write_text(recipe.policy)
    policy = read_policy(path, people, TOOLS)
    grants = tuple(Grant.model_validate(one) for one in yaml.safe_load(recipe.grants or "[]"))

    played = Played(policy, people, grants, line.asked)
    for step in filter(None, line.then.split(", ")):
        played.does(step)

    facts = line.so.split("; ")
    assert [played.so(fact) for fact in facts] == facts


def test_there_are_as_many_recipes_as_the_page_says_and_each_is_played() -> None:
    assert len(RECIPES) == 11
    assert all(len(recipe.lines) >= 4 for recipe in RECIPES)
