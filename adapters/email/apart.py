"""Apart: mails are read in processes of their own, which are killed when one takes too long or too much.

Whatever a mail does to a parser, it does not do it to us.
"""

from __future__ import annotations

import contextlib
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
TRIES = 2  # Whoever stops us may end the reader first, and the kernel whom it likes: only twice is it the mail.


async def read_apart(
    raw: bytes, site: Site, sent: Sequence[Sent], signatures: Sequence[Signature], *, seconds: float = SECONDS
) -> Reading:
    """As `read`, within so many seconds of a process that may be killed. Raises Unreadable."""
    for _ in range(TRIES):
        with contextlib.suppress(anyio.BrokenWorkerProcess):
            found = await _within(seconds, raw, site, tuple(sent), tuple(signatures))
            if isinstance(found, str):
                raise Unreadable(found)
            return found
    raise Unreadable("the mail kills its reader")


async def _within(
    seconds: float, raw: bytes, site: Site, sent: tuple[Sent, ...], signatures: tuple[Signature, ...]
) -> Reading | str:
    """What was read, or why nothing can be; a mail's time begins when it is its turn."""
    async with to_process.current_default_process_limiter():
        try:
            with anyio.fail_after(seconds):
                ours = anyio.CapacityLimiter(1)  # We have our turn already.
                return await to_process.run_sync(_read, raw, site, sent, signatures, cancellable=True, limiter=ours)
        except TimeoutError:
            return f"the mail takes longer than {seconds:g} seconds to read"


def _read(raw: bytes, site: Site, sent: tuple[Sent, ...], signatures: tuple[Signature, ...]) -> Reading | str:
    """What was read, or why nothing can be."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        return read(raw, site, sent, signatures)
    except Unreadable as error:
        return str(error)
    except MemoryError:
        return "the mail takes more memory than a mail should"
