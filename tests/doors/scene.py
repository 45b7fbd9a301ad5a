"""The scene at the doors: a house with its web role on a real port and a scripted model, and people who call it.

There is no mail here: everybody is reached on the console. Which roles run besides `web` is each test's choice.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
from pydantic import SecretStr

import sandbox.model
from config.settings import ModelSettings, Settings, StoreSettings
from gateway.access import Scope
from gateway.app import House, house
from gateway.demo.world import Clock
from gateway.ports import PREVIEW_LANE
from gateway.serve import ROLES, serve
from sandbox.model import ModelSandbox, load_script

EVERYTHING: tuple[Scope, ...] = ("read", "write", "approve", "admin")
PATIENCE = 60.0
PEOPLE = """
people:
  - {id: ana, name: Ana, identities: ["console:ana"]}
  - {id: bo, name: Bo, identities: ["console:bo"]}
  - {id: cy, name: Cy, identities: ["console:cy"]}
"""
T = TypeVar("T")


@dataclass(frozen=True)
class Caller:
    """A person with a token at the REST door."""

    http: httpx.AsyncClient

    async def get(self, path: str, **params: Any) -> Any:
        """What is there. Fails the test when it is not."""
        answer = await self.http.get(f"/v1{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: object = None, *, key: str | None = None) -> Any:
        """A command that is accepted."""
        headers = {"Idempotency-Key": key} if key else {}
        answer = await self.http.post(f"/v1{path}", json=body, headers=headers)
        assert answer.status_code == 202, answer.text
        return answer.json()

    async def launch(self, text: str) -> str:
        """A new thread's id."""
        taken = await self.post("/threads", {"text": text})
        assert taken["fresh"]
        return str(taken["thread_id"])

    async def decide(self, thread: str, request: Any, decision: str, reason: str = "") -> None:
        """Answer an approval request as it was shown."""
        body = {"decision": decision, "reason": reason, "digest": request["digest"]}
        await self.post(f"/threads/{thread}/requests/{request['id']}/response", body)

    async def events(self, thread: str, wanted: str) -> list[Any]:
        """The events of one type in a thread."""
        return [event for event in await self.get(f"/threads/{thread}/events") if event["type"] == wanted]

    async def request(self, thread: str) -> Any:
        """The thread's open request, once there is one."""

        async def look() -> Any:
            found = (await self.get(f"/threads/{thread}"))["open"]
            return found[0] if found else None

        return await until(look)

    async def heard(self, thread: str, wanted: str, /, **having: str) -> Any:
        """The first event of this type with these texts in its fields, once there is one."""

        async def look() -> Any:
            for event in await self.events(thread, wanted):
                if all(text in str(event[name]) for name, text in having.items()):
                    return event
            return None

        return await until(look)


@dataclass(frozen=True)
class Scene:
    """A house, the model it asks, and where it answers."""

    house: House
    model: ModelSandbox
    clock: Clock
    url: str

    @contextlib.asynccontextmanager
    async def caller(self, person: str, *scopes: Scope) -> AsyncIterator[Caller]:
        """A person with a fresh token; with every scope when none is named."""
        token = await self.house.access.create(person, scopes or EVERYTHING, days=1)
        proof = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=self.url, headers=proof, timeout=PATIENCE) as http:
            yield Caller(http)

    @contextlib.asynccontextmanager
    async def at_work(self, *roles: str) -> AsyncIterator[None]:
        """These roles run inside the block; at its end they have finished what they had begun."""
        async with serving(self.house, roles):
            yield


@contextlib.asynccontextmanager
async def scene(directory: Path, *, roles: Iterable[str] = ROLES, lease: float = 30.0) -> AsyncIterator[Scene]:
    """The house, up and serving."""
    script = load_script(Path(sandbox.model.__file__).parent / "scripts" / "deploy.yaml")
    people, port, clock = directory / "people.yaml", free_port(), Clock()
    people.write_text(PEOPLE)
    async with ModelSandbox(script) as model:
        settings = Settings(
            state_dir=directory,
            environment_dir=directory / "environment",
            people_file=people,
            public_url=f"http://127.0.0.1:{port}",
            port=port,
            store=StoreSettings(partitions=1, lease_seconds=lease),
            model=ModelSettings(base_url=model.base_url, api_key=SecretStr("sandbox"), name="scripted"),
        )
        async with house(settings, clock=clock) as ready, serving(ready, roles):
            await listening(port)
            yield Scene(ready, model, clock, settings.public_url)


@contextlib.asynccontextmanager
async def serving(ready: House, roles: Iterable[str]) -> AsyncIterator[None]:
    """Roles of a house at work inside the block."""
    stopping = asyncio.Event()
    work = asyncio.create_task(serve(ready, roles, stopping))
    try:
        yield
    finally:
        stopping.set()
        await work


@contextlib.asynccontextmanager
async def foreseeing(ready: House) -> AsyncIterator[None]:
    """Tools are asked what they would do, inside the block, and none is started."""
    stopping = asyncio.Event()
    work = asyncio.create_task(ready.runner().serve(PREVIEW_LANE, stopping))
    try:
        yield
    finally:
        stopping.set()
        await work


async def listening(port: int) -> None:
    """Until somebody answers on a port."""

    async def look() -> bool:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return True
        return False

    await until(look)


async def until(look: Callable[[], Awaitable[T | None]]) -> T:
    """What a look finds, once it finds something."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await look()):
            await asyncio.sleep(0.02)
        return found


def free_port() -> int:
    """A port nobody has; not from the range the system gives to outgoing connections."""
    for port in random.sample(range(20_000, 32_000), 100):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port is free")
