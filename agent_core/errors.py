"""What can go wrong in the core.

CoreError
├── BadArguments      the arguments of a call are not what its tool takes
├── ToolFailed        a tool could not do it, and knows that nothing happened
├── UnknownAgent      no agent of that name
└── BadPrompt         a prompt file cannot be used
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


class CoreError(Exception):
    """The core cannot do what it was asked to."""


class BadArguments(CoreError):
    """The arguments of a call are not what its tool takes. `by_name` says why, for each argument that is at fault."""

    def __init__(self, why: str, by_name: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(why)
        self.by_name = by_name


class ToolFailed(CoreError):
    """The tool could not do it, and knows that nothing is left half done. The text is what the agent is told."""


class UnknownAgent(CoreError):
    """No agent of that name."""


class BadPrompt(CoreError):
    """A prompt file cannot be used."""
