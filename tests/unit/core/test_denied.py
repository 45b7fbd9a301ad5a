"""What people said no to is not asked again, however it is put, until somebody asks for it in a new message."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Literal, get_args

import pytest
from hypothesis import given, settings, strategies as st

from adapters.layout import layout, plain
from agent_core.agent import Agent, Thought
from agent_core.denied import is_same
from agent_core.events import ApprovalRequest, Failure, RequestClosed, UserMessage
from agent_core.fold import append
from agent_core.policy.rules import Policy, Rule
from agent_core.prompt import Prompt
from agent_core.steps import Ask, Say, Step, Use
from agent_core.thread import Thread
from agent_core.tools import tool
from agent_core.values import Author, Call
from tests.unit.core.story import ANA, BO, CY, DEPLOY, DI, DONE, STRANGER, Story, asked_for_deploy


@tool(risk="high", approval=True)
def erase(what: str, note: str = "") -> None:
    """Erase something."""


AGENT = Agent(name="test", prompt=Prompt(id="test", text="You are a test."), tools=(erase,))
RULE = Rule(tool="erase", approvers=("bo", "cy"), expires_in=timedelta(hours=1))
BY_WHAT = RULE.model_copy(update={"same_when": ("what",)})


def erasing(what: str, note: str = "") -> Use:
    return Use(tool="erase", arguments=json.dumps({"what": what, "note": note}))


def said_no(story: Story, reason: str = "not on a Friday") -> None:
    """Bo denies what is open, and the agent tells Ana."""
    story.clicks(BO, story.request.id, "deny", reason=reason)


def house(rule: Rule = RULE) -> Story:
    """Ana wanted something erased, and Bo said no."""
    story = Story(Policy(rules=(rule,)), agent=AGENT)
    story.says(ANA, "erase the old logs")
    story.turn(erasing("logs"))
    said_no(story)
    return story


def failed(story: Story, *steps: Step) -> Failure:
    events = story.turn(*steps)
    assert not any(isinstance(event, ApprovalRequest) for event in events)
    return next(event for event in events if isinstance(event, Failure))


def test_the_agent_is_told_who_said_no_and_why_and_nobody_is_asked() -> None:
    story = asked_for_deploy()
    said_no(story)
    failure = failed(story, DEPLOY, DONE)
    assert failure.kind == "denied_before"
    assert "bo denied this on 2026-11-21" in failure.summary
    assert "not on a Friday" in failure.summary


def test_a_new_message_of_hers_opens_the_way_and_the_card_says_it_was_denied() -> None:
    story = asked_for_deploy()
    said_no(story)
    story.turn(DONE)
    story.says(ANA, "I must insist: it is on fire")
    story.turn(DEPLOY)
    said = story.request.denied_before
    assert said.startswith("bo denied this on 2026-11-21 ")
    shown = plain(layout(story.request, role="decide"))
    assert f"DENIED BEFORE: {said}" in shown
    assert shown.index("DENIED BEFORE") < shown.index("Exact bytes")


def test_every_no_needs_a_message_of_its_own() -> None:
    story = asked_for_deploy()
    said_no(story)
    story.turn(DONE)
    story.says(ANA, "I must insist")
    story.turn(DEPLOY)
    said_no(story, "no means no")
    assert "no means no" in failed(story, DEPLOY, DONE).summary


def test_what_was_said_before_the_no_was_heard_is_no_wish_to_ask_anew() -> None:
    story = asked_for_deploy()
    said_no(story)
    story.says(ANA, "any news?")
    failed(story, DEPLOY, DONE)


@pytest.mark.parametrize("who", [BO, CY, STRANGER])
def test_who_is_to_decide_and_who_is_not_known_do_not_open_the_way(who: Author) -> None:
    story = house()
    story.turn(DONE)
    story.says(who, "what was that?")
    events = story.turn(erasing("logs"), DONE)
    assert not any(isinstance(event, ApprovalRequest) for event in events)


def test_somebody_else_who_asks_for_it_opens_the_way() -> None:
    story = house()
    story.turn(DONE)
    story.says(DI, "erase the old logs")
    story.turn(erasing("logs"))
    assert "bo denied this" in story.request.denied_before


def test_an_answer_to_the_agents_own_question_does_not() -> None:
    story = house()
    story.turn(Ask(question="Which version runs?"))
    story.says(ANA, "1.4.2", answers=story.question.id)
    failed(story, erasing("logs"), DONE)


def test_a_message_that_is_taken_back_does_not() -> None:
    story = house()
    story.turn(DONE)
    story.says(ANA, "erase them!")
    message = story.log[-1]
    assert isinstance(message, UserMessage)
    story.revises(ANA, message.id, "")
    story.says(BO, "what now?")
    failed(story, erasing("logs"), DONE)


@pytest.mark.parametrize(
    ("what", "note"), [("logs", ""), ("Logs", ""), (" logs  ", ""), ("\N{FULLWIDTH LATIN SMALL LETTER L}ogs", "")]
)
def test_another_spelling_is_the_same_question(what: str, note: str) -> None:
    failed(house(), erasing(what, note), DONE)


def test_another_argument_is_another_question_once() -> None:
    story = house()
    story.turn(erasing("caches"))
    assert story.request.denied_before.startswith("bo denied erase with other arguments on ")
    said_no(story, "neither")
    assert "No more of this" in failed(story, erasing("archives"), DONE).summary


def test_where_the_rule_says_what_counts_nothing_else_makes_a_new_question() -> None:
    failed(house(BY_WHAT), erasing("logs", "pretty please"), DONE)


def test_where_the_rule_says_what_counts_that_makes_a_new_question_each_time() -> None:
    story = house(BY_WHAT)
    for what in ("caches", "archives", "dumps"):
        story.turn(erasing(what))
        said_no(story)
    failed(story, erasing("caches"), DONE)


def test_what_was_answered_instead_is_not_asked_again_either() -> None:
    story = asked_for_deploy()
    story.clicks(BO, story.request.id, "answer", reason="use staging instead")
    assert "use staging instead" in failed(story, DEPLOY, DONE).summary


def test_what_nobody_decided_may_be_asked_again() -> None:
    story = asked_for_deploy()
    story.now += timedelta(hours=2)
    story.fires(story.request.id)
    story.turn(DEPLOY)
    assert story.request.denied_before == ""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('{"n":1}', '{"n":1.0}', True),
        ('{"n":1}', '{"n":true}', False),
        ('{"n":null}', '{"n":false}', False),
        ('{"n":"1"}', '{"n":1}', False),
        ('{"a":1,"b":[2,{"c":"X"}]}', '{"b":[2,{"c":" x"}],"a":1}', True),
        ('{"n":[1,2]}', '{"n":[2,1]}', False),
    ],
)
def test_values_are_told_apart_as_people_do(one: str, other: str, same: bool) -> None:
    first, second = (Call(tool="erase", version="1", arguments=text) for text in (one, other))
    assert is_same(first, second, RULE) is same


# --- whatever the order

Turn = Literal["ask", "ask otherwise", "deny", "answer", "ana", "bo", "di", "expire"]
TURNS: tuple[Turn, ...] = get_args(Turn)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(TURNS), min_size=3, max_size=25), st.sampled_from([RULE, BY_WHAT]))
def test_no_card_for_a_denied_question_without_a_persons_new_message(turns: list[Turn], rule: Rule) -> None:
    story = Story(Policy(rules=(rule,)), agent=AGENT)
    story.says(ANA, "erase the old logs")
    for turn in turns:
        _play(story, turn)
    _no_card_after_a_no(story)
    replayed = append(Thread(id="t1"), *story.log)
    assert replayed == story.thread


def _play(story: Story, turn: Turn) -> None:
    thread, steps = story.thread, list[Use]()
    open_ = [request for request in thread.open if isinstance(request, ApprovalRequest)]
    match turn:
        case "ask":
            steps = [erasing("logs")]
        case "ask otherwise":
            steps = [erasing("logs", f"please {len(story.log)}")]
        case "deny" | "answer" if open_:
            story.clicks(BO, open_[0].id, turn if turn == "answer" else "deny", reason="no")
        case "ana" | "bo" | "di":
            story.says({"ana": ANA, "bo": BO, "di": DI}[turn], "well?")
        case "expire" if open_:
            story.now += timedelta(hours=2)
            story.fires(open_[0].id)
    _run(story, steps)


def _run(story: Story, steps: list[Use]) -> None:
    """A turn in which the model tries these steps and then says that it is done, as often as it is asked."""
    story.turn(model=Stubborn(steps))


class Stubborn:
    """A model that tries its steps, one after the other, before it says that it is done."""

    def __init__(self, steps: list[Use]) -> None:
        self._steps = list(steps)

    async def next_step(self, agent: Agent, thread: Thread) -> Thought:
        """The next one."""
        return Thought(outcome="step", step=self._steps.pop(0) if self._steps else Say(text="Done."))


def _no_card_after_a_no(story: Story) -> None:
    """Between a no to a question and a card for it, there is a message of somebody who may want it."""
    asked: dict[str, ApprovalRequest] = {}
    noes: dict[str, int] = {}
    for place, event in enumerate(story.log):
        if isinstance(event, ApprovalRequest):
            key = _question(event, story)
            since = noes.get(key)
            wants = [
                one
                for one in story.log[since or 0 : place]
                if isinstance(one, UserMessage) and one.author.person in ("ana", "di")
            ]
            assert since is None or wants, f"asked again at {place}, denied at {since}"
            asked[event.id] = event
        elif isinstance(event, RequestClosed) and event.outcome in ("denied", "answered"):
            noes[_question(asked[event.request_id], story)] = place


def _question(request: ApprovalRequest, story: Story) -> str:
    arguments = json.loads(request.call.arguments)
    named = story.policy.rules[0].same_when
    return json.dumps([arguments[name] for name in named] if named else arguments)
