"""How the source must look: short files, short functions, names that say something, nothing tied to one machine."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ("agent_core", "adapters", "gateway", "config", "prompts", "sandbox", "benchmarks", "tests")
FILES = [path for top in SOURCE for path in sorted((ROOT / top).rglob("*.py"))]
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "common", "misc", "manager", "base_classes", "shared"}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


def test_a_file_is_short() -> None:
    assert [named(path) for path in FILES if len(path.read_text().splitlines()) >= 300] == []


def test_the_first_words_of_a_file_say_what_lives_there() -> None:
    assert [named(path) for path in FILES if path.stat().st_size and not ast.get_docstring(parsed(path))] == []


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{named(path)}: {one.name}"
        for path in FILES
        for one in functions(parsed(path))
        if (one.end_lineno or 0) - one.lineno >= 50
    ]
    assert long == []


def test_most_functions_of_the_house_are_a_handful_of_lines() -> None:
    trees = [parsed(path) for path in FILES if "tests" not in path.parts]
    lengths = [(one.end_lineno or 0) - one.lineno + 1 for tree in trees for one in functions(tree)]
    assert sum(length <= 15 for length in lengths) / len(lengths) > 0.8


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [named(path) for path in FILES if path.stem in NAMES_THAT_SAY_NOTHING] == []


def test_no_data_carries_a_bag() -> None:
    """A field `metadata: dict[str, Any]` is where contracts go to die. Only foreign wires, in the sandbox, have one."""
    bags = [
        f"{named(path)}:{node.lineno}"
        for path in FILES
        if "sandbox" not in path.parts
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "metadata"
    ]
    assert bags == []


def test_the_core_gets_its_time_and_chance_from_outside() -> None:
    """`llm.py` and the toy tools are the only rooms of the core that touch the world."""
    touching = re.compile(r"\b(datetime\.now|time\.time|uuid4|os\.environ|open)\(")
    rooms = {"llm.py", "deploy_tools.py"}
    core = [path for path in FILES if path.is_relative_to(ROOT / "agent_core") and path.name not in rooms]
    assert [named(path) for path in core if touching.search(path.read_text())] == []


def test_no_installation_is_kept_by_a_store_that_blocks() -> None:
    """Those of the SDK read files and SQLite inside their asynchronous methods, and hold up everything else. SL-41"""
    house = [path for path in FILES if not {"tests", "sandbox"} & set(path.parts)]
    assert [named(path) for path in house if "installation_store" in path.read_text()] == []


def test_requirements_are_pinned_by_hash_and_name_no_host() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text()
        assert "://" not in text, path.name
        pins = re.findall(r"^[a-z0-9._-]+(?:\[[a-z,]+\])?==", text, re.MULTILINE | re.IGNORECASE)
        assert pins, path.name
        assert len(re.findall(r"^\S+==[^\n]*\\\n\s+--hash=sha256:", text, re.MULTILINE)) == len(pins), path.name


def test_nothing_is_tied_to_one_machine() -> None:
    """No path of somebody's disk and no host of a package index in anything we publish."""
    tied = re.compile(r"(?<![\w.~])/(?:home|Users|root|work|mnt)/|(?:pypi|npmjs)\.(?:org|com)/|file:///")
    found = []
    for path in tracked():
        if path == Path(__file__) or path.suffix in {".png", ".ico", ".woff2"}:
            continue
        found += [f"{named(path)}: {hit.group()}" for hit in tied.finditer(path.read_text(errors="replace"))]
    assert found == []


def test_every_link_of_the_docs_leads_somewhere() -> None:
    broken = []
    for page in [path for path in tracked() if path.suffix == ".md" and "prompts" not in path.parts]:
        for target in re.findall(r"\]\((?!https?://|mailto:|#)([^)#\s]+)", page.read_text()):
            if not (page.parent / target).exists():
                broken.append(f"{named(page)} -> {target}")
    assert broken == []
