"""Prompts: Markdown files with front matter, every byte of which is ours.

The digest goes with each model call into the log, so that one can say later which words led to which step.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import frontmatter
import yaml
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from agent_core.errors import BadPrompt

_TEMPLATES = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)


@dataclass(frozen=True, slots=True)
class Prompt:
    """The words an agent's model is given before the thread. `digest` is the first 12 hex of their SHA-256."""

    id: str
    text: str

    @property
    def digest(self) -> str:
        """Names these exact words."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]


def load_prompt(path: Path, **values: str) -> Prompt:
    """The prompt in a file, its `{{ names }}` filled in. Raises BadPrompt."""
    try:
        page = frontmatter.loads(path.read_text(encoding="utf-8"))
        text = _TEMPLATES.from_string(page.content).render(values)
    except (OSError, ValueError, yaml.YAMLError, TemplateError) as error:
        raise BadPrompt(f"{path.name}: {error}") from error
    if not isinstance(page.get("id"), str):
        raise BadPrompt(f"{path.name}: the front matter names no id")
    return Prompt(id=str(page["id"]), text=text)
