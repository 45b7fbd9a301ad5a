"""Seen: what of a request's card must be seen whole by whoever decides, and what may go on below it. Pure.

Why the card comes, or how it stands by now, comes first. What people wrote to that goes on below the card when it is
long: it must not take the buttons from those who can see everything that would run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from adapters.base import Parcel, Role
from adapters.blocks import Block, Facts, Quoted, Words, labelled
from adapters.conditions import progress
from adapters.layout import CONSEQUENCES, layout
from agent_core.events import ApprovalRequest, Vote
from agent_core.values import Author

BELOW = "(it is long, and stands below)"
_SAID = "They said:"
# Names of people are not that long; this one stands for whoever will decide first.
_SOMEBODY = Author(identity="", person="x" * 64)

Said: TypeAlias = tuple[str, Block]
"""A block, and the words that introduce it if it is quoted."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A card in its order. `lead` is why it comes or how it stands; `core` are the facts, our words and the tool's.

    `agents` are the agent's words; `spare` is what a later decision, which does not end the request, adds to `lead`.
    """

    lead: tuple[Said, ...]
    core: tuple[Said, ...]
    agents: tuple[Said, ...]
    spare: tuple[Said, ...]

    @property
    def brief(self) -> tuple[Said, ...]:
        """The lead without what people wrote, which is then `notes`."""
        return tuple(said if not isinstance(said[1], Quoted) else _below(said[0]) for said in self.lead)

    @property
    def notes(self) -> tuple[Said, ...]:
        """What people wrote, for below the card."""
        return tuple(said for said in self.lead if isinstance(said[1], Quoted))

    @property
    def tools(self) -> tuple[Said, ...]:
        """What the tool says, for below a card that is shown in outline only."""
        return tuple(said for said in self.core if isinstance(said[1], Quoted))

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """The facts."""
        return next(block.rows for _, block in self.core if isinstance(block, Facts))


def request_of(parcel: Parcel) -> ApprovalRequest | None:
    """The request whose card is drawn: what is put to somebody or, of a vote, what it is about."""
    about = parcel.request if isinstance(parcel.event, Vote) else parcel.event
    return about if isinstance(about, ApprovalRequest) else None


def as_put(parcel: Parcel, request: ApprovalRequest) -> Parcel:
    """The parcel as if the request were put with it: whatever was decided so far, it is answered the same way."""
    return parcel.model_copy(update={"event": request, "request": None})


def delegates_of(request: ApprovalRequest) -> tuple[str, ...]:
    """To whom an approver may hand it: those its terms name, if they are not asked anyway."""
    return tuple(name for name in request.terms.delegates if name not in request.approvers)


def seen(parcel: Parcel, request: ApprovalRequest, role: Role) -> Seen:
    """The card of a request in a parcel."""
    voted = layout(parcel.event, role=role) if isinstance(parcel.event, Vote) else ()
    said = tuple(labelled((*voted, *layout(request, role=role, ticket=parcel.ticket, raised=parcel.raised))))
    first = next(number for number, (_, block) in enumerate(said) if isinstance(block, Facts))
    # The words right above the facts are what is asked; all before them is why the card comes again.
    lead, rest = said[: first - 1], said[first - 1 :]
    agents = tuple(one for one in rest if isinstance(one[1], Quoted) and one[0] != CONSEQUENCES)
    core = tuple(one for one in rest if one not in agents)
    return Seen(lead, core, agents, () if voted else _spare(request))


def _spare(request: ApprovalRequest) -> tuple[Said, ...]:
    """Where a decision may leave a request open, its card has room for saying so, and keeps its buttons."""
    seats = request.terms.seats
    if sum(panel.need for panel in seats) < 2 and request.terms.veto is None:
        return ()
    missing = "; and ".join(f"{panel.need} of {', '.join(panel.of)}" for panel in seats)
    vote = Vote(id="", request_id=request.id, by=_SOMEBODY, decision="approve", missing=missing)
    return ("", Words(progress(vote))), _below(_SAID)


def _below(label: str) -> Said:
    return "", Words(f"{label} {BELOW}")
