"""The servers that contracts are held to: one process each for a whole run, emptied for each test.

Two for the store; and for e-mail Debian's Dovecot and Exim, beside the sandbox.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from adapters.email.fetching.pace import knocks
from tests.contract.bench import Bench, bench_at
from tests.contract.post_office import Debian, PostOffice, Sandbox, debian, sandbox
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


@pytest.fixture(scope="session")
async def debian_servers(anyio_backend: str) -> AsyncIterator[Debian]:
    """Dovecot and Exim."""
    async with debian() as running:
        yield running


@pytest.fixture
def real(debian_servers: Debian) -> Debian:
    """The same, with nothing in any mailbox, and no login that failed before."""
    knocks.cache_clear()
    debian_servers.exim.empty()
    debian_servers.dovecot.empty()
    return debian_servers


@pytest.fixture
async def ours() -> AsyncIterator[Sandbox]:
    """The sandbox, within TLS."""
    async with sandbox(tls=True) as running:
        yield running


@pytest.fixture
async def ours_in_plain() -> AsyncIterator[Sandbox]:
    """The sandbox without TLS."""
    async with sandbox(tls=False) as running:
        yield running


@pytest.fixture
def real_in_plain(real: Debian) -> Debian:
    """The real servers, used without TLS."""
    return replace(real, tls=False)


@pytest.fixture(params=["ours", "real"])
def office(request: pytest.FixtureRequest) -> PostOffice:
    """Mail within TLS, at either."""
    found: PostOffice = request.getfixturevalue(request.param)
    return found


@pytest.fixture(params=["ours_in_plain", "real_in_plain"])
def plain(request: pytest.FixtureRequest) -> PostOffice:
    """Mail without TLS, at either, for tests that look at what is said."""
    found: PostOffice = request.getfixturevalue(request.param)
    return found
