"""The deploy agent: lists versions freely, deploys and rolls back only with approval. `deploy_tools.py` does it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from agent_core.agent import Agent
from agent_core.prompt import load_prompt
from agent_core.tools import tool

Environment = Literal["staging", "production"]


@tool(risk="low", approval=False, repeatable=True)
def list_versions() -> None:
    """List the versions that can be deployed, and what runs where now."""


@tool(risk="high", approval=True, previews=True)
def deploy(
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")],
    environment: Environment,
) -> None:
    """Deploy a version to an environment. A person must approve it first; ask for it and it will be put to them."""


@tool(risk="medium", approval=True, previews=True)
def rollback(environment: Environment) -> None:
    """Bring back what ran in an environment before. A person must approve it first; ask and it will be put to them."""


def deploy_agent(prompts: Path) -> Agent:
    """The agent, its prompt read from the prompts folder."""
    return Agent(name="deploy", prompt=load_prompt(prompts / "deploy.md"), tools=(list_versions, deploy, rollback))
