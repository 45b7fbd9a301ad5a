"""The turn: from what came in to where the thread waits again. The agent's whole control flow, on one page.

`run_turn` is a function of the thread and the model's answers: no clock, no I/O, no randomness. It hears each inbound
event once, by rule; then, as long as an answer is owed, asks the model for a step and takes it. Waiting for a person
or a tool is `return`: what comes in next starts the next turn, and nothing but the log is needed to go on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agent_core.agent import Agent, Model, Thought
from agent_core.asking import MAX_OPEN, too_many, use
from agent_core.events import (
    AgentMessage,
    Control,
    Escalation,
    Event,
    Failure,
    Inbound,
    InputRequest,
    ModelCall,
    RequestClosed,
)
from agent_core.fold import append
from agent_core.hearing import hear, moot
from agent_core.setting import Ids, Setting
from agent_core.steps import Ask, GiveUp, Say, Step, Use
from agent_core.thread import Thread
from agent_core.values import Author

MAX_FAILURES = 3
INPUT_EXPIRES_IN = timedelta(hours=24)


async def run_turn(thread: Thread, setting: Setting, model: Model) -> tuple[Event, ...]:
    """The events to append to the log, in order; none when there is nothing to say."""
    written: list[Event] = []
    for event, overtaken in _with_stops(thread.unheard):
        heard = tuple(hear(thread.model_copy(update={"stopped": overtaken or thread.stopped}), event, setting))
        thread, written = append(thread, *heard), [*written, *heard]
        over = tuple(moot(thread))
        thread, written = append(thread, *over), [*written, *over]
    while (move := what_next(thread, setting.agent)) != "wait":
        if move == "think":
            thought = await model.next_step(setting.agent, thread)
            taken = tuple(take(thread, thought, setting))
        else:
            taken = (_escalation(thread, setting, move),)
        thread, written = append(thread, *taken), [*written, *taken]
    return tuple(written)


def _with_stops(unheard: tuple[Inbound, ...]) -> Iterator[tuple[Inbound, bool]]:
    """Each event, and whether a stop came behind it: then it starts nothing, even if somebody wrote again since."""
    stops = [place for place, event in enumerate(unheard) if isinstance(event, Control) and event.verb == "stop"]
    yield from ((event, any(stop > place for stop in stops)) for place, event in enumerate(unheard))


def what_next(thread: Thread, agent: Agent) -> str:
    """What happened last decides what happens next: `wait`, `think`, or (any other text) why a human must help."""
    match thread:
        case (
            Thread(stopped=True)
            | Thread(paused=True)
            | Thread(taken_by=Author())
            | Thread(previewing=(_, *_))
            | Thread(running=(_, *_))
        ):
            return "wait"
        case Thread(failures=failures) if failures >= MAX_FAILURES:
            return f"{failures} errors in a row"
        case Thread(retrying=True):
            return "wait"
        case Thread(debts=debts) if all(debt.thought for debt in debts):
            return "wait"
        case Thread(steps=steps) if steps >= agent.max_steps:
            return f"{steps} steps without an end"
    return "think"


# --- stepping: what the model chose, through the gate


def take(thread: Thread, thought: Thought, setting: Setting) -> Iterator[Event]:
    """The record of a thought, and what the step in it becomes; a bad outcome becomes a failure."""
    ids = Ids(thread)
    prompt = setting.agent.prompt
    yield ModelCall(
        id=ids.next(),
        prompt=prompt.id,
        prompt_digest=prompt.digest,
        step=thought.step,
        **thought.model_dump(exclude={"step"}),
    )
    if thought.step is None:
        yield Failure(id=ids.next(), kind=thought.outcome, summary=thought.detail)
    else:
        yield from _take_step(thread, thought.step, setting, ids)


def _take_step(thread: Thread, step: Step, setting: Setting, ids: Ids) -> Iterator[Event]:
    match step:
        case Say():
            yield AgentMessage(id=ids.next(), to=thread.waiting_for_answer, text=step.text)
        case Ask():
            yield from _ask(thread, step, setting, ids)
        case Use():
            yield from use(thread, step, setting, ids)
        case GiveUp():
            yield Escalation(id=ids.next(), to=setting.policy.escalate_to, reason=step.reason)


def _ask(thread: Thread, step: Ask, setting: Setting, ids: Ids) -> Iterator[Event]:
    """The question, in place of one still open to the same person: an answer must fit one question only."""
    if not thread.waiting_for_answer:
        yield Failure(id=ids.next(), kind="nobody_to_ask", summary="nobody is waiting for an answer here")
        return
    to, expires = thread.waiting_for_answer[-1], setting.now + INPUT_EXPIRES_IN
    before = [r for r in thread.open if isinstance(r, InputRequest) and to in thread.same_person(r.to)]
    if len(thread.open) - len(before) >= MAX_OPEN:
        yield too_many(ids)
        return
    for request in before:
        yield RequestClosed(id=ids.next(), request_id=request.id, outcome="withdrawn", reason="asked anew")
    yield InputRequest(
        id=ids.next(),
        to=to,
        question=step.question,
        choices=step.choices,
        fields=step.fields,
        paced=bool(step.fields) and to.partition(":")[0] in setting.paced,
        expires_at=expires,
    )


def _escalation(thread: Thread, setting: Setting, reason: str) -> Escalation:
    return Escalation(id=Ids(thread).next(), to=setting.policy.escalate_to, reason=reason)
