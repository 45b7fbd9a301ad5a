"""`holdpoint threads`: the same verbs as REST against a running house; exit codes, and errors in one clear line."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from typer.testing import Result

from gateway.access import Scope
from tests.doors.scene import EVERYTHING, Caller, Scene, free_port
from tests.doors.terminal import Terminal

pytestmark = pytest.mark.usefixtures("logs_aside")

DEPLOY = "Please deploy 1.4.1 to staging."
NO_THREAD = "a" * 20


async def terminal(at: Scene, person: str, *scopes: Scope) -> Terminal:
    """A person's terminal."""
    token = await at.house.access.create(person, scopes or EVERYTHING, days=1)
    return Terminal({"HOLDPOINT_URL": at.url, "HOLDPOINT_TOKEN": token})


@pytest.fixture
async def anas(at: Scene) -> Terminal:
    """Ana's terminal."""
    return await terminal(at, "ana")


@pytest.fixture
async def bos(at: Scene) -> Terminal:
    """Bo's terminal."""
    return await terminal(at, "bo")


async def ok(shell: Terminal, *words: str) -> Any:
    """What a command printed as JSON."""
    result = await shell.run("threads", *words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def complaint(result: Result) -> str:
    """The one line a failed command says."""
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    said = str(result.exception.code)
    assert said.startswith("holdpoint: ")
    assert "\n" not in said
    return said.removeprefix("holdpoint: ")


async def test_the_whole_story_from_two_terminals(anas: Terminal, bos: Terminal, ana: Caller) -> None:
    thread = (await ok(anas, "launch", DEPLOY))["thread_id"]
    request = (await ana.request(thread))["id"]
    shown = await ok(bos, "get", thread)
    assert (shown["status"], shown["open"][0]["id"]) == ("awaiting_human", request)
    answered = await bos.run("threads", "respond", thread, request, "--decision", "approve", "--reason", "go")
    assert answered.exit_code == 0
    assert 'approve: deploy {"version":"1.4.1","environment":"staging"}' in answered.stdout
    await ana.heard(thread, "agent_message", text="staging runs 1.4.1 now")
    said = await anas.run("threads", "events", thread)
    events = [json.loads(line) for line in said.stdout.splitlines()]
    assert [e["type"] for e in events[:5]] == ["user_message", "model_call", "preview", "previewed", "approval_request"]
    closed = next(event for event in events if event["type"] == "request_closed")
    assert (closed["outcome"], closed["by"]["person"], closed["reason"]) == ("approved", "bo", "go")
    later = await anas.run("threads", "events", thread, "--after", str(len(events)))
    assert (later.exit_code, later.stdout) == (0, "")


async def test_a_question_is_answered_in_words(anas: Terminal, ana: Caller) -> None:
    thread = (await ok(anas, "launch", "Please deploy 1.4.2."))["thread_id"]
    request = (await ana.request(thread))["id"]
    assert (await ok(anas, "respond", thread, request, "--text", "staging"))["fresh"]
    await ana.heard(thread, "approval_request")


async def test_say_pause_resume_stop_and_list(anas: Terminal, ana: Caller) -> None:
    thread = (await ok(anas, "launch", "Hello"))["thread_id"]
    await ana.heard(thread, "agent_message", text="Hello!")
    for verb, status in (("pause", "paused"), ("resume", "idle"), ("stop", "stopped")):
        assert (await ok(anas, verb, thread)) == {"thread_id": thread, "fresh": True}
        assert (await ok(anas, "get", thread))["status"] == status
    await ok(anas, "pause", thread)
    listed = (await anas.run("threads", "list", "--most", "200")).stdout.splitlines()
    assert [line.endswith("  held") for line in listed if line.startswith(thread)] == [True]
    assert len((await anas.run("threads", "list", "--most", "1")).stdout.splitlines()) == 1
    await ok(anas, "resume", thread)
    await ok(anas, "say", thread, "Thanks")
    await ana.heard(thread, "agent_message", text="You are welcome.")


async def test_a_terminal_is_not_given_what_it_would_obey(anas: Terminal) -> None:
    thread = (await ok(anas, "launch", "\x1b]0;owned\x07 \x9b31m \u202e"))["thread_id"]
    said = (await anas.run("threads", "events", thread)).stdout
    assert said.isascii()
    assert all(char.isprintable() or char == "\n" for char in said)


async def test_what_is_refused_is_said_in_one_line(at: Scene, anas: Terminal, bos: Terminal, ana: Caller) -> None:
    assert complaint(await anas.run("threads", "get", NO_THREAD)) == "there is no such thread"
    assert "thread_id" in complaint(await anas.run("threads", "get", "nonsense"))
    assert "text" in complaint(await anas.run("threads", "launch", ""))
    thread = await ana.launch(DEPLOY)
    request = (await ana.request(thread))["id"]
    nothing = complaint(await bos.run("threads", "respond", thread, "b" * 16, "--decision", "approve"))
    assert nothing == "no such request is open in this thread"
    assert "decision" in complaint(await bos.run("threads", "respond", thread, request, "--decision", "perhaps"))
    assert "decision or a text" in complaint(await bos.run("threads", "respond", thread, request))
    reader = await terminal(at, "ana", "read")
    assert complaint(await reader.run("threads", "launch", "Hello")) == "this token lacks the scope write"


async def test_no_token_a_wrong_one_and_nobody_there() -> None:
    assert "set HOLDPOINT_TOKEN" in complaint(await Terminal({"HOLDPOINT_TOKEN": ""}).run("threads", "list"))
    nowhere = Terminal({"HOLDPOINT_URL": f"http://127.0.0.1:{free_port()}", "HOLDPOINT_TOKEN": "hp_secret"})
    said = complaint(await nowhere.run("threads", "list"))
    assert said.endswith("does not answer: ConnectError")
    assert "hp_secret" not in said


async def test_an_address_that_is_none(at: Scene) -> None:
    for url in ("nonsense", "http://[", "ftp://127.0.0.1", f"{at.url}/nothing"):
        said = complaint(await Terminal({"HOLDPOINT_URL": url, "HOLDPOINT_TOKEN": "hp_secret"}).run("threads", "list"))
        assert "hp_secret" not in said


@pytest.mark.parametrize("status", ["200 OK", "302 Found", "502 Bad Gateway"])
async def test_somebody_else_answers(status: str) -> None:
    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>".encode())
        writer.close()

    async with await asyncio.start_server(page, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        shell = Terminal({"HOLDPOINT_URL": f"http://127.0.0.1:{port}", "HOLDPOINT_TOKEN": "hp_secret"})
        assert complaint(await shell.run("threads", "list")).endswith("but not as Holdpoint does")


async def test_a_wrong_token_opens_nothing(at: Scene) -> None:
    shell = Terminal({"HOLDPOINT_URL": at.url, "HOLDPOINT_TOKEN": "hp_wrong"})
    assert complaint(await shell.run("threads", "list")) == "a valid token is needed"


async def test_a_command_that_does_not_exist_is_a_usage_error(anas: Terminal) -> None:
    for words in (("threads", "explode"), ("threads", "get"), ("nothing",)):
        result = await anas.run(*words)
        assert result.exit_code == 2
        assert "Usage" in result.output
