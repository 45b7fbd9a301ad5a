"""Daemons of the machine, started by a test: without any rights, in a directory of their own, on free ports."""

from __future__ import annotations

import asyncio
import contextlib
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.store.embedded import die_with_parent
from tests.servers import END_SECONDS, READY_SECONDS


@dataclass(frozen=True, slots=True)
class User:
    """Who runs them: ourselves, but `nobody` in place of root."""

    name: str
    group: str
    uid: int
    gid: int

    def own(self, *paths: Path) -> None:
        """Files and directories become theirs; what is not root's is theirs already."""
        if os.getuid() == 0:
            for path in paths:
                os.chown(path, self.uid, self.gid)


def unprivileged() -> User:
    """The user without rights."""
    entry = pwd.getpwuid(os.getuid()) if os.getuid() else pwd.getpwnam("nobody")
    return User(entry.pw_name, grp.getgrgid(entry.pw_gid).gr_name, entry.pw_uid, entry.pw_gid)


@contextlib.contextmanager
def directory(user: User) -> Iterator[Path]:
    """A directory of theirs, with a short name: sockets are made in it. pytest's own are closed to anybody else."""
    path = Path(tempfile.mkdtemp(prefix="real-mail-"))
    user.own(path)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]


class Daemon:
    """A program that can be killed and started again; `port` is where it answers when it is ready."""

    def __init__(self, command: Sequence[str], user: User, port: int, journal: Path) -> None:
        self._command = command
        self._user = user
        self._port = port
        self._journal = journal

    async def start(self) -> None:
        """Start, and wait until it answers."""
        root = os.getuid() == 0
        with self._journal.open("ab") as journal:
            self._process = subprocess.Popen(
                self._command,
                stdout=journal,
                stderr=journal,
                preexec_fn=die_with_parent,
                user=self._user.uid if root else None,
                group=self._user.gid if root else None,
                extra_groups=[] if root else None,
            )
        async with asyncio.timeout(READY_SECONDS):
            while not _answers(self._port):
                assert self._process.poll() is None, f"did not start: {self._journal.read_text(errors='replace')}"
                await asyncio.sleep(0.02)

    def kill(self) -> None:
        """kill -9, it and all its children."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """An orderly end, and nobody left behind. All are told: Dovecot's master does not tell who talks to clients."""
        os.killpg(self._process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            self.kill()


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as peer:
        return bool(peer.recv(1))
    return False
