"""The play: one story, by one cast, step by step, each followed by everything that the house does about it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from agent_core.events import ApprovalRequest, Event, RequestClosed
from agent_core.policy.rules import Policy
from gateway.app import House
from gateway.entry import decode
from gateway.people.roster import Roster
from tests.stories import happenings, language as says, questions
from tests.stories.agent import Clerk, Workshop
from tests.stories.audience import Audience
from tests.stories.chance import Chance
from tests.stories.crew import Crew, crew_of
from tests.stories.invariants import check, sent_once
from tests.stories.language import Channel, Step, Story
from tests.stories.people import at_console, befall, change_of, people_of
from tests.stories.stage import Stage

POLICY: Mapping[str, Any] = {"text_up_to": "high", "escalate_to": []}


class Failed(AssertionError):
    """A step of a story came out otherwise."""


class Play:
    """Plays one story once. `cast` is on which channel each person is; with `chance` things go wrong."""

    def __init__(self, stage: Stage, story: Story, cast: Mapping[str, Channel], chance: Chance | None = None) -> None:
        self._stage, self._story, self._cast = stage, story, cast
        self._people = people_of(stage, story, cast)
        self._policy = {**POLICY, **story.policy}
        self._audience = Audience(stage, cast)
        self._workshop, self._chance = Workshop(), chance
        self._crew: Crew

    async def run(self) -> None:
        """From the first step to the last. Raises Failed."""
        self._stage.clock.begin(self._story.starts)
        await self._stage.clear()
        for name in at_console(self._story, self._cast):
            await self._stage.sign_in(name)
        self._furnish()
        for step in self._story.steps:
            try:
                await self._step(step)
                await self._follow(step)
            except Exception as error:
                verb = type(step).__name__
                raise Failed(f"line {step.line}, {step.who} {verb}: {error}\n{await self.log()}") from error
        logs = await self._logs()
        await check(logs, self._workshop, self._house.opened.threads, self._house.settings.tenant)
        sent_once(logs, [name for hands in self._stage.hands.values() for name in hands.posted()])

    async def _follow(self, step: Step) -> None:
        """Everything that follows; and it may be that what somebody did comes twice."""
        await self._crew.until_quiet()
        hands = self._stage.hands[self._cast[step.who]] if step.who else None
        if self._chance and hands and self._chance.happens(f"{hands.channel} brings something twice"):
            await hands.again(self._chance.number())
            await self._crew.until_quiet()
        self._audience.remember()

    def _furnish(self) -> None:
        """The house as the people and the rules are now."""
        house = replace(
            self._stage.base,
            roster=Roster(self._people, self._stage.base.opened.roster),
            policy=Policy.model_validate(self._policy),
            model=Clerk(self._story.model),
        )
        self._house: House = house
        self._stage.enter(house)
        self._crew = crew_of(self._stage, house, self._workshop, self._chance)

    # --- steps

    async def _step(self, step: Step) -> None:
        match step:
            case happenings.AtOnce():
                await asyncio.gather(*(self._step(one) for one in step.steps))
            case happenings.TimePasses():
                self._pass(step.by)
            case happenings.ClockStrikes():
                self._pass(step.at - self._stage.clock.now)
            case happenings.PolicyChanges():
                self._policy = {**self._policy, **step.policy}
                self._furnish()
            case says.Leaves() | says.IsAway() | says.Loses() | says.Gains() | says.Grants():
                await self._house.roster.write(change_of(step, self._stage, self._house.policy))
            case says.Joins() | happenings.MailBounces() | happenings.TextsFail():
                befall(step, self._stage)
            case happenings.WorldChanges():
                self._workshop.rows = step.rows
            case questions.IsKnownBy():
                await self._check_owner(step)
            case questions.FillsIn():
                await self._audience.fill(step, self._crew.until_quiet)
            case happenings.Ran() | happenings.NothingRan() | happenings.RequestIs() | happenings.RequestsOpen():
                await self._check(step)
            case _:
                await self._audience.play(step)

    def _pass(self, span: timedelta) -> None:
        assert span > timedelta(0), "time does not go back"
        self._stage.pass_by(span)

    # --- what is so

    async def _check(self, step: Step) -> None:
        match step:
            case happenings.Ran():
                assert self._workshop.ran == list(step.calls), f"what ran is {self._workshop.ran}"
            case happenings.NothingRan():
                assert self._workshop.ran == [], f"what ran is {self._workshop.ran}"
            case happenings.RequestIs():
                state = await self._state_of(step.about)
                assert state == step.state, f"the request is {state}"
            case happenings.RequestsOpen():
                events = await self.events()
                closed = {event.request_id for event in events if isinstance(event, RequestClosed)}
                still = [e.id for e in events if isinstance(e, ApprovalRequest) and e.id not in closed]
                assert len(still) == step.count, f"{len(still)} are open"

    async def _check_owner(self, step: questions.IsKnownBy) -> None:
        people = (await self._house.roster.fresh()).people
        owner = people.owner(self._stage.hands[step.channel].identity(step.who))
        is_theirs = owner is not None and owner.id == step.who
        assert is_theirs != isinstance(step, questions.IsNotKnownBy), f"it is {owner.id if owner else 'nobody'}'s"

    async def _state_of(self, about: tuple[str, ...] | None) -> str:
        events = await self.events()
        asked = [e for e in events if isinstance(e, ApprovalRequest) and all(w in str(e.call) for w in about or ())]
        assert asked, "there is no such request"
        newest = max(asked, key=lambda request: request.at)
        ended = (e for e in events if isinstance(e, RequestClosed) and e.request_id == newest.id)
        return next((e.outcome for e in ended), "open")

    async def events(self) -> list[Event]:
        """The logs of all threads, one after the other."""
        return [event for log in (await self._logs()).values() for event in log]

    async def _logs(self) -> dict[str, Sequence[Event]]:
        store = self._house.opened.threads
        threads = [one.id for one in await store.threads(most=100)]
        return {id: [decode(record).event for record in await store.read(id)] for id in threads}

    async def log(self) -> str:
        """What happened, for whoever reads why a story failed."""
        struck = self._chance.struck if self._chance else []
        lines = [f"  things that went wrong: {struck}"]
        lines += [f"  {event!r}"[:600] for event in await self.events() if event.type != "model_call"]
        return "\n".join([*lines, *self._audience.told()])
