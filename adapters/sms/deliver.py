"""Deliver: one parcel to one number, in as many messages as it takes, each of them once.

What may have been sent before is looked for among the messages Twilio has, and only the rest is sent. Twilio tells by
status callbacks what becomes of each: their URL carries the names by which the delivery is known here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import structlog

from adapters.base import Parcel, Receipt
from adapters.errors import OutcomeUnknown, Rejected, TryLater
from adapters.meter import Meter
from adapters.sms import content
from adapters.sms.account import Line
from adapters.sms.api import Api, Busy, Outgoing, Refused
from adapters.sms.codes import judged, page
from adapters.sms.contacts import Contact, Contacts
from adapters.sms.content import Template
from adapters.sms.gate import expires_at, gate
from adapters.sms.message import Part, parts_of, view_of
from adapters.sms.numbers import joined, masked, priced_in
from agent_core.events import ApprovalRequest

# Twilio keeps what cannot be sent yet for so long, in seconds: 1 to 36,000 (error 90007).
LONGEST_VALID = 36_000
HOUR, DAY = 3_600, 86_400
OUTSIDE = 63016
_MANY = 1_000

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Delivery:
    """Sends over one line. `contacts` and `meter` are shared by all processes; `clock` is theirs, aware."""

    api: Api
    line: Line
    contacts: Contacts
    meter: Meter
    clock: Callable[[], datetime]

    async def deliver(self, parcel: Parcel) -> Receipt:
        """Send what is not sent yet. Raises TryLater, Rejected, OutcomeUnknown, StoreError."""
        number, now = parcel.address.ref, self.clock()
        contact = await self.contacts.find(self._identity(number))
        parts = self._parts(parcel, contact, now)
        try:
            sid = await self._rest(parcel, parts, contact)
        except Refused as error:
            # WhatsApp counts its 24 hours by its own clock.
            template = content.announced(self.line, parcel, view_of(self.line, contact.zone))
            if error.code != OUTSIDE or isinstance(parts[0], Template) or template is None:
                raise
            there = await self._there(parcel, (template,)) if parcel.repeat else {}
            sid = there.get(template.core) or await self._send(parcel, template, self.clock())
        if not contact.greeted:
            await self.contacts.greeted(self._identity(number))
        return Receipt(provider_id=sid)

    # --- what is sent

    async def _rest(self, parcel: Parcel, parts: Sequence[Part | Template], contact: Contact) -> str:
        """Send those that are not there yet; the SID of the first."""
        now = self.clock()
        there = await self._there(parcel, parts) if parcel.repeat else {}
        missing = [part for part in parts if part.core not in there]
        if missing:
            await self._may(parcel, contact, now)
            await self._room(parcel.address.ref, missing)
        sids = [there.get(part.core) or await self._send(parcel, part, now) for part in parts]
        return sids[0]

    def _parts(self, parcel: Parcel, contact: Contact, now: datetime) -> tuple[Part | Template, ...]:
        """The messages; on WhatsApp a template where it must be one. Raises Rejected if there is none."""
        view = view_of(self.line, contact.zone)
        if self.line.channel == "whatsapp":
            template = content.with_buttons(self.line, parcel, view)
            if template is None and not content.is_open(contact, now):
                template = content.announced(self.line, parcel, view)
                if template is None:
                    raise Rejected("they have not written within 24 hours, and there is no template for this")
            if template is not None:
                return (template,)
        return parts_of(parcel, self.line, contact.zone, greeted=contact.greeted)

    async def _there(self, parcel: Parcel, parts: Sequence[Part | Template]) -> dict[str, str]:
        """The SIDs of those Twilio has already, by what they are known by.

        The same words may have been said to the same number before: a message that was sent for another effect is not
        ours. It is ours if nobody claimed it: then whoever sent it did not live to.
        """
        found: dict[str, str] = {}
        for message in await self.api.messages(joined(self.line.channel, parcel.address.ref), parcel.event.at):
            part = next((one for one in parts if one.core not in found and one.within(message.body)), None)
            if part and await self._is_ours(message.sid, parcel, part):
                found[part.core] = message.sid
        if len(found) < len(parts) and isinstance(parcel.event, ApprovalRequest):
            await self._not_too_often(parcel)
        return found

    async def _send(self, parcel: Parcel, part: Part | Template, now: datetime) -> str:
        message = self._outgoing(parcel, part, now)
        try:
            sid = await self.api.send(message)
        except OutcomeUnknown:
            await self.meter.take(self._doubts(parcel), 1, most=_MANY, seconds=DAY)
            raise
        except (Refused, Busy) as error:
            await self._noted(parcel, error)
            raise
        await self._is_ours(sid, parcel, part)
        return sid

    async def _is_ours(self, sid: str, parcel: Parcel, part: Part | Template) -> bool:
        """Claim a message for this part of this effect; whether it is not another's already."""
        owner = f"{parcel.effect_id}/{hashlib.sha256(part.core.encode()).hexdigest()[:16]}"
        return await self.meter.first(f"{self.line.channel}:sid:{sid}", owner) == owner

    def _outgoing(self, parcel: Parcel, part: Part | Template, now: datetime) -> Outgoing:
        expiry = expires_at(parcel.event)
        remaining = (expiry - now).total_seconds() if expiry else LONGEST_VALID
        names = {"effect": parcel.effect_id, "thread": parcel.thread_id, "cause": parcel.event.id}
        message = Outgoing(
            to=joined(self.line.channel, parcel.address.ref),
            sender=self._sender(),
            callback=f"{self.line.hook}?{urlencode(names)}",
            valid_for=int(min(max(remaining, 1), LONGEST_VALID)),
        )
        return part.into(message)

    def _sender(self) -> str:
        service = self.line.sender.startswith("MG")
        return self.line.sender if service else joined(self.line.channel, self.line.sender)

    # --- whether it is sent

    async def _may(self, parcel: Parcel, contact: Contact, now: datetime) -> None:
        """Raises Rejected or TryLater if it must not be sent now."""
        closed = gate(self.line, parcel, contact, await self.contacts.find(self._identity(self.line.sender)), now)
        if closed is None:
            return
        log.info("message held back", to=self._masked(parcel), effect=parcel.effect_id, why=closed.why)
        raise Rejected(closed.why) if closed.wait is None else TryLater(closed.why, closed.wait)

    async def _room(self, number: str, parts: Sequence[Part | Template]) -> None:
        """Take what is to be sent from what may be sent. What then fails may stay counted."""
        bounds, channel = self.line.bounds, self.line.channel
        pause = [(f"{number}:pause", 1, 1, bounds.seconds)] if bounds.seconds else []
        for name, count, most, seconds in (*pause, (f"{number}:hour", len(parts), bounds.per_hour, HOUR)):
            if wait := await self.meter.take(f"{channel}:{name}", count, most=most, seconds=seconds):
                raise TryLater("enough was sent to this number for now", wait)
        segments = sum(part.segments for part in parts) if channel == "sms" else len(parts)
        country = priced_in(number)
        for name, most in (("day", bounds.segments_per_day), (f"day:{country}", bounds.segments_per_country)):
            if await self.meter.take(f"{channel}:{name}", segments, most=most, seconds=DAY):
                log.error("spend limit reached", channel=channel, limit=name, most=most)
                raise Rejected(f"the limit of the {name} is reached")

    async def _not_too_often(self, parcel: Parcel) -> None:
        """A request for approval that twice may have been sent is not sent a third time: an operator looks."""
        if await self.meter.take(self._doubts(parcel), 0, most=1, seconds=DAY):
            raise OutcomeUnknown("it may have been sent twice, and cannot be found")

    # --- what is learnt

    async def _noted(self, parcel: Parcel, error: Refused | Busy) -> None:
        """What an error code says of the number, or of our sender."""
        meant, identity = judged(error.code), self._identity(parcel.address.ref)
        say = log.error if meant.alarm else log.warning
        say("message refused", to=self._masked(parcel), code=error.code, why=meant.why, page=page(error.code))
        match meant.contact:
            case "out":
                await self.contacts.opted_out(identity, self.clock())
            case "bar":
                await self.contacts.bar(identity, meant.why)
            case "sender":
                await self.contacts.bar(self._identity(self.line.sender), meant.why)

    def _identity(self, number: str) -> str:
        return f"{self.line.channel}:{number}"

    def _masked(self, parcel: Parcel) -> str:
        return masked(joined(self.line.channel, parcel.address.ref))

    def _doubts(self, parcel: Parcel) -> str:
        return f"{self.line.channel}:doubts:{parcel.effect_id}"
