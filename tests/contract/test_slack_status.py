"""What a thread shows of the agent: at work, waiting, done; the new way, the older one, or nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from agent_core.events import Outbound
from sandbox.slack import Fault
from sandbox.slack.core import Session
from sandbox.slack.fault import ApiFault
from tests.contract.slack_bench import TRANSPORTS, Transport, bench
from tests.contract.slack_telling import ANSWER, Telling, telling
from tests.unit.adapters.cards import APPROVED, CALLED, CARD, QUESTION, SAID
from tests.unit.adapters.slack.shown import TICKET

NEW, OLDER = "agents.sessions.setStatus", "assistant.threads.setStatus"


@pytest.fixture
async def here() -> AsyncIterator[Telling]:
    async with telling() as made:
        yield made


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_who_is_heard_sees_that_the_agent_is_at_work(transport: Transport) -> None:  # SL-14
    async with bench(transport) as here:
        asked = here.slack.person("ana").say("#deploys", "@holdpoint deploy 1.4.2")
        await here.slack.settled()
        await here.adapter.settled()
        assert here.slack.session(asked).status == "processing"


@pytest.mark.parametrize(
    ("event", "status"),
    [(CARD, "suspended"), (QUESTION, "suspended"), (SAID, "active"), (ANSWER, "active"), (CALLED, "active")],
    ids=["approval", "input", "answer", "long", "escalation"],
)
async def test_what_is_said_leaves_the_thread_waiting_or_done(  # SL-14
    here: Telling, event: Outbound, status: str
) -> None:
    await here.adapter.send(here.parcel(event, ticket=TICKET))
    assert here.slack.session(here.asked).status == status
    assert here.said(OLDER) == []


async def test_the_end_of_a_request_says_nothing_of_the_work(here: Telling) -> None:
    receipt = await here.adapter.send(here.parcel(CARD, effect_id="e0", ticket=TICKET))
    await here.adapter.send(here.parcel(APPROVED, request=CARD, shown=receipt.provider_id))
    assert [one["status"] for one in here.said(NEW)] == ["suspended"]


@pytest.mark.parametrize("error", ["unknown_method", "missing_scope", "not_allowed_token_type"])
async def test_where_the_new_way_is_missing_the_older_one_is_taken(here: Telling, error: str) -> None:  # SL-14
    here.slack.order(Fault("error", method=NEW, error=error), count=2)
    await here.adapter.send(here.parcel(CARD, effect_id="e0", ticket=TICKET))
    assert here.slack.session(here.asked) == Session(text="is waiting for an answer …", text_since=_since(here))
    await here.adapter.send(here.parcel(SAID))
    assert here.slack.session(here.asked).text == ""


def _since(here: Telling) -> float:
    return here.slack.session(here.asked).text_since


@pytest.mark.parametrize("event", [CARD, SAID, ANSWER], ids=["approval", "answer", "long"])
@pytest.mark.parametrize("fault", ["error", "rate_limited", "lost_reply", "server_error", "scope_missing"])
async def test_where_there_is_no_way_the_message_is_out_all_the_same(  # SL-14
    here: Telling, event: Outbound, fault: ApiFault
) -> None:
    for method in (NEW, OLDER):
        here.slack.order(Fault(fault, method=method, error="unknown_method"))
    receipt = await here.adapter.send(here.parcel(event, ticket=TICKET))
    assert receipt.provider_id.endswith(here.shown[0].ts)


async def test_where_a_conversation_begins_no_thread_shows_anything(here: Telling) -> None:
    await here.adapter.send(here.parcel(SAID, address=here.adapter.address_of(here.parcel().identity)))
    assert here.said(NEW) == here.said(OLDER) == []
