"""Receive: a request of Twilio from its signature to its answer. What it says is stored before Twilio is answered.

Twilio sends nothing twice unless its URL says so (`#rc=2`), but goes to the fallback URL for any answer that is not
2xx. So what cannot be stored is answered with an error, and what is beyond reading is not: it would be no more readable
the second time. Its id goes into the log, and under that Twilio keeps the message itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from adapters.base import Desk, HttpCall, HttpReply
from adapters.errors import BadTicket, Unreadable
from adapters.heard import Ignored, Lost, Pressed, Returned
from adapters.sms.account import Line
from adapters.sms.codes import judged, page
from adapters.sms.contacts import Contacts
from adapters.sms.media import Media
from adapters.sms.numbers import masked
from adapters.sms.reading import Meaning, Said, Status, read
from adapters.sms.signature import signed
from adapters.sms.wire import fields, header

log = structlog.get_logger(__name__)

TAKEN = HttpReply(200, b'<?xml version="1.0" encoding="UTF-8"?><Response/>', {"Content-Type": "text/xml"})
REFUSED = HttpReply(403)
# As long as this, a request that comes again is known. What was signed once is signed for ever.
REMEMBERED = 30 * 24 * 3600
# So often may it come before all of it could be stored.
TRIES = 4

Clock = Callable[[], datetime]


async def receive(call: HttpCall, line: Line, desk: Desk, contacts: Contacts, media: Media, clock: Clock) -> HttpReply:
    """Verify, read and store a request; 403 unless Twilio signed it. Raises StoreError, to be answered with a 503."""
    try:
        posted = fields(call)
    except Unreadable as error:
        return _refused(line, str(error))
    if not signed(line, call, posted):
        return _refused(line, "bad signature")
    try:
        meaning = read(posted, call.query, line)
    except Unreadable as error:
        sid = posted.values.get("MessageSid", ("",))[0][:64]
        log.error("payload dropped", source=line.channel, why=str(error), id=sid)
        return TAKEN
    _note(line, meaning, header(call, "I-Twilio-Idempotency-Token")[:100])
    await _Taking(line, desk, contacts, media, clock).take(meaning, call.body)
    return TAKEN


def _refused(line: Line, why: str) -> HttpReply:
    log.warning("request refused", source=line.channel, why=why)
    return REFUSED


def _note(line: Line, meaning: Meaning, token: str) -> None:
    """What came, for an operator; never what it says."""
    kind = type(meaning).__name__
    if isinstance(meaning, Ignored):
        log.warning("payload ignored", source=line.channel, kind=meaning.kind, detail=meaning.detail, token=token)
    elif isinstance(meaning, Status):
        log.info("payload read", source=line.channel, kind=kind, id=meaning.id, status=meaning.status, token=token)
    else:
        said = meaning.received.message if isinstance(meaning, Said) else meaning
        word = meaning.word if isinstance(meaning, Said) else ""
        who = masked(said.author.identity.partition(":")[2])
        log.info("payload read", source=line.channel, kind=kind, id=said.id, who=who, word=word, token=token)


@dataclass(frozen=True)
class _Taking:
    """Where what was read goes to."""

    line: Line
    desk: Desk
    contacts: Contacts
    media: Media
    clock: Clock

    async def take(self, meaning: Meaning, raw: bytes) -> None:
        """Store it. Raises StoreError."""
        match meaning:
            case Said():
                await self._said(meaning, raw)
            case Pressed():
                await self._pressed(meaning)
            case Status():
                await self._status(meaning)

    async def _once(self, name: str, effect: Callable[[], Awaitable[None]]) -> None:
        """Do what a request asks for, and not again when it comes again, unless it was not finished.

        What is stored as an event is known by its id; what is known of people is not.
        """
        tries = [f"{name}:{number}" for number in range(TRIES)]
        while tries:
            if await self.desk.turn(tries.pop(0), REMEMBERED):
                await effect()
                break
        for left in tries:  # Done: whoever comes now is too late.
            await self.desk.turn(left, REMEMBERED)

    # --- what people say

    async def _said(self, said: Said, raw: bytes) -> None:
        once = partial(self._once, f"said:{said.received.message.id}")
        match said.word:
            case "stop":
                await once(partial(self._leave, said))
            case "start":
                await once(partial(self._join, said))
            case "yes":
                await once(partial(self._yes, said, raw))
            case "help":
                await once(partial(self._heard, said))
            case _:
                await once(partial(self._heard, said))
                await self._store(said, raw)

    async def _leave(self, said: Said) -> None:
        """They want nothing from us: what waits for their answer goes another way."""
        identity, id = _author(said), said.received.message.id
        await self.contacts.opted_out(identity, self.clock())
        await self.desk.take(Lost(id=id, identity=identity, why="opted out"))

    async def _join(self, said: Said) -> None:
        await self.contacts.heard(_author(said), self.clock())
        await self.contacts.opted_in(_author(said), self.clock())

    async def _yes(self, said: Said, raw: bytes) -> None:
        if (await self.contacts.find(_author(said))).out:
            await self._join(said)
            return
        await self._heard(said)
        await self._store(said, raw)

    async def _heard(self, said: Said) -> None:
        await self.contacts.heard(_author(said), self.clock())

    async def _store(self, said: Said, raw: bytes) -> None:
        if said.may_mean_stop:
            log.warning("may want no more messages", source=self.line.channel, id=said.received.message.id)
        await self.desk.take((await self._with_media(said)).received, raw)

    async def _with_media(self, said: Said) -> Said:
        if not said.media:
            return said
        message = said.received.message
        read = await self.media.fetch(said.media, len(message.text))
        for one in read:
            log.info("file came along", source=self.line.channel, why_not=one.why_not)
        attachments = (*read, *message.attachments[len(said.media) :])
        received = said.received.model_copy(update={"message": message.model_copy(update={"attachments": attachments})})
        return said.model_copy(update={"received": received})

    async def _pressed(self, pressed: Pressed) -> None:
        identity = pressed.author.identity
        await self._once(f"said:{pressed.id}", lambda: self.contacts.heard(identity, self.clock()))
        try:
            await self.desk.take(pressed)
        except BadTicket as error:
            log.warning("button refused", source=self.line.channel, id=pressed.id, why=str(error))

    # --- what became of what we said

    async def _status(self, status: Status) -> None:
        if status.code and judged(status.code).alarm:
            log.error("twilio refuses", source=self.line.channel, code=status.code, page=page(status.code))
        if (returned := status.returned) is None:
            return
        if status.code and not returned.arrived:
            await self._once(f"status:{status.id}", partial(self._mark, returned, status.code))
        if not await self.desk.take(returned):
            log.info("status of nothing we know", source=self.line.channel, id=status.id)

    async def _mark(self, returned: Returned, code: int) -> None:
        """What the code says of the number, before anything else is sent there."""
        meant = judged(code)
        if meant.contact == "out":
            await self.contacts.opted_out(returned.to, self.clock())
            await self.desk.take(self._lost(returned, meant.why))
        elif meant.contact == "bar":
            await self.contacts.bar(returned.to, meant.why)
        elif meant.contact == "sender":
            await self.contacts.bar(f"{self.line.channel}:{self.line.sender}", meant.why)

    def _lost(self, returned: Returned, why: str) -> Lost:
        """They opted out, and nobody told us but this refusal: what else waits for their answer goes another way."""
        return Lost(id=f"lost:{returned.id}", identity=returned.to, why=why)


def _author(said: Said) -> str:
    return said.received.message.author.identity
