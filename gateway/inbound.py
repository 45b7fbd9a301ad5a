"""Inbound: what an adapter understood goes into the log of the thread it belongs to, once.

There is one way in for every channel, door and kind of answer. What a message means is not decided here; only where
it belongs and who, as far as proven, wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from adapters.heard import Address, Received, Revised
from agent_core.events import ApprovalResponse, Control, InputResponse, MessageRevised, UserMessage
from agent_core.people import People
from agent_core.values import Author
from gateway.entry import encode
from gateway.errors import BadToken, NotOurs
from gateway.keyring import Keyring, Place
from gateway.people.roster import Roster
from gateway.ports import Ingested, ThreadStore
from gateway.storage import Blobs, Links, Places
from gateway.store.errors import StoreError

log = structlog.get_logger(__name__)

Said = UserMessage | ApprovalResponse | InputResponse


@dataclass(frozen=True)
class Accepted:
    """The event is in this thread's log; `fresh` is False for a redelivery."""

    thread_id: str
    fresh: bool


@dataclass(frozen=True)
class Inbound:
    """Finds the thread, proves the author, writes the log."""

    store: ThreadStore
    blobs: Blobs
    links: Links
    places: Places
    keyring: Keyring
    roster: Roster

    @property
    def people(self) -> People:
        """Everybody, as of the last look: whatever comes in has us look again first, unless that was just now."""
        return self.roster.people

    async def accept(self, received: Received, raw: bytes | None = None) -> Accepted:
        """Store one understood message. When this returns, the message cannot be lost.

        Raises StoreError, and NotOurs for a message that only counts in a thread we are part of.
        """
        await self.roster.recent()
        link = await self.linked(received.address.channel, received.conversation)
        referred = None if link or received.token else await self._referred(received)
        place = link or referred or self._place(received)
        if received.joins and not link and not await self.store.exists(place.thread_id):
            raise NotOurs
        pointer = await self.blobs.put(place.thread_id, raw) if raw else None
        message = received.message.model_copy(
            update={
                "author": self.people.known(received.message.author),
                "answers": (link and link.request_id) or self._proven(received, place),
                "about": place.request_id,
                "doubt": received.message.doubt or ("by_subject" if referred else ""),
                "raw": pointer,
            }
        )
        done = await self._ingest(place.thread_id, message, received.address)
        return Accepted(place.thread_id, done.fresh)

    async def revise(self, channel: str, revised: Revised, raw: bytes | None = None) -> Accepted:
        """Store what somebody made of a message of theirs. Raises StoreError, and NotOurs if we have no such thread."""
        thread_id = await self.thread_of(channel, revised.conversation)
        if not await self.store.exists(thread_id):
            raise NotOurs
        await self.roster.recent()
        event = MessageRevised(
            id=revised.id,
            revises=revised.revises,
            author=self.people.known(revised.author),
            text=revised.text,
            raw=await self.blobs.put(thread_id, raw) if raw else None,
        )
        done = await self._ingest(thread_id, event, None)
        return Accepted(thread_id, done.fresh)

    async def respond(self, thread_id: str, said: Said, address: Address | None = None) -> Accepted:
        """Store what a signed-in or link-bearing person said in a known thread."""
        await self.roster.recent()
        known = said.model_copy(update={"author": self.people.known(said.author)})
        done = await self._ingest(thread_id, known, address)
        return Accepted(thread_id, done.fresh)

    async def control(self, thread_id: str, control: Control) -> Accepted:
        """Pause, resume or stop: logged, and at once binding for tools that have not started."""
        done = await self.store.control(thread_id, control.id, encode(control), control.verb)
        return Accepted(thread_id, done.fresh)

    def owner(self, identity: str) -> str:
        """Whom tokens and codes for this identity belong to: its person, or itself."""
        person = self.people.owner(identity)
        return person.id if person else identity

    def proven_author(self, identity: str, evidence: str) -> Author:
        """An author whose identity we proved ourselves."""
        return self.people.known(Author(identity=identity, assurance="verified", evidence=evidence))

    async def _ingest(self, thread_id: str, event: Said | MessageRevised, address: Address | None) -> Ingested:
        return await self.store.ingest(thread_id, event.id, encode(event, address))

    async def link(self, channel: str, conversation: str, place: Place) -> None:
        """Answers from this conversation belong to that place from now on."""
        await self.links.put(channel, conversation, place.model_dump_json().encode())

    async def heard(self, channel: str, places: Mapping[str, int]) -> None:
        """Remember when places were last heard. If that fails, more than needed is read once."""
        try:
            await self.places.note(channel, places)
        except StoreError as error:
            log.warning("places not noted", source=channel, error=type(error).__name__)

    async def begun(self, channel: str, place: str, at: int) -> None:
        """We wrote in a place: it is heard from then on. If it was before, what was said there may still be unread."""
        try:
            await self.places.begin(channel, {place: at})
        except StoreError as error:
            log.warning("places not noted", source=channel, error=type(error).__name__)

    async def thread_of(self, channel: str, conversation: str) -> str:
        """The thread that what is said in a conversation belongs to, whether there is one yet or not."""
        link = await self.linked(channel, conversation)
        return link.thread_id if link else self.keyring.thread_id(channel, conversation)

    async def linked(self, channel: str, conversation: str) -> Place | None:
        """Where answers from a conversation belong; None if it is one of its own."""
        found = await self.links.get(channel, conversation)
        return Place.model_validate_json(found) if found else None

    async def refer(self, channel: str, reference: str, owner: str, thread_id: str) -> None:
        """What this owner says under this reference belongs to that thread."""
        await self.link(channel, _referring(reference, owner), Place(thread_id=thread_id))

    async def _referred(self, received: Received) -> Place | None:
        """The place a reference names to somebody who is proven; anybody may have read it."""
        author = received.message.author
        if not received.reference or author.assurance != "verified":
            return None
        return await self.linked(received.address.channel, _referring(received.reference, self.owner(author.identity)))

    def _place(self, received: Received) -> Place:
        """The place the token names to this author, or the conversation's own thread."""
        if received.token:
            try:
                return self.keyring.open_reply_token(received.token, self.owner(received.message.author.identity))
            except BadToken:
                pass  # A forwarded or forged token opens nothing: the stranger gets a thread of their own.
        return Place(thread_id=self.keyring.thread_id(received.address.channel, received.conversation))

    def _proven(self, received: Received, place: Place) -> str | None:
        owner = self.owner(received.message.author.identity)
        if place.request_id and received.code and self.keyring.is_code(received.code, place, owner):
            return place.request_id
        return None


def _referring(reference: str, owner: str) -> str:
    return f"reference\x1f{reference}\x1f{owner}"
