"""Modals on the wire: opened within the press, filled once looked up, refused at the field, gone when of no use."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.heard import Filled, Pressed
from adapters.slack.buttons import answers
from adapters.slack.limits import INPUT
from agent_core.events import ApprovalRequest, InputRequest, Request
from agent_core.values import Author, Call, FormField
from gateway.store.errors import StoreDown
from sandbox.slack import Fault, Hands, Message
from tests.contract.slack_bench import TRANSPORTS, Bench, Noted, Transport, bench, until

ARGUMENTS = {"version": "1.4.2", "count": 3, "tags": ["a"], "force": False}
EXPIRES = datetime(2030, 1, 1, tzinfo=UTC)
APPROVAL = ApprovalRequest(
    id="r1",
    call=Call(tool="deploy", version="1", arguments=json.dumps(ARGUMENTS, separators=(",", ":"))),
    risk="high",
    digest="d" * 64,
    requester=Author(identity="slack:T0ACME/U0ANA", person="ana", assurance="verified"),
    approvers=("bo",),
    policy="p1",
    expires_at=EXPIRES,
)
QUESTION = InputRequest(id="r2", to="slack:T0ACME/U0BO", question="Why?", expires_at=EXPIRES)
FORM = QUESTION.model_copy(
    update={
        "fields": (
            FormField(name="many", label="How many", kind="number"),
            FormField(name="with", label="With what", kind="choices", choices=("milk", "sugar")),
        )
    }
)


@dataclass
class Gated(Noted):
    """A desk that looks requests up when it is let, or fails to."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    fails: bool = False

    async def request(self, ticket: str, seal: str) -> Request | None:
        await self.gate.wait()
        if self.fails:
            raise StoreDown("the store is away")
        return await super().request(ticket, seal)


@pytest.fixture(params=TRANSPORTS)
async def b(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    transport: Transport = request.param
    async with bench(transport) as made:
        yield made


def shown(b: Bench, request: Request) -> Message:
    """A card with the buttons of this request, in a channel."""
    b.desk.open = request
    room = b.slack.channel("#deploys")
    bot = b.slack.core.world.installations[b.slack.team.id]
    message = Message(b.slack.core.ids.ts(), room.id, room.team_id, bot.bot_user, "card", bot_id=bot.bot_id)
    message.blocks = [dict(block) for block in answers(request, "ticket", "hp:answers")]
    room.messages.append(message)
    return message


async def opened(b: Bench, request: Request, label: str) -> Hands:
    """Bo, with the form open that this button opens."""
    bo = b.slack.person("bo")
    await bo.click(shown(b, request), label)
    await until(lambda: bo.modal and bo.modal.definition.get("callback_id"))
    return bo


def title(bo: Hands) -> str:
    assert bo.modal is not None
    return str(bo.modal.definition["title"]["text"])


def words(bo: Hands) -> str:
    assert bo.modal is not None
    return str(bo.modal.definition["blocks"])


async def told(b: Bench) -> list[str]:
    """What was said aside, once all that was begun is done."""
    await b.adapter.settled()
    return [call.arguments["text"] for call in b.slack.called("chat.postEphemeral")]


# --- opening


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_form_opens_at_once_and_is_filled_when_the_store_has_answered(transport: Transport) -> None:  # SL-29
    desk = Gated()
    async with bench(transport, desk) as b:
        bo = b.slack.person("bo")
        delivery = await bo.click(shown(b, APPROVAL), "Change and approve")
        assert delivery is not None
        assert delivery.acknowledged, "Slack is not kept waiting either"
        await until(lambda: bo.modal)
        assert title(bo) == "One moment"
        empty = bo.modal.hash if bo.modal else ""
        desk.gate.set()
        await until(lambda: bo.modal and bo.modal.definition.get("callback_id"))
        assert title(bo) == "Change and approve"
        (update,) = b.slack.called("views.update")
        assert update.arguments["hash"] == empty, "in place of the empty form, and of nothing newer"


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_form_that_asks_only_for_a_reason_needs_no_store(transport: Transport) -> None:  # SL-29
    async with bench(transport, Gated()) as b:
        bo = await opened(b, APPROVAL, "Deny")
        assert title(bo) == "Deny"
        assert b.slack.called("views.update") == []


FAULTS = {
    "the trigger has expired": Fault("stale_trigger"),
    "the trigger was used": Fault("error", method="views.open", error="exchanged_trigger_id"),
    "too many calls": Fault("rate_limited", method="views.open"),
    "the connection breaks": Fault("drop_before", method="views.open"),
    "Slack fails": Fault("server_error", method="views.open"),
}


@pytest.mark.parametrize("label", ["Deny", "Change and approve"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_who_gets_no_form_is_asked_to_press_again_and_can(b: Bench, fault: Fault, label: str) -> None:  # SL-29
    b.slack.order(fault)
    card, bo = shown(b, APPROVAL), b.slack.person("bo")
    delivery = await bo.click(card, label)
    assert delivery is not None
    assert delivery.acknowledged
    (said,) = await told(b)
    assert "press the button once more" in said
    assert bo.modal is None
    await bo.click(card, label)
    await until(lambda: bo.modal and bo.modal.definition.get("callback_id"))


async def test_a_form_that_was_closed_while_it_was_looked_up_is_left_alone() -> None:
    desk = Gated()
    async with bench("http", desk) as b:
        bo = b.slack.person("bo")
        await bo.click(shown(b, APPROVAL), "Change and approve")
        await until(lambda: bo.modal)
        await bo.close()
        desk.gate.set()
        await b.adapter.settled()
        assert [call.error for call in b.slack.called("views.update")] == ["not_found"]
        assert bo.modal is None


async def test_a_store_that_fails_leaves_nobody_before_an_empty_form() -> None:
    desk = Gated(fails=True)
    desk.gate.set()
    async with bench("http", desk) as b:
        bo = b.slack.person("bo")
        await bo.click(shown(b, APPROVAL), "Change and approve")
        await until(lambda: bo.modal and title(bo) == "Nothing to do here")
        assert "cannot be looked up just now" in words(bo)


@pytest.mark.parametrize(("request_", "label"), [(APPROVAL, "Change and approve"), (QUESTION, "Answer")])
async def test_a_form_for_what_is_closed_says_so(b: Bench, request_: Request, label: str) -> None:
    card, bo = shown(b, request_), b.slack.person("bo")
    b.desk.open = None
    await bo.click(card, label)
    await until(lambda: bo.modal and title(bo) == "Nothing to do here")
    assert "not open any more" in words(bo)
    assert "submit" not in (bo.modal.definition if bo.modal else {})


@pytest.mark.parametrize(("request_", "label"), [(APPROVAL, "Change and approve"), (QUESTION, "Answer")])
async def test_a_form_for_a_ticket_of_elsewhere_is_not_shown(b: Bench, request_: Request, label: str) -> None:
    card, bo, b.desk.foreign = shown(b, request_), b.slack.person("bo"), True
    await bo.click(card, label)
    await until(lambda: bo.modal and title(bo) == "Nothing to do here")
    assert "not one of ours" in words(bo)


# --- sending off


async def test_a_modal_carries_the_ticket_and_nothing_else(b: Bench) -> None:  # SL-30
    bo = await opened(b, APPROVAL, "Deny")
    assert bo.modal is not None
    assert bo.modal.definition["private_metadata"] == f"ticket {APPROVAL.digest}"


@pytest.mark.parametrize(("typed", "reason"), [({"reason": "too soon"}, "too soon"), ({}, ""), ({"reason": " \n"}, "")])
async def test_a_denial_needs_no_reason(b: Bench, typed: dict[str, str], reason: str) -> None:
    bo = await opened(b, APPROVAL, "Deny")
    assert (await bo.submit(typed)).outcome == "closed"
    (said,) = b.desk.taken
    assert isinstance(said, Pressed)
    assert (said.decision, said.reason) == ("deny", reason)


@pytest.mark.parametrize("blank", [" ", "\n\t ", "\u00a0\u2003"])
async def test_blanks_are_no_answer(b: Bench, blank: str) -> None:  # SL-31
    bo = await opened(b, QUESTION, "Answer")
    refused = await bo.submit({"answer": blank})
    assert refused.outcome == "errors"
    assert refused.errors == {"answer": "Please fill this in."}
    assert b.desk.taken == []
    assert (await bo.submit({"answer": "because"})).outcome == "closed"


async def test_an_answer_may_be_as_long_as_its_field_and_no_longer(b: Bench) -> None:  # SL-31
    bo = await opened(b, QUESTION, "Answer")
    assert (await bo.submit({"answer": "x" * (INPUT + 1)})).outcome == "incomplete", "Slack itself stops it"
    assert (await bo.submit({"answer": "x" * INPUT})).outcome == "closed"
    (said,) = b.desk.taken
    assert isinstance(said, Filled)
    assert said.values == (("answer", "x" * INPUT),)


async def test_changed_arguments_keep_their_kinds(b: Bench) -> None:
    bo = await opened(b, APPROVAL, "Change and approve")
    assert (await bo.submit({"count": "4", "tags": '["b", "c"]'})).outcome == "closed"
    (said,) = b.desk.taken
    assert isinstance(said, Pressed)
    assert said.decision == "approve"
    assert json.loads(said.arguments) == ARGUMENTS | {"count": 4, "tags": ["b", "c"]}


async def test_every_argument_that_is_not_json_is_refused_at_its_field(b: Bench) -> None:  # SL-30
    bo = await opened(b, APPROVAL, "Change and approve")
    refused = await bo.submit({"version": "any text", "count": "four", "tags": "[", "force": "NaN"})
    assert refused.outcome == "errors"
    assert set(refused.errors) == {"count", "tags", "force"}
    assert all("not JSON" in problem for problem in refused.errors.values())
    assert (await bo.submit({"count": ""})).outcome == "incomplete"
    assert b.desk.taken == []


PROBLEMS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "at one field": ({"count": "too many"}, {"count": "too many"}),
    "at two": ({"count": "too many", "version": "no such"}, {"count": "too many", "version": "no such"}),
    "of the whole": ({"": "it has changed"}, {"version": "it has changed"}),
    "of nothing in the form": ({"other": "unknown"}, {"version": "unknown"}),
}


@pytest.mark.parametrize(("found", "at"), PROBLEMS.values(), ids=PROBLEMS)
async def test_what_the_tool_would_not_take_is_said_at_its_field(b: Bench, found: Any, at: Any) -> None:  # SL-30
    bo = await opened(b, APPROVAL, "Change and approve")
    b.desk.problems = found
    refused = await bo.submit({"count": "9"})
    assert refused.outcome == "errors"
    assert refused.errors == at
    b.desk.problems = {}
    assert (await bo.submit({"count": "4"})).outcome == "closed"


async def test_a_form_with_something_wrong_says_so_at_the_field_even_an_empty_one(b: Bench) -> None:  # SL-30
    bo = await opened(b, FORM, "Answer")
    b.desk.problems = {"with": "choose from milk, sugar"}
    refused = await bo.submit({"many": "2", "with": ["milk"]})
    assert refused.errors == {"with": "choose from milk, sugar"}


async def test_changes_to_what_was_closed_meanwhile_approve_nothing(b: Bench) -> None:
    bo = await opened(b, APPROVAL, "Change and approve")
    b.desk.open = None
    assert (await bo.submit({"count": "4"})).outcome == "updated"
    assert "not open any more" in words(bo)
    assert b.desk.taken == []


@pytest.mark.parametrize(("request_", "label"), [(APPROVAL, "Change and approve"), (QUESTION, "Answer")])
async def test_a_form_sent_off_from_elsewhere_counts_nothing(b: Bench, request_: Request, label: str) -> None:
    bo = await opened(b, request_, label)
    b.desk.foreign = True
    values = {"count": "4"} if label != "Answer" else {"answer": "yes"}
    assert (await bo.submit(values)).outcome == "updated"
    assert "not one of ours" in words(bo)
    assert b.desk.taken == []
