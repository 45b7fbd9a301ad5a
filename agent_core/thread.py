"""The thread: an id and what its events add up to; made by the fold in `fold.py` alone, which bounds its size."""

from __future__ import annotations

from typing import Literal

from agent_core.asked import about
from agent_core.debts import Debt, creditors
from agent_core.deliveries import Redirect, one_person
from agent_core.denied import Denied
from agent_core.events import (
    ApprovalHeld,
    ApprovalRequest,
    Event,
    FieldRequest,
    Inbound,
    Preview,
    Request,
    RequestClosed,
    RequestRaised,
    ToolCall,
    Vote,
)
from agent_core.values import Author, Frozen

# What timers are named: to ask the model again, to let a held approval take effect, to send something once more.
RETRY = "retry:"
UNDO = "undo:"
AGAIN = "again:"
PLAN = "plan:"

Status = Literal["stopped", "paused", "taken_over", "running_tool", "awaiting_human", "working", "idle"]


class Thread(Frozen):
    """A folded log.

    `recent` is the tail the model may read, `omitted` how many events came before it; `unheard` are the inbound
    events since the agent last wrote (a turn writes atomically, so whatever stands before its first event was heard);
    `votes` are the decisions that count about what is open, `raises` to whom else it was put, `unseen` the requests of
    which somebody got the card late or not at all, `stranded` those of which it was told that too few are left to
    decide them; `previewing` are calls of which a tool is asked what they would do,
    `previewed` those of which it told lately; `taken_by` is the human who has the thread; `held` are the approvals that
    may still be taken back, `fields` how far each form has come that is asked field by field, `redirects` what went
    another way, or will; `denied` is what people said no to; `running` are the tool calls without a result; `failures`
    counts errors in a row, `steps` the model's steps since a person last spoke; `anchor` is the id of the last event
    that matters to a decision.
    """

    id: str
    tenant: str = "default"
    seq: int = 0
    anchor: str = ""
    recent: tuple[Event, ...] = ()
    omitted: int = 0
    unheard: tuple[Inbound, ...] = ()
    requester: Author | None = None
    open: tuple[Request, ...] = ()
    closed: tuple[RequestClosed, ...] = ()
    held: tuple[ApprovalHeld, ...] = ()
    votes: tuple[Vote, ...] = ()
    raises: tuple[RequestRaised, ...] = ()
    unseen: tuple[str, ...] = ()
    stranded: tuple[str, ...] = ()
    previewing: tuple[Preview, ...] = ()
    previewed: tuple[Preview, ...] = ()
    fields: tuple[FieldRequest, ...] = ()
    redirects: tuple[Redirect, ...] = ()
    denied: tuple[Denied, ...] = ()
    debts: tuple[Debt, ...] = ()
    running: tuple[ToolCall, ...] = ()
    failures: int = 0
    steps: int = 0
    paused: bool = False
    stopped: bool = False
    taken_by: Author | None = None
    retrying: bool = False

    def open_request(self, request_id: str) -> Request | None:
        """The request, while it is open."""
        return next((r for r in self.open if r.id == request_id), None)

    def closed_request(self, request_id: str) -> RequestClosed | None:
        """How a request ended, if that was lately."""
        return about(self.closed, request_id)

    def held_approval(self, request_id: str) -> ApprovalHeld | None:
        """The approval of an open request that may still be taken back."""
        return about(self.held, request_id)

    def votes_on(self, request_id: str) -> tuple[Vote, ...]:
        """What was said about an open request so far, by each person once."""
        return tuple(vote for vote in self.votes if vote.request_id == request_id)

    def field_asked(self, request_id: str) -> FieldRequest | None:
        """The field that was asked last of an open form; None when that was its first one."""
        return about(self.fields, request_id)

    def same_person(self, identity: str) -> frozenset[str]:
        """The identity, and those that something of this thread went to instead of it, or instead of which it did."""
        return one_person(self.redirects, identity)

    @property
    def waiting_for_answer(self) -> tuple[str, ...]:
        """The identities the agent owes an answer: the requester, unless others asked."""
        return tuple(author.identity for author in self.askers)

    @property
    def askers(self) -> tuple[Author, ...]:
        """On whose behalf the agent acts now, latest last: everybody it owes an answer, or else the requester."""
        return creditors(self.debts) or ((self.requester,) if self.requester else ())

    def askers_for(self, tool: str, askers: tuple[Author, ...] = ()) -> tuple[Author, ...]:
        """These, or the askers of now, behind those for whom this tool was asked for before: it is still their request.

        Otherwise an approver's mere question, answered by asking anew, would leave the first one among the approvers.
        """
        asked = (e for e in (*self.open, *self.recent) if isinstance(e, ApprovalRequest) and e.call.tool == tool)
        before = (one for request in asked for one in (*map(_as_author, request.askers), request.requester))
        return (*dict.fromkeys(before), *(askers or self.askers))

    @property
    def status(self) -> Status:
        """What the thread is doing, in one word, for people to read: derived, never stored."""
        match self:
            case Thread(stopped=True):
                return "stopped"
            case Thread(paused=True):
                return "paused"
            case Thread(taken_by=Author()):
                return "taken_over"
            case Thread(running=(_, *_)) | Thread(previewing=(_, *_)):
                return "running_tool"
            case Thread(open=(_, *_)):
                return "awaiting_human"
        return "working" if self.unheard or self.debts else "idle"


def _as_author(person: str) -> Author:
    """A person it was for, whatever identity they asked as."""
    return Author(identity=f"person:{person}", person=person)
