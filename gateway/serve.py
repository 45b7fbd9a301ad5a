"""Serving: run roles until the process is asked to stop, then let each finish what it has begun."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterable, Mapping

import structlog

from gateway.app import House
from gateway.web import serve_app, web

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 25.0


async def _serve_web(house: House, stopping: asyncio.Event) -> None:
    door = house.door()
    for hook in door.hooks.values():
        await hook.adapter.begin(hook.desk)
    await serve_app(web(door), house.settings.host, house.settings.port, stopping)


async def _decide(house: House, stopping: asyncio.Event) -> None:
    """The worker, and who writes down what people prove of themselves in its threads."""
    async with asyncio.TaskGroup() as group:
        group.create_task(house.worker().run(stopping))
        group.create_task(house.registrar().run(stopping))


async def _wake(house: House, stopping: asyncio.Event) -> None:
    """What is due, and what people's changes mean for those who wait: a long look must not make a timer late."""
    async with asyncio.TaskGroup() as group:
        group.create_task(house.timers().run(stopping))
        group.create_task(house.reviewing().run(stopping))


Role = Callable[[House, asyncio.Event], Coroutine[None, None, None]]
ROLES: Mapping[str, Role] = {
    "web": _serve_web,
    "worker": _decide,
    "sender": lambda house, stopping: house.sender().run(stopping),
    "runner": lambda house, stopping: house.runner().run(stopping),
    "listener": lambda house, stopping: house.listener().run(stopping),
    "timers": _wake,
}


async def serve(house: House, roles: Iterable[str], stopping: asyncio.Event) -> None:
    """Run these roles until `stopping`. A role that ends or breaks by itself brings the others to a stop."""
    tasks = {asyncio.create_task(ROLES[name](house, stopping), name=name) for name in roles}
    log.info("serving", roles=sorted(task.get_name() for task in tasks), durability=house.opened.found.durability)
    asked = asyncio.create_task(stopping.wait())
    await asyncio.wait({*tasks, asked}, return_when=asyncio.FIRST_COMPLETED)
    stopping.set()
    done, stuck = await asyncio.wait(tasks, timeout=DRAIN_SECONDS)
    for task in stuck:
        log.warning("role did not drain in time", role=task.get_name())
        task.cancel()
    await asyncio.gather(*stuck, return_exceptions=True)
    for task in done:
        task.result()


def stop_on_signals(stopping: asyncio.Event) -> None:
    """SIGTERM and SIGINT ask for an orderly stop; a second one is not waited for."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
