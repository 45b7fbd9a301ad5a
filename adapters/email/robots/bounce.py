"""Bounce: what a mail server says became of a mail of ours, believed only where it can have been ours.

Whoever could make us believe a bounce could take people off: so it has to name what only that mail and its recipient
had, its return path or its id, and no other recipient.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from email.message import Message
from itertools import product

from adapters.email.account import Site
from adapters.email.found import Bounce, Sent
from adapters.email.headers import message_ids, value, values
from adapters.email.robots.automatic import from_daemon, returned_to_nobody
from adapters.email.robots.bounce_words import in_words, old_ids, speaks_of_delivery
from adapters.email.robots.reports import Report, addresses_in, original_ids, reports
from adapters.email.where import CHANNEL

MOST_NAMED = 20
_SENT_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_WORST_FIRST = ("failed", "delayed", "delivered")


def bounce(mail: Message, site: Site, sent: Sequence[Sent]) -> Bounce | None:
    """The report a mail is, None if it is none. `sent` are mails of ours that it may be about."""
    said = reports(mail) if _may_report(mail) else ()
    if not said and _is_from_a_server(mail):
        said = in_words(mail)
    if not said:
        return None
    worst_first = sorted(said, key=lambda report: _WORST_FIRST.index(report.action))
    ids = _ids(mail)
    named = tuple(_named(mail, site, sent, ids))
    believed = ((report, one) for report, one in product(worst_first, named) if _is_about(report, one))
    report, ours = next(believed, (worst_first[0], None))
    return Bounce(
        action=report.action,
        permanent=report.permanent,
        status=report.status,
        recipient=_recipient(report, ours),
        why=report.why,
        message_id=next(iter(ids), ""),
        effect_id=ours.effect_id if ours else "",
    )


def _may_report(mail: Message) -> bool:
    """Whether a report in it is its own, and not one that a person passes on."""
    return mail.get_content_type() == "multipart/report" or _is_from_a_server(mail)


def _is_from_a_server(mail: Message) -> bool:
    if from_daemon(mail) or value(mail, "X-Failed-Recipients"):
        return True
    return returned_to_nobody(mail) and speaks_of_delivery(mail)


def _ids(mail: Message) -> tuple[str, ...]:
    """The ids of the mail it is about; that which it answers where no other came back."""
    return (original_ids(mail) or old_ids(mail) or message_ids(mail, "In-Reply-To"))[:MOST_NAMED]


def _named(mail: Message, site: Site, sent: Sequence[Sent], ids: Sequence[str]) -> Iterator[Sent]:
    """The mails of ours it names; by its id rather than by its return path, where these are not of the same."""
    to = {address for name in _SENT_TO for given in values(mail, name)[:MOST_NAMED] for address in addresses_in(given)}
    known = {one.message_id for one in sent if one.message_id} & set(ids)
    for one in sent:
        returned = one.return_path.lower() in to and not _is_plain(one.return_path, site)
        if one.effect_id and (one.message_id in known or (returned and not known)):
            yield one


def _is_plain(return_path: str, site: Site) -> bool:
    """Whether it is an address that everybody knows, as for mails whose own would have become too long."""
    return return_path.lower() in (site.address.lower(), *(alias.lower() for alias in site.aliases))


def _is_about(report: Report, one: Sent) -> bool:
    """Whether it is about the recipient of this mail, as far as it says."""
    return not report.recipients or _address(one) in report.recipients


def _address(one: Sent) -> str:
    return one.to.removeprefix(f"{CHANNEL}:").lower()


def _recipient(report: Report, ours: Sent | None) -> str:
    return _address(ours) if ours else next(iter(report.recipients), "")
