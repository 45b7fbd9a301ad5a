"""Terms: what a policy asks for before a call may run, as it was when the request was put; they travel with it."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field

from agent_core.values import EPOCH, Frozen

OnTimeout = Literal["deny", "hold", "escalate", "approve"]


class Seats(Frozen):
    """So many different people of these must agree. `of` are ids of persons and groups; any of a group may."""

    of: tuple[str, ...]
    need: int = Field(default=1, ge=1)


class Planned(Frozen):
    """What is done about a request at `due`, if it is still open.

    Without `to` it is a reminder to whoever can still decide; with it, these persons and groups are asked as well, on
    the channels `via`, the best first.
    """

    due: AwareDatetime
    to: tuple[str, ...] = ()
    via: tuple[str, ...] = ()


class Terms(Frozen):
    """What the rule of this name asks for. All `seats` must be taken, nobody sitting twice.

    `veto`: whose no is the end of it, where not anybody's is. `on_timeout` is what happens at the expiry: `hold` leaves
    the request open and tells, `escalate` ends it and tells whoever helps when the agent is at a loss. `delegates` are
    those whom an approver may ask to decide instead. `drawn` is when they were drawn up, `asked` who was asked then.
    """

    drawn: AwareDatetime = EPOCH
    asked: tuple[str, ...] = ()
    rule: str = ""
    seats: tuple[Seats, ...] = ()
    veto: tuple[str, ...] | None = None
    plan: tuple[Planned, ...] = ()
    on_timeout: OnTimeout = "deny"
    delegates: tuple[str, ...] = ()
