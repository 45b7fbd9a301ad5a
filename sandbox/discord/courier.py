"""The courier: takes interactions to the app, over the gateway or, signed, to its URL; and keeps a journal.

https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

import aiohttp

from sandbox.discord.clock import Clock
from sandbox.discord.errors import UrlNotVerified
from sandbox.discord.ids import secret
from sandbox.discord.interactions import Interaction
from sandbox.discord.shapes import Json
from sandbox.discord.world import Application, Event, World

Way: TypeAlias = Literal["gateway", "http"]
Answer: TypeAlias = Callable[[Interaction, Json], None]
DEADLINE = 3.0


@dataclass
class Delivery:
    """Something the app was told: `kind` is an event's name. `status` is what a POST was answered, 0 without an answer.

    `body` and `headers` are those of the POST; both empty over the gateway.
    """

    number: int
    kind: str
    way: Way
    data: Json = field(repr=False)
    guild: str = ""
    user: str = ""
    body: str = field(default="", repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    status: int = 0


class Courier:
    """Everything on its way to the app. `url` is where interactions are posted to; empty: the gateway has them.

    `answer` is called with what the app says in the body of its answer to a POST.
    """

    def __init__(self, world: World, clock: Clock, answer: Answer, deadline: float = DEADLINE) -> None:
        self._world = world
        self._clock = clock
        self._answer = answer
        self._deadline = deadline
        self._under_way: set[asyncio.Task[None]] = set()
        self.deliveries: list[Delivery] = []
        self.url = ""
        world.listen(self._note)

    def bring(self, one: Interaction, shown: Json) -> None:
        """Set out with an interaction."""
        guild = one.channel.guild_id
        if not self.url:
            self._world.publish("INTERACTION_CREATE", shown, guild=guild, user="" if guild else one.user)
            return
        body = json.dumps(shown)
        delivery = Delivery(len(self.deliveries) + 1, "INTERACTION_CREATE", "http", shown, guild, one.user, body)
        delivery.headers = self._signed(body)
        self.deliveries.append(delivery)
        self._go(self._post(delivery, one))

    def replay(self, earlier: Delivery) -> None:
        """The same once more: over the gateway the same event, by POST the same bytes under the same signature."""
        if earlier.way == "gateway":
            self._world.publish(earlier.kind, earlier.data, guild=earlier.guild, user=earlier.user)
            return
        again = Delivery(len(self.deliveries) + 1, earlier.kind, "http", earlier.data, earlier.guild, earlier.user)
        again.body, again.headers = earlier.body, earlier.headers
        self.deliveries.append(again)
        self._go(self._post(again, None))

    async def verify(self, url: str) -> None:
        """What Discord asks before it takes a URL: PING is answered, and a bad signature refused.

        Here it must be one of this machine: nothing leaves it.
        """
        if not is_ours(url):
            raise UrlNotVerified("only URLs of this machine are posted to")
        ping = json.dumps({"id": "0", "application_id": self._world.app.id, "type": 1, "token": secret(), "version": 1})
        try:
            status, said = await self._ask(url, ping, self._signed(ping))
            if status != 200 or not isinstance(said, dict) or said.get("type") != 1:
                raise UrlNotVerified('PING was not answered with {"type": 1}')
            forged = self._signed(ping) | {"X-Signature-Ed25519": secret(128)}
            status, _ = await self._ask(url, ping, forged)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UrlNotVerified("the URL does not answer") from error
        if status != 401:
            raise UrlNotVerified("a bad signature was not refused with 401")

    async def settled(self) -> None:
        """Wait until nothing is under way any more."""
        while self._under_way:
            await asyncio.wait(tuple(self._under_way))

    async def stop(self) -> None:
        """Drop what is under way."""
        for task in tuple(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _note(self, event: Event) -> None:
        number = len(self.deliveries) + 1
        self.deliveries.append(Delivery(number, event.kind, "gateway", event.data, event.guild, event.user))

    def _go(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _post(self, delivery: Delivery, one: Interaction | None) -> None:
        """Post it; 202 means that the answer comes, or came, to the callback endpoint."""
        said: object = None
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            delivery.status, said = await self._ask(self.url, delivery.body, delivery.headers)
        if one is None or delivery.status == 202:
            return
        if delivery.status == 200 and isinstance(said, dict):
            self._answer(one, said)
        else:
            one.fail()

    async def _ask(self, url: str, body: str, headers: dict[str, str]) -> tuple[int, object]:
        timeout = aiohttp.ClientTimeout(total=self._deadline)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=body.encode(), headers=headers, allow_redirects=False) as response,
        ):
            text = await response.text(errors="replace")
            try:
                return response.status, json.loads(text)
            except ValueError:
                return response.status, None

    def _signed(self, body: str) -> dict[str, str]:
        return signed(self._world.app, str(int(self._clock.seconds())), body)


def is_ours(url: str) -> bool:
    """Whether a URL is one of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def signed(app: Application, timestamp: str, body: str) -> dict[str, str]:
    """The headers of a POST: Ed25519 over the timestamp and the raw body."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "Discord-Interactions/1.0 (+https://discord.com)",
        "X-Signature-Ed25519": app.key.sign(f"{timestamp}{body}".encode()).hex(),
        "X-Signature-Timestamp": timestamp,
    }
