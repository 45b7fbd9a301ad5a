"""The two servers the store is held to its contract on: one process each for a whole run, emptied for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.contract.bench import Bench, bench_at
from tests.servers import FLAVOURS, Server, running


@pytest.fixture(scope="session", params=FLAVOURS)
async def store_server(
    request: pytest.FixtureRequest, anyio_backend: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:
    """Both flavours, one after the other."""
    async with running(request.param, tmp_path_factory.mktemp("s")) as server:
        yield server


@pytest.fixture(scope="session")
async def valkey_server(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Valkey only, for what is about our scripts and not about the server."""
    async with running("valkey-server", tmp_path_factory.mktemp("v")) as server:
        yield server


@pytest.fixture
async def bench(store_server: Server) -> AsyncIterator[Bench]:
    """An empty store on either server."""
    async with bench_at(store_server.url) as ready:
        yield ready


@pytest.fixture
async def valkey_bench(valkey_server: Server) -> AsyncIterator[Bench]:
    """An empty store on Valkey."""
    async with bench_at(valkey_server.url) as ready:
        yield ready
