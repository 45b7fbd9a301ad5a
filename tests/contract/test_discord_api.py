"""Discord's API: what is known after each call, whatever went wrong; what is repeated, and what never is."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.discord import api as calls
from adapters.discord.account import Bot
from adapters.discord.api import Api, Refused, Upload
from adapters.errors import OutcomeUnknown, Rejected, TryLater
from sandbox.discord.fault import Fault
from sandbox.discord.server import DiscordSandbox
from tests.contract.discord_bench import CREATED, Sending, sending

pytestmark = pytest.mark.anyio
WITH_NONCE: dict[str, Any] = {"content": "hello", "nonce": "n1", "enforce_nonce": True}


async def create(bench: Sending, json: dict[str, Any], **more: Any) -> Any:
    path = "/channels/{channel_id}/messages"
    return await bench.api.call("POST", path, channel_id=bench.deploys.id, json=json, **more)


async def test_we_learn_who_we_are() -> None:
    async with sending() as bench:
        assert (bench.us.application, bench.us.user) == (bench.discord.app.id, bench.discord.app.bot)


async def test_a_token_that_is_good_no_more_is_refused_for_good() -> None:
    async with DiscordSandbox() as discord:
        api = Api(Bot(token=SecretStr("of.another.bot"), base_url=discord.api_url))
        with pytest.raises(Rejected) as refused:
            await api.open()
        assert isinstance(refused.value, Refused)
        assert refused.value.status == 401
        await api.aclose()


async def test_discord_that_cannot_be_reached_is_asked_later() -> None:
    api = Api(Bot(token=SecretStr("t"), base_url="http://127.0.0.1:9/api/v10"))
    with pytest.raises(TryLater):
        await api.open()
    with pytest.raises(TryLater):
        await api.call("GET", "/users/@me")


async def test_a_refusal_has_discords_code_and_names_the_field_but_quotes_nothing() -> None:
    async with sending() as bench:
        with pytest.raises(Refused) as refused:
            await create(bench, {"content": "secret " * 400})
        assert (refused.value.status, refused.value.code) == (400, 50035)
        assert "content" in str(refused.value)
        assert "secret" not in f"{refused.value}{refused.value.__cause__}"


# --- rate limits


async def test_a_long_rate_limit_becomes_an_error_that_says_how_long() -> None:  # DC-24
    async with sending() as bench:
        bench.discord.order(Fault("rate_limit", path=CREATED, seconds=40))
        with pytest.raises(TryLater) as later:
            await create(bench, WITH_NONCE)
        assert later.value.retry_after == pytest.approx(40, abs=1)
        assert len(bench.posts()) == 1


async def test_cloudflares_rate_limit_is_not_answered_with_more_calls() -> None:  # DC-24
    async with sending() as bench:
        bench.discord.order(Fault("rate_limit", path=CREATED, seconds=900, via=False), count=5)
        with pytest.raises(TryLater) as later:
            await create(bench, WITH_NONCE)
        assert later.value.retry_after == pytest.approx(900, abs=1)
        assert len(bench.posts()) == 1


async def test_a_short_rate_limit_is_waited_out() -> None:  # DC-24
    async with sending() as bench:
        bench.discord.order(Fault("rate_limit", path=CREATED, seconds=0.1))
        assert (await create(bench, WITH_NONCE))["content"] == "hello"
        assert [call.status for call in bench.posts()] == [429, 200]


async def test_who_gives_up_while_all_calls_wait_does_not_hold_them_for_ever() -> None:  # DC-24
    async with sending() as bench:
        bench.discord.order(Fault("rate_limit", path=CREATED, seconds=0.3, scope="global"))
        with pytest.raises(OutcomeUnknown):
            await create(bench, WITH_NONCE, seconds=0.05)
        assert (await bench.api.call("GET", "/users/@me"))["id"] == bench.us.user


# --- broken connections and servers


@pytest.mark.parametrize("kind", ["drop", "lost"])
async def test_a_broken_connection_is_tried_again_under_the_same_nonce(kind: Any) -> None:  # DC-23, DC-22
    async with sending() as bench:
        bench.discord.order(Fault(kind, path=CREATED), count=2)
        made = await create(bench, WITH_NONCE)
        assert [call.body["nonce"] for call in bench.posts()] == ["n1"] * 3
        assert [message.id for message in bench.discord.messages("#deploys")] == [made["id"]]


async def test_a_connection_that_stays_broken_may_have_done_it() -> None:  # DC-23
    async with sending() as bench:
        bench.discord.order(Fault("lost", path=CREATED), count=9)
        with pytest.raises(OutcomeUnknown):
            await create(bench, WITH_NONCE)
        assert len(bench.posts()) == 1 + len(calls.PAUSES)


async def test_without_a_nonce_nothing_is_sent_twice() -> None:  # DC-23
    async with sending() as bench:
        bench.discord.order(Fault("drop", path=CREATED))
        with pytest.raises(OutcomeUnknown):
            await create(bench, {"content": "hello"})
        assert len(bench.posts()) == 1


async def test_what_only_reads_is_asked_later_if_the_connection_stays_broken() -> None:
    async with sending() as bench:
        bench.discord.order(Fault("drop", method="GET", path="/users/@me"), count=9)
        with pytest.raises(TryLater):
            await bench.api.call("GET", "/users/@me")


async def test_a_500_is_tried_again_under_the_same_nonce() -> None:  # DC-22
    async with sending() as bench:
        bench.discord.order(Fault("error", path=CREATED, status=500))
        await create(bench, WITH_NONCE)
        assert [(call.status, call.body["nonce"]) for call in bench.posts()] == [(500, "n1"), (200, "n1")]


async def test_a_server_that_fails_may_have_done_it() -> None:
    async with sending() as bench:
        bench.discord.order(Fault("error", path=CREATED, status=503))
        with pytest.raises(OutcomeUnknown):
            await create(bench, WITH_NONCE)


async def test_nothing_hangs_for_ever() -> None:
    async with sending() as bench:
        bench.discord.order(Fault("hang", path=CREATED, seconds=60))
        with pytest.raises(OutcomeUnknown):
            await create(bench, WITH_NONCE, seconds=0.1)
        bench.discord.lift()


# --- files and logs


async def test_a_file_goes_along_with_what_is_said_of_it() -> None:  # DC-27
    async with sending() as bench:
        await create(bench, WITH_NONCE, files=[Upload("a.md", b"# all of it", "text/markdown", "The whole answer")])
        (message,) = bench.discord.messages("#deploys")
        (file,) = message.attachments
        assert (file.name, file.description, message.content) == ("a.md", "The whole answer", "hello")


async def test_neither_tokens_nor_words_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("discord.http").setLevel(logging.DEBUG)
    async with sending() as bench:
        bench.discord.order(Fault("rate_limit", path=CREATED, seconds=0.1))
        await create(bench, {"content": "a secret word", "nonce": "n1"})
        logged = "".join(f"{record.getMessage()}{record.args}" for record in caplog.records)
        assert "a secret word" not in logged
        assert bench.discord.token not in f"{logged}{bench.api!r}"
