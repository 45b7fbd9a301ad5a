"""What a server says while it fails over or runs out of disk is a reason to wait, never to end a role."""

from __future__ import annotations

import pytest
from redis._parsers.base import BaseParser

from gateway.store import client
from gateway.store.errors import StoreDown

# As servers word them. The parser of redis-py turns some words into classes, and takes them off the text.
SAID = [
    "READONLY You can't write against a read only replica.",
    "LOADING Valkey is loading the dataset in memory",
    "CLUSTERDOWN The cluster is down",
    "TRYAGAIN Multiple keys request during rehashing of slot",
    "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
    "NOREPLICAS Not enough good replicas to write.",
    "MISCONF Errors writing to the AOF file: No space left on device",
    "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)",
]


def error_of(said: str) -> Exception:
    """What redis-py makes of it."""
    error = BaseParser.parse_error(said)  # type: ignore[no-untyped-call]
    assert isinstance(error, Exception)
    return error


@pytest.mark.parametrize("said", SAID)
async def test_what_passes_is_waited_out(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.0)
    answers: list[object] = [error_of(said), b"done"]

    async def attempt() -> object:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert await client.patiently(attempt) == b"done"


async def test_what_does_not_pass_in_time_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PATIENCE", 0.0)

    async def attempt() -> object:
        raise error_of(SAID[0])

    with pytest.raises(StoreDown):
        await client.patiently(attempt)
