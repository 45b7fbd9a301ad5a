"""Journeys: histories whose messages arrive, get lost and go other ways, while approvals are held and timers fire.

Beside the log a journey keeps what the store would have: each effect made once, each timer by its name. That is what
a house that lost everything but the log must find again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import groupby
from typing import Literal, Protocol

from hypothesis import strategies as st

from agent_core.deliveries import Delivery, Redirect
from agent_core.events import ApprovalHeld, Control, Event, Inbound, TimerFired, ToolResult
from gateway.consequences import commit_of, effect_id
from gateway.entry import Conversation, Entry
from gateway.ports import TOOL_LANE, Commit, NewEffect
from gateway.routing import Envelope
from tests.unit.core.history import histories
from tests.unit.core.story import ANA, BO, START, Story
from tests.unit.gateway.town import SOMEBODY, TOWN

Ending = Literal["sent", "delivered", "failed", "unknown", "dead"]


@dataclass
class Journey:
    """A log as it grows, and what the store keeps beside it."""

    conversation: Conversation = field(default_factory=lambda: Conversation(thread=Story().thread))
    log: list[Event] = field(default_factory=list)
    effects: dict[str, NewEffect] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    timers: dict[str, int] = field(default_factory=dict)

    @property
    def owed(self) -> list[NewEffect]:
        """What has no end yet, the oldest first."""
        return [effect for effect in self.effects.values() if effect.id not in self.ended]

    def fresh(self, name: str) -> str:
        """An id nobody had before."""
        return f"{name}-{len(self.log) + 1}"

    def hears(self, event: Event) -> None:
        """Something comes in."""
        match event:
            case Delivery():
                self.ended.add(event.effect_id)
            case ToolResult():
                self.ended.add(effect_id("t1", event.call_id))
            case TimerFired():
                self.timers.pop(event.name, None)
            case Control(verb="stop"):
                for effect in self.owed:
                    if effect.queue == TOOL_LANE:
                        self.effects[effect.id] = replace(effect, stopped=True)
        self._append(event)

    def writes(self, *events: Event) -> None:
        """The agent's turn is written down."""
        commit = commit_of(self.conversation, events, TOWN, "op", START)
        self._make(commit)
        for timer in commit.timers:
            self.timers.pop(timer.name, None)
            if timer.due:
                self.timers[timer.name] = timer.due
        self._append(*events)

    def _make(self, commit: Commit) -> None:
        for effect in commit.effects:
            again = replace(effect, offset=0, seq=commit.seq + 1 + effect.offset, recover=True)
            self.effects.setdefault(effect.id, again)

    def _append(self, *events: Event) -> None:
        self.log += events
        self.conversation = self.conversation.said(events)

    def message(self, which: int) -> tuple[NewEffect, str, str] | None:
        """A message there was, what it carried and to whom; the latest is the first."""
        sent = [effect for effect in reversed(self.effects.values()) if effect.queue != TOOL_LANE]
        if not sent:
            return None
        effect = sent[which % len(sent)]
        envelope = Envelope.model_validate_json(effect.body)
        cause = envelope.event or self.log[effect.seq - 1]
        return effect, cause.id, envelope.identity


class Incident(Protocol):
    """Something that happens on the way."""

    def befall(self, journey: Journey) -> None:
        """Let it happen; nothing, where it makes no sense."""
        ...


@dataclass(frozen=True)
class Ends:
    """A message reaches an end: its first one or, as it may be, one more."""

    which: int
    outcome: Ending

    def befall(self, journey: Journey) -> None:
        """The report comes in."""
        if found := journey.message(self.which):
            effect, cause, to = found
            end = Delivery(
                id=journey.fresh("end"), effect_id=effect.id, cause=cause, to=to, outcome=self.outcome, again=True
            )
            journey.hears(end)


@dataclass(frozen=True)
class Turns:
    """A message goes another way, or the same one once more, at once or later."""

    which: int
    to: str | None
    minutes: int

    def befall(self, journey: Journey) -> None:
        """The core says so."""
        if found := journey.message(self.which):
            _, cause, identity = found
            due = START + timedelta(minutes=self.minutes) if self.minutes else None
            to = self.to or identity
            journey.writes(Redirect(id=journey.fresh("way"), cause=cause, instead_of=identity, to=to, due=due))


@dataclass(frozen=True)
class Holds:
    """An approval is held, or taken back."""

    which: int
    minutes: int

    def befall(self, journey: Journey) -> None:
        """The core says so."""
        if asked := journey.conversation.thread.open:
            request_id = asked[self.which % len(asked)].id
            until = START + timedelta(minutes=self.minutes) if self.minutes else None
            journey.writes(ApprovalHeld(id=journey.fresh("hold"), request_id=request_id, by=BO, until=until))


@dataclass(frozen=True)
class Fires:
    """A timer fires."""

    which: int

    def befall(self, journey: Journey) -> None:
        """The store says so."""
        if names := list(journey.timers):
            name = names[self.which % len(names)]
            journey.hears(TimerFired(id=f"timer:{name}", name=name))


def travel(story: Story, incidents: list[list[Incident]]) -> Journey:
    """The story once more, with incidents after each stretch of it."""
    journey, waiting = Journey(), iter(incidents)
    for inbound, stretch in groupby(story.log, key=lambda event: isinstance(event, Inbound)):
        if inbound:
            for event in stretch:
                journey.hears(event)
        else:
            journey.writes(*stretch)
        for incident in next(waiting, []):
            incident.befall(journey)
    return journey


def entries(journey: Journey) -> list[Entry]:
    """The log alone."""
    return [Entry(event=event) for event in journey.log]


_which = st.integers(min_value=0, max_value=6)
_minutes = st.sampled_from((0, 0, 15))
_endings: st.SearchStrategy[Ending] = st.sampled_from(("sent", "delivered", "failed", "unknown", "dead"))
# Left to chance alone hardly anything would go to somebody who has it already.
_often = st.sampled_from((ANA.identity, BO.identity))
_incidents: st.SearchStrategy[Incident] = st.one_of(
    st.builds(Ends, which=_which, outcome=_endings),
    st.builds(Turns, which=_which, to=st.none() | _often | st.sampled_from(SOMEBODY), minutes=_minutes),
    st.builds(Holds, which=_which, minutes=_minutes),
    st.builds(Fires, which=_which),
)
journeys = st.builds(travel, histories, st.lists(st.lists(_incidents, max_size=4), max_size=14))
