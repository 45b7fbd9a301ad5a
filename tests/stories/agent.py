"""The agent of the stories: a few tools that only note that they ran, and a model that follows simple patterns.

The model is played, as it is not what is tested; it stands behind the same port as any other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, TypeAdapter

from agent_core.agent import Agent, Thought
from agent_core.events import AgentMessage, Event, Failure, InputResponse, RequestClosed, ToolResult, UserMessage
from agent_core.prompt import Prompt
from agent_core.steps import GiveUp, Say, Step, Use
from agent_core.thread import Thread
from agent_core.tools import Executor, Foreseen, Previewer, tool
from tests.stories.language import Habit

STEP: TypeAdapter[Step] = TypeAdapter(Step)
SILENT = (AgentMessage, Failure, InputResponse, RequestClosed, ToolResult, UserMessage)


@tool(risk="high", approval=True, repeatable=True)
def deploy(version: str, environment: Literal["staging", "production"]) -> None:
    """Deploy a version to an environment."""


@tool(risk="medium", approval=True, repeatable=True)
def rollback(environment: Literal["staging", "production"]) -> None:
    """Bring back what ran before."""


@tool(risk="medium", approval=True, repeatable=True)
def refund(amount: int, customer: str) -> None:
    """Pay money back."""


@tool(risk="high", approval=True)
def erase(database: str) -> None:
    """Erase a database."""


@tool(risk="high", approval=True, repeatable=True, previews=True)
def migrate(database: str) -> None:
    """Change the tables of a database; what it would do rests on how many rows there are."""


@tool(risk="low", approval=True, repeatable=True)
def restart(service: str) -> None:
    """Restart a service."""


TOOLS = (deploy, rollback, refund, erase, migrate, restart)
AGENT = Agent(name="stories", prompt=Prompt(id="stories", text="A story."), tools=TOOLS)


@dataclass
class Workshop:
    """What ran: the words of each call, under the key of its effect; and how often each key was started.

    `rows` is how the world is that a preview looks at.
    """

    calls: dict[str, str] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=dict)
    rows: int = 100

    @property
    def executors(self) -> Mapping[str, Executor]:
        """What the tools do."""
        return {one.name: _Noting(one.name, self) for one in TOOLS}

    @property
    def previewers(self) -> Mapping[str, Previewer]:
        """What tells what they would do."""
        return {"migrate": self._look}

    async def _look(self, arguments: BaseModel) -> Foreseen:
        return Foreseen(f"it rewrites {self.rows} rows", str(self.rows))

    @property
    def ran(self) -> list[str]:
        """`deploy 1.4.2 production` for each call, in the order in which they began."""
        return list(self.calls.values())


@dataclass(frozen=True)
class _Noting:
    """A tool at work: a key it knows already has been done."""

    name: str
    workshop: Workshop

    async def __call__(self, arguments: BaseModel, *, key: str) -> str:
        words = " ".join([self.name, *(str(value) for value in arguments.model_dump().values())])
        before = self.workshop.calls.setdefault(key, words)
        assert before == words, f"one effect is two things: {before} and {words}"
        self.workshop.starts[key] = self.workshop.starts.get(key, 0) + 1
        return f"{words} is done"


# --- the model

_WISHES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (r"deploy (\d+\.\d+\.\d+) to (staging|production)", "deploy", ("version", "environment")),
    (r"roll back (staging|production)", "rollback", ("environment",)),
    (r"refund (\d+) to (\w+)", "refund", ("amount", "customer")),
    (r"erase (\w+)", "erase", ("database",)),
    (r"migrate (\w+)", "migrate", ("database",)),
    (r"restart (\w+)", "restart", ("service",)),
)


@dataclass(frozen=True)
class Clerk:
    """Asks for what it is asked for, and says what came of it. `habits` are a story's own, and come first."""

    habits: Sequence[Habit] = ()

    async def next_step(self, agent: Agent, thread: Thread) -> Thought:
        """The step that follows from the last event that matters."""
        last = _last(thread)
        said = words_of(last) if last else ""
        for habit in self.habits:
            if re.search(habit.on, said, re.IGNORECASE | re.DOTALL):
                return Thought(outcome="step", step=STEP.validate_python(dict(habit.take)))
        return Thought(outcome="step", step=_step(last, said))


def _last(thread: Thread) -> Event | None:
    """The last event that matters; where that is the end of a question of ours, what was answered to it."""
    last = next((event for event in reversed(thread.recent) if isinstance(event, SILENT)), None)
    answers = {event.request_id: event for event in thread.recent if isinstance(event, InputResponse)}
    return answers.get(last.request_id, last) if isinstance(last, RequestClosed) else last


def words_of(event: Event) -> str:
    """`user_message: Please deploy 1.4.2`: what patterns look into."""
    match event:
        case UserMessage() | InputResponse() | AgentMessage():
            said = event.text
        case ToolResult():
            said = f"{event.outcome} {event.content}"
        case RequestClosed():
            said = f"{event.outcome} {event.reason}"
        case Failure():
            said = f"{event.kind} {event.summary}"
        case _:
            said = ""
    return f"{event.type}: {said}"


def _step(event: Event | None, said: str) -> Step:
    match event:
        case UserMessage() | InputResponse():
            wish = next(_wished(event.text), None)
            return wish or Say(text="I can deploy, roll back, refund, erase and restart.")
        case ToolResult(outcome="ok"):
            return Say(text=f"Done: {event.content}")
        case ToolResult():
            return Say(text=f"It did not run: {event.content}")
        case RequestClosed():
            return Say(text=f"This was {event.outcome}. The reason given: {event.reason or 'none'}")
        case Failure():
            return Say(text=f"I may not do this: {event.summary}")
    return GiveUp(reason="I do not know how to go on")


def _wished(text: str) -> Iterator[Use]:
    for pattern, name, arguments in _WISHES:
        if found := re.search(pattern, text, re.IGNORECASE):
            given: dict[str, object] = dict(zip(arguments, found.groups(), strict=True))
            if "amount" in given:
                given["amount"] = int(found[1])
            yield Use(tool=name, arguments=json.dumps(given), reason="It was asked for")
