"""Interactions posted by the sandbox Discord: checked before it begins, signed, answered in the body or by callback."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import aiohttp
import pytest
from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sandbox.discord import CannotDo, DiscordSandbox, Hands, Message, UrlNotVerified

Json: TypeAlias = dict[str, Any]
Answers: TypeAlias = Callable[[Json], Awaitable[web.Response]]
CARD = {
    "content": "card",
    "components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}],
}
FORM: Json = {
    "custom_id": "why",
    "title": "Why",
    "components": [{"type": 1, "components": [{"type": 4, "custom_id": "w", "style": 2, "label": "Why?"}]}],
}


@dataclass
class Door:
    """An app behind a URL; `answers` may be changed."""

    discord: DiscordSandbox
    answers: Answers
    posts: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    strict: bool = True

    async def hear(self, request: web.Request) -> web.Response:
        body = await request.read()
        if self.strict and not self.signed(body, dict(request.headers)):
            return web.Response(status=401)
        said = json.loads(body)
        if said["type"] == 1:
            return web.json_response({"type": 1})
        self.posts.append((body, dict(request.headers)))
        return await self.answers(said)

    def signed(self, body: bytes, headers: dict[str, str]) -> bool:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.discord.app.public_key))
        with contextlib.suppress(InvalidSignature):
            key.verify(bytes.fromhex(headers["X-Signature-Ed25519"]), headers["X-Signature-Timestamp"].encode() + body)
            return True
        return False


async def put_off(_: Json) -> web.Response:
    return web.json_response({"type": 6})


@pytest.fixture
async def discord() -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox(deadline=1.0) as running:
        yield running
        assert running.strays == []


@contextlib.asynccontextmanager
async def listening(hear: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """The URL of an app."""
    application = web.Application()
    application.router.add_post("/discord/events", hear)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/discord/events"
    await runner.cleanup()


@pytest.fixture
async def door(discord: DiscordSandbox) -> AsyncIterator[Door]:
    door = Door(discord, put_off)
    async with listening(door.hear) as url:
        await discord.deliver_to(url)
        yield door


@pytest.fixture
def di(discord: DiscordSandbox) -> Hands:
    return discord.person("di")


async def test_a_press_is_posted_signed_and_no_longer_comes_by_the_gateway(
    discord: DiscordSandbox, door: Door, di: Hands
) -> None:
    card = await posted(discord)
    assert await di.click(card, "Go") is None
    ((body, _),) = door.posts
    assert json.loads(body)["message"]["id"] == card.id
    told = [one for one in discord.deliveries if one.kind == "INTERACTION_CREATE"]
    assert [(one.way, one.status) for one in told] == [("http", 200)]


async def test_the_body_may_open_a_form_or_say_something_to_one_person(
    discord: DiscordSandbox, door: Door, di: Hands
) -> None:
    async def open_form(_: Json) -> web.Response:
        return web.json_response({"type": 9, "data": FORM})

    async def whisper(_: Json) -> web.Response:
        return web.json_response({"type": 4, "data": {"content": "thanks", "flags": 64}})

    door.answers = open_form
    assert await di.click(await posted(discord), "Go") is None
    door.answers = whisper
    assert await di.submit({"Why?": "because"}) is None
    assert [one.content for one in di.whispers] == ["thanks"]


async def test_202_means_that_the_callback_has_the_answer(discord: DiscordSandbox, door: Door, di: Hands) -> None:
    async def by_callback(one: Json) -> web.Response:
        url = f"{discord.api_url}/interactions/{one['id']}/{one['token']}/callback"
        async with aiohttp.ClientSession() as session, session.post(url, json={"type": 5}) as answer:
            assert answer.status == 204
        return web.Response(status=202)

    door.answers = by_callback
    card = await posted(discord)
    assert await di.click(card, "Go") is None
    assert discord.messages("#deploys")[-1].flags & 128


@pytest.mark.parametrize(
    ("status", "body"), [(500, "{}"), (200, "no json"), (200, '{"type": 77}'), (202, ""), (302, "")]
)
async def test_any_other_answer_is_a_failure_the_person_sees(
    discord: DiscordSandbox, door: Door, di: Hands, status: int, body: str
) -> None:
    async def wrong(_: Json) -> web.Response:
        return web.Response(status=status, text=body)

    door.answers = wrong
    assert await di.click(await posted(discord), "Go") == "This interaction failed"


async def test_who_takes_too_long_is_too_late(discord: DiscordSandbox, door: Door, di: Hands) -> None:
    answering = asyncio.Event()

    async def slow(_: Json) -> web.Response:
        await answering.wait()
        return web.json_response({"type": 6})

    door.answers = slow
    pressing = asyncio.create_task(di.click(await posted(discord), "Go"))
    assert await pressing == "This interaction failed"
    answering.set()


async def test_a_post_can_be_repeated_to_the_byte(discord: DiscordSandbox, door: Door, di: Hands) -> None:
    await di.click(await posted(discord), "Go")
    await discord.settled()
    discord.replay(discord.deliveries[-1])
    await discord.settled()
    (first, headers), (second, again) = door.posts
    assert first == second
    assert headers["X-Signature-Ed25519"] == again["X-Signature-Ed25519"]


async def test_a_url_that_takes_a_bad_signature_is_not_taken(discord: DiscordSandbox, di: Hands) -> None:
    careless = Door(discord, put_off, strict=False)
    async with listening(careless.hear) as url:
        with pytest.raises(UrlNotVerified, match="signature"):
            await discord.deliver_to(url)
    assert discord.courier.url == ""


async def test_a_url_that_does_not_answer_a_ping_is_not_taken(discord: DiscordSandbox) -> None:
    async def wrong(_: web.Request) -> web.StreamResponse:
        return web.Response(status=204)

    async with listening(wrong) as url:
        with pytest.raises(UrlNotVerified, match="PING"):
            await discord.deliver_to(url)
    with pytest.raises(UrlNotVerified, match="does not answer"):
        await discord.deliver_to(url)


@pytest.mark.parametrize("verify", [True, False])
async def test_nothing_leaves_this_machine(discord: DiscordSandbox, verify: bool) -> None:
    with pytest.raises(UrlNotVerified, match="this machine"):
        await discord.deliver_to("https://holdpoint.test/discord/events", verify=verify)


async def test_nothing_is_signed_that_nobody_can_press(discord: DiscordSandbox, door: Door, di: Hands) -> None:
    with pytest.raises(CannotDo):
        await di.click(await posted(discord), "Stop")
    assert door.posts == []


async def posted(discord: DiscordSandbox) -> Message:
    """A card of the bot's."""
    url = f"{discord.api_url}/channels/{discord.channel('#deploys').id}/messages"
    headers = {"Authorization": f"Bot {discord.token}"}
    async with aiohttp.ClientSession() as session, session.post(url, json=CARD, headers=headers) as answer:
        assert answer.status == 200
    return discord.messages("#deploys")[-1]
