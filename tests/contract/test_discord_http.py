"""Interactions by HTTP: Discord's own check of the URL passes, and whatever Discord did not sign for us is refused."""

from __future__ import annotations

import json

import pytest
from structlog.testing import capture_logs

from adapters.base import HttpCall
from adapters.discord import hook
from sandbox.discord.courier import signed
from tests.contract.discord_acting_bench import Bench, bench, button
from tests.contract.slack_bench import until

pytestmark = pytest.mark.anyio


def posted(house: Bench, said: object, *, late: int = 0) -> HttpCall:
    """A request that Discord signed."""
    body = said if isinstance(said, str) else json.dumps(said)
    stamp = str(int(house.discord.core.clock.seconds()) - late)
    return HttpCall(body.encode(), signed(house.discord.app, stamp, body))


def ping(house: Bench, **changes: object) -> dict[str, object]:
    """What Discord asks a URL first."""
    return {"id": "1", "application_id": house.discord.app.id, "type": 1, "token": "t", "version": 1} | changes


async def test_discord_takes_the_url() -> None:
    # DC-32: a PING answered, a forged request refused; Discord tests both, and so did the bench before this.
    async with bench() as house:
        assert house.discord.courier.url.endswith("/discord/events")
        reply = await house.receive(posted(house, ping(house)), house.desk)
        assert (reply.status, json.loads(reply.body)) == (200, {"type": 1})


async def test_what_was_not_signed_just_now_for_us_is_refused() -> None:
    # DC-32
    async with bench() as house:
        good = posted(house, ping(house))
        with capture_logs() as logged:
            for refused in (
                HttpCall(good.body + b" ", good.headers),
                HttpCall(good.body, {}),
                posted(house, ping(house), late=301),
                posted(house, ping(house, application_id="1")),
                posted(house, ping(house, application_id="1", type=3)),
            ):
                assert (await house.receive(refused, house.desk)).status == 401
        assert [one["event"] for one in logged] == ["request refused"] * 5


async def test_without_a_key_nothing_is_believed() -> None:
    async with bench() as house:
        bot = type(house.bot)(house.bot.token, "", base_url=house.bot.base_url)
        assert (await hook.receive(posted(house, ping(house)), bot, house.acting)).status == 401


@pytest.mark.parametrize("body", ["", "[]", "{", '{"application_id": 3}', "\\u0000", "[" * 10_000])
async def test_what_cannot_be_read_is_refused_without_a_word_of_it_in_the_log(body: str) -> None:
    async with bench() as house:
        with capture_logs() as logged:
            reply = await house.receive(posted(house, body), house.desk)
        assert reply.status in (400, 401)
        assert [one["event"] for one in logged if "payload" in one["event"] or "refused" in one["event"]]


async def test_a_press_is_answered_with_nothing_but_202() -> None:
    async with bench() as house:
        card = await house.post(button("approve", "Approve"))
        await house.discord.person("di").click(card, "Approve")
        await house.settled()
        assert house.interaction.status == 202
        assert len(house.desk.taken) == 1


async def test_discord_need_not_wait_for_a_slow_store() -> None:
    # DC-10: 202 while it is not stored yet; the person has had the first answer.
    async with bench() as house:
        house.desk.store.clear()
        card = await house.post(button("approve", "Approve"))
        await house.discord.person("di").click(card, "Approve")
        delivery = house.interaction
        await until(lambda: delivery.status)
        assert (delivery.status, house.desk.taken) == (202, [])
        house.desk.store.set()
        await house.settled()
        assert len(house.desk.taken) == 1
