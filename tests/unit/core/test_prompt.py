"""Prompts: files of ours, found to be usable or refused with the file's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_core.agents.deploy import deploy_agent
from agent_core.errors import BadPrompt
from agent_core.prompt import Prompt, load_prompt

PROMPTS = Path(__file__).parents[3] / "prompts"


def test_a_prompt_is_its_text_with_the_names_filled_in(tmp_path: Path) -> None:
    file = tmp_path / "p.md"
    file.write_text("---\nid: greeter\n---\nGreet {{ who }} & <others>.\n", encoding="utf-8")

    prompt = load_prompt(file, who="Ana")

    assert prompt == Prompt(id="greeter", text="Greet Ana & <others>.")
    assert prompt.digest != load_prompt(file, who="Bo").digest


@pytest.mark.parametrize(
    "page",
    [
        "no front matter",
        "---\nname: x\n---\ntext",
        "---\nid: 3\n---\ntext",
        "---\nid: [unclosed\n---\ntext",
        "---\nid: x\n---\n{{ missing }}",
        "---\nid: x\n---\n{{ ''.__class__.__mro__ }}",
        "---\nid: x\n---\n{% for %}",
    ],
)
def test_a_page_that_cannot_be_used_is_refused_by_name(tmp_path: Path, page: str) -> None:
    file = tmp_path / "broken.md"
    file.write_text(page, encoding="utf-8")

    with pytest.raises(BadPrompt, match=r"broken\.md"):
        load_prompt(file)


def test_a_page_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPrompt):
        load_prompt(tmp_path / "missing.md")
    (tmp_path / "bytes.md").write_bytes(b"---\nid: x\n---\n\xff\xfe")
    with pytest.raises(BadPrompt):
        load_prompt(tmp_path / "bytes.md")


def test_the_deploy_agent_changes_what_runs_only_with_approval() -> None:
    agent = deploy_agent(PROMPTS)

    gated = {tool.name: (tool.risk, tool.approval) for tool in agent.tools}
    assert gated == {"list_versions": ("low", False), "deploy": ("high", True), "rollback": ("medium", True)}
    assert agent.prompt.id == "deploy"
    for word in ("say", "ask", "give_up"):
        assert f"`{word}`" in agent.prompt.text
