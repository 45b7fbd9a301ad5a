"""Files out in three steps, files in with a token, a login page without one. SL-49, SL-50; and reactions."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackSandbox
from tests.unit.sandbox.slack_app import client_of, refused


@pytest.fixture
async def slack() -> AsyncIterator[SlackSandbox]:
    async with SlackSandbox(retry_delays=(), deadline=0.1) as running:
        yield running
        assert running.strays == []


@pytest.fixture
def client(slack: SlackSandbox) -> AsyncWebClient:
    return client_of(slack)


async def fetch(url: str, token: str = "") -> tuple[str, bytes]:
    """The content type and the body."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as answer:
        return answer.content_type, await answer.read()


async def test_a_file_goes_out_into_a_thread_and_comes_back(slack: SlackSandbox, client: AsyncWebClient) -> None:
    asked = slack.person("ana").say("#deploys", "the plan, please")
    await client.files_upload_v2(
        channel=asked.channel, thread_ts=asked.ts, filename="plan.txt", content="the plan", initial_comment="here"
    )
    message = slack.messages("#deploys", thread=asked.ts)[-1]
    assert (message.text, message.subtype, message.thread_ts) == ("here", "file_share", asked.ts)
    (file,) = message.files
    info = await client.files_info(file=file["id"])
    assert (info["file"]["name"], info["file"]["size"]) == ("plan.txt", 8)
    assert await fetch(info["file"]["url_private"], slack.bot_token) == ("application/octet-stream", b"the plan")


async def test_without_a_token_or_a_scope_a_login_page_comes(slack: SlackSandbox) -> None:
    shared = slack.person("ana").upload("#deploys", "secret.txt", b"secret")
    url = shared.files[0]["url_private_download"]
    assert (await fetch(url, slack.bot_token))[1] == b"secret"
    assert (await fetch(url))[0] == "text/html"
    assert (await fetch(url, "xoxb-wrong"))[0] == "text/html"
    slack.core.world.installations[slack.team.id].scopes.discard("files:read")
    kind, body = await fetch(url, slack.bot_token)
    assert kind == "text/html"
    assert b"secret" not in body


async def test_a_strangers_file_must_be_asked_for(slack: SlackSandbox, client: AsyncWebClient) -> None:
    shared = slack.person("mallory").upload("#partners", "offer.pdf", b"%PDF")
    (file,) = shared.files
    assert file["file_access"] == "check_file_info"
    assert "url_private" not in file
    info = await client.files_info(file=file["id"])
    assert info["file"]["url_private"].endswith("/offer.pdf")


async def test_what_was_not_uploaded_whole_is_not_there(slack: SlackSandbox, client: AsyncWebClient) -> None:
    ticket = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    done = client.files_completeUploadExternal
    files: list[dict[str, str | None]] = [{"id": ticket["file_id"], "title": "a"}]
    assert await refused(done(files=files)) == "file_not_found"
    async with aiohttp.ClientSession() as session:
        async with session.post(ticket["upload_url"], data=b"too long") as answer:
            assert answer.status == 400
        async with session.post(ticket["upload_url"], data=b"abc") as answer:
            assert (answer.status, await answer.text()) == (200, "OK - 3")
    assert await refused(done(files=files, channel_id=slack.channel("#random").id)) == "not_in_channel"
    assert (await done(files=files))["ok"]
    assert await refused(done(files=files)) == "file_not_found"


async def test_the_methods_of_an_upload_read_no_json(slack: SlackSandbox, client: AsyncWebClient) -> None:
    wanted = {"filename": "a.txt", "length": 3}
    assert await refused(client.api_call("files.getUploadURLExternal", json=wanted)) == "invalid_arguments"
    ticket = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    listed = {"files": [{"id": ticket["file_id"]}]}
    assert await refused(client.api_call("files.completeUploadExternal", json=listed)) == "invalid_arguments"


async def test_what_only_reads_reads_no_json(slack: SlackSandbox, client: AsyncWebClient) -> None:
    said = slack.person("ana").say("#deploys", "done")
    wanted = {"channel": said.channel, "ts": said.ts}
    assert await refused(client.api_call("conversations.replies", json=wanted)) == "invalid_arguments"
    assert (await client.api_call("conversations.replies", data=wanted))["ok"]


async def test_a_reaction_is_given_once(slack: SlackSandbox, client: AsyncWebClient) -> None:
    said = slack.person("ana").say("#deploys", "done")
    await client.reactions_add(channel=said.channel, timestamp=said.ts, name="eyes")
    assert said.reactions == {"eyes": [slack.core.world.installations[slack.team.id].bot_user]}
    again = client.reactions_add(channel=said.channel, timestamp=said.ts, name=":eyes:")
    assert await refused(again) == "already_reacted"
