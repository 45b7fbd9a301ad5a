"""Real servers for tests: Redis and Valkey, in processes of their own, on unix sockets in directories of their own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.store.client import connect
from gateway.store.embedded import binary, die_with_parent

FLAVOURS = ("redis-server", "valkey-server")
READY_SECONDS = 10.0
END_SECONDS = 5.0
DAEMONS = "/usr/sbin"  # Not on everybody's PATH.
FIT = {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction"}


def require(name: str) -> Path:
    """The path of a server's binary. A machine without it skips the test; CI has it, or the test fails."""
    found = find(name)
    if found:
        return found
    reason = f"{name} is not installed on this machine"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and CI must have it")
    pytest.skip(reason)


def find(name: str) -> Path | None:
    """A server's binary: Valkey's comes with the extra `embedded`, others from the PATH or from where daemons are."""
    ours = binary()
    if ours.name == name:
        return ours
    path = shutil.which(name) or shutil.which(name, path=DAEMONS)
    return Path(path) if path else None


class Server:
    """A server that can be killed and started again on the same data."""

    def __init__(self, program: Path, directory: Path, settings: Mapping[str, str] = FIT) -> None:
        self.socket = directory / "s.sock"
        password = settings.get("requirepass")
        self.url = f"unix://:{password}@{self.socket}" if password else f"unix://{self.socket}"
        options = {"port": "0", "unixsocket": str(self.socket), "dir": str(directory), "save": "", **settings}
        self._command = [str(program), *(part for name, value in options.items() for part in (f"--{name}", value))]

    async def start(self) -> None:
        """Start, and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, preexec_fn=die_with_parent)
        redis = connect(self.url, connections=1)
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not await _answers(redis):
                    assert self._process.poll() is None, f"did not start: {self._command}"
                    await asyncio.sleep(0.01)
        finally:
            await redis.aclose()

    def kill(self) -> None:
        """kill -9."""
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """An orderly end; but a server that is still writing its first AOF ignores being asked."""
        self._process.terminate()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()


async def _answers(redis: Redis) -> bool:
    try:
        return bool(await redis.ping())
    except (RedisError, OSError):
        return False


@contextlib.asynccontextmanager
async def running(name: str, directory: Path, settings: Mapping[str, str] = FIT) -> AsyncIterator[Server]:
    """A running server of one of the `FLAVOURS`."""
    server = Server(require(name), directory, settings)
    await server.start()
    try:
        yield server
    finally:
        server.stop()
