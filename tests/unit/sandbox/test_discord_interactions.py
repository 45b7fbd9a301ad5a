"""Interactions at the sandbox Discord: how they are answered, within three seconds, then fifteen minutes, and once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from sandbox.discord import DiscordSandbox, Message
from tests.unit.sandbox.discord_app import App, Json, connected, until

EPHEMERAL, LOADING = 64, 128
DEADLINE = 60.0  # seconds: only the clock of the sandbox gets that far
ROW = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "go"}]}
FORM: Json = {
    "custom_id": "why",
    "title": "Why",
    "components": [{"type": 18, "label": "Why?", "component": {"type": 4, "custom_id": "w", "style": 1}}],
}


@dataclass(frozen=True)
class Bot:
    """What an app says by REST, as itself."""

    session: aiohttp.ClientSession
    app: App
    discord: DiscordSandbox

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        url, headers = f"{self.discord.api_url}{path}", {"Authorization": f"Bot {self.discord.token}"}
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None

    async def card(self, where: str = "#deploys") -> Message:
        path = f"/channels/{self.discord.channel(where).id}/messages"
        assert (await self.call("POST", path, {"content": "card", "components": [ROW]}))[0] == 200
        return self.discord.messages(where)[-1]

    async def pressed(self, count: int = 1) -> Json:
        return await self.app.hears("INTERACTION_CREATE", count)

    async def answer(self, one: Json, kind: int, data: Json | None = None, query: str = "") -> tuple[int, Any]:
        path = f"/interactions/{one['id']}/{one['token']}/callback{query}"
        return await self.call("POST", path, {"type": kind} | ({"data": data} if data else {}))

    async def follow(self, method: str, one: Json, body: Json | None = None, rest: str = "") -> tuple[int, Any]:
        return await self.call(method, f"/webhooks/{one['application_id']}/{one['token']}{rest}", body)


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    async with (
        DiscordSandbox(identify_pause=0, deadline=DEADLINE) as discord,
        connected(discord, App()) as app,
        aiohttp.ClientSession() as session,
    ):
        yield Bot(session, app, discord)
        assert discord.strays == []


async def test_a_press_says_who_pressed_what_and_where(bot: Bot) -> None:
    bot.discord.grant("di", "releasers")
    di, card = bot.discord.person("di"), await bot.card()
    pressing = asyncio.create_task(di.click(card, "Go"))
    one = await bot.pressed()
    assert (one["type"], one["data"]["custom_id"], one["data"]["component_type"]) == (3, "go", 2)
    assert (one["guild_id"], one["channel"]["id"], one["message"]["id"]) == (
        bot.discord.guild.id,
        card.channel,
        card.id,
    )
    assert one["member"]["user"]["id"] == di.id
    assert one["member"]["roles"] == [bot.discord.role("releasers").id]
    assert {"user", "thread"} & set(one) == set()
    assert await bot.answer(one, 6) == (204, None)
    assert await pressing is None


async def test_in_direct_messages_it_is_the_user_and_no_server(bot: Bot) -> None:
    di = bot.discord.person("di")
    di.dm("hello")
    _, sent = await bot.call("POST", f"/channels/{di.dms[0].channel}/messages", {"components": [ROW], "content": "x"})
    pressing = asyncio.create_task(di.click(bot.discord.message(sent["id"]), "Go"))
    one = await bot.pressed()
    assert one["user"]["id"] == di.id
    assert {"member", "guild_id", "guild"} & set(one) == set()
    assert (one["context"], one["channel"]["type"]) == (1, 1)
    await bot.answer(one, 6)
    assert await pressing is None


async def test_the_first_answer_is_the_only_one(bot: Bot) -> None:
    pressing, one = await press(bot)
    assert (await bot.answer(one, 6))[0] == 204
    status, told = await bot.answer(one, 4, {"content": "again"})
    assert (status, told["code"]) == (400, 40060)
    assert await pressing is None


async def test_who_is_not_answered_in_time_sees_that_it_failed(bot: Bot) -> None:
    pressing, one = await press(bot)
    bot.discord.clock.forward(DEADLINE + 1)
    await until(pressing.done)
    assert pressing.result() == "This interaction failed"
    status, told = await bot.answer(one, 6)
    assert (status, told["code"]) == (404, 10062)
    assert (await bot.follow("POST", one, {"content": "late"}))[1]["code"] == 50027


async def test_the_time_passes_really_too() -> None:
    async with DiscordSandbox(deadline=0.05) as discord:
        di = discord.person("di")
        di.dm("hello")
        discord.core.world.commands[""] = [{"id": "1", "name": "ask", "type": 1}]
        assert await di.slash("ask") == "The application did not respond"


async def test_an_interaction_that_never_was_is_unknown(bot: Bot) -> None:
    assert (await bot.answer({"id": "1", "token": "none"}, 6))[1]["code"] == 10062
    never = {"application_id": bot.discord.app.id, "token": "none"}
    assert (await bot.follow("POST", never, {"content": "x"}))[1]["code"] == 10015


async def test_a_message_in_answer_is_told_of_if_that_is_asked(bot: Bot) -> None:
    pressing, one = await press(bot)
    status, told = await bot.answer(one, 4, {"content": "hello"}, "?with_response=true")
    said = bot.discord.messages("#deploys")[-1]
    assert (status, told["interaction"]["response_message_id"]) == (200, said.id)
    assert (told["resource"]["type"], told["resource"]["message"]["content"]) == (4, "hello")
    assert await pressing is None
    assert (await bot.app.hears("MESSAGE_CREATE", 2))["id"] == said.id


async def test_what_is_said_to_one_person_is_seen_by_them_alone(bot: Bot) -> None:
    _, one = await press(bot)
    await bot.answer(one, 4, {"content": "psst", "flags": EPHEMERAL})
    await bot.follow("POST", one, {"content": "and this", "flags": EPHEMERAL})
    assert [one.content for one in bot.discord.person("di").whispers] == ["psst", "and this"]
    assert bot.discord.person("mo").whispers == []
    assert [one.content for one in bot.discord.messages("#deploys")] == ["card"]


async def test_put_off_it_thinks_and_the_first_follow_up_fills_it_in(bot: Bot) -> None:
    _, one = await press(bot)
    await bot.answer(one, 5)
    thinking = bot.discord.messages("#deploys")[-1]
    assert thinking.flags & LOADING
    assert (await bot.follow("GET", one, rest="/messages/@original"))[1]["id"] == thinking.id
    assert (await bot.follow("PATCH", one, {"content": "done"}, "/messages/@original"))[0] == 200
    assert (thinking.content, thinking.flags & LOADING) == ("done", 0)
    assert (await bot.follow("DELETE", one, rest="/messages/@original"))[0] == 204
    assert thinking.deleted


async def test_the_message_of_the_button_can_be_changed_at_once(bot: Bot) -> None:
    _, one = await press(bot)
    assert (await bot.answer(one, 7, {"content": "denied", "components": []}))[0] == 204
    card = bot.discord.messages("#deploys")[-1]
    assert (card.content, card.components) == ("denied", [])


async def test_fifteen_minutes_and_no_more(bot: Bot) -> None:
    _, one = await press(bot)
    await bot.answer(one, 6)
    bot.discord.clock.forward(899)
    assert (await bot.follow("POST", one, {"content": "in time"}))[0] == 200
    bot.discord.clock.forward(2)
    status, told = await bot.follow("POST", one, {"content": "late"})
    assert (status, told["code"]) == (401, 50027)
    assert (await bot.follow("PATCH", one, {"content": "late"}, "/messages/@original"))[1]["code"] == 50027


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (1, {}),
        (8, {"choices": []}),
        (4, {"content": "x" * 2001}),
        (9, FORM | {"title": "x" * 46}),
        (9, FORM | {"components": []}),
        (9, FORM | {"components": FORM["components"] * 6}),
        (9, FORM | {"components": FORM["components"] * 2}),
        (9, FORM | {"custom_id": "x" * 101}),
    ],
)
async def test_what_cannot_be_an_answer_is_refused_and_leaves_it_open(bot: Bot, kind: int, data: Json) -> None:
    pressing, one = await press(bot)
    status, told = await bot.answer(one, kind, data)
    assert (status, told["code"]) == (400, 50035)
    assert bot.discord.person("di").modal is None
    assert (await bot.answer(one, 6))[0] == 204
    assert await pressing is None


async def test_a_form_cannot_answer_a_form_and_is_open_until_its_own_is_answered(bot: Bot) -> None:
    pressing, one = await press(bot)
    await bot.answer(one, 9, FORM)
    assert await pressing is None
    di = bot.discord.person("di")
    sending = asyncio.create_task(di.submit({"Why?": "because"}))
    sent = await bot.pressed(2)
    assert (await bot.answer(sent, 9, FORM))[1]["code"] == 50035
    assert di.modal is not None
    assert (await bot.answer(sent, 6))[0] == 204
    assert await sending is None
    assert di.modal is None


async def test_a_form_that_nobody_answers_stays_open(bot: Bot) -> None:
    _, one = await press(bot)
    await bot.answer(one, 9, FORM)
    di = bot.discord.person("di")
    sending = asyncio.create_task(di.submit({"Why?": "because"}))
    await bot.pressed(2)
    bot.discord.clock.forward(DEADLINE + 1)
    await until(sending.done)
    assert sending.result() == "Something went wrong. Try again."
    assert di.modal is not None


async def test_a_press_can_be_told_once_more(bot: Bot) -> None:
    pressing, one = await press(bot)
    bot.discord.replay(next(each for each in bot.discord.deliveries if each.kind == "INTERACTION_CREATE"))
    assert await bot.pressed(2) == one
    await bot.answer(one, 6)
    assert await pressing is None


async def press(bot: Bot) -> tuple[asyncio.Task[str | None], Json]:
    """Di presses a button; what the app hears of it."""
    card = await bot.card()
    pressing = asyncio.create_task(bot.discord.person("di").click(card, "Go"))
    return pressing, await bot.pressed()
