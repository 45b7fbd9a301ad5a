"""Crowds: histories in which several people decide, tools tell first, rules change, and some things are allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain

from hypothesis import strategies as st

from agent_core.agent import Agent, Thought
from agent_core.policy.grants import Grant
from agent_core.policy.rules import Policy, Rule, Rung
from agent_core.prompt import Prompt
from agent_core.setting import Setting
from agent_core.steps import Use
from agent_core.tools import tool
from tests.unit.core.history import Act, Whim
from tests.unit.core.moves import Clicks, Ends, Move, Reviews, Rules, Speaks, Steers, Tells, Waits
from tests.unit.core.story import ANA, BO, BO_BY_TEXT, BY_NAME, CY, DEPLOY, DI, LOOK, START, STRANGER, TIDY, Story

HOUR = timedelta(hours=1)
STATES = ("5" * 64, "6" * 64)


@tool(risk="low", approval=False, repeatable=True)
def look() -> None:
    """Look around."""


@tool(risk="low", approval=True)
def tidy() -> None:
    """Tidy up."""


@tool(risk="high", approval=True, previews=True)
def deploy(version: str, environment: str) -> None:
    """Deploy a version."""


@tool(risk="high", approval=True, previews=True)
def erase() -> None:
    """Erase everything."""


AGENT = Agent(name="test", prompt=Prompt(id="test", text="You are a test."), tools=(look, tidy, deploy, erase))
_ERASE = Rule(tool="erase", approvers=("bo",), expires_in=HOUR, grants_up_to=timedelta(days=1))
TWO = Policy(
    rules=(
        Rule(tool="deploy", approvers=("bo", "cy", "di"), need=2, veto=(), expires_in=HOUR),
        Rule(tool="tidy", then="auto"),
        _ERASE,
    ),
    escalate_to=("di",),
)
LADDER = Policy(
    rules=(
        Rule(
            tool="deploy",
            approvers=("bo",),
            ladder=(Rung(after=HOUR / 12, to=("cy",)),),
            delegates=("di",),
            expires_in=HOUR,
        ),
        Rule(tool="tidy", approvers=("bo", "cy"), undo_within=HOUR / 12, expires_in=HOUR),
        _ERASE,
    ),
    escalate_to=("di",),
)
STRICT = Policy(
    rules=(
        Rule(tool="deploy", approvers=("cy", "di"), need="all", expires_in=HOUR),
        Rule(tool="look", then="forbid"),
        Rule(tool="erase", then="forbid"),
    )
)
GRANT = Grant(id="g1", tool="erase", to=("ana",), by="bo", since=START, until=START + 6 * HOUR)
ERASE = Use(tool="erase", arguments="{}")


class Crowd(Story):
    """A story in which Bo lets Ana erase for some hours."""

    def setting(self, now: datetime) -> Setting:
        """What a turn is run with."""
        return replace(super().setting(now), grants=(GRANT,))


def play(acts: Iterable[Act], policy: Policy) -> Story:
    """The story these acts make."""
    story = Crowd(policy, AGENT, BY_NAME)
    for act in acts:
        for move in act.moves:
            move.play(story)
        story.turn(model=Whim(list(act.thoughts)))
    return story


which = st.integers(min_value=0, max_value=2)
_deciders = st.sampled_from((BO, CY, DI, BO_BY_TEXT, ANA, STRANGER))
_decides: st.SearchStrategy[Move] = st.builds(
    Clicks,
    who=_deciders,
    which=which,
    decision=st.sampled_from(("approve", "approve", "approve", "deny", "undo", "answer", "ask", "delegate")),
    sees=st.sampled_from(("the card", "the card", "another card")),
    arguments=st.sampled_from(("", "", "", '{"version":"1.4.1","environment":"staging"}')),
    reason=st.sampled_from(("", "well")),
    to=st.sampled_from(("", "di")),
)
_tells: st.SearchStrategy[Move] = st.builds(
    Tells, outcome=st.sampled_from(("ok", "ok", "ok", "failed")), state=st.sampled_from(STATES)
)
_changes: st.SearchStrategy[Move] = st.builds(Rules, policy=st.sampled_from((TWO, LADDER, STRICT)))
_others: st.SearchStrategy[Move] = st.one_of(
    st.builds(Waits, minutes=st.sampled_from((6, 70))),
    st.builds(Reviews, who=st.sampled_from(("bo", "cy", "di"))),
    st.builds(Ends, outcome=st.sampled_from(("ok", "failed", "refused"))),
    st.builds(Steers, verb=st.sampled_from(("pause", "resume", "stop", "human", "agent"))),
    st.builds(Speaks, who=_deciders, text=st.sampled_from(("hello", "APPROVE 123456", "ASK 123456 why?")), knows=which),
)
_uses = st.sampled_from((DEPLOY, DEPLOY, TIDY, ERASE, LOOK)).map(lambda use: (Thought(outcome="step", step=use),))
_asks = st.builds(Act, moves=st.just((Speaks(ANA, "do it", None),)), thoughts=_uses)
_act = st.one_of(
    _asks,
    _tells.map(lambda move: Act((move,))),
    _decides.map(lambda move: Act((move,))),
    _decides.map(lambda move: Act((move,))),
    st.builds(Act, moves=st.lists(st.one_of(_decides, _tells, _changes, _others), max_size=3).map(tuple)),
)
# From the question to what comes of it, with anything in between; chance alone would seldom get there.
_whole = st.tuples(
    _asks,
    _tells.map(lambda move: Act((move,))),
    _act,
    st.sampled_from((BO, CY)).map(lambda who: Act((Clicks(who, 0, "approve", "the card"),))),
    st.sampled_from((DI, CY)).map(lambda who: Act((Clicks(who, 0, "approve", "the card"),))),
    st.just(Act((Waits(6),))),
)
_acts = st.lists(st.one_of(_whole, _act.map(lambda act: (act,))), min_size=1, max_size=6).map(
    lambda parts: tuple(chain.from_iterable(parts))
)
crowds: st.SearchStrategy[Story] = st.builds(play, _acts, policy=st.sampled_from((TWO, LADDER, STRICT)))
