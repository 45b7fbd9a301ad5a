"""The desk: what the gateway does for channels that are pushed to. Buttons and forms end here as events like any other.

Whether an answer counts is the thread's to judge. What is checked here is what the person can still mend: a form or
arguments that cannot stand are refused before anything is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.base import Waiting
from adapters.errors import BadAnswer, BadTicket
from adapters.heard import Filled, Heard, Lost, Ordered, Pressed, Received, Returned, Revised
from agent_core.deliveries import Delivery
from agent_core.errors import BadArguments
from agent_core.events import ApprovalRequest, ApprovalResponse, Control, InputRequest, InputResponse, Request
from agent_core.forms import check, in_words, typed
from agent_core.people import People
from agent_core.thread import Thread
from agent_core.tools import Tool, call_of
from agent_core.values import Author
from gateway.bundle import Bundle, one_by_one
from gateway.entry import encode
from gateway.errors import BadToken, NoSuchThread, NotOurs
from gateway.inbound import Inbound
from gateway.keyring import Keyring, Pass, Place
from gateway.line import SharedLine
from gateway.links import ShortLinks
from gateway.load import MEMBERS, TOGETHER
from gateway.storage import InstallationStore
from gateway.threads import Threads

UNSEEN = "missing"
BLANK = "must not be empty"
# What a person may write to a decision; no form of ours takes more.
MOST_WORDS = 4_000


@dataclass(frozen=True)
class FrontDesk:
    """`tools` by name, for arguments that a person changed; `channel` is whose desk this is.

    `line` is there for channels where all threads share one conversation with a person; `brief`: its buttons carry
    little, so their tickets are short.
    """

    channel: str
    inbound: Inbound
    threads: Threads
    keyring: Keyring
    tools: Mapping[str, Tool]
    turns: InstallationStore
    line: SharedLine | None = None
    brief: bool = False

    async def take(self, heard: Heard, raw: bytes | None = None) -> bool:
        """Store what came in. False: it is no concern of ours. Raises BadTicket, BadAnswer, StoreError."""
        match heard:
            case Received():
                return await self._messages(heard, raw)
            case Revised():
                return await self._revision(heard, raw)
            case Pressed():
                await self._decision(heard)
            case Filled():
                await self._form(heard)
            case Ordered():
                return await self._order(heard)
            case Lost() if self.line:
                await self.line.book.lose(heard)
            case Lost():
                return False
            case Returned():
                return await self._returned(heard)
        return True

    async def request(self, ticket: str, seal: str) -> Request | None:
        """The open request a button stands for; None when it is not open any more. Raises BadTicket."""
        named = await self._open(ticket, seal)
        try:
            return (await self.threads.thread(named.thread_id)).open_request(named.request_id)
        except NoSuchThread:
            return None

    async def waiting(self, author: Author, seal: str) -> Sequence[Waiting]:
        """What waits for somebody, and for those whose role they hold, the oldest first."""
        people = (await self.inbound.roster.recent()).people
        known = people.known(author)
        found = []
        for thread in await self.threads.awaited():
            found += [
                Waiting(request, await self._button(thread, request, seal))
                for request in thread.open
                if _waits_for(request, known, people)
            ]
        return sorted(found, key=lambda one: one.request.at)

    async def status(self, conversation: str) -> str | None:
        """What a conversation's thread is doing, in one word; None when there is none."""
        try:
            return (await self.threads.thread(await self.inbound.thread_of(self.channel, conversation))).status
        except NoSuchThread:
            return None

    async def begun(self, places: Mapping[str, int]) -> None:
        """From these moments on places are heard; one that is known stays as it is. Raises StoreError."""
        await self.inbound.places.begin(self.channel, places)

    async def heard(self, places: Mapping[str, int]) -> None:
        """Remember when places were last heard, in microseconds since the epoch. It may fail without harm."""
        await self.inbound.heard(self.channel, places)

    async def places(self) -> Mapping[str, int]:
        """The places heard in the last 30 days, and when last. Raises StoreError."""
        return await self.inbound.places.known(self.channel)

    async def turn(self, name: str, seconds: int) -> bool:
        """Whether it is ours to do the thing of this name; nobody else gets it for so long. Raises StoreError."""
        return await self.turns.turn(f"{self.channel}:{name}", seconds)

    async def _messages(self, received: Received, raw: bytes | None) -> bool:
        """Each decision of it by itself; what really came is kept with the first. False: none of it is heard."""
        first, *others = one_by_one(received)
        heard = [await self._message(first, raw)]
        heard += [await self._message(other, None) for other in others]
        return any(heard)

    async def _message(self, received: Received, raw: bytes | None) -> bool:
        """One gesture may come as two messages of one id: the second goes where the first one went, and is known."""
        if self.line:
            return await self._shared(self.line, received, raw)
        placed = await Bundle(self.inbound).placed(received)
        first = await self._first(placed)
        try:
            await self.inbound.accept(placed.model_copy(update={"conversation": first}), raw)
        except NotOurs:
            return False
        return True

    async def _shared(self, line: SharedLine, received: Received, raw: bytes | None) -> bool:
        """A message of a conversation that all threads share. It may not be heard at all."""
        routed = await line.routed(received)
        if routed is None:
            return False
        await self.inbound.accept(routed, raw)
        return True

    async def _first(self, received: Received) -> str:
        """Where it was first said. What people say to each other is not noted: most of it is none of our business."""
        links, id, here = self.inbound.links, received.message.id, received.conversation
        if received.under and (place := await self.inbound.linked(self.channel, received.under)):
            if id == f"{self.channel}:{here}":
                # It is answered where a conversation begins at it: what is said there goes on with the same.
                await self.inbound.link(self.channel, here, Place(thread_id=place.thread_id))
            here = received.under
        if received.joins:
            return await links.seen(self.channel, id) or here
        return await links.first(self.channel, id, here)

    async def _revision(self, revised: Revised, raw: bytes | None) -> bool:
        first = await self.inbound.links.seen(self.channel, revised.revises) or revised.conversation
        try:
            await self.inbound.revise(self.channel, revised.model_copy(update={"conversation": first}), raw)
        except NotOurs:
            return False
        return True

    async def _decision(self, pressed: Pressed) -> None:
        named = await self._open(pressed.ticket, pressed.seal)
        await self._check(pressed)
        said = ApprovalResponse(
            id=pressed.id,
            request_id=named.request_id,
            author=pressed.author,
            decision=pressed.decision,
            reason=pressed.reason,
            to=pressed.to,
            # Every card of ours says what it showed; who does not say what they saw has not seen it.
            digest=pressed.digest or UNSEEN,
            arguments=pressed.arguments,
        )
        await self.inbound.respond(named.thread_id, said, pressed.address)

    async def _check(self, pressed: Pressed) -> None:
        """Raises BadAnswer for what could not stand in any case, at the field it was written or chosen in."""
        if pressed.decision in ("ask", "answer") and not pressed.reason.strip():
            raise BadAnswer({"reason": BLANK})
        if (long := len(pressed.reason)) > MOST_WORDS:
            raise BadAnswer({"reason": f"has {long:,} characters, and may have {MOST_WORDS:,}"})
        if pressed.decision == "delegate":
            self._check_delegate(await self.request(pressed.ticket, pressed.seal), pressed.to)
        if pressed.arguments:
            self._check_arguments(await self.request(pressed.ticket, pressed.seal), pressed.arguments)

    def _check_delegate(self, request: Request | None, to: str) -> None:
        """Of what is closed, the thread tells them."""
        if isinstance(request, ApprovalRequest) and to not in request.terms.delegates:
            raise BadAnswer({"to": f"must be one of: {', '.join(request.terms.delegates) or 'nobody'}"})

    def _check_arguments(self, request: Request | None, arguments: str) -> None:
        """Raises BadAnswer for arguments the tool would not take."""
        tool = self.tools.get(request.call.tool) if isinstance(request, ApprovalRequest) else None
        try:
            if tool is not None:
                call_of(tool, arguments)
        except BadArguments as error:
            raise BadAnswer(error.by_name or {"": str(error)}) from error

    async def _form(self, filled: Filled) -> None:
        named = await self._open(filled.ticket, filled.seal)
        request = await self.request(filled.ticket, filled.seal)
        values = filled.values
        if isinstance(request, InputRequest) and request.fields:
            values = typed(request.fields, values)
            if problems := check(request.fields, values):
                raise BadAnswer(problems)
            text = in_words(values)
        else:
            # Nothing was asked for by name: what was chosen or written is the answer, in words.
            text, values = "\n".join(value for _, value in values), ()
        said = InputResponse(id=filled.id, request_id=named.request_id, author=filled.author, text=text, values=values)
        await self.inbound.respond(named.thread_id, said, filled.address)

    async def _order(self, ordered: Ordered) -> bool:
        """Only who asked in a conversation may stop or hold it; for anybody else there is nothing here."""
        thread_id = await self.inbound.thread_of(self.channel, ordered.conversation)
        try:
            thread = await self.threads.thread(thread_id)
        except NoSuchThread:
            return False
        if ordered.author.identity not in {asker.identity for asker in thread.askers}:
            return False
        author = self.inbound.people.known(ordered.author)
        await self.inbound.control(thread_id, Control(id=ordered.id, verb=ordered.verb, author=author))
        return True

    async def _returned(self, returned: Returned) -> bool:
        """What the far end says later of a message; what it says first counts. False: we have no such thread."""
        if not await self.inbound.store.exists(returned.thread_id):
            return False
        ended = Delivery(
            id=f"status:{returned.id}",
            effect_id=returned.effect_id,
            cause=returned.cause,
            to=returned.to,
            outcome="delivered" if returned.arrived else "failed",
            provider_id=returned.id,
            detail=returned.why,
            again=returned.again,
        )
        await self.inbound.store.ingest(returned.thread_id, ended.id, encode(ended))
        if not returned.arrived:
            await self._went_with(ended)
        return True

    async def _went_with(self, failed: Delivery) -> None:
        """What went in one message with it did not arrive, either."""
        noted = await self.inbound.links.get(TOGETHER, failed.effect_id)
        for member in MEMBERS.validate_json(noted) if noted else ():
            id = f"{failed.id}:{member.effect_id}"
            theirs = failed.model_copy(update={"id": id, "effect_id": member.effect_id, "cause": member.event_id})
            await self.inbound.store.ingest(member.place.thread_id, id, encode(theirs))

    async def _open(self, ticket: str, seal: str) -> Pass:
        try:
            named = await self._short.open(ticket)
        except BadToken as error:
            raise BadTicket(str(error)) from error
        if named.identity != seal:
            raise BadTicket("this button was not shown here")
        return named

    async def _button(self, thread: Thread, request: Request, seal: str) -> str:
        named = Pass(thread_id=thread.id, request_id=request.id, identity=seal)
        return await self._short.make(named) if self.brief else self.keyring.ticket(named)

    @property
    def _short(self) -> ShortLinks:
        return ShortLinks(self.inbound.links, self.keyring)


def _waits_for(request: Request, author: Author, people: People) -> bool:
    if isinstance(request, InputRequest):
        return request.to == author.identity
    return people.among(author, request.approvers)
