"""Histories: anything people, tools, timers and a hostile model might do to a thread, drawn by hypothesis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from hypothesis import strategies as st

from agent_core.agent import Agent, Thought
from agent_core.people import People
from agent_core.policy.rules import Policy
from agent_core.steps import Ask, GiveUp, Outcome, Say, Step, Use
from agent_core.thread import Thread
from agent_core.values import FormField
from tests.unit.core.moves import (
    Answers,
    Clicks,
    Delivers,
    Ends,
    Move,
    Reviews,
    Revises,
    Rings,
    Rules,
    Speaks,
    Steers,
    Waits,
)
from tests.unit.core.story import (
    ANA,
    ANA_BY_TEXT,
    BO,
    BO_BY_TEXT,
    BY_NAME,
    CY,
    DEPLOY,
    EVERYBODY,
    PEOPLE,
    POLICY,
    STRANGER,
    TIDY,
    UNDOABLE,
    WITHOUT_BO,
    Story,
)

FORM = (
    FormField(name="where", label="Where", kind="choice", choices=("staging", "production")),
    FormField(name="note", label="Anything else", required=False),
)
AWAY = Thought(outcome="unavailable")


@dataclass
class Whim:
    """A model that chooses what hypothesis drew, and is away after that. It never looks at anything."""

    thoughts: list[Thought]

    async def next_step(self, agent: Agent, thread: Thread) -> Thought:
        """The next thought, whatever the thread says."""
        return self.thoughts.pop(0) if self.thoughts else AWAY


@dataclass(frozen=True)
class Act:
    """Moves that happen before the next turn, and what the model then chooses."""

    moves: tuple[Move, ...]
    thoughts: tuple[Thought, ...] = field(default=())


def play(acts: Iterable[Act], policy: Policy = POLICY, people: People = BY_NAME) -> Story:
    """The story these acts make."""
    story = Story(policy, people=people)
    for act in acts:
        for move in act.moves:
            move.play(story)
        story.turn(model=Whim(list(act.thoughts)))
    return story


def _alone(move: Move) -> tuple[Move, ...]:
    return (move,)


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
            "A 123456",
            "U 123456",
            "undo",
            "a",
            "LIST",
            "2",
            "-",
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
        decision=st.sampled_from(("approve", "deny", "undo")),
        sees=st.sampled_from(("the card", "nothing", "another card")),
        arguments=st.sampled_from(("", '{"version":"1.4.1","environment":"staging"}', '{"version":', "{}")),
    ),
    st.builds(Revises, who=st.none() | people, which=which, text=st.just("") | texts),
    st.builds(Answers, who=people, which=which, text=texts),
    st.builds(Waits, minutes=st.sampled_from((0, 6, 60, 25 * 60))),
    st.builds(Rings, kind=st.sampled_from(("undo", "again")), which=which),
    st.builds(Rules, policy=st.sampled_from((POLICY, UNDOABLE, WITHOUT_BO))),
    st.builds(Reviews, who=st.sampled_from(("ana", "bo", "cy", "di"))),
    st.builds(Ends, outcome=st.sampled_from(("ok", "failed", "unknown", "refused"))),
    st.builds(Steers, verb=st.sampled_from(("pause", "resume", "stop", "human", "agent"))),
    st.builds(
        Delivers,
        to=people,
        which=which,
        outcome=st.sampled_from(("sent", "delivered", "failed", "unknown", "dead")),
        again=st.booleans(),
    ),
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
    st.just(Ask(question="What runs?", fields=FORM)),
    st.builds(GiveUp, reason=st.just("at a loss")),
)
_bad: tuple[Outcome, ...] = ("several_calls", "refusal", "cut_off", "invalid", "unavailable")
thoughts: st.SearchStrategy[Thought] = st.one_of(
    st.builds(Thought, outcome=st.just("step"), step=steps), st.builds(Thought, outcome=st.sampled_from(_bad))
)
# Left to chance alone hardly any request would be made and decided, so two kinds of act lean that way.
_askers = st.sampled_from((ANA, ANA_BY_TEXT, BO, STRANGER))
_asking = st.builds(
    Act,
    moves=st.builds(Speaks, who=st.sampled_from((ANA, ANA_BY_TEXT, BO, STRANGER)), text=texts, knows=st.none()).map(
        _alone
    ),
    thoughts=st.sampled_from((DEPLOY, TIDY)).map(lambda step: (Thought(outcome="step", step=step),)),
)
_deciders = st.sampled_from((BO, CY, BO_BY_TEXT, *EVERYBODY))
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
_waiting = st.just(Act(moves=(Waits(6),)))
# From the question to what comes of it, with anything in between.
_whole = st.tuples(
    st.builds(
        Act,
        moves=st.builds(Speaks, who=st.sampled_from((ANA, ANA_BY_TEXT)), text=st.just("do it"), knows=st.none()).map(
            _alone
        ),
        thoughts=st.sampled_from((DEPLOY, TIDY)).map(lambda step: (Thought(outcome="step", step=step),)),
    ),
    st.builds(
        Act,
        moves=st.builds(
            Speaks,
            who=st.sampled_from((BO, CY, BO_BY_TEXT)),
            text=st.sampled_from(("approve 123456", "A 123 456")),
            knows=st.just(0),
        ).map(_alone),
    ),
    _anything,
    _waiting,
)
_one = st.one_of(_asking, _deciding, _anything, _waiting).map(lambda act: (act,))
_acts = st.lists(st.one_of(_whole, _one), max_size=10).map(lambda parts: tuple(chain.from_iterable(parts)))
histories: st.SearchStrategy[Story] = st.builds(
    play,
    _acts,
    policy=st.sampled_from((POLICY, UNDOABLE)),
    people=st.sampled_from((BY_NAME, PEOPLE)),
)
