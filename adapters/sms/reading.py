"""Reading: what Twilio posted, as what it means to us and why. Pure; whether Twilio posted it is known by then.

Programmable Messaging alone is read: https://www.twilio.com/docs/messaging/guides/webhook-request. Of a group MMS
(https://www.twilio.com/docs/conversations/group-texting) Twilio is seen to send `OtherRecipients0..n`, which that page
does not list: anything of that name will do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from mimetypes import MimeTypes
from urllib.parse import parse_qs

from adapters.errors import Unreadable
from adapters.heard import Address, Ignored, Pressed, Received, Returned
from adapters.sms.account import Line
from adapters.sms.buttons import pressed
from adapters.sms.codes import judged
from adapters.sms.keywords import Word, keyword, may_mean_stop, typed
from adapters.sms.numbers import BadNumber, e164, masked, split
from adapters.sms.wire import Fields
from agent_core.events import UserMessage
from agent_core.values import Attachment, Author, Frozen, Text

EVIDENCE = "Twilio's signature; a number is no proof of a person"
MOST_MEDIA = 50

_SID = re.compile(r"[A-Z]{2}[0-9A-Za-z]{1,62}")
_NAMED = re.compile(r"[\x21-\x7e]{1,400}")
_OTHERS = re.compile(r"OtherRecipients\d*")
_PLACE = ("Latitude", "Longitude")
_INCOMING = {"", "received", "receiving"}
_ENDS = {"delivered": True, "undelivered": False, "failed": False, "canceled": False}
# What is said of a message that did not arrive when nobody says why.
_UNSAID = 30008
_TYPES = MimeTypes(filenames=())


class Sent(Frozen):
    """Something attached: where Twilio keeps it, and what it says it is."""

    url: str
    media_type: Text = ""
    number: int = 0

    def unread(self) -> Attachment:
        """It, before its content is there. Twilio does not tell its name."""
        kind = self.media_type.partition(";")[0].strip().lower()
        name = f"attachment-{self.number + 1}{_TYPES.guess_extension(kind) or ''}"
        return Attachment(name=name, media_type=self.media_type, why_not="not_fetched")


class Said(Frozen):
    """A person's message, and what is attached to it. `word` is the keyword that all of it is, if it is one."""

    received: Received
    media: tuple[Sent, ...] = ()
    word: Word = ""
    may_mean_stop: bool = False


class Status(Frozen):
    """What became of a message `id` of ours so far; `returned` once that is how it ends."""

    id: str
    status: Text
    code: int = 0
    returned: Returned | None = None


Meaning = Said | Pressed | Status | Ignored


def read(fields: Fields, query: str, line: Line) -> Meaning:
    """What these fields mean, `query` being that of the URL they came to. Raises Unreadable."""
    if fields.one("AccountSid") not in ("", line.account_sid):
        return Ignored(kind="another-account")
    id = _id(fields)
    status = (fields.one("MessageStatus") or fields.one("SmsStatus")).lower()
    channel, number = split(fields.one("From"))
    if status not in _INCOMING:
        return _status(fields, id, status, query, line)
    if unfit := _not_for_us(fields, channel, number, line):
        return unfit
    try:
        return _said(fields, id, _e164(number, line), line)
    except BadNumber:
        return Ignored(kind="no-number", detail=masked(number))


def conversation(fields: Fields, number: str, line: Line) -> str:
    """`<our sender>/<their number>`: the line's own sender, if it is one of those that were written to."""
    _, to = split(fields.one("To"))
    service = fields.one("MessagingServiceSid")
    ours = line.sender if split(line.sender)[1] in (to, service) else service or to
    if not ours:
        raise Unreadable("nobody was written to")
    return f"{split(ours)[1]}/{number}"


def _id(fields: Fields) -> str:
    """Twilio's own id, the same in every redelivery."""
    found = fields.one("MessageSid") or fields.one("SmsSid")
    if not _SID.fullmatch(found):
        raise Unreadable("there is no MessageSid")
    return found


def _not_for_us(fields: Fields, channel: str, number: str, line: Line) -> Ignored | None:
    """Why it is no message of one person to us, if it is none."""
    if channel != line.channel:
        return Ignored(kind="another-channel", detail=masked(fields.one("From")))
    if any(_OTHERS.fullmatch(name) and any(values) for name, values in fields.values.items()):
        return Ignored(kind="group")
    if number in (split(fields.one("To"))[1], split(line.sender)[1]):
        return Ignored(kind="own")
    return None


def _e164(number: str, line: Line) -> str:
    """Their number, as Twilio always writes it. Others are short codes, and names that senders give themselves."""
    if not number.startswith("+"):
        raise BadNumber("not E.164")
    return e164(number, line.region)


def _said(fields: Fields, id: str, number: str, line: Line) -> Said | Pressed | Ignored:
    identity, address = f"{line.channel}:{number}", Address(channel=line.channel, ref=number)
    author = Author(identity=identity, assurance="restricted", evidence=EVIDENCE)
    if button := pressed(fields.one("ButtonPayload")):
        return Pressed(
            id=id,
            author=author,
            ticket=button.ticket,
            seal=identity,
            decision=button.decision,
            digest=button.digest,
            address=address,
        )
    body, media = fields.one("Body"), _media(fields)
    attached = (*(one.unread() for one in media), *_unreadable(fields, bool(body.strip() or media)))
    if not body.strip() and not attached:
        return Ignored(kind="empty")
    code, text = typed(body)
    message = UserMessage(id=id, author=author, text=text, attachments=attached)
    received = Received(message=message, address=address, conversation=conversation(fields, number, line), code=code)
    word = _word(fields, line)
    return Said(received=received, media=media, word=word, may_mean_stop=not word and may_mean_stop(body))


def _word(fields: Fields, line: Line) -> Word:
    """The keyword. On WhatsApp Twilio answers no HELP, so there it is a question like any other."""
    told = fields.one("OptOutType")
    word = keyword(fields.one("Body"), told)
    return "" if word == "help" and line.channel == "whatsapp" and not told else word


def _media(fields: Fields) -> tuple[Sent, ...]:
    count = fields.one("NumMedia")
    most = min(int(count), MOST_MEDIA) if count.isascii() and count.isdigit() and len(count) < 9 else 0
    return tuple(
        Sent(url=fields.one(f"MediaUrl{n}")[:2000], media_type=fields.one(f"MediaContentType{n}")[:200], number=n)
        for n in range(most)
    )


def _unreadable(fields: Fields, said: bool) -> tuple[Attachment, ...]:
    """What is no text and no file: a place, or something WhatsApp has and we do not know."""
    if any(fields.one(name) for name in _PLACE):
        return (Attachment(name="location", why_not="not_read"),)
    kind = fields.one("MessageType").lower()
    return () if said or kind in ("", "text") else (Attachment(name=kind, why_not="not_read"),)


def _status(fields: Fields, id: str, status: str, query: str, line: Line) -> Status:
    code = fields.one("ErrorCode")
    number = int(code) if code.isascii() and code.isdigit() and len(code) < 9 else 0
    told = Status(id=id, status=status[:40], code=number)
    return told.model_copy(update={"returned": _returned(fields, told, query, line)})


def _returned(fields: Fields, told: Status, query: str, line: Line) -> Returned | None:
    """How it ended; None while it has not, and for what does not carry the names that we give what we send."""
    ours = parse_qs(query)
    effect, thread, cause = ((ours.get(name) or [""])[0] for name in ("effect", "thread", "cause"))
    channel, to = split(fields.one("To"))
    if told.status not in _ENDS or channel != line.channel or not all(map(_NAMED.fullmatch, (effect, thread, cause))):
        return None
    try:
        number = _e164(to, line)
    except BadNumber:
        return None
    arrived, meant = _ENDS[told.status], judged(told.code or _UNSAID)
    return Returned(
        id=told.id,
        effect_id=effect,
        thread_id=thread,
        cause=cause,
        to=f"{line.channel}:{number}",
        arrived=arrived,
        why="" if arrived else meant.why,
        again=not arrived and meant.again,
    )


# --- why

_WORDS: Mapping[Word, str] = {
    "stop": "a word of the STOP family, and nothing else: they opted out; it is no message, and is not answered by us",
    "start": "START or UNSTOP: they want to hear from us; it is no message, and is not answered by us",
    "yes": "YES: who opted out wants to hear from us again; from anybody else it is a message like any other",
    "help": "HELP or INFO: Twilio answers it, and nobody here hears of it",
}
_IGNORED: Mapping[str, str] = {
    "another-account": "meant for another account at Twilio: its AccountSid is not ours",
    "another-channel": "not of this channel: what begins with `whatsapp:` or `rcs:` has a line of its own",
    "group": "said to several people at once; we answer one person, and would answer all of them",
    "own": "our own sender wrote it",
    "no-number": "who wrote it has no number of their own: a short code, or a name",
    "empty": "there is nothing in it",
}


def why(meaning: Meaning) -> str:
    """One sentence on why something is read as it is, for the operator who wonders."""
    if isinstance(meaning, Ignored):
        return _IGNORED[meaning.kind]
    if isinstance(meaning, Pressed):
        return "a button of ours that decides a request; the ticket says which, and is checked later"
    if isinstance(meaning, Status):
        return _of_status(meaning)
    return _WORDS.get(meaning.word) or _of_message(meaning)


def _of_status(meaning: Status) -> str:
    if meaning.returned is None:
        return "a message of ours is on its way, or it is not one of which we are to be told"
    if meaning.returned.arrived:
        return "a message of ours has arrived"
    return f"a message of ours has not arrived: {meaning.returned.why}"


def _of_message(meaning: Said) -> str:
    said = "said to us, by a number that Twilio vouches for and a person nobody does"
    if meaning.received.code:
        said += "; six digits on its first line may be the code of a request"
    if meaning.may_mean_stop:
        said += "; it may be meant as STOP or for the agent: the agent hears it, and an operator is told"
    if meaning.media:
        said += "; what is attached is fetched before it is stored, as far as it is text and small enough"
    return said
