"""Logs replay with everything people can do about a request: several of them, questions, delegates, ladders, grants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import event, given, settings, strategies as st

from agent_core.agent import Agent, Thought, scripted
from agent_core.events import (
    Allowed,
    ApprovalRequest,
    Event,
    Handoff,
    InputRequest,
    InputResponse,
    Preview,
    Previewed,
    RequestKept,
    RequestRaised,
    ToolCall,
    Vote,
)
from agent_core.people import Absence, People
from agent_core.policy.grants import Grant
from agent_core.policy.rules import Policy, Rule, Rung
from agent_core.raising import plan_timer
from agent_core.replay import Difference, replay
from agent_core.setting import Setting
from agent_core.thread import Thread
from agent_core.tools import tool
from agent_core.values import Author
from tests.unit.core.story import (
    AGENT,
    ANA,
    BO,
    BY_NAME,
    CY,
    DEPLOY,
    DI,
    DONE,
    START,
    STRANGER,
    TIDY,
    Story,
    at_once,
)

MINUTES, HOUR = timedelta(minutes=10), timedelta(hours=1)


@tool(risk="high", approval=True, previews=True)
def deploy(version: str, environment: str) -> None:
    """Deploy a version; it can tell what that would do."""


FORESEEING = Agent(
    name="test", prompt=AGENT.prompt, tools=(deploy, *(one for one in AGENT.tools if one.name == "tidy"))
)
SEVERAL = Rule(
    tool="deploy",
    approvers=("bo", "cy"),
    need=2,
    veto=("cy",),
    delegates=("di",),
    expires_in=HOUR,
    remind_after=(MINUTES,),
    on_timeout="hold",
)
LADDER = Rule(tool="deploy", approvers=("bo",), ladder=(Rung(after=MINUTES, to=("cy",)),), expires_in=HOUR)
TIDYING = Rule(tool="tidy", approvers=("bo",), grants_up_to=HOUR)
LEFT_TO_IT = Rule(tool="tidy", then="auto")
POLICIES = tuple(
    Policy(rules=(first, second), escalate_to=("di",))
    for first in (SEVERAL, LADDER)
    for second in (TIDYING, LEFT_TO_IT)
)
OFF = (Absence(since=START, until=START + HOUR, delegate="di"),)
TEAM = People(
    people=tuple(one.model_copy(update={"identities": (f"email:{one.id}@example.test",)}) for one in BY_NAME.people)
)
AWAY = tuple(one.model_copy(update={"away": OFF if one.id == "bo" else ()}) for one in TEAM.people)
GRANT = Grant(id="g1", tool="tidy", to=("ana",), by="bo", since=START, until=START + HOUR)


class House(Story):
    """A story in which people may be away and grants given."""

    def setting(self, now: datetime) -> Setting:
        return replace(super().setting(now), grants=(GRANT,))


def told(policy: Policy, *moves: Callable[[House], None]) -> House:
    house = House(policy, agent=FORESEEING, people=People(people=AWAY))
    for move in moves:
        move(house)
    return house


def differs(house: House, log: list[Event] | None = None) -> Difference | None:
    return at_once(replay(Thread(id="t1"), house.log if log is None else log, house.setting_at))


# --- moves; each does nothing where it makes no sense


def turn(*thoughts: object) -> Callable[[House], None]:
    def play(house: House) -> None:
        house.now += timedelta(milliseconds=37)  # Nobody thinks in whole seconds.
        house.turn(model=scripted(*thoughts, *[Thought(outcome="unavailable")] * 12))  # type: ignore[arg-type]

    return play


def says(who: Author, text: str) -> Callable[[House], None]:
    return lambda house: house.says(who, text)


def clicks(who: Author, **said: Any) -> Callable[[House], None]:
    def play(house: House) -> None:
        if request := _last(house, ApprovalRequest):
            house.clicks(who, request.id, **said)

    return play


def foresees(house: House) -> None:
    for one in house.thread.previewing:
        body: dict[str, Any] = {"preview_id": one.id, "outcome": "ok", "content": "restarts one", "state": "7"}
        house.append(Previewed(id=house.fresh("previewed"), **body))


def answers(house: House) -> None:
    if question := _last(house, InputRequest):
        house.append(InputResponse(id=house.fresh("answer"), request_id=question.id, author=ANA, text="the small one"))


def ends(house: House) -> None:
    for call in house.thread.running:
        house.ends(call, "ok", "done")


def plan(house: House) -> None:
    if (request := _last(house, ApprovalRequest)) and request.terms.plan:
        house.now = max(house.now, request.terms.plan[0].due)
        house.fires(plan_timer(request.id, 0))


def expires(house: House) -> None:
    if request := _last(house, ApprovalRequest):
        house.now = max(house.now, request.expires_at)
        house.fires(request.id)


def unreached(house: House) -> None:
    if request := _last(house, ApprovalRequest):
        house.lost(request.id, BO.identity)


def _last(house: House, kind: type[Any]) -> Any:
    return next((one for one in reversed(house.log) if isinstance(one, kind)), None)


ASKED = (says(ANA, "please"), turn(DEPLOY), foresees, turn())
WHO = (ANA, BO, CY, DI, STRANGER)
MOVES = st.one_of(
    st.builds(lambda who: clicks(who, decision="approve"), st.sampled_from((BO, CY, DI))),
    st.builds(lambda who, decision: clicks(who, decision=decision), st.sampled_from(WHO), st.sampled_from(
        ("approve", "deny", "undo", "answer"))),
    st.builds(lambda who: clicks(who, decision="ask", reason="which one?"), st.sampled_from(WHO)),
    st.builds(lambda who: clicks(who, decision="delegate", to="di", reason="at sea"), st.sampled_from(WHO)),
    st.builds(says, st.sampled_from(WHO), st.sampled_from(("please", "TAKE OVER", "HAND BACK all well", "a word"))),
    st.builds(lambda steps: turn(*steps), st.lists(st.sampled_from((DEPLOY, TIDY, DONE)), max_size=2)),
    st.sampled_from((foresees, answers, ends, plan, expires, unreached)),
)  # fmt: skip


@given(
    policy=st.sampled_from(POLICIES),
    moves=st.lists(MOVES, max_size=14),
    asked=st.sampled_from((ASKED, ASKED, ASKED, ASKED[:2], ())),
)
@settings(max_examples=150, deadline=None)
def test_whatever_people_do_about_a_request_replays(
    policy: Policy, moves: list[Callable[[House], None]], asked: tuple[Callable[[House], None], ...]
) -> None:
    house = told(policy, *asked, *moves, turn())
    for kind in sorted({one.type for one in house.log}):
        event(kind)
    assert differs(house) is None


SAGAS: dict[
    str, tuple[Policy, tuple[Callable[[House], None], ...], type[Event], Callable[[Any], dict[str, object]]]
] = {
    "a vote": (
        POLICIES[0],
        (*ASKED, clicks(CY, decision="approve"), turn()),
        Vote,
        lambda e: {"missing": ""},
    ),
    "a no that is a voice": (
        POLICIES[0],
        (*ASKED, clicks(DI, decision="approve"), turn(), clicks(CY, decision="approve"), turn()),
        ToolCall,
        lambda e: {"state": ""},
    ),
    "the ladder": (POLICIES[2], (*ASKED, plan, turn()), RequestRaised, lambda e: {"to": ("di",)}),
    "climbing": (POLICIES[2], (*ASKED, unreached, turn()), RequestRaised, lambda e: {"why": "time"}),
    "handed on": (
        POLICIES[0],
        (*ASKED, clicks(CY, decision="delegate", to="di"), turn()),
        ApprovalRequest,
        lambda e: {"approvers": ("bo", "cy")},
    ),
    "a question": (
        POLICIES[2],
        (*ASKED, clicks(BO, decision="ask", reason="which?"), turn(), answers, turn()),
        RequestRaised,
        lambda e: {"note": "another"},
    ),
    "a question beside another card": (
        POLICIES[2],
        (*ASKED, says(ANA, "again"), turn(DEPLOY), clicks(BO, decision="ask", reason="which?"), foresees, turn()),
        InputRequest,
        lambda e: {"question": "why?"},
    ),
    "held": (POLICIES[0], (*ASKED, expires, turn()), RequestKept, lambda e: {"until": START}),
    "a grant": (
        POLICIES[0],
        (says(ANA, "please"), turn(TIDY)),
        Allowed,
        lambda e: {"grant": "g2"},
    ),
    "a rule": (POLICIES[1], (says(ANA, "please"), turn(TIDY)), Allowed, lambda e: {"grant": "g1"}),
    "a look": (POLICIES[0], ASKED, Preview, lambda e: {"reason": "another"}),
    "what it saw": (POLICIES[0], ASKED, ApprovalRequest, lambda e: {"consequences": "nothing much"}),
    "who is away": (POLICIES[0], ASKED, ApprovalRequest, lambda e: {"approvers": ("bo", "cy")}),
    "taken over": (
        POLICIES[0],
        (*ASKED, says(DI, "TAKE OVER"), turn()),
        Handoff,
        lambda e: {"author": CY},
    ),
}


@pytest.mark.parametrize("what", SAGAS)
def test_each_of_them_replays_and_a_forged_one_does_not(what: str) -> None:
    policy, moves, kind, forgery = SAGAS[what]
    house = told(policy, *moves)
    assert differs(house) is None
    place = next(n for n, one in enumerate(house.log) if isinstance(one, kind))

    changed = house.log[place].model_copy(update=forgery(house.log[place]))
    assert changed != house.log[place]
    difference = differs(house, [*house.log[:place], changed, *house.log[place + 1 :]])

    assert difference is not None


def test_with_the_people_and_grants_of_another_day_it_says_so() -> None:
    house = told(POLICIES[0], *ASKED)
    of_today = replace(house.setting(START), people=TEAM)
    assert at_once(replay(Thread(id="t1"), house.log, lambda now: replace(of_today, now=now))) is not None

    house = told(POLICIES[0], says(ANA, "please"), turn(TIDY))
    assert at_once(replay(Thread(id="t1"), house.log, lambda now: replace(house.setting(now), grants=()))) is not None
