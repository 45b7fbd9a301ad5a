"""Belonging: that an identity is somebody's, or is not any more, and what became of saying so.

The core only says it; whoever keeps the roster of people writes it down, and tells the thread how that ended. What was
said of people elsewhere is told to the threads that wait for one of them.
"""

from __future__ import annotations

from typing import Literal

from agent_core.values import Author, Fact


class IdentityLinked(Fact):
    """The identity is the person's: `by` said so, and `proof` confirmed it from there."""

    type: Literal["identity_linked"] = "identity_linked"
    identity: str
    person: str
    by: Author
    proof: Author


class IdentityUnlinked(Fact):
    """The person, who wrote the message `cause` as `by`, does not want the identity to be taken for them any more."""

    type: Literal["identity_unlinked"] = "identity_unlinked"
    identity: str
    person: str
    by: Author
    cause: str = ""


class RosterChanged(Fact):
    """What became of it: the identity was linked or unlinked, or, for the reason in `why`, all is as it was."""

    type: Literal["roster_changed"] = "roster_changed"
    cause: str
    identity: str
    person: str
    by: Author
    outcome: Literal["linked", "unlinked", "refused"]
    why: str = ""


class PeopleChanged(Fact):
    """This person left, is away, or lost an identity: whatever is open and waits for them is looked at again."""

    type: Literal["people_changed"] = "people_changed"
    person: str


Belonging = IdentityLinked | IdentityUnlinked
