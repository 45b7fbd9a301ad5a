"""An agent: a prompt, a handful of tools, a limit; and the port of the model that picks its next step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from agent_core.prompt import Prompt
from agent_core.steps import Outcome, Step
from agent_core.thread import Thread
from agent_core.tools import Tool
from agent_core.values import Frozen


@dataclass(frozen=True, slots=True)
class Agent:
    """A micro-agent. `max_steps` bounds the model's steps between two messages of a person."""

    name: str
    prompt: Prompt
    tools: tuple[Tool, ...]
    max_steps: int = 10

    def tool(self, name: str) -> Tool | None:
        """The tool of this name."""
        return next((t for t in self.tools if t.name == name), None)


class Thought(Frozen):
    """What came of asking the model: a step, or one of five typed ways to fail. `detail` says what was wrong."""

    outcome: Outcome
    step: Step | None = None
    detail: str = ""
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


class Model(Protocol):
    """Picks the next step. Never raises for what a model or its provider does: that is a `Thought`."""

    async def next_step(self, agent: Agent, thread: Thread) -> Thought:
        """The model's choice, given everything the thread says."""
        ...


@dataclass(frozen=True, slots=True)
class ScriptedModel:
    """A model for tests and for replay: answers with these thoughts, in order.

    `taken` is how many it gave, held in a list so that the value itself stays frozen.
    """

    thoughts: tuple[Thought, ...]
    taken: list[Thought]

    async def next_step(self, agent: Agent, thread: Thread) -> Thought:
        """The next thought; past the end, the model is unavailable."""
        if len(self.taken) >= len(self.thoughts):
            return Thought(outcome="unavailable", detail="the script has ended")
        self.taken.append(self.thoughts[len(self.taken)])
        return self.taken[-1]


def scripted(*thoughts: Thought | Step) -> ScriptedModel:
    """A model that gives these steps (or bad outcomes), in order."""
    given = tuple(t if isinstance(t, Thought) else Thought(outcome="step", step=t) for t in thoughts)
    return ScriptedModel(given, [])
