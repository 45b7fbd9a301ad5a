"""The registrar: writes down in the roster what people proved of themselves, and tells their thread how that ended.

What it does may be done twice without harm: a change is known by the effect that asked for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import structlog

from agent_core.belonging import Belonging, IdentityLinked, IdentityUnlinked, RosterChanged
from gateway.entry import decode, encode
from gateway.errors import LeaseLost
from gateway.lease import keeping, take_turns
from gateway.people.changes import Change, Linked, Overlaid, Unlinked
from gateway.people.roster import Roster
from gateway.ports import PEOPLE_LANE, Grant, Settled, ThreadStore
from gateway.store.errors import StoreError

log = structlog.get_logger(__name__)

TAKEN = "this address cannot be linked to you"
GONE = "this address is not one of yours"
Outcome = Literal["linked", "unlinked", "refused"]


@dataclass(frozen=True)
class Registrar:
    """`renew_every` seconds must be well below the store's lease."""

    store: ThreadStore
    roster: Roster
    concurrency: int = 4
    renew_every: float = 10.0
    poll: float = 1.0

    async def run(self, stopping: asyncio.Event) -> None:
        """Write down until `stopping`; what is under way is finished."""
        await take_turns(
            lambda most: self.store.fx_claim(PEOPLE_LANE, most=most),
            self.register,
            lambda: self.store.wait_for_work(PEOPLE_LANE, timeout=self.poll),
            concurrency=self.concurrency,
            stopping=stopping,
        )

    async def register(self, grant: Grant) -> None:
        """Write one thing down and settle it."""
        event = decode(grant.record).event
        assert isinstance(event, Belonging)
        try:
            async with keeping(lambda: self.store.fx_renew(grant), every=self.renew_every):
                outcome = await self._outcome(grant, event)
                record = encode(_told(grant, event, outcome))
                await self.store.fx_done(grant, Settled("sent", record, wakes=True))
            log.info("roster changed", effect=grant.id, thread=grant.thread_id, person=event.person, outcome=outcome)
        except (LeaseLost, StoreError) as error:
            log.warning("registration abandoned", effect=grant.id, error=type(error).__name__)

    async def _outcome(self, grant: Grant, event: Belonging) -> Outcome:
        before = f"effect:{grant.id}"
        await self.roster.write(_following(event, before, grant))
        if before not in self.roster.known.ids:
            return "refused"
        return "linked" if isinstance(event, IdentityLinked) else "unlinked"


def _following(event: Belonging, id: str, grant: Grant) -> Callable[[Overlaid], Sequence[Change]]:
    """The change, unless it was made already, or does not fit how everything is by now."""

    def decide(known: Overlaid) -> Sequence[Change]:
        owner, person = known.people.owner(event.identity), known.people.person(event.person)
        at, by = datetime.fromtimestamp(grant.now / 1000, UTC), event.by.identity
        fits = person is not None and not person.left and id not in known.ids
        match event:
            case IdentityLinked() if fits and owner is None:
                sure = event.proof.assurance
                proof = f"a code answered from there ({sure}), in thread {grant.thread_id}"
                return (Linked(id=id, at=at, by=by, person=event.person, identity=event.identity, proof=proof),)
            case IdentityUnlinked() if fits and owner == person:
                return (Unlinked(id=id, at=at, by=by, person=event.person, identity=event.identity),)
        return ()

    return decide


def _told(grant: Grant, event: Belonging, outcome: Outcome) -> RosterChanged:
    refused = TAKEN if isinstance(event, IdentityLinked) else GONE
    return RosterChanged(
        id=f"roster:{grant.id}",
        cause=event.id,
        identity=event.identity,
        person=event.person,
        by=event.by,
        outcome=outcome,
        why=refused if outcome == "refused" else "",
    )
