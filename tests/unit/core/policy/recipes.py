"""The cookbook as data, and how a line of its tables is played: who asks, what people then do, and how it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from agent_core.agent import Agent, scripted
from agent_core.events import (
    Allowed,
    ApprovalHeld,
    ApprovalRequest,
    Escalation,
    Failure,
    Notice,
    RequestClosed,
    ToolCall,
)
from agent_core.people import People
from agent_core.policy.grants import Grant
from agent_core.policy.quorum import in_words
from agent_core.policy.rules import Policy
from agent_core.prompt import Prompt
from agent_core.raising import plan_timer
from agent_core.setting import Setting
from agent_core.steps import Say, Use
from agent_core.tools import tool
from agent_core.values import Author
from agent_core.weighing import weigh
from tests.unit.core.story import Story

PAGE = Path(__file__).parents[4] / "docs" / "howto" / "cookbook.md"
HEAD = "| Asked | Then | So |"
FRIDAY = datetime(2026, 11, 20, 10, tzinfo=UTC)
# What counts, or says that time passes, is no answer to be quoted.
ANSWERED = {"counted", "held", "delegated", "undone", "moved", "reminded", "on_hold"}


@tool(risk="high", approval=True)
def deploy(version: str, environment: str) -> None:
    """Deploy a version."""


@tool(risk="medium", approval=True)
def rollback(environment: str) -> None:
    """Bring back what ran before."""


@tool(risk="low", approval=True)
def refund(order: str, amount: float) -> None:
    """Pay money back."""


@tool(risk="high", approval=True)
def erase(target: str) -> None:
    """Erase it."""


AGENT = Agent(name="cook", prompt=Prompt(id="cook", text="You cook."), tools=(deploy, rollback, refund, erase))
TOOLS = {one.name: one for one in AGENT.tools}


@dataclass(frozen=True)
class Line:
    """A line of a table, as it stands there; `number` is its place on the page, from 1."""

    number: int
    asked: str
    then: str
    so: str


@dataclass(frozen=True)
class Recipe:
    """A policy of the page, its grants, and its table."""

    title: str
    policy: str
    grants: str
    lines: tuple[Line, ...]


def people_file() -> str:
    """The people of the page."""
    return _blocks(PAGE.read_text(), "people.yaml")[0]


def recipes() -> Iterator[Recipe]:
    """Every recipe, in order."""
    text = PAGE.read_text()
    for part in re.split(r"(?m)^(?=## )", text)[1:]:
        above = text[: text.index(part)].count("\n")
        yield Recipe(
            title=part.splitlines()[0].removeprefix("## "),
            policy=_blocks(part, "policies.yaml")[0],
            grants="".join(_blocks(part, "grants")),
            lines=tuple(_lines(part, above)),
        )


def _blocks(text: str, name: str) -> list[str]:
    return re.findall(rf"(?ms)^```yaml {re.escape(name)}\n(.*?)^```$", text)


def _lines(part: str, above: int) -> Iterator[Line]:
    rows = part.splitlines()
    for n in range(rows.index(HEAD) + 2, len(rows)):
        if not rows[n].startswith("|"):
            return
        asked, then, so = (cell.strip() for cell in rows[n].strip("|").split("|"))
        yield Line(above + n + 1, asked, then, so)


class Played(Story):
    """A line as it is played: the call asked for, and then one thing after the other."""

    def __init__(self, policy: Policy, people: People, grants: tuple[Grant, ...], asked: str) -> None:
        super().__init__(policy, AGENT, people)
        call, _, at = asked.partition(" @ ")
        self.grants, self.now = grants, datetime.fromisoformat(f"{at}Z") if at else FRIDAY
        who, _, wish = call.partition(": ")
        name, *pairs = wish.split()
        given = {key: yaml.safe_load(value) for key, value in (pair.split("=") for pair in pairs)}
        arguments = {key: value if key == "amount" else str(value) for key, value in given.items()}
        self.says(self.proven(who), wish)
        use = Use(tool=name, arguments=json.dumps(arguments), reason="it is wanted")
        self.turn(model=scripted(use, Say(text="That is how it stands.")))

    def setting(self, now: datetime) -> Setting:
        """With what was granted."""
        return replace(super().setting(now), grants=self.grants)

    def proven(self, who: str, channel: str = "email") -> Author:
        """Somebody of the page, on a channel of theirs."""
        person = self.people.person(who)
        assert person is not None, f"the page knows no {who}"
        identity = next(one for one in person.identities if one.startswith(channel))
        return Author(identity=identity, person=who, assurance="restricted" if channel == "sms" else "verified")

    def does(self, step: str) -> None:
        """`bo yes`, `bo no by sms`, `bo hands it to eli`, `bo takes it back`, `+6m`."""
        if passed := re.fullmatch(r"\+(\d+)([mh])", step):
            self._wait(timedelta(minutes=int(passed[1]) * (60 if passed[2] == "h" else 1)))
            return
        said = re.fullmatch(r"(\w+) (?:(yes|no)(?: by (\w+))?|hands it to (\w+)|(takes it back))", step)
        assert said is not None, f"nobody knows how to do this: {step}"
        who, word, channel, to, _ = said.groups()
        decision = "delegate" if to else {"yes": "approve", "no": "deny"}.get(word or "", "undo")
        author = self.proven(who, channel or "email")
        self.clicks(author, self.request.id, decision, digest=self.request.digest, to=to or "")  # type: ignore[arg-type]
        self.turn(model=scripted(Say(text="So be it.")))

    def _wait(self, span: timedelta) -> None:
        """Time passes, and what falls due meanwhile happens."""
        end = self.now + span
        while due := sorted(one for one in self._due() if one[0] <= end and one[1] not in self._fired):
            self.now, name = max(self.now, due[0][0]), due[0][1]
            self.fires(name)
            self.turn(model=scripted(Say(text="So be it.")))
        self.now = max(self.now, end)

    @property
    def _fired(self) -> set[str]:
        return {getattr(event, "name", "") for event in self.log if event.type == "timer_fired"}

    def _due(self) -> Iterator[tuple[datetime, str]]:
        for request in (one for one in self.thread.open if isinstance(one, ApprovalRequest)):
            yield request.expires_at, request.id
            yield from ((step.due, plan_timer(request.id, n)) for n, step in enumerate(request.terms.plan))
            held = self.thread.held_approval(request.id)
            if held and held.until:
                yield held.until, f"undo:{request.id}"

    # --- how it stands

    def so(self, fact: str) -> str:
        """What is so, in the words of the page, about what a fact there speaks of."""
        match re.split(r"\W", fact)[0]:
            case "asked":
                return f"asked: {', '.join(self._open.approvers)}"
            case "until":
                return f"until {self._open.expires_at:%Y-%m-%d %H:%M}"
            case "waits":
                missing = weigh(self.thread, self._open, self.setting(self.now)).missing
                return "waits for " + in_words(missing).replace(";", "")
            case "told":
                return f"told: {', '.join(name for one in self.log if isinstance(one, Escalation) for name in one.to)}"
            case "does":
                kinds = [one.kind for one in self.log if isinstance(one, Notice) and one.kind not in ANSWERED]
                return f"does not count: {', '.join(kinds)}"
        return self._end

    @property
    def _open(self) -> ApprovalRequest:
        request = self.thread.open_request(self.request.id)
        assert isinstance(request, ApprovalRequest), f"it is not open any more, but {self._end}"
        return request

    @property
    def _end(self) -> str:
        if any(isinstance(one, ToolCall) for one in self.log):
            return "runs at once" if any(isinstance(one, Allowed) for one in self.log) else "runs"
        closed = [one.outcome for one in self.log if isinstance(one, RequestClosed)]
        failed = [one.kind for one in self.log if isinstance(one, Failure)]
        held = ["held"] if any(isinstance(one, ApprovalHeld) for one in self.log) else []
        return [*closed, *failed, *held, "open"][0]
