"""Found: what is found in a mail, piece by piece. Values only; each piece has a file of its own that finds it."""

from __future__ import annotations

from typing import Literal

from agent_core.values import Assurance, Doubt, Frozen, Text

# "": a person wrote it, as far as can be seen.
AutoKind = Literal["", "own", "bounce", "auto-reply", "auto-generated", "read-receipt", "list", "bulk", "calendar"]
# What told which thread a mail belongs to, the surest first. `subject`: our reference there, which anybody may have.
FoundBy = Literal["", "address", "in-reply-to", "references", "subject"]

# Stands at the head of what we send and can be answered: what is below it in an answer is ours.
ANSWER_ABOVE = "Please answer above this line."


class Verdict(Frozen):
    """How sure the sender is who they say, and by what."""

    assurance: Assurance
    evidence: str


class Signature(Frozen):
    """A signature as we checked it ourselves: of `domain`, good or not, and why not.

    `dkim` is one of the mail, `arc` the whole chain of those who passed it on; its domain is that of the last of them.
    """

    domain: str
    good: bool
    why: str = ""
    kind: Literal["dkim", "arc"] = "dkim"


class Auto(Frozen):
    """No person wrote it: `kind`, and the `sign` that tells. `weak`: the sign alone proves little."""

    kind: AutoKind
    sign: str
    weak: bool = False


class Bounce(Frozen):
    """A report on a mail of ours (RFC 3464). `status` like `5.1.1`; `message_id` is that of the mail it speaks of.

    `permanent`: trying again will not help. `effect_id` is that of what we sent, empty where it names nothing of ours:
    then it is not believed.
    """

    action: Literal["failed", "delayed", "delivered"]
    permanent: bool
    status: str = ""
    recipient: str = ""
    why: str = ""
    message_id: str = ""
    effect_id: str = ""


class Invitation(Frozen):
    """A calendar object (RFC 5546): what it does to the meeting `uid`, and what `attendee` says to it."""

    method: str
    uid: str
    summary: Text = ""
    attendee: str = ""
    partstat: str = ""
    sequence: int = 0


class Link(Frozen):
    """Which thread a mail belongs to: our token and what brought it back, or the reference in its subject."""

    token: str = ""
    reference: str = ""
    by: FoundBy = ""


class Words(Frozen):
    """The person's own new words, what they quoted, and why they may not be what they meant.

    `below`: some of them stand below what is quoted, and may be the rest of it.
    """

    reply: Text
    quoted: Text = ""
    doubt: Doubt = ""
    below: bool = False


class Sent(Frozen):
    """A mail of ours, as it is remembered for as long as answers may come.

    `text` is its plain text, `return_path` where bounces of it come back to; the others are the parcel's.
    """

    effect_id: str
    thread_id: str
    cause: str
    to: str
    message_id: str
    return_path: str
    text: Text
