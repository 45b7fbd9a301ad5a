"""The judge on deciding: our cards are shown, pressed, filled in and redrawn alike at both Discords."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.heard import Filled, Pressed
from agent_core.events import InputRequest
from agent_core.values import FormField
from tests.contract.discord_bench import TICKET
from tests.contract.discord_far_ends import FAR_ENDS
from tests.contract.discord_judged import Judged, judged
from tests.unit.adapters.cards import APPROVED, CARD, NOTICES, QUESTION, SAID, UNTIL

FORM = InputRequest(
    id="q2",
    to="discord:1",
    question="How shall it be deployed?",
    fields=(
        FormField(name="environment", label="Environment", kind="choice", choices=("staging", "production")),
        FormField(name="note", label="A note"),
    ),
    expires_at=UNTIL,
)


@pytest.fixture(params=FAR_ENDS)
async def here(request: pytest.FixtureRequest, anyio_backend: str) -> AsyncIterator[Judged]:
    async with judged(request.param) as made, made.at_work():
        yield made


async def test_a_card_is_approved_and_redrawn(here: Judged) -> None:  # DC-10, DC-16, DC-17
    card = await _shown(here, CARD)
    await here.far.click(here.far.person("di"), _room(card), card["id"], _label(card, "Approve"))
    pressed = await here.hears(Pressed)
    closed = here.parcel(APPROVED, _ref(here), effect="e2", request=CARD, shown=f"{_room(card)}/{card['id']}")
    await here.adapter.send(closed)
    (drawn,) = await here.messages(_room(card))

    assert (pressed.decision, pressed.ticket, pressed.digest) == ("approve", TICKET.button, CARD.digest)
    assert pressed.author.identity == f"discord:{here.far.person('di')}"
    assert pressed.seal == here.adapter.seal(here.parcel(CARD, _ref(here)).address)
    assert (drawn["id"], drawn["components"]) == (card["id"], [])
    assert drawn["edited_timestamp"]


async def test_who_denies_says_why(here: Judged) -> None:  # DC-15
    card = await _shown(here, CARD)
    di = here.far.person("di")
    await here.far.click(di, _room(card), card["id"], "Deny")
    await here.far.submit(di, {"Why not?": "Not on a Friday."})
    pressed = await here.hears(Pressed)

    assert (pressed.decision, pressed.reason, pressed.digest) == ("deny", "Not on a Friday.", CARD.digest)


async def test_what_does_not_count_is_said_to_one_person_only(here: Judged) -> None:  # DC-16
    card = await _shown(here, CARD)
    di = here.far.person("di")
    await here.far.click(di, _room(card), card["id"], _label(card, "Approve"))
    pressed = await here.hears(Pressed)
    assert pressed.address
    notice = next(one for one in NOTICES if one.kind == "not_an_approver")
    await here.adapter.send(here.parcel(notice, pressed.address.ref, effect="e2", request=CARD))

    assert len(here.far.whispers(di)) == 1
    assert [one["id"] for one in await here.messages(_room(card))] == [card["id"]]


async def test_a_question_is_answered_by_a_button(here: Judged) -> None:
    card = await _shown(here, QUESTION)
    await here.far.click(here.far.person("di"), _room(card), card["id"], "production")

    filled = await here.hears(Filled)
    assert [value for _, value in filled.values] == ["2"], "the second of them"


async def test_a_question_is_answered_in_a_form(here: Judged) -> None:  # DC-15
    card = await _shown(here, FORM)
    di = here.far.person("di")
    here.desk.open = FORM
    await here.far.click(di, _room(card), card["id"], _label(card, "Answer"))
    await here.far.submit(di, {"Environment": "production", "A note": "after lunch"})
    filled = await here.hears(Filled)

    assert dict(filled.values) == {"environment": "production", "note": "after lunch"}


async def test_what_may_have_been_sent_is_there_once(here: Judged) -> None:  # DC-22
    """At simcord by looking alone: it forgets nonces, as Discord does after minutes."""
    parcel = here.parcel(SAID, _ref(here))
    first = await here.adapter.send(parcel)
    again = await here.adapter.send(parcel.model_copy(update={"repeat": True}))
    other = await here.adapter.send(here.parcel(SAID, _ref(here), effect="e2", repeat=True))
    there = [one["id"] for one in await here.messages(here.far.channel("general"))]

    assert first.provider_id == again.provider_id != other.provider_id
    assert [f"{here.far.channel('general')}/{id}" for id in there] == [first.provider_id, other.provider_id]


def _ref(here: Judged) -> str:
    return f"{here.far.guild}/{here.far.channel('general')}"


async def _shown(here: Judged, event: Any) -> Any:
    """A card of ours in the channel."""
    await here.adapter.send(here.parcel(event, _ref(here)))
    (card,) = await here.messages(here.far.channel("general"))
    return card


def _room(card: Any) -> str:
    return str(card["channel_id"])


def _label(card: Any, begins: str) -> str:
    labels = [one["label"] for row in card["components"] for one in row["components"]]
    return next(str(one) for one in labels if one.startswith(begins))
