"""Moves: what may happen to a thread from outside, each as a value that plays itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Protocol

from agent_core.deliveries import Delivery, Redirect
from agent_core.events import (
    ApprovalRequest,
    InputRequest,
    InputResponse,
    Outbound,
    PeopleChanged,
    Previewed,
    UserMessage,
)
from agent_core.policy.rules import Policy
from agent_core.values import Author, Decision
from tests.unit.core.story import DI, Story


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
    """A person decides a request on its page, having seen these bytes or others, and may change what runs."""

    who: Author
    which: int
    decision: Decision
    sees: Literal["the card", "nothing", "another card"]
    arguments: str = ""
    reason: str = ""
    to: str = ""

    def play(self, story: Story) -> None:
        """The click comes in."""
        request_id = _pick(_requests(story), self.which) or "never-asked"
        shown = {r.id: r.digest for r in story.log if isinstance(r, ApprovalRequest)}.get(request_id, "")
        digest = {"the card": shown, "nothing": "", "another card": "f" * 64}[self.sees]
        more = {"arguments": self.arguments, "reason": self.reason, "to": self.to}
        story.clicks(self.who, request_id, self.decision, digest=digest, **more)


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
    """Time passes; whatever is due meanwhile has its timer fired, as does a pending retry."""

    minutes: int

    def play(self, story: Story) -> None:
        """The clock moves, and the timers that are due fire."""
        story.now += timedelta(minutes=self.minutes)
        thread = story.thread
        due = [(request.id, request.expires_at) for request in thread.open]
        asked = [request for request in thread.open if isinstance(request, ApprovalRequest)]
        due += [(f"plan:{r.id}:{n}", step.due) for r in asked for n, step in enumerate(r.terms.plan)]
        due += [(f"undo:{held.request_id}", held.until) for held in thread.held if held.until]
        due += [(f"again:{one.id}", one.due) for one in thread.redirects if one.due]
        for name, moment in due:
            if moment <= story.now:
                story.fires(name)
        if thread.retrying:
            # As the store has it: each timer fires once, under a name of its own.
            story.fires(f"retry:{len(story.log)}")


@dataclass(frozen=True)
class Rings:
    """A timer fires that nobody set any more, or before its time."""

    kind: Literal["undo", "again"]
    which: int

    def play(self, story: Story) -> None:
        """It comes in."""
        of = {"undo": _requests(story), "again": [e.id for e in story.log if isinstance(e, Redirect)]}[self.kind]
        story.fires(f"{self.kind}:{_pick(of, self.which)}")


@dataclass(frozen=True)
class Reviews:
    """The thread is told that somebody changed, whether that is so or not."""

    who: str

    def play(self, story: Story) -> None:
        """It comes in."""
        story.append(PeopleChanged(id=story.fresh("people"), person=self.who))


@dataclass(frozen=True)
class Rules:
    """The policy changes."""

    policy: Policy

    def play(self, story: Story) -> None:
        """From now on it is this one."""
        story.change(self.policy)


@dataclass(frozen=True)
class Tells:
    """A tool says what it would do, or that it cannot; and what that rests on."""

    outcome: Literal["ok", "failed"]
    state: str

    def play(self, story: Story) -> None:
        """It comes in, if one is asked; else, it is about what nobody asked."""
        asked = next((preview.id for preview in story.thread.previewing), "never-asked")
        state = self.state if self.outcome == "ok" else ""
        told = Previewed(
            id=story.fresh("told"), preview_id=asked, outcome=self.outcome, content="what would be", state=state
        )
        story.append(told)


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
            case "human":
                story.says(DI, "TAKE OVER")
            case "agent":
                story.says(DI, "HAND BACK go on")
            case "pause" | "resume" | "stop" as verb:
                story.control(verb)


@dataclass(frozen=True)
class Delivers:
    """A message to somebody reached its end."""

    to: Author
    which: int
    outcome: Literal["sent", "delivered", "failed", "unknown", "dead"]
    again: bool

    def play(self, story: Story) -> None:
        """The report comes in, of something that was said, or of what nobody remembers."""
        said = [event.id for event in story.log if isinstance(event, Outbound)]
        end = Delivery(
            id=story.fresh("delivery"),
            effect_id="e",
            cause=_pick(said, self.which) or "forgotten",
            to=self.to.identity,
            outcome=self.outcome,
            again=self.again,
        )
        story.append(end)


def _requests(story: Story) -> list[str]:
    return [event.id for event in story.log if isinstance(event, ApprovalRequest | InputRequest)]


def _pick(ids: list[str], which: int) -> str | None:
    """One of the ids, latest first."""
    return ids[-1 - which % len(ids)] if ids else None
