"""Faults: what goes wrong next, in the order it was ordered.

SMTP, by the stage they strike at. `reply` replaces what the server says.
    smtp_greeting           421 in place of the greeting, and the connection closes
    smtp_auth               454 to every AUTH of a connection
    smtp_mail_later         451 to MAIL FROM
    smtp_mail_refused       550 to MAIL FROM
    smtp_rcpt_later         450 to RCPT TO; `to` names the recipient it waits for
    smtp_rcpt_refused       550 to RCPT TO; `to` as above
    temporary, permanent    451 or 554 once the mail has gone over
    drop_before             the connection breaks once the mail has gone over, which is not delivered
    lost_reply              the same, and it is delivered
IMAP.
    imap_drop               every connection breaks at once, and one more at its next command
    imap_silent             the next connection hears nothing
    imap_slow               the next connection hears byte by byte
    imap_bye_on_idle        BYE in place of idling
    imap_close_idling       the connection closes once IDLE was accepted
    imap_silent_idle        IDLE is never answered
    imap_no_idle            NO to IDLE
    imap_done_unanswered    idles, and says nothing any more from DONE on
OAuth.
    oauth_down              503 from the token endpoint
    xoauth2_refused         a good token is refused, by IMAP or SMTP
The nameserver.
    dns_silent              a question is not answered
    dns_failing             SERVFAIL
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

FaultKind = Literal[
    "smtp_greeting",
    "smtp_auth",
    "smtp_mail_later",
    "smtp_mail_refused",
    "smtp_rcpt_later",
    "smtp_rcpt_refused",
    "temporary",
    "permanent",
    "drop_before",
    "lost_reply",
    "imap_drop",
    "imap_silent",
    "imap_slow",
    "imap_bye_on_idle",
    "imap_close_idling",
    "imap_silent_idle",
    "imap_no_idle",
    "imap_done_unanswered",
    "oauth_down",
    "xoauth2_refused",
    "dns_silent",
    "dns_failing",
]


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong the next `count` times; only with the recipient `to`, if it names one."""

    kind: FaultKind
    count: int = 1
    to: str = ""
    reply: str = ""


@dataclass
class Faults:
    """What is still to go wrong."""

    waiting: list[Fault] = field(default_factory=list)

    def order(self, fault: Fault) -> None:
        """It goes wrong the next `count` times."""
        self.waiting.extend([replace(fault, count=1)] * fault.count)

    def take(self, *kinds: FaultKind, to: str = "") -> Fault | None:
        """The next fault of these kinds, used up."""
        found = next((one for one in self.waiting if one.kind in kinds and one.to in ("", to)), None)
        if found:
            self.waiting.remove(found)
        return found
