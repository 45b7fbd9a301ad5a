"""Apart: mails are read in processes of their own, which are killed when one takes too long or too much.

Whatever a mail does to a parser, it does not do it to us.
"""

from __future__ import annotations

import resource
from collections.abc import Sequence

import anyio
from anyio import to_process

from adapters.email.account import Site
from adapters.email.found import Sent, Signature
from adapters.email.reading import Reading, read
from adapters.errors import Unreadable

SECONDS = 30.0
MEMORY = 2 * 1024**3  # Of address space: what a process has taken is not known before it is there.


async def read_apart(
    raw: bytes, site: Site, sent: Sequence[Sent], signatures: Sequence[Signature], *, seconds: float = SECONDS
) -> Reading:
    """As `read`, within so many seconds of a process that may be killed. Raises Unreadable."""
    try:
        with anyio.fail_after(seconds):
            found = await to_process.run_sync(_read, raw, site, tuple(sent), tuple(signatures), cancellable=True)
    except TimeoutError as error:
        raise Unreadable(f"the mail takes longer than {seconds:g} seconds to read") from error
    except anyio.BrokenWorkerProcess as error:
        raise Unreadable("the mail kills its reader") from error
    if isinstance(found, str):
        raise Unreadable(found)
    return found


def _read(raw: bytes, site: Site, sent: tuple[Sent, ...], signatures: tuple[Signature, ...]) -> Reading | str:
    """What was read, or why nothing can be."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        return read(raw, site, sent, signatures)
    except Unreadable as error:
        return str(error)
    except MemoryError:
        return "the mail takes more memory than a mail should"
