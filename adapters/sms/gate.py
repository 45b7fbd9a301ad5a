"""Gate: whether a message may go to a number now. Pure; what is counted is counted in `deliver`.

Fails closed: nobody is written to who has not agreed, wherever the message comes from. What is refused here for good
goes another way at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.base import Parcel
from adapters.sms.account import Line, Quiet
from adapters.sms.contacts import Contact
from adapters.sms.numbers import BadNumber, allowed, premium
from agent_core.events import ApprovalRequest, FieldRequest, InputRequest, Notice, Outbound, RequestClosed

# A number nobody was heard from for so long may be somebody else's by now.
IDLE = timedelta(days=90)
# Whoever wrote just now is awake.
AWAKE = timedelta(minutes=15)
# The lane of a recipient waits meanwhile: asked again this often, it opens soon after they write.
LONGEST_WAIT = 900.0


@dataclass(frozen=True, slots=True)
class Closed:
    """It may not be sent, `why` in a few words; after `wait` seconds it is worth asking again, if that is not None."""

    why: str
    wait: float | None = None


def gate(line: Line, parcel: Parcel, contact: Contact, ours: Contact, now: datetime) -> Closed | None:
    """None if it may be sent. `contact` is what is known of the recipient, `ours` of our own sender."""
    why = _number(line, parcel.address.ref) or _person(contact, now)
    if why or ours.barred:
        return Closed(why or f"our sender cannot write: {ours.barred}")
    expiry = expires_at(parcel.event)
    if expiry and expiry <= now:
        return Closed("it expired before it could be sent")
    quiet = line.quiet
    if quiet is None or not begun_by_us(parcel) or (contact.heard_at and now - contact.heard_at < AWAKE):
        return None
    over = quiet_until(quiet, contact.zone, now)
    if over is None:
        return None
    if expiry and over >= expiry:
        return Closed("quiet hours until after it expires")
    return Closed("quiet hours", wait=min((over - now).total_seconds(), LONGEST_WAIT))


def expires_at(event: Outbound) -> datetime | None:
    """When the event is no longer worth sending; None if it always is."""
    return event.expires_at if isinstance(event, ApprovalRequest | InputRequest) else None


def begun_by_us(parcel: Parcel) -> bool:
    """Whether it comes out of the blue: it is no answer to what the recipient did just now."""
    match parcel.event:
        case FieldRequest():
            return False
        case Notice() as notice:
            return not notice.cause
        case RequestClosed() as closed:
            return closed.by is None or closed.by.identity != parcel.identity
        case _:
            return True


def quiet_until(quiet: Quiet, zone: str, now: datetime) -> datetime | None:
    """When the quiet hours that it is now are over, by the recipient's clock; None when it is not quiet."""
    local = now.astimezone(ZoneInfo(zone or quiet.zone))
    clock = local.time().replace(tzinfo=None)
    over_midnight = quiet.begins > quiet.ends
    begun, ended = clock >= quiet.begins, clock >= quiet.ends
    is_quiet = begun or not ended if over_midnight else begun and not ended
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1 if over_midnight and begun else 0)
    return datetime.combine(day, quiet.ends, tzinfo=local.tzinfo)


def _number(line: Line, number: str) -> str:
    try:
        if not allowed(number, line.countries):
            return "not a country we write to"
        return "a number that costs extra" if premium(number) else ""
    except BadNumber:
        return "not a telephone number"


def _person(contact: Contact, now: datetime) -> str:
    if contact.out:
        return "opted out"
    if contact.barred:
        return f"cannot be written to: {contact.barred}"
    if not contact.consent:
        return "no consent is recorded"
    last = max((at for at in (contact.consent_at, contact.heard_at) if at), default=None)
    if last is None or now - last >= IDLE:
        return "not heard from for 90 days: the number may be somebody else's"
    return ""
