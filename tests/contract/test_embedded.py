"""The embedded store: started when needed, shared while it lives, gone when we go, and its data there next time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from gateway.store import embedded as embedded_store
from gateway.store.client import connect
from gateway.store.embedded import command, embedded
from gateway.store.errors import StoreUnfit
from gateway.store.fitness import examine
from gateway.store.opening import open_store
from tests.contract.bench import record
from tests.servers import require

KEEPER = """
import asyncio, sys
from pathlib import Path
from gateway.store.embedded import embedded

async def keep() -> None:
    async with embedded(Path(sys.argv[1])) as url:
        print(url, flush=True)
        await asyncio.sleep(60)

asyncio.run(keep())
"""


@contextlib.asynccontextmanager
async def client(url: str) -> AsyncIterator[Redis]:
    redis = connect(url, connections=1)
    yield redis
    await redis.aclose()


async def server_id(url: str) -> int:
    """The process of the server behind a URL."""
    async with client(url) as redis:
        return int((await redis.info("server"))["process_id"])


async def gone(pid: int) -> None:
    """Return when the process has ended; a child that waits to be buried has."""
    async with asyncio.timeout(10):
        while alive(pid):
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def test_it_is_private_and_fit_and_promises_no_loss_by_a_crash(tmp_path: Path) -> None:
    directory = tmp_path / "state"
    async with embedded(directory) as url, client(url) as redis:
        assert (await examine(redis, 1)).durability == "single"
        assert (await redis.config_get("port"))["port"] == "0"
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


async def test_its_data_is_there_after_a_restart(tmp_path: Path) -> None:
    async with open_store(None, tmp_path, partitions=1) as first:
        assert first.found.blank
        await first.whole()
        await first.threads.ingest("t1", "m1", record())
        log = await first.threads.read("t1")
    async with open_store(None, tmp_path, partitions=1) as second:
        assert not second.found.blank
        assert await second.threads.read("t1") == log
        assert (await second.threads.claim())[0].thread_id == "t1"


async def test_who_comes_second_shares_the_first_ones_server(tmp_path: Path) -> None:
    async with embedded(tmp_path) as first:
        async with embedded(tmp_path) as second:
            assert second == first
            pid = await server_id(first)
            assert await server_id(second) == pid
        assert await server_id(first) == pid


async def test_many_that_start_at_the_same_moment_share_one_server(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        urls = await asyncio.gather(*(stack.enter_async_context(embedded(tmp_path)) for _ in range(5)))
        assert len(set(urls)) == 1
        log = (tmp_path / "valkey.log").read_text()
        assert log.count("Ready to accept connections") == 1


async def test_it_ends_with_whoever_started_it(tmp_path: Path) -> None:
    async with embedded(tmp_path) as url:
        pid = await server_id(url)
    await gone(pid)


async def test_it_ends_also_when_it_does_not_listen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_store, "END_SECONDS", 0.1)
    async with embedded(tmp_path) as url:
        pid = await server_id(url)
        os.kill(pid, signal.SIGSTOP)
    await gone(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
async def test_it_ends_when_its_parent_is_killed_and_has_lost_nothing(tmp_path: Path) -> None:
    require("valkey-server")
    keeper = subprocess.Popen([sys.executable, "-c", KEEPER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert keeper.stdout
    url = (await asyncio.to_thread(keeper.stdout.readline)).strip()
    async with open_store(None, tmp_path, partitions=1) as shared:
        await shared.threads.ingest("t1", "m1", record())
    pid = await server_id(url)
    os.kill(keeper.pid, signal.SIGKILL)
    keeper.wait()
    keeper.stdout.close()
    await gone(pid)
    async with open_store(None, tmp_path, partitions=1) as again:
        assert len(await again.threads.read("t1")) == 1
        assert await server_id(url) != pid


async def test_a_server_that_was_killed_left_a_socket_that_is_in_nobodys_way(tmp_path: Path) -> None:
    async with embedded(tmp_path) as url:
        pid = await server_id(url)
        os.kill(pid, signal.SIGKILL)
        await gone(pid)
        assert (tmp_path / "valkey.sock").exists()
        async with embedded(tmp_path) as again:
            assert await server_id(again) != pid


async def test_a_directory_too_deep_for_a_socket_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(StoreUnfit, match="too long for a socket"):
        async with embedded(tmp_path / ("deep" * 30)):
            pass


async def test_data_that_cannot_be_read_is_refused_in_words(tmp_path: Path) -> None:
    directory = tmp_path / "appendonlydir"
    directory.mkdir()
    (directory / "appendonly.aof.manifest").write_text("nonsense\n")
    with pytest.raises(StoreUnfit, match="did not start"):
        async with embedded(tmp_path):
            pass


def test_it_listens_on_its_socket_only(tmp_path: Path) -> None:
    line = command(tmp_path, tmp_path / "valkey.sock")
    assert line[line.index("--port") + 1] == "0"
    assert line[line.index("--unixsocketperm") + 1] == "700"
