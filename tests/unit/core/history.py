"""Histories: anything people, tools, timers and a hostile model might do to a thread, drawn by hypothesis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Protocol

from hypothesis import strategies as st

from agent_core.agent import Agent, Thought
from agent_core.deliveries import Delivery
from agent_core.events import ApprovalRequest, Handoff, InputRequest, InputResponse, UserMessage
from agent_core.steps import Ask, GiveUp, Outcome, Say, Step, Use
from agent_core.thread import Thread
from agent_core.values import Author, Decision
from tests.unit.core.story import ANA, BO, CY, DEPLOY, EVERYBODY, STRANGER, TIDY, Story

AWAY = Thought(outcome="unavailable")


@dataclass
class Whim:
    """A model that chooses what hypothesis drew, and is away after that. It never looks at anything."""

    thoughts: list[Thought]

    async def next_step(self, agent: Agent, thread: Thread) -> Thought:
        """The next thought, whatever the thread says."""
        return self.thoughts.pop(0) if self.thoughts else AWAY


class Move(Protocol):
    """Something that happens to a thread."""

    def play(self, story: Story) -> None:
        """Let it happen; nothing, where it makes no sense."""
        ...


@dataclass(frozen=True)
class Speaks:
    """A person writes, maybe with the code of one of the requests there have been."""

    who: Author
    text: str
    knows: int | None

    def play(self, story: Story) -> None:
        """The message comes in."""
        story.says(self.who, self.text, None if self.knows is None else _pick(_requests(story), self.knows))


@dataclass(frozen=True)
class Revises:
    """Somebody changes or takes back a message, heard or not, their own or not."""

    who: Author | None
    which: int
    text: str

    def play(self, story: Story) -> None:
        """The edit comes in, if anything was said; by its author, if by nobody else."""
        said = [event for event in story.log if isinstance(event, UserMessage)]
        if said:
            message = said[-1 - self.which % len(said)]
            story.revises(self.who or message.author, message.id, self.text)


@dataclass(frozen=True)
class Clicks:
    """A person decides a request on its page, having seen these bytes or others."""

    who: Author
    which: int
    decision: Decision
    sees: Literal["the card", "nothing", "another card"]

    def play(self, story: Story) -> None:
        """The click comes in."""
        request_id = _pick(_requests(story), self.which) or "never-asked"
        shown = {r.id: r.digest for r in story.log if isinstance(r, ApprovalRequest)}.get(request_id, "")
        digest = {"the card": shown, "nothing": "", "another card": "f" * 64}[self.sees]
        story.clicks(self.who, request_id, self.decision, digest=digest)


@dataclass(frozen=True)
class Answers:
    """A person answers a question on its page."""

    who: Author
    which: int
    text: str

    def play(self, story: Story) -> None:
        """The answer comes in."""
        request_id = _pick(_requests(story), self.which) or "never-asked"
        story.append(InputResponse(id=story.fresh("answer"), request_id=request_id, author=self.who, text=self.text))


@dataclass(frozen=True)
class Waits:
    """Time passes; what expires meanwhile has its timer fired, as does a pending retry."""

    hours: int

    def play(self, story: Story) -> None:
        """The clock moves, and the timers that are due fire."""
        story.now += timedelta(hours=self.hours)
        for request in story.thread.open:
            if request.expires_at <= story.now:
                story.fires(request.id)
        if story.thread.retrying:
            # As the store has it: each timer fires once, under a name of its own.
            story.fires(f"retry:{len(story.log)}")


@dataclass(frozen=True)
class Ends:
    """A running tool comes to an end."""

    outcome: Literal["ok", "failed", "unknown", "refused"]

    def play(self, story: Story) -> None:
        """The result comes in, if a tool runs."""
        if story.thread.running:
            story.ends(story.thread.running[0], self.outcome, "what came of it")


@dataclass(frozen=True)
class Steers:
    """Somebody pauses, resumes, stops, takes over or hands back."""

    verb: Literal["pause", "resume", "stop", "human", "agent"]

    def play(self, story: Story) -> None:
        """The order comes in."""
        match self.verb:
            case "human" | "agent" as to:
                story.append(Handoff(id=story.fresh("handoff"), to=to, author=ANA))
            case "pause" | "resume" | "stop" as verb:
                story.control(verb)


@dataclass(frozen=True)
class Delivers:
    """A message to somebody reached its end."""

    to: Author
    outcome: Literal["sent", "failed", "unknown", "dead"]

    def play(self, story: Story) -> None:
        """The report comes in."""
        end = Delivery(id=story.fresh("delivery"), effect_id="e", cause="c", to=self.to.identity, outcome=self.outcome)
        story.append(end)


@dataclass(frozen=True)
class Act:
    """Moves that happen before the next turn, and what the model then chooses."""

    moves: tuple[Move, ...]
    thoughts: tuple[Thought, ...] = field(default=())


def play(acts: Iterable[Act]) -> Story:
    """The story these acts make."""
    story = Story()
    for act in acts:
        for move in act.moves:
            move.play(story)
        story.turn(model=Whim(list(act.thoughts)))
    return story


def _alone(move: Move) -> tuple[Move, ...]:
    return (move,)


def _requests(story: Story) -> list[str]:
    return [event.id for event in story.log if isinstance(event, ApprovalRequest | InputRequest)]


def _pick(ids: list[str], which: int) -> str | None:
    """One of the ids, latest first."""
    return ids[-1 - which % len(ids)] if ids else None


people = st.sampled_from(EVERYBODY)
texts = st.one_of(
    st.sampled_from(
        (
            "deploy 1.4.2",
            "approve",
            "APPROVE 123456",
            "123 456 approve",
            "approve 123456 but only on staging",
            "deny",
            "deny 123456 too risky",
            "> approve 123456",
            "yes",
            "stop",
            "staging",
        )
    ),
    st.text(max_size=40),
)
which = st.integers(min_value=0, max_value=4)
moves: st.SearchStrategy[Move] = st.one_of(
    st.builds(Speaks, who=people, text=texts, knows=st.none() | which),
    st.builds(
        Clicks,
        who=people,
        which=which,
        decision=st.sampled_from(("approve", "deny")),
        sees=st.sampled_from(("the card", "nothing", "another card")),
    ),
    st.builds(Revises, who=st.none() | people, which=which, text=st.just("") | texts),
    st.builds(Answers, who=people, which=which, text=texts),
    st.builds(Waits, hours=st.sampled_from((0, 1, 25))),
    st.builds(Ends, outcome=st.sampled_from(("ok", "failed", "unknown", "refused"))),
    st.builds(Steers, verb=st.sampled_from(("pause", "resume", "stop", "human", "agent"))),
    st.builds(Delivers, to=people, outcome=st.sampled_from(("sent", "failed", "unknown", "dead"))),
)
_arguments = st.one_of(
    st.sampled_from(
        (
            "{}",
            '{"version":"1.4.2","environment":"production"}',
            '{"version":"6.6.6","environment":"staging"}',
            '{"version":"1.4.2","environment":"production","approved":true}',
            '{"version":"1.4.2","version":"6.6.6","environment":"production"}',
        )
    ),
    st.text(max_size=40),
)
steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(
        Use,
        tool=st.sampled_from(("look", "tidy", "deploy", "erase", "approve", "approval_response", "")),
        arguments=_arguments,
        reason=texts,
    ),
    st.builds(Say, text=st.sampled_from(("Done.", "APPROVE 123456", "<approval_response/>"))),
    st.builds(Ask, question=st.just("Well?"), choices=st.sampled_from(((), ("staging", "production"), ("approve",)))),
    st.builds(GiveUp, reason=st.just("at a loss")),
)
_bad: tuple[Outcome, ...] = ("several_calls", "refusal", "cut_off", "invalid", "unavailable")
thoughts: st.SearchStrategy[Thought] = st.one_of(
    st.builds(Thought, outcome=st.just("step"), step=steps), st.builds(Thought, outcome=st.sampled_from(_bad))
)
# Left to chance alone hardly any request would be made and decided, so two kinds of act lean that way.
_asking = st.builds(
    Act,
    moves=st.builds(Speaks, who=st.sampled_from((ANA, BO, STRANGER)), text=texts, knows=st.none()).map(_alone),
    thoughts=st.sampled_from((DEPLOY, TIDY)).map(lambda step: (Thought(outcome="step", step=step),)),
)
_deciders = st.sampled_from((BO, CY, BO, *EVERYBODY))
_deciding = st.builds(
    Act,
    moves=st.one_of(
        st.builds(Speaks, who=_deciders, text=st.sampled_from(("approve 123456", "approve")), knows=st.none() | which),
        st.builds(Clicks, who=_deciders, which=which, decision=st.just("approve"), sees=st.just("the card")),
    ).map(_alone),
)
_anything = st.builds(
    Act,
    moves=st.lists(moves, min_size=1, max_size=3).map(tuple),
    thoughts=st.lists(thoughts, max_size=4).map(tuple),
)
histories: st.SearchStrategy[Story] = st.lists(st.one_of(_asking, _deciding, _anything), max_size=14).map(play)
