"""Envelope: what stands around a mail's words, so that its answers, its bounces and its next attempts find back.

The same parcel gives the same names, whoever sends it and however often.
"""

from __future__ import annotations

import re
from email.headerregistry import Address as Mailbox, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy

from adapters.base import Parcel
from adapters.email.account import Site
from adapters.email.robots.automatic import LOOP_HEADER
from adapters.email.sending.recipient import LONGEST_LOCAL, recipient
from adapters.email.where import Where
from adapters.layout import subject
from adapters.text import one_line

BOUNCE = "b"  # How a return path begins behind our name; a reply token never does.
# Printable and without blanks, and so short that it fits a line (RFC 5322, 2.1.1).
_ID = re.compile(r"<[!-;=?-~]{1,900}>")


class _Ids(UnstructuredHeader, BaseHeader):
    """Message ids, one to a line: the standard library would break long ones into encoded words."""

    def fold(self, *, policy: Policy) -> str:
        """The header as it goes over the wire."""
        return f"{self.name}: {f'{policy.linesep} '.join(self.split())}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("in-reply-to", _Ids)
_HEADERS.map_to_type("references", _Ids)
# Seven bits, whatever a server on the way can carry: signatures over the mail then stay good.
POLICY = EmailPolicy(header_factory=_HEADERS, cte_type="7bit")


def message_id(parcel: Parcel, site: Site) -> str:
    """Ours, made before sending, the same for every attempt; an answer to it carries the reply token back."""
    return f"<hp.{parcel.effect_id}.{parcel.reply_token}@{site.domain}>"


def return_path(parcel: Parcel, site: Site) -> str:
    """Where bounces of this very mail come back to, if servers take so long a name; else our plain address."""
    proof = parcel.reply_token.rpartition(".")[2]
    return _short(site.reply_to(f"{BOUNCE}.{parcel.effect_id}.{proof}"), site)


def answer_to(parcel: Parcel, site: Site) -> str:
    """Where answers come back to, with the token; without it, our Message-ID brings it back as well."""
    return _short(site.reply_to(parcel.reply_token), site)


def addressed(parcel: Parcel, site: Site) -> EmailMessage:
    """A mail with its headers, and nothing in it. Raises Unreachable."""
    where = Where.of(parcel.address)
    to = recipient(where.to)
    mail = EmailMessage(policy=POLICY)
    mail["Date"] = parcel.event.at
    mail["From"] = Mailbox("Holdpoint", site.local, site.domain)
    mail["To"] = Mailbox(username=to.local, domain=to.domain)
    mail["Reply-To"] = Mailbox("Holdpoint", addr_spec=answer_to(parcel, site))
    mail["Subject"] = titled(parcel, where)
    mail["Message-ID"] = message_id(parcel, site)
    if answered := tuple(link for link in where.answered() if _ID.fullmatch(link)):
        mail["In-Reply-To"] = answered[-1]
        mail["References"] = " ".join(answered)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    mail[LOOP_HEADER] = parcel.effect_id
    return mail


def titled(parcel: Parcel, where: Where) -> str:
    """The subject. A conversation keeps the one it has: where it changes, mail programs begin another.

    So our reference stands in those that we began, and in every answer to them.
    """
    if where.subject:
        return f"Re: {one_line(where.subject)}"
    reference = f" [{parcel.reference}]" if parcel.reference else ""
    return subject(parcel.event, parcel.request) + reference


def _short(address: str, site: Site) -> str:
    return address if len(address.rpartition("@")[0]) <= LONGEST_LOCAL else site.address
