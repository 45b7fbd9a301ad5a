"""Asking, answering instead and handing over on Discord: from the button to the form to what is stored; and redraws."""

from __future__ import annotations

import pytest

from adapters.discord import words
from adapters.discord.buttons import Word
from adapters.discord.modal import TEXT
from adapters.heard import Pressed
from agent_core.events import ApprovalRequest, Vote
from gateway.store.errors import StoreDown
from sandbox.discord.fault import Fault
from sandbox.discord.hands import NotSentOff
from sandbox.discord.world import Message
from tests.contract.discord_acting_bench import DIGEST, Waits, bench, button
from tests.contract.discord_bench import Sending, labels, said, sending
from tests.unit.adapters.cards import APPROVED
from tests.unit.adapters.panels import NO, SEVERAL, YES

pytestmark = pytest.mark.anyio

GIVEN: dict[Word, tuple[dict[str, str], tuple[str, str, str]]] = {
    "ask": ({"What do you want to know?": "Which database?"}, ("ask", "Which database?", "")),
    "instead": ({"What is to be done instead?": "Use staging."}, ("answer", "Use staging.", "")),
    "delegate": (
        {"Who is to decide in your place?": "eli", "Why?": "I am off."},
        ("delegate", "I am off.", "eli"),
    ),
}
NOBODY = SEVERAL.model_copy(update={"terms": SEVERAL.terms.model_copy(update={"delegates": ()})})


@pytest.mark.parametrize("word", GIVEN)
async def test_what_is_neither_yes_nor_no_is_said_in_a_form_after_any_restart(word: Word) -> None:  # DC-37
    values, expected = GIVEN[word]
    async with bench(Waits(open=SEVERAL)) as house:
        di, shown = house.discord.person("di"), await house.post(button(word, "Open"))
        assert await di.click(shown, "Open") is None
        house.restart()
        assert await di.submit(values) is None
        await house.settled()
        (pressed,) = house.desk.taken
        assert isinstance(pressed, Pressed)
        assert (pressed.decision, pressed.reason, pressed.to) == expected
        assert (pressed.digest, pressed.author.identity) == (DIGEST, f"discord:{di.id}")
        assert pressed.address is not None
        assert di.whispers == []


@pytest.mark.parametrize("word", ["ask", "instead"])
async def test_only_to_hand_over_is_anything_looked_up(word: Word) -> None:
    async with bench() as house:
        house.desk.store.clear()
        di, shown = house.discord.person("di"), await house.post(button(word, "Open"))
        assert await di.click(shown, "Open") is None
        assert di.modal is not None


@pytest.mark.parametrize("word", GIVEN)
async def test_nobody_can_write_more_than_the_form_takes_or_nothing(word: Word) -> None:
    async with bench(Waits(open=SEVERAL)) as house:
        di, shown = house.discord.person("di"), await house.post(button(word, "Open"))
        await di.click(shown, "Open")
        label = list(GIVEN[word][0])[-1]
        with pytest.raises(NotSentOff):
            await di.submit({**GIVEN[word][0], label: "x" * (TEXT + 1)})
        with pytest.raises(NotSentOff):
            await di.submit({})
        assert await di.submit({**GIVEN[word][0], label: "x" * TEXT}) is None
        await house.settled()
        assert len(house.desk.taken) == 1


async def test_what_the_desk_refuses_is_named_and_the_button_is_still_there() -> None:
    async with bench(Waits(open=SEVERAL, problems={"to": "must be one of: eli, fay"})) as house:
        di, shown = house.discord.person("di"), await house.post(button("delegate", "Open"))
        await di.click(shown, "Open")
        await di.submit({"Who is to decide in your place?": "fay"})
        await house.settled()
        assert [one.content for one in di.whispers] == [f"{words.AMISS}\nto: must be one of\\: eli, fay"]
        house.desk.problems = {}
        await di.click(shown, "Open")
        await di.submit({"Who is to decide in your place?": "eli"})
        await house.settled()
        assert [one.to for one in house.desk.taken if isinstance(one, Pressed)] == ["eli"]


async def test_there_are_only_those_to_choose_from_who_are_not_asked_anyway() -> None:
    asked = SEVERAL.model_copy(update={"approvers": (*SEVERAL.approvers, "eli")})
    async with bench(Waits(open=asked)) as house:
        di, shown = house.discord.person("di"), await house.post(button("delegate", "Open"))
        await di.click(shown, "Open")
        assert di.modal is not None
        assert [one.options for one in di.modal.fields] == [(("fay", "fay"),), ()]


@pytest.mark.parametrize(
    ("desk", "why"),
    [
        (Waits(open=None), words.GONE),
        (Waits(open=NOBODY), words.NOBODY),
        (Waits(foreign=True), words.NOT_OURS),
    ],
    ids=["closed", "nobody", "foreign"],
)
async def test_what_cannot_be_handed_over_any_more_says_so(desk: Waits, why: str) -> None:
    async with bench(desk) as house:
        di, shown = house.discord.person("di"), await house.post(button("delegate", "Open"))
        assert await di.click(shown, "Open") is None
        await house.settled()
        assert (di.modal, [one.content for one in di.whispers], house.desk.taken) == (None, [why], [])


@pytest.mark.parametrize("word", GIVEN)
@pytest.mark.parametrize("broken", [False, True])
async def test_what_is_not_stored_says_so_to_them_alone(word: Word, broken: bool) -> None:
    async with bench(Waits(open=SEVERAL)) as house:
        di, shown = house.discord.person("di"), await house.post(button(word, "Open"))
        await di.click(shown, "Open")
        house.desk.foreign, house.desk.broken = not broken, StoreDown("away") if broken else None
        await di.submit(GIVEN[word][0])
        await house.settled()
        assert [one.content for one in di.whispers] == [words.FAILED if broken else words.NOT_OURS]
        assert house.desk.taken == []


# --- redraws


async def decided(
    there: Sending, vote: Vote, shown: str, effect: str = "e2", request: ApprovalRequest = SEVERAL
) -> Message:
    """Somebody has decided, and did not end it; the card now."""
    parcel = there.card(effect=effect).model_copy(update={"event": vote, "request": request, "shown": shown})
    await there.send(parcel)
    return there.di.dms[0]


async def put(there: Sending, request: ApprovalRequest = SEVERAL) -> str:
    """The card is shown; where it stands."""
    parcel = there.card()
    return (await there.send(parcel.model_copy(update={"event": request}))).provider_id


async def test_a_decision_that_counts_is_drawn_into_the_card_which_keeps_its_buttons() -> None:  # DC-36
    async with sending() as there:
        shown = await put(there)
        before = labels(there.di.dms[0])
        first = await decided(there, YES, shown)
        assert "bo approved; still needed: 1 of cy, di; and 1 of security." in said(first)
        assert labels(first) == before
        assert {"Approve (high risk)", "Hand over"} <= {*before}
        second = await decided(there, NO, shown, "e3")
        assert "bo said no; still needed: 2 of cy, di." in said(second)
        assert "bo approved" not in said(second)
        await there.send(there.parcel(APPROVED, effect="e4", shown=shown, request=SEVERAL))
        (closed,) = there.di.dms
        assert labels(closed) == []


async def test_what_was_written_to_a_decision_stands_below_if_it_is_long_and_nothing_else_does() -> None:
    async with sending() as there:
        lengthy = SEVERAL.model_copy(update={"reason": "agent " * 1_500})
        shown = await put(there, lengthy)
        below = [said(one) for one in there.di.dms][1:]
        await decided(there, NO.model_copy(update={"reason": "never " * 800}), shown, request=lengthy)
        card, *others = map(said, there.di.dms)
        assert "(it is long, and stands below)" in card
        assert others[: len(below)] == below
        assert sum(one.count("never") for one in (card, *others)) == 800
        assert sum(one.count("agent ") for one in others[len(below) :]) < 900, "what was there is not said again"


@pytest.mark.parametrize(("status", "code"), [(404, 10008), (403, 50001), (404, 10003)])
async def test_a_card_that_is_gone_is_not_drawn_anew_and_nobody_is_told(status: int, code: int) -> None:
    async with sending() as there:
        shown = await put(there)
        there.discord.order(Fault("error", path="/channels/*/messages/*", status=status, code=code))
        card = await decided(there, YES, shown)
        assert "still needed" not in said(card)
        assert len(there.di.dms) == 1


async def test_where_no_card_was_shown_a_decision_is_no_message() -> None:
    async with sending() as there:
        await there.send(there.parcel(YES, request=SEVERAL))
        await there.send(there.parcel(YES, effect="e2", shown="1/2"))
        assert there.di.dms == []
