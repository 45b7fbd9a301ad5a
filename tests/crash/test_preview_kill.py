"""kill -9 around what a tool says it would do: asked again it does no harm, and nothing starts that was not shown.

Asked the second time, the tool is about to start: who dies then has started nothing, and the store knows. Only who dies
after it was told that the tool begins, may have started it.
"""

from __future__ import annotations

from typing import Any

import pytest

from agent_core.events import ApprovalRequest, Preview, Previewed, ToolCall
from gateway.app import House
from gateway.demo.story import code
from gateway.demo.world import ANA, BO
from tests.crash.actor import Moment
from tests.crash.test_kill import (
    Stage,
    both,
    cell,
    ended,
    promises_kept,
    stage as stage,
)

BEGUN = Moment("fx_begin", "after", 1)
SHORT = [
    ("runner", Moment("preview", "after", 1)),
    ("runner", Moment("preview", "before", 2)),
    ("runner", BEGUN),
]
LONG = [
    ("runner", Moment("preview", "before", 1)),
    ("runner", Moment("preview", "after", 2)),
    ("runner", Moment("fx_claim", "after", 1)),
    ("runner", Moment("fx_begin", "before", 1)),
    *(("runner", moment) for moment in both("fx_done", 1)),
    *(("worker", moment) for moment in both("commit", 1)),
]
CELLS: list[Any] = [*SHORT, *(pytest.param(*cell, marks=pytest.mark.slow) for cell in LONG)]


@pytest.mark.parametrize(("role", "moment"), CELLS, ids=lambda value: str(value).replace(" ", "-"))
async def test_a_role_killed_around_a_preview_leaves_one_question_one_card_and_one_start(
    stage: Stage, role: str, moment: Moment
) -> None:
    sent_before = len(stage.mail.journal)
    async with cell(stage, role, moment) as t:
        asked = await t.world.mail.send_as(ANA, t.world.mail.bot, "Deployment", "Please deploy 1.4.1 to production.")
        card = await t.letter(BO, "May this run?", "Bo gets the request")
        await t.world.mail.reply_as(BO, card, f"APPROVE {code(card)}")
        await t.until(lambda: ended(t, asked), "Ana is told how it ended")
        await promises_kept(t, sent_before, may_repeat=False)
        await _one_question(t.world.house, started=moment != BEGUN)


async def _one_question(ready: House, *, started: bool) -> None:
    latest, *_ = await ready.opened.threads.threads()
    events = await ready.door().threads.events(latest.id, after=0)
    (preview,) = (event for event in events if isinstance(event, Preview))
    (told,) = (event for event in events if isinstance(event, Previewed))
    (request,) = (event for event in events if isinstance(event, ApprovalRequest))
    (call,) = (event for event in events if isinstance(event, ToolCall))
    (result,) = (event for event in events if event.type == "tool_result")
    assert (told.preview_id, told.outcome, told.content) == (preview.id, "ok", request.consequences)
    assert told.state == request.state == call.state != ""
    assert result.outcome == ("ok" if started else "unknown")
