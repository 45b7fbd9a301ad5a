"""DKIM by ourselves (RFC 6376): keys are fetched here, and signatures checked in a process that may be killed.

Only where the site names nameservers. ARC (RFC 8617) as well, where the last who passed a mail on is a sealer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

import anyio
from anyio import to_process

from adapters.email import limits
from adapters.email.account import Site
from adapters.email.found import Signature
from adapters.email.headers import sender
from adapters.email.proof import arc, signed
from adapters.email.proof.domains import speaks_for
from adapters.email.proof.keys import Key, fetch

SECONDS = 20.0
ANSWER_SECONDS = 5.0
MAX_SETS = 5


async def signatures(
    raw: bytes, site: Site, *, seconds: float = SECONDS, answer_seconds: float = ANSWER_SECONDS
) -> tuple[Signature, ...]:
    """The signatures of a mail, checked; none where the site names no nameservers. Never raises.

    The nameservers have `answer_seconds` for each key, the check itself `seconds`.
    """
    if not site.nameservers or raw.startswith(limits.CUT):
        return ()
    head = raw[: limits.MAX_HEADERS].replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n\n"
    try:
        mail = message_from_bytes(head, policy=compat32)
        chain = _known(mail, site)
        names = set(filter(None, _names(head, sender(mail).rpartition("@")[2], chain=chain)))
    except Exception as error:  # Whatever a stranger's bytes do to their parser.
        return (_unchecked(f"cannot be checked: {type(error).__name__}"),)
    if not names:
        return ()
    keys = await fetch(names, site.nameservers, seconds=answer_seconds)
    try:
        with anyio.fail_after(seconds):
            return await to_process.run_sync(_check, raw, dict(keys), chain, time.time(), cancellable=True)
    except TimeoutError:
        return (_unchecked(f"takes longer than {seconds:g} seconds to check"),)
    except anyio.BrokenWorkerProcess:
        return (_unchecked("kills its reader"),)


def _names(head: bytes, domain: str, *, chain: bool) -> Iterator[str]:
    """Where the keys are found of signatures that could tell something about a sender of this domain."""
    for said in signed.tags(head, b"dkim-signature")[: signed.MAX_SIGNATURES]:
        if speaks_for(signed.domain_of(said), domain):
            yield signed.key_name(said)
    if chain:
        seals, last = signed.links(head)
        yield from (signed.key_name(said) for said in (*seals, last))


def _known(mail: Message, site: Site) -> bool:
    """Whether the last who passed it on is one of our sealers."""
    return next(arc.trusted(mail, site.sealers), None) is not None and len(arc.seals(mail)) <= MAX_SETS


def _check(raw: bytes, keys: dict[str, Key], chain: bool, now: float) -> tuple[Signature, ...]:
    return signed.check(raw, keys, chain=chain, now=now)


def _unchecked(why: str) -> Signature:
    return Signature(domain="", good=False, why=why)
