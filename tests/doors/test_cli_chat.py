"""`holdpoint chat`: two people in one thread, each in a terminal of their own, ask, decide and see what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.cli.chat import HELP
from tests.doors.scene import PATIENCE, Caller, Scene
from tests.doors.terminal import Terminal

pytestmark = pytest.mark.usefixtures("logs_aside")


async def shell(at: Scene, person: str) -> Terminal:
    """A person's terminal."""
    token = await at.house.access.create(person, ("read", "write", "approve"), days=1)
    return Terminal({"HOLDPOINT_URL": at.url, "HOLDPOINT_TOKEN": token}, at.house.settings.state_dir)


class Chat:
    """A running chat: what is typed, and everything seen so far."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.seen = ""

    async def types(self, line: str) -> None:
        """A line, and Enter."""
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n".encode())
        await self._process.stdin.drain()

    async def sees(self, text: str) -> None:
        """Until this has been printed."""
        assert self._process.stdout
        async with asyncio.timeout(PATIENCE):
            while text not in self.seen:
                read = await self._process.stdout.read(4096)
                assert read, f"{text!r} was never printed, but: {self.seen}"
                self.seen += read.decode()

    async def leaves(self) -> int | None:
        """The exit code, after /quit. Nothing was complained about."""
        await self.types("/quit")
        _, errors = await asyncio.wait_for(self._process.communicate(), PATIENCE)
        assert errors == b""
        return self._process.returncode


@pytest.fixture
async def bos_chat(at: Scene, ana: Caller) -> AsyncIterator[tuple[Chat, str]]:
    """Bo joins a thread in which Ana has asked for a deployment."""
    thread = await ana.launch("Please deploy 1.4.1 to staging.")
    process = await (await shell(at, "bo")).start("chat", "--thread", thread)
    yield Chat(process), thread
    if process.returncode is None:
        process.kill()
        await process.wait()


async def test_bo_sees_what_would_run_and_decides_it(bos_chat: tuple[Chat, str], ana: Caller) -> None:
    chat, thread = bos_chat
    await chat.sees('{"version":"1.4.1","environment":"staging"}')
    assert chat.seen.startswith(f"{HELP}\n")
    await chat.types("/approve it is fine")
    await chat.sees("staging runs 1.4.1 now")
    await chat.types("/approve once more")
    await chat.sees("[0 requests are open; use `holdpoint threads respond`]")
    assert await chat.leaves() == 0
    closed = await ana.heard(thread, "request_closed", outcome="approved")
    assert (closed["by"]["person"], closed["reason"]) == ("bo", "it is fine")
    assert len(await ana.events(thread, "approval_response")) == 1


async def test_what_is_piped_in_begins_a_thread_and_its_answer_is_printed(at: Scene, ana: Caller) -> None:
    result = await (await shell(at, "ana")).run("chat", stdin="\nHello\n")
    assert result.exit_code == 0, result.output
    assert "Hello! I can list the versions" in result.stdout
    thread = result.stdout.partition("[thread ")[2].partition("]")[0]
    assert [event["text"] for event in await ana.events(thread, "user_message")] == ["Hello"]


async def test_a_terminal_is_not_given_what_it_would_obey(at: Scene, ana: Caller) -> None:
    thread = await ana.launch("Please deploy 1.4.1 to staging.")
    async with at.caller("bo") as bo:
        await bo.decide(thread, await bo.request(thread), "deny", "no \x1b]0;owned\x07 \u202e")
        await ana.heard(thread, "agent_message", text="denied")
    result = await (await shell(at, "ana")).run("chat", "--thread", thread, stdin="/deny\n")
    assert "\\u{001B}" in result.stdout
    assert all(char.isprintable() or char == "\n" for char in result.stdout)


async def test_a_refusal_of_the_house_ends_the_chat_in_one_line(at: Scene) -> None:
    result = await Terminal({"HOLDPOINT_URL": at.url, "HOLDPOINT_TOKEN": "hp_x"}).run("chat", stdin="Hello\n")
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert str(result.exception.code) == "holdpoint: a valid token is needed"
