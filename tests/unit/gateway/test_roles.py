"""One bad tool, message or record is one bad thing: roles go on, and no text of anybody's gets into a traceback."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from agent_core.events import EVENT, ToolCall, ToolResult, UserMessage
from agent_core.tools import call_of
from agent_core.values import Author
from gateway.entry import Conversation
from gateway.lease import take_turns
from gateway.runner import MAX_TOLD
from tests.unit.gateway.runner_bench import TOOLS, World

CANARY = "what Ana said to Bo"


async def run(returned: Any) -> ToolResult:
    """What the thread hears of a tool that returns this."""
    return await World(says=returned).run(ToolCall(id="c1", call=call_of(TOOLS["look"], "{}")))


async def test_a_tool_that_returns_no_text_ends_unknown_and_not_the_runner() -> None:
    assert (await run({"said": CANARY})).outcome == "unknown"
    assert (await run(None)).outcome == "unknown"
    assert (await run("")).outcome == "ok"


async def test_a_tool_that_says_too_much_is_cut_and_says_so() -> None:
    result = await run("x" * (MAX_TOLD + 5))
    assert len(result.content) < MAX_TOLD + 100
    assert result.content.endswith("[5 more characters were left out]")


async def test_work_that_breaks_takes_no_other_with_it() -> None:
    stopping, done = asyncio.Event(), []
    jobs = ["good", "bad", "good", "bad", "good"]

    async def claim(most: int) -> Sequence[str]:
        return [jobs.pop()] if jobs else []

    async def work(job: str) -> None:
        if job == "bad":
            raise RuntimeError(CANARY)
        await asyncio.sleep(0)
        done.append(job)

    async def idle() -> None:
        stopping.set()

    await take_turns(claim, work, idle, concurrency=2, stopping=stopping)
    assert done == ["good"] * 3


def test_errors_do_not_quote_what_they_are_about() -> None:
    def said(text: Any) -> dict[str, Any]:
        return {"type": "user_message", "id": "1", "author": {"identity": "email:ana@example.test"}, "text": text}

    for broken in (
        lambda: EVENT.validate_python(said({"quoted": CANARY})),
        lambda: EVENT.validate_python({**said("hello"), "author": CANARY}),
        lambda: Conversation.model_validate_json(f'{{"thread": {{"id": "t1", "seq": "{CANARY}"}}}}'),
        lambda: UserMessage(id="1", author=Author(identity="x"), text=[CANARY]),
    ):
        with pytest.raises(ValidationError) as caught:
            broken()
        assert CANARY not in str(caught.value)
        assert CANARY not in repr(caught.value)
