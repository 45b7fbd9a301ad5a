"""A small team, an agent with real schemas, and a thread to play stories in: what the tests of the core share."""

from __future__ import annotations

from collections.abc import Coroutine, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeVar

from agent_core.agent import Agent, Model, Thought, scripted
from agent_core.deliveries import Delivery
from agent_core.events import (
    EVENT,
    ApprovalRequest,
    ApprovalResponse,
    Control,
    Event,
    InputRequest,
    MessageRevised,
    Notice,
    TimerFired,
    ToolCall,
    ToolResult,
    UserMessage,
)
from agent_core.fold import append
from agent_core.people import People, Person
from agent_core.policy.rules import Policy, Rule
from agent_core.prompt import Prompt
from agent_core.setting import Setting
from agent_core.steps import Say, Step, Use
from agent_core.thread import Thread
from agent_core.tools import tool
from agent_core.turn import run_turn
from agent_core.values import Author, Decision, Proof

T = TypeVar("T")

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ANA = Author(identity="email:ana@example.test", person="ana", assurance="verified", evidence="dmarc")
ANA_AT_CONSOLE = Author(identity="console:ana", person="ana", assurance="verified", evidence="token")
BO = Author(identity="email:bo@example.test", person="bo", assurance="verified", evidence="dmarc")
CY = Author(identity="email:cy@example.test", person="cy", assurance="verified", evidence="dmarc")
DI = Author(identity="email:di@example.test", person="di", assurance="verified", evidence="dmarc")
FORGED_BO = Author(identity="email:bo@example.test", assurance="asserted", evidence="header")
STRANGER = Author(identity="email:who@elsewhere.test", assurance="verified", evidence="dmarc")
ANA_BY_TEXT = Author(identity="sms:+447700900012", person="ana", assurance="restricted", evidence="number")
BO_BY_TEXT = Author(identity="sms:+447700900018", person="bo", assurance="restricted", evidence="number")
BO_IN_SLACK = Author(identity="slack:T1:U2", person="bo", assurance="verified", evidence="signature")
ANA_IN_SLACK = Author(identity="slack:T1:U1", person="ana", assurance="verified", evidence="signature")
IN_SLACK = (BO_IN_SLACK, ANA_IN_SLACK)
EVERYBODY = (ANA, ANA_AT_CONSOLE, BO, CY, DI, FORGED_BO, STRANGER, ANA_BY_TEXT, BO_BY_TEXT)
PEOPLE = People(
    people=(
        Person(id="ana", name="Ana", identities=(ANA_BY_TEXT.identity, ANA.identity, ANA_AT_CONSOLE.identity)),
        Person(id="bo", name="Bo", identities=(BO_BY_TEXT.identity, BO.identity, "slack:T1:U2")),
        Person(id="cy", name="Cy", identities=(CY.identity,)),
    )
)
REACH: Mapping[str, Proof] = {"email": "verified", "slack": "verified", "sms": "restricted"}


@tool(risk="low", approval=False, repeatable=True)
def look() -> None:
    """Look around."""


@tool(risk="low", approval=True)
def tidy() -> None:
    """Tidy up."""


@tool(risk="high", approval=True)
def deploy(version: str, environment: Literal["staging", "production"]) -> None:
    """Deploy a version."""


@tool(risk="high", approval=True)
def erase() -> None:
    """Erase everything: no rule allows it."""


AGENT = Agent(name="test", prompt=Prompt(id="test", text="You are a test."), tools=(look, tidy, deploy, erase))
POLICY = Policy(
    rules=(
        Rule(tool="deploy", approvers=("ana", "bo", "cy"), expires_in=timedelta(hours=1)),
        Rule(tool="tidy", approvers=("bo",), expires_in=timedelta(hours=1)),
    ),
    escalate_to=("di",),
)
UNDOABLE = Policy(
    rules=tuple(rule.model_copy(update={"undo_within": timedelta(minutes=5)}) for rule in POLICY.rules),
    escalate_to=POLICY.escalate_to,
)
DEPLOY = Use(tool="deploy", arguments='{"version":"1.4.2","environment":"production"}', reason="Ana wants it")
TIDY = Use(tool="tidy", arguments="{}")
WITHOUT_BO = Policy(rules=(Rule(tool="deploy", approvers=("cy",), expires_in=timedelta(hours=1)),))
LOOK = Use(tool="look", arguments="{}")
DONE = Say(text="Done.")


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits for anything; the core's do not."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    coroutine.close()
    raise AssertionError("it waited")


def _by_name(name: str) -> Person:
    own = (who.identity for who in (*EVERYBODY, *IN_SLACK) if who.person == name)
    return Person(id=name, name=name.title(), identities=tuple(dict.fromkeys(own)))


# They can be told apart, and are reached where they speak.
BY_NAME = People(people=tuple(_by_name(one) for one in ("ana", "bo", "cy", "di")))


class Story:
    """A thread as the store would keep it: each event stamped as it is appended, the clock a second on each time."""

    def __init__(self, policy: Policy = POLICY, agent: Agent = AGENT, people: People = BY_NAME) -> None:
        self.policy, self.agent, self.people = policy, agent, people
        self.now = START
        self.policies = [(START, policy)]
        self.log: list[Event] = []
        self.thread = Thread(id="t1")

    def setting(self, now: datetime) -> Setting:
        """What a turn at this time is run with."""
        return Setting(
            agent=self.agent,
            policy=self.policy,
            now=now,
            people=self.people,
            reach=REACH,
            paced=frozenset({"sms"}),
        )

    def setting_at(self, now: datetime) -> Setting:
        """What a turn at this time was run with, by the policy of then."""
        policy = [policy for since, policy in self.policies if since <= now][-1]
        return replace(self.setting(now), policy=policy)

    def change(self, policy: Policy) -> None:
        """From now on another policy is in force."""
        self.now += timedelta(seconds=1)
        self.policy = policy
        self.policies.append((self.now, policy))

    def append(self, *events: Event) -> None:
        """Append to the log what has been through JSON, as everything there has."""
        for event in events:
            self.now += timedelta(seconds=1)
            stored = EVENT.validate_json(event.model_copy(update={"at": self.now}).model_dump_json())
            self.log.append(stored)
            self.thread = append(self.thread, stored)

    def fresh(self, name: str) -> str:
        """An id nobody had before."""
        return f"{name}-{len(self.log) + 1}"

    # --- what comes in

    def says(self, who: Author, text: str, answers: str | None = None) -> None:
        """A person writes; `answers` is the request whose code the message proved to know."""
        self.append(UserMessage(id=self.fresh("mail"), author=who, text=text, answers=answers))

    def revises(self, who: Author, message_id: str, text: str = "") -> None:
        """A person changes what they said, or takes it back."""
        self.append(MessageRevised(id=self.fresh("edit"), revises=message_id, author=who, text=text))

    def clicks(
        self,
        who: Author,
        request_id: str,
        decision: Decision,
        *,
        digest: str = "",
        reason: str = "",
        arguments: str = "",
        to: str = "",
    ) -> None:
        """A person decides on a page."""
        click = ApprovalResponse(
            id=self.fresh("click"),
            request_id=request_id,
            author=who,
            decision=decision,
            digest=digest,
            reason=reason,
            arguments=arguments,
            to=to,
        )
        self.append(click)

    def ends(self, call: ToolCall, outcome: Literal["ok", "failed", "unknown", "refused"], content: str = "") -> None:
        """A tool comes to its end."""
        self.append(ToolResult(id=f"result-{call.id}", call_id=call.id, outcome=outcome, content=content))

    def control(self, verb: Literal["pause", "resume", "stop"], who: Author = DI) -> None:
        """Somebody pauses, resumes or stops the thread."""
        self.append(Control(id=self.fresh("control"), verb=verb, author=who))

    def lost(
        self, cause: str, to: str, outcome: Literal["failed", "unknown", "dead"] = "failed", *, again: bool = False
    ) -> None:
        """A message did not arrive."""
        id = self.fresh("delivery")
        self.append(Delivery(id=id, effect_id="e", cause=cause, to=to, outcome=outcome, again=again))

    def waits(self, until: datetime) -> None:
        """Nothing happens until a second before that; what is appended next is."""
        self.now = until - timedelta(seconds=1)

    def fires(self, name: str) -> None:
        """A timer is due."""
        self.append(TimerFired(id=f"timer:{name}:{len(self.log)}", name=name))

    # --- what the agent does

    def turn(self, *thoughts: Thought | Step, model: Model | None = None) -> tuple[Event, ...]:
        """One turn; it takes exactly the thoughts given."""
        script = scripted(*thoughts)
        events = at_once(run_turn(self.thread, self.setting(self.now), model or script))
        assert model or len(script.taken) == len(thoughts), f"the model was asked {len(script.taken)} times"
        self.append(*events)
        return events

    # --- what has become of it

    @property
    def request(self) -> ApprovalRequest:
        """The latest approval request."""
        return next(e for e in reversed(self.log) if isinstance(e, ApprovalRequest))

    @property
    def question(self) -> InputRequest:
        """The latest question to a person."""
        return next(e for e in reversed(self.log) if isinstance(e, InputRequest))

    @property
    def call(self) -> ToolCall:
        """The latest tool call."""
        return next(e for e in reversed(self.log) if isinstance(e, ToolCall))


def kinds(events: tuple[Event, ...] | list[Event]) -> list[str]:
    """The types of events, without the record of each model call."""
    return [event.type for event in events if event.type != "model_call"]


def asked_for_deploy(story: Story | None = None) -> Story:
    """Ana has asked for a deployment, and the request for it is open."""
    story = story or Story()
    story.says(ANA, "deploy 1.4.2 to production")
    story.turn(DEPLOY)
    return story


def refused(story: Story) -> Notice:
    """The notice of the last turn, which changed nothing else."""
    events = [event for event in story.turn() if not event.type.endswith("_response")]
    assert len(events) == 1
    assert isinstance(events[0], Notice)
    return events[0]
