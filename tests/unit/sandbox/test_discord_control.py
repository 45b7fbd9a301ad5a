"""The sandbox Discord as a process of its own: its configuration on one line, people and faults over `/_control`."""

from __future__ import annotations

import asyncio
import base64
import json
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest

from sandbox.discord import DiscordSandbox
from tests.unit.sandbox.control_client import Control
from tests.unit.sandbox.discord_app import App, connected, until
from tests.unit.sandbox.test_discord_hands import COMMANDS, Answering, Card


@dataclass(frozen=True)
class Steered(Control):
    """The same, with the app at work."""

    app: App


@pytest.fixture
async def discord() -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox(identify_pause=0) as running:
        running.person("di")
        yield running
        assert running.strays == []


@pytest.fixture
async def control(discord: DiscordSandbox) -> AsyncIterator[Steered]:
    async with connected(discord, Answering()) as app, aiohttp.ClientSession(discord.url) as session:
        yield Steered(session, app)


async def test_people_write_and_see_what_they_may(discord: DiscordSandbox, control: Steered) -> None:
    file = {"name": "plan.txt", "content": base64.b64encode(b"steps").decode()}
    said = await control.post("say", person="di", channel="#deploys", text="deploy @holdpoint", files=[file])
    assert said["mentions"][0]["id"] == discord.app.bot
    assert said["attachments"][0]["size"] == 5
    answer = await control.post("reply", person="di", message=said["id"], text="now")
    assert answer["message_reference"]["message_id"] == said["id"]
    assert (await control.post("edit", person="di", message=answer["id"], text="later"))["content"] == "later"
    await control.post("delete", person="di", message=said["id"])
    seen = await control.get("messages", person="di", channel="#deploys")
    assert [one["content"] for one in seen] == ["later"]
    await control.post("dm", person="di", text="psst")
    assert [one["content"] for one in await control.get("messages", person="di")] == ["psst"]
    discord.person("mo")
    rooms = {person: await control.get("channels", person=person) for person in ("di", "mo")}
    assert {one["kind"] for one in rooms["di"]} == {"channel", "direct"}
    assert {one["kind"] for one in rooms["mo"]} == {"channel"}


async def test_threads_are_rooms_too(discord: DiscordSandbox, control: Steered) -> None:
    di = discord.person("di")
    thread = discord.core.begin_thread(di.say("#deploys", "deploy"), "deploying", di.id)
    said = await control.post("say", person="di", channel=thread.id, text="inside")
    assert said["channel_id"] == thread.id
    rooms = await control.get("channels", person="di")
    shown = next(one for one in rooms if one["kind"] == "thread")
    assert (shown["name"], shown["parent"]) == ("deploying", discord.channel("#deploys").id)


async def test_people_press_choose_and_fill_in(discord: DiscordSandbox, control: Steered) -> None:
    deploys = discord.channel("#deploys").id
    await control.app.get_partial_messageable(int(deploys)).send("card", view=Card())
    (card,) = await control.get("messages", person="di", channel=deploys)
    assert [one["label"] for one in card["components"][0]["components"]] == ["Change", "Old", "Page"]
    on_card = {"person": "di", "message": card["id"]}
    assert await control.post("choose", **on_card, labels=["City a"]) == {"failed": None}
    assert await control.post("click", **on_card, label="Change") == {"failed": None}
    form = (await control.get("screen", person="di"))["form"]
    assert [one["custom_id"] for one in form["fields"]] == ["version", "where", "note"]
    assert set((await control.post("submit", person="di", values={}))["wrong"]) == {"Where"}
    assert (await control.post("submit", person="di", values={"where": "Live"}))["failed"] is None
    assert (await control.get("screen", person="di"))["form"] is None
    await control.post("click", **on_card, label="Change")
    await control.post("close", person="di")
    assert (await control.get("screen", person="di"))["form"] is None


async def test_people_use_commands_and_see_what_is_for_them_alone(discord: DiscordSandbox, control: Steered) -> None:
    await control.app.http.bulk_upsert_global_commands(int(discord.app.id), COMMANDS)
    what = {"what": "deploy"}
    assert await control.post("slash", person="di", name="ask", channel="#deploys", options=what) == {"failed": None}
    whispers = (await control.get("screen", person="di"))["whispers"]
    assert [one["ephemeral_for"] for one in whispers] == [discord.person("di").id]
    seen = await control.get("messages", person="di", channel="#deploys")
    assert [one["id"] for one in seen] == [one["id"] for one in whispers]
    discord.person("mo")
    assert await control.get("messages", person="mo", channel="#deploys") == []


async def test_connections_are_broken_and_come_back(discord: DiscordSandbox, control: Steered) -> None:
    await control.post("drop")
    await control.app.hears("RESUMED")
    await control.post("reconnect")
    await control.app.hears("RESUMED", 2)
    await control.post("invalidate")
    await control.app.hears("READY", 2)
    await control.post("forget-sessions")
    await control.post("close-connections", code=4000)
    await control.app.hears("READY", 3)
    status = await control.get("status")
    assert (status["connections"], status["identifies"], status["resumes"]) == (1, 3, 2)


async def test_faults_and_time_are_ordered(discord: DiscordSandbox, control: Steered) -> None:
    await control.post("faults", kind="error", path="/users/*", code=50007)
    assert discord.core.faults.ordered[0].code == 50007
    await control.delete("faults")
    assert discord.core.faults.ordered == []
    before = discord.clock.seconds()
    await control.post("forward", seconds=900)
    assert discord.clock.seconds() - before >= 900
    await control.post("refuse-identify", code=4014)
    await control.post("forget-sessions")
    await control.post("drop")
    await until(lambda: discord.sessions.identifies == 2)
    await control.post("drop")
    assert (await control.get("status"))["connections"] == 0


async def test_roles_are_given_and_people_leave(discord: DiscordSandbox, control: Steered) -> None:
    await control.post("grant", person="di", role="releasers")
    people = {one["name"]: one["roles"] for one in await control.get("people")}
    assert people == {"holdpoint": [], "di": ["releasers"]}
    await control.post("revoke", person="di", role="releasers")
    await control.post("refuse-dms", person="di")
    assert discord.person("di").user.refuses_dms
    await control.post("leave", person="di")
    assert discord.person("di").id not in discord.guild.members


async def test_the_journal_can_be_read_and_forgotten(control: Steered) -> None:
    await control.post("dm", person="di", text="hello")
    kinds = [one["kind"] for one in await control.get("deliveries")]
    assert "MESSAGE_CREATE" in kinds
    assert (await control.get("calls"))[0]["path"] == "/users/@me"
    await control.delete("record")
    assert (await control.get("deliveries"), await control.get("calls")) == ([], [])


async def test_what_cannot_be_done_or_understood_is_said(control: Steered) -> None:
    said = await control.post("click", status=404, person="di", message="1", label="x")
    assert "no message" in said["detail"]
    assert (await control.post("dm", status=404, person="nobody", text="x"))["detail"]
    assert (await control.post("dm", status=422, person="di"))["detail"]
    assert (await control.post("deliver-to", status=404, url="https://holdpoint.test/"))["detail"]


async def test_only_the_page_it_was_told_of_may_use_it() -> None:
    page = {"Origin": "http://127.0.0.1:9"}
    async with DiscordSandbox(page=page["Origin"]) as discord, aiohttp.ClientSession(discord.url) as session:
        async with session.get("/_control/people", headers=page) as answer:
            assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, page["Origin"])
        async with session.post("/_control/drop", headers={"Origin": "https://evil.test"}) as answer:
            assert answer.status == 403


async def test_it_runs_alone_and_ends_when_told_to() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox.discord", "--people", "di", "--read-all"), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    given = json.loads(await process.stdout.readline())
    headers = {"Authorization": f"Bot {given['token']}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(f"{given['api_url']}/users/@me") as answer:
            assert (await answer.json())["username"] == "holdpoint"
        async with session.get(f"{given['url']}/_control/people") as answer:
            assert [one["name"] for one in await answer.json()] == ["holdpoint", "di"]
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
