"""Asking, answering instead and handing over on Slack: from the button to the modal to what is stored; and redraws."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.heard import Pressed
from adapters.slack.limits import INPUT
from adapters.slack.told import NOBODY, NOT_OURS
from agent_core.events import ApprovalRequest, Vote
from sandbox.slack import Fault, Message
from tests.contract.slack_bench import TRANSPORTS, Bench, Transport, bench
from tests.contract.slack_telling import Telling, telling
from tests.contract.test_slack_modals import Gated, opened, shown, title, words
from tests.flows.slack_house import buttons
from tests.unit.adapters.cards import APPROVED
from tests.unit.adapters.panels import NO, SEVERAL, YES
from tests.unit.adapters.slack.shown import TICKET

ASK, INSTEAD, HAND = "Ask a question", "Answer instead", "Hand over"
GIVEN = {
    ASK: ({"reason": "Which database?"}, ("ask", "Which database?", "")),
    INSTEAD: ({"reason": "Use staging."}, ("answer", "Use staging.", "")),
    HAND: ({"to": "eli", "reason": "I am off."}, ("delegate", "I am off.", "eli")),
}


@pytest.fixture(params=TRANSPORTS)
async def b(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    transport: Transport = request.param
    async with bench(transport) as made:
        yield made
        assert made.slack.strays == []


@pytest.mark.parametrize("label", GIVEN)
async def test_what_is_neither_yes_nor_no_is_said_in_a_modal(b: Bench, label: str) -> None:  # SL-56
    values, said = GIVEN[label]
    bo = await opened(b, SEVERAL, label)
    sent = await bo.submit(values)
    assert (sent.errors, bo.modal) == ({}, None)
    (pressed,) = b.desk.taken
    assert isinstance(pressed, Pressed)
    assert (pressed.decision, pressed.reason, pressed.to) == said
    assert (pressed.ticket, pressed.digest) == ("ticket", SEVERAL.digest)
    assert pressed.author.identity == f"slack:{b.slack.team.id}/{bo.id}"
    assert pressed.address is not None
    assert pressed.address.ref == f"{b.slack.team.id}/{bo.id}", "what it comes to is said to them alone"


@pytest.mark.parametrize("label", [ASK, INSTEAD])
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_only_to_hand_over_is_anything_looked_up(transport: Transport, label: str) -> None:
    async with bench(transport, Gated()) as b:
        bo = await opened(b, SEVERAL, label)
        assert title(bo) == label
        assert b.slack.called("views.update") == []


@pytest.mark.parametrize("label", [ASK, INSTEAD])
async def test_nothing_said_is_refused_at_its_field(b: Bench, label: str) -> None:
    bo = await opened(b, SEVERAL, label)
    sent = await bo.submit({"reason": "   "})
    assert sent.errors == {"reason": "Please fill this in."}
    assert b.desk.taken == []


@pytest.mark.parametrize("label", GIVEN)
async def test_nobody_can_write_more_than_the_modal_takes(b: Bench, label: str) -> None:
    bo = await opened(b, SEVERAL, label)
    sent = await bo.submit({**GIVEN[label][0], "reason": "x" * (INPUT + 1)})
    assert list(sent.errors) == ["reason"]
    assert (sent.delivery, b.desk.taken) == (None, []), "Slack itself does not send it off"
    await bo.submit({**GIVEN[label][0], "reason": "x" * INPUT})
    assert len(b.desk.taken) == 1


async def test_what_the_desk_refuses_is_shown_at_its_field_and_can_be_mended(b: Bench) -> None:
    bo = await opened(b, SEVERAL, HAND)
    b.desk.problems = {"to": "must be one of: eli, fay"}
    sent = await bo.submit({"to": "fay"})
    assert sent.errors == {"to": "must be one of: eli, fay"}
    b.desk.problems = {}
    await bo.submit({"to": "eli"})
    assert bo.modal is None
    assert [one.to for one in b.desk.taken if isinstance(one, Pressed)] == ["eli"]


async def test_there_are_only_those_to_choose_from_who_are_not_asked_anyway(b: Bench) -> None:
    asked = SEVERAL.model_copy(update={"approvers": (*SEVERAL.approvers, "eli")})
    bo = await opened(b, asked, HAND)
    assert "'fay'" in words(bo)
    assert "'eli'" not in words(bo)


@pytest.mark.parametrize(
    ("now", "why"),
    [
        (None, "not open any more"),
        (SEVERAL.model_copy(update={"terms": SEVERAL.terms.model_copy(update={"delegates": ()})}), NOBODY),
    ],
)
async def test_what_cannot_be_handed_over_any_more_says_so(b: Bench, now: ApprovalRequest | None, why: str) -> None:
    message = shown(b, SEVERAL)
    b.desk.open = now
    bo = b.slack.person("bo")
    await bo.click(message, HAND)
    await b.adapter.settled()
    assert why in words(bo)
    assert b.desk.taken == []


@pytest.mark.parametrize("label", GIVEN)
async def test_a_ticket_that_is_good_no_more_does_nothing_and_says_so(b: Bench, label: str) -> None:
    bo = await opened(b, SEVERAL, label)
    b.desk.foreign = True
    await bo.submit(GIVEN[label][0])
    await b.adapter.settled()
    assert [call.arguments["text"] for call in b.slack.called("chat.postMessage")] == [NOT_OURS]
    assert b.desk.taken == []


# --- redraws


@pytest.fixture
async def here() -> AsyncIterator[Telling]:
    async with telling() as made:
        yield made


async def asked_for(here: Telling, request: ApprovalRequest = SEVERAL) -> str:
    """The card is shown; where it stands."""
    return (await here.adapter.send(here.parcel(request, effect_id="e0", ticket=TICKET))).provider_id


async def decided(
    here: Telling, vote: Vote, at: str, effect: str = "e1", request: ApprovalRequest = SEVERAL
) -> Message:
    """Somebody has decided, and did not end it; the card now."""
    await here.adapter.send(here.parcel(vote, effect_id=effect, ticket=TICKET, request=request, shown=at))
    return here.shown[0]


async def test_a_decision_that_counts_is_drawn_into_the_card_which_keeps_its_buttons(here: Telling) -> None:  # SL-55
    at = await asked_for(here)
    before = buttons(here.shown[0])
    first = await decided(here, YES, at)
    assert "bo approved; still needed: 1 of cy, di; and 1 of security." in first.text
    assert buttons(first) == before
    second = await decided(here, NO, at, "e2")
    assert "bo said no; still needed: 2 of cy, di." in second.text
    assert "bo approved" not in second.text
    assert len(here.shown) == 1
    await here.adapter.send(here.parcel(APPROVED, effect_id="e3", request=SEVERAL, shown=at))
    assert buttons(here.shown[0]) == []


async def test_what_was_written_to_a_decision_stands_below_if_it_is_long_and_nothing_else_does(here: Telling) -> None:
    lengthy = SEVERAL.model_copy(update={"reason": "agent " * 2_000})
    at = await asked_for(here, lengthy)
    many = len(here.shown)
    await decided(here, NO.model_copy(update={"reason": "never " * 1_500}), at, request=lengthy)
    said = "".join(str(block) for message in here.shown for block in message.blocks)
    assert said.count("never ") + said.count("never'") >= 1_500 - len(here.shown)
    assert said.count("agent ") < 2_000 + many
    assert "(it is long, and stands below)" in here.shown[0].text


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "is_archived"])
async def test_a_card_that_is_gone_is_not_drawn_anew_and_nobody_is_told(here: Telling, error: str) -> None:
    at = await asked_for(here)
    here.slack.order(Fault("error", method="chat.update", error=error))
    await decided(here, YES, at)
    assert len(here.shown) == 1
    assert "still needed" not in here.shown[0].text


async def test_where_no_card_was_shown_a_decision_is_no_message(here: Telling) -> None:
    await here.adapter.send(here.parcel(YES, ticket=TICKET, request=SEVERAL))
    await here.adapter.send(here.parcel(YES, effect_id="e2", ticket=TICKET, shown="T1/C1/1.0"))
    assert here.shown == []
