"""The line: where a message belongs in a conversation that all threads share, so that only a code tells which is meant.

A code finds the request it belongs to; without one, a message belongs to whatever was asked here last and is still
open, or else to the person's own thread. Whether it counts is for the thread to judge. Codes are six digits, so they
can be guessed: after five wrong ones no code is heard for the rest of an hour, the right one neither. What else is said
is heard: who forges somebody's number must not be able to silence them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from adapters.heard import Received
from agent_core.decisions import decision_in
from agent_core.events import ApprovalRequest, InputRequest
from gateway.asked import Book, Standing, still_open
from gateway.inbound import Inbound
from gateway.keyring import Place
from gateway.storage import Guard

log = structlog.get_logger(__name__)

GUESSES = 5
GUESSES_SECONDS = 3600
# Where a message went that was not heard: nowhere, and its redelivery goes there, too.
UNHEARD = "-"


@dataclass(frozen=True)
class SharedLine:
    """Finds the thread, for channels whose capabilities say `shared`."""

    book: Book
    inbound: Inbound
    guard: Guard

    async def routed(self, received: Received) -> Received | None:
        """The message, naming its thread by a token; None if it is not heard. A redelivery goes where the first went.

        Raises StoreError.
        """
        links, channel, id = self.inbound.links, received.address.channel, received.message.id
        route = await links.seen(channel, id) or await links.first(channel, id, await self._route(received))
        if route == UNHEARD:
            return None
        token = self.inbound.keyring.reply_token(Place.model_validate_json(route), self._owner(received))
        return received.model_copy(update={"token": token})

    async def _route(self, received: Received) -> str:
        standing = await self.book.standing(received.message.author.identity)
        # Looked at last, so that nothing else that comes in at the same moment gets past it.
        if is_guess(received, standing) and await self.guard.spent(_guesses(received), most=GUESSES):
            log.warning("not heard: too many wrong codes", source=received.address.channel, id=received.message.id)
            return UNHEARD
        place = await self._place(received, standing)
        return place.model_dump_json() if place else UNHEARD

    async def _place(self, received: Received, standing: Sequence[Standing]) -> Place | None:
        """Where it belongs; None for one wrong code too many."""
        found = self._fitting(received, standing)
        if len(found) == 1:
            return found[0].place
        if not is_guess(received, standing):
            return self._thread(received, standing)
        if not found and not await self._may_be_wrong(received):
            return None
        return self._thread(received, [one for one in standing if isinstance(one.request, ApprovalRequest)])

    def _fitting(self, received: Received, standing: Sequence[Standing]) -> Sequence[Standing]:
        """What the code belongs to: if anything that is open, only that."""
        keyring, owner, code = self.inbound.keyring, self._owner(received), received.code
        if not code:
            return ()
        # All of them are looked at, however soon one fits: how long it takes tells nobody anything.
        fitting = [one for one in standing if keyring.is_code(code, one.place, owner)]
        if not is_guess(received, standing):
            # Approvals cannot be tried out one after the other in what nobody counts.
            fitting = [one for one in fitting if isinstance(one.request, InputRequest)]
        return still_open(fitting) or fitting[:1]

    def _thread(self, received: Received, standing: Sequence[Standing]) -> Place:
        """The thread of what was asked here last and is open, or else the person's own."""
        if asked := still_open(standing):
            return Place(thread_id=asked[0].place.thread_id)
        return self._own(received)

    def _own(self, received: Received) -> Place:
        return Place(thread_id=self.inbound.keyring.thread_id(received.address.channel, received.conversation))

    async def _may_be_wrong(self, received: Received) -> bool:
        """Count a wrong code. False: there were too many already."""
        name = _guesses(received)
        allowed = await self.guard.allow(name, most=GUESSES, seconds=GUESSES_SECONDS)
        if await self.guard.spent(name, most=GUESSES):
            thread = self._own(received).thread_id
            log.error("codes guessed", source=received.address.channel, thread=thread, tries=GUESSES)
        return allowed

    def _owner(self, received: Received) -> str:
        return self.inbound.owner(received.message.author.identity)


def is_guess(received: Received, standing: Sequence[Standing]) -> bool:
    """Whether digits are meant as the code of an approval: beside a word of decision, or alone where one was asked.

    Six digits may as well be the number of an order, or what a question asked for.
    """
    words = decision_in(received.message.text)
    if not received.code or (words and words.code):
        return bool(received.code)
    asked = still_open(standing)
    alone = "".join(received.message.text.split()) == received.code
    return alone and bool(asked) and isinstance(asked[0].request, ApprovalRequest)


def _guesses(received: Received) -> str:
    """What wrong codes are counted under: not a telephone number."""
    return f"guesses:{hashlib.sha256(received.message.author.identity.encode()).hexdigest()[:24]}"
