"""Bounces: a mail that was taken, and then comes back as a report (RFC 3464), as Postfix and Exchange write them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime, parseaddr
from typing import Literal

from sandbox.mail.clock import now
from sandbox.mail.habits import Arrived, Echo
from sandbox.mail.stamps import head_of

Style = Literal["postfix", "exchange"]


@dataclass(frozen=True)
class Bounces:
    """Mail is taken and comes back. A status 4.x.x only says that it is late, which it stays; 5.x.x that it failed.

    `after` is in seconds. `whole` reports bring the whole mail back, others its headers.
    """

    status: str = "5.1.1"
    text: str = "The email account that you tried to reach does not exist"
    style: Style = "postfix"
    after: float = 0.0
    whole: bool = False
    keeps: bool = False

    def echo(self, arrived: Arrived) -> Echo | None:
        """The report, to the return path; what has none is nobody's to report to."""
        if not arrived.return_path:
            return None
        raw = _postfix(self, arrived) if self.style == "postfix" else _exchange(self, arrived)
        return Echo(raw.replace("\n", "\r\n").encode("utf-8", "surrogateescape"), "", arrived.return_path, self.after)

    @property
    def late(self) -> bool:
        """Whether the mail is still being tried."""
        return self.status.startswith("4")

    @property
    def said(self) -> str:
        """What the last server said."""
        return f"{'451' if self.late else '550'} {self.status} {self.text}"


def _returned(bounce: Bounces, arrived: Arrived) -> str:
    """The mail, as far as it is returned."""
    raw = arrived.raw if bounce.whole else head_of(arrived.raw)
    return raw.decode("utf-8", "surrogateescape").replace("\r\n", "\n")


def _postfix(bounce: Bounces, arrived: Arrived) -> str:
    queue = secrets.token_hex(5).upper()
    host = f"mx.{arrived.recipient.rpartition('@')[2]}"
    at, until = format_datetime(now()), format_datetime(now() + timedelta(days=5))
    subject = "Delayed Mail (still being retried)" if bounce.late else "Undelivered Mail Returned to Sender"
    return _POSTFIX.format(
        host=host,
        queue=queue,
        at=at,
        subject=subject,
        to=arrived.return_path,
        boundary=f"{queue}.{secrets.randbelow(10**10)}/{host}",
        stamp=f"{now():%Y%m%d%H%M%S}",
        words=_LATE if bounce.late else _FAILED,
        recipient=arrived.recipient,
        said=bounce.said,
        action="delayed" if bounce.late else "failed",
        status=bounce.status,
        retried=f"Will-Retry-Until: {until}\n" if bounce.late else "",
        kind="Delayed" if bounce.late else "Undelivered",
        part="Message" if bounce.whole else "Message Headers",
        type="message/rfc822" if bounce.whole else "text/rfc822-headers",
        returned=_returned(bounce, arrived),
    )


_POSTFIX = """Received: by {host} (Postfix)
\tid {queue}; {at}
Date: {at}
From: MAILER-DAEMON@{host} (Mail Delivery System)
Subject: {subject}
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="{boundary}"
Message-Id: <{stamp}.{queue}@{host}>

This is a MIME-encapsulated message.

--{boundary}
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host {host}.

{words}
<{recipient}>: host store.{host}[192.0.2.25] said: {said} (in reply
    to RCPT TO command)

--{boundary}
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; {host}
X-Postfix-Queue-ID: {queue}
X-Postfix-Sender: rfc822; {to}
Arrival-Date: {at}

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; store.{host}
Diagnostic-Code: smtp; {said}
{retried}
--{boundary}
Content-Description: {kind} {part}
Content-Type: {type}

{returned}
--{boundary}--
"""


_FAILED = """I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to postmaster.

If you do so, please include this problem report. You can
delete your own text from the attached returned message.

                   The mail system
"""
_LATE = """####################################################################
# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #
####################################################################

Your message could not be delivered for more than 4 hour(s).
It will be retried until it is 5 day(s) old.

For further assistance, please send mail to postmaster.

If you do so, please include this problem report. You can
delete your own text from the attached returned message.

                   The mail system
"""


def _exchange(bounce: Bounces, arrived: Arrived) -> str:
    domain, headers = arrived.recipient.rpartition("@")[2], arrived.headers
    return _EXCHANGE.format(
        domain=domain,
        host=f"{secrets.token_hex(5).upper()}.{domain}",
        at=format_datetime(now()),
        outer=f"_{secrets.token_hex(12)}_",
        inner=f"_000_{secrets.token_hex(12)}_",
        id=secrets.token_hex(16),
        to=arrived.return_path,
        title="Delivery delayed" if bounce.late else "Undeliverable",
        subject=" ".join(str(headers.get("Subject", "")).split()),
        original=" ".join(str(headers.get("Message-ID", "")).split()),
        name=parseaddr(arrived.recipient)[1],
        verdict="is delayed" if bounce.late else "couldn't be delivered",
        said=bounce.said,
        recipient=arrived.recipient,
        action="delayed" if bounce.late else "failed",
        status=bounce.status,
        type="message/rfc822" if bounce.whole else "text/rfc822-headers",
        returned=_returned(bounce, arrived),
    )


_EXCHANGE = """From: <postmaster@{domain}>
To: <{to}>
Date: {at}
Subject: {title}: {subject}
Message-ID: <{id}@{host}>
In-Reply-To: {original}
References: {original}
Content-Language: en-US
X-MS-Exchange-Message-Is-Ndr:
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="{outer}"

--{outer}
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="{inner}"

--{inner}
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: 7bit

Your message to {name} {verdict}.

Diagnostic information for administrators:

Generating server: {host}

{name}
Remote Server returned '{said}'

--{inner}
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: 7bit

<html><body><p><b>Your message to {name} {verdict}.</b></p>
<p>Remote Server returned '{said}'</p></body></html>

--{inner}--

--{outer}
Content-Type: message/delivery-status

Reporting-MTA: dns;{host}
Received-From-MTA: dns;mail.bot.example.test
Arrival-Date: {at}

Final-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp;{said}

--{outer}
Content-Type: {type}

{returned}
--{outer}--
"""
