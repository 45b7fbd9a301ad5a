"""What `docs/howto/approvers.md` says to type at a terminal is typed into one, and does what it is there for."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.doors.scene import Caller, Scene
from tests.doors.test_cli_chat import Chat, shell
from tests.flows.test_howto_approvers import WAYS

LINES = {want: cell.strip("`") for want, *_, cell in WAYS if cell.startswith("`/")}
DECISIONS = {"ask first": "ask", "hand on": "delegate", "answer instead": "answer", "no": "deny", "yes": "approve"}


@pytest.fixture
async def chat(at: Scene, ana: Caller) -> AsyncIterator[tuple[Chat, str]]:
    """Bo has joined a thread that Ana began."""
    thread = await ana.launch("Please deploy 1.4.0 to staging.")
    process = await (await shell(at, "bo")).start("chat", "--thread", thread)
    yield Chat(process), thread
    if process.returncode is None:
        process.kill()
        await process.wait()


async def test_each_line_of_the_page_is_understood_at_a_terminal(chat: tuple[Chat, str], ana: Caller) -> None:
    terminal, thread = chat
    for version, wants in (
        ("1.4.0", ("ask first", "hand on", "answer instead")),
        ("1.4.1", ("no",)),
        ("1.4.2", ("yes",)),
    ):
        if version != "1.4.0":
            await ana.post(f"/threads/{thread}/messages", {"text": f"Please deploy {version} to staging."})
        await terminal.sees(f'{{"version":"{version}","environment":"staging"}}')
        for want in wants:
            await terminal.types(LINES[want])
            said = await ana.heard(thread, "approval_response", decision=DECISIONS[want])
            _, _, words = LINES[want].partition(" ")
            assert f"{said['to']} {said['reason']}".strip() == words
    assert set(DECISIONS) == set(LINES)
    await terminal.sees("staging runs 1.4.2 now")
    asked = [event["id"] for event in await ana.events(thread, "approval_request")]
    ended = {event["request_id"]: event["outcome"] for event in await ana.events(thread, "request_closed")}
    assert [ended[one] for one in asked] == ["answered", "denied", "approved"]
