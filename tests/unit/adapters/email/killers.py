"""Killers: readers that run in a process apart and come to no good there, as code that a mail has broken may.

They are imported and run by the processes of `adapters.email.apart`, in place of its `_read`; what a mail says tells
what becomes of the process.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any
from unittest import mock

from adapters.email import apart
from adapters.email.reading import Reading

READ = apart._read
DIES, KILLED, HANGS, TAKES, STAYS = b"dies", b"is killed", b"hangs", b"takes memory", b"stays in "
STAYS_FOR = 0.25


def read(raw: bytes, *given: Any) -> Reading | str:
    """What `_read` does, or the end of this process."""
    body = raw.partition(b"\r\n\r\n")[2].strip()
    if body == DIES:
        os._exit(3)
    if body == KILLED:
        os.kill(os.getpid(), signal.SIGKILL)
    if body == HANGS:
        time.sleep(3600)
    if body == TAKES:
        with mock.patch.object(apart, "read", _take):
            return READ(raw, *given)
    if body.startswith(STAYS):
        _stay(body.removeprefix(STAYS).decode())
    return READ(raw, *given)


def _take(*_: object) -> bytearray:
    return bytearray(apart.MEMORY)


def _stay(directory: str) -> None:
    """Take a while, and note how many do at once."""
    mine = Path(directory, str(os.getpid()))
    mine.touch()
    time.sleep(STAYS_FOR)
    with Path(f"{directory}.most").open("a") as most:
        most.write(f"{len(os.listdir(directory))}\n")
    mine.unlink()
