"""The client: connections, and the one way a script is called.

redis-py's own retries are off: it would send a command again without knowing whether the first one counted. Every
transition of ours is idempotent, so *we* send it again, the same bytes under the same token, for a bounded time.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis import exceptions as failures
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from gateway.store.errors import StoreDown, StoreFull, StoreUnfit

TIMEOUT = 3.0
CONNECT_TIMEOUT = 2.0
CONNECTIONS = 32
PATIENCE = 10.0
FIRST_PAUSE = 0.02
LONGEST_PAUSE = 1.0

Arg = str | bytes | int
_LUA = Path(__file__).parent / "lua"
# What a server says while it fails over, loads or has no room on its disk: by class where redis-py knows the word, for
# then it cuts the word off, else by the word.
_PASSING = (
    failures.ConnectionError,
    failures.TimeoutError,
    failures.ReadOnlyError,
    failures.ClusterDownError,
    failures.TryAgainError,
    failures.MasterDownError,
    OSError,
)
_PASSING_WORDS = ("NOREPLICAS", "UNBLOCKED", "MISCONF", "BUSY ")


@dataclass(frozen=True)
class Script:
    """A transition's Lua source, prelude included, and its SHA-1."""

    source: str
    sha: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha", hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest())


def script(name: str) -> Script:
    """The script in `lua/<name>.lua`, with the prelude put behind its first line."""
    shebang, _, body = (_LUA / f"{name}.lua").read_text(encoding="utf-8").partition("\n")
    return Script(f"{shebang}\n{(_LUA / '_prelude.lua').read_text(encoding='utf-8')}\n{body}")


def connect(url: str, *, connections: int = CONNECTIONS, timeout: float | None = TIMEOUT) -> Redis:
    """A client with a pool of its own. Commands wait for a free connection instead of failing. Raises StoreUnfit."""
    over_tcp: dict[str, Any] = {} if url.startswith("unix") else {"socket_keepalive": True}
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=connections,
            timeout=CONNECT_TIMEOUT,
            socket_timeout=timeout,
            socket_connect_timeout=CONNECT_TIMEOUT,
            health_check_interval=15,
            retry=Retry(NoBackoff(), 0),
            **over_tcp,
        )
    except ValueError:  # It may quote the URL, and with it a password.
        raise StoreUnfit("the store's URL cannot be read: redis://, rediss:// or unix:// is needed") from None
    return Redis.from_pool(pool)


async def call(redis: Redis, script: Script, prefix: str, *args: Arg) -> Any:
    """Run a script, again if need be. Raises StoreDown, StoreFull."""
    return await patiently(lambda: _evaluate(redis, script, prefix, args))


async def patiently(attempt: Callable[[], Awaitable[Any]]) -> Any:
    """The attempt's result, tried again while the store is unreachable for a moment. Raises StoreDown, StoreFull."""
    deadline, pause = time.monotonic() + PATIENCE, FIRST_PAUSE
    while True:
        try:
            return await attempt()
        except (failures.RedisError, OSError) as error:
            _raise_if_final(error)
            if time.monotonic() + pause > deadline:
                raise StoreDown(f"the store does not answer: {type(error).__name__}") from error
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def _raise_if_final(error: Exception) -> None:
    if isinstance(error, failures.OutOfMemoryError) or str(error).startswith("OOM"):
        raise StoreFull("the store is out of memory") from error
    # While it connects, redis-py hides the server's refusal in a ConnectionError.
    if isinstance(error, failures.AuthenticationError) or isinstance(error.__cause__, failures.AuthenticationError):
        raise StoreUnfit("the store does not accept our credentials") from error
    if not isinstance(error, _PASSING) and not str(error).startswith(_PASSING_WORDS):
        raise error


async def _evaluate(redis: Redis, script: Script, prefix: str, args: tuple[Arg, ...]) -> Any:
    try:
        return await redis.evalsha(script.sha, 1, prefix, *args)
    except failures.NoScriptError:
        return await redis.eval(script.source, 1, prefix, *args)
