"""Forms on Discord: opened at once, sent off after any restart, and what cannot stand named to who wrote it."""

from __future__ import annotations

import pytest

from adapters.discord import words
from adapters.heard import Filled, Pressed
from agent_core.events import InputRequest
from agent_core.values import FormField
from gateway.store.errors import StoreDown
from sandbox.discord import Fault
from tests.contract.discord_acting_bench import CHANNEL, DIGEST, Waits, bench, button
from tests.unit.adapters.cards import UNTIL, calling, card

pytestmark = pytest.mark.anyio

FORM, SAY = 9, 4
FREE = InputRequest(id="q", to="discord:1", question="Which host?", expires_at=UNTIL)
FIELDS = FREE.model_copy(
    update={
        "fields": (
            FormField(name="host", label="Host"),
            FormField(name="env", label="Environment", kind="choice", choices=("staging", "production")),
            FormField(name="note", label="Note", required=False),
        )
    }
)
DEPLOY = card(calling(version="1.4.2", count=3, note="Grüße  \N{ROCKET}\nof two lines"))


async def test_the_form_of_a_refusal_needs_nothing_looked_up() -> None:
    # DC-10: the store is away, and the form opens.
    async with bench() as house:
        house.desk.store.clear()
        di, shown = house.discord.person("di"), await house.post(button("deny", "Deny"))
        assert await di.click(shown, "Deny") is None
        assert di.modal is not None
        assert di.modal.custom_id == shown.components[0]["components"][0]["custom_id"]
        assert house.answers() == [(FORM, 204)]


async def test_a_form_is_sent_off_after_a_restart() -> None:
    # DC-15: nothing of it is kept in memory.
    async with bench() as house:
        di, shown = house.discord.person("di"), await house.post(button("deny", "Deny"))
        await di.click(shown, "Deny")
        house.restart()
        assert await di.submit({"Why not?": "Not on a Friday."}) is None
        await house.settled()
        (pressed,) = house.desk.taken
        assert isinstance(pressed, Pressed)
        assert (pressed.decision, pressed.reason, pressed.digest) == ("deny", "Not on a Friday.", DIGEST)
        assert di.whispers == []


async def test_arguments_are_shown_letter_by_letter_and_changed() -> None:
    async with bench(Waits(open=DEPLOY)) as house:
        di, shown = house.discord.person("di"), await house.post(button("edit", "Change and approve"))
        await di.click(shown, "Change and approve")
        assert di.modal is not None
        assert [one.begins for one in di.modal.fields] == [("1.4.2",), ("3",), ("Grüße  \N{ROCKET}\nof two lines",)]
        house.restart()
        await di.submit({"count": "4"})
        await house.settled()
        (pressed,) = house.desk.taken
        assert isinstance(pressed, Pressed)
        assert (pressed.decision, pressed.digest) == ("approve", DIGEST)
        assert pressed.arguments == DEPLOY.call.arguments.replace(":3,", ":4,")


async def test_what_was_not_changed_is_the_same_bytes() -> None:
    async with bench(Waits(open=DEPLOY)) as house:
        di, shown = house.discord.person("di"), await house.post(button("edit", "Change and approve"))
        await di.click(shown, "Change and approve")
        await di.submit()
        await house.settled()
        assert [one.arguments for one in house.desk.taken if isinstance(one, Pressed)] == [DEPLOY.call.arguments]


async def test_what_cannot_stand_is_named_at_its_field_and_can_be_sent_again() -> None:
    async with bench(Waits(open=DEPLOY)) as house:
        di, shown = house.discord.person("di"), await house.post(button("edit", "Change and approve"))
        await di.click(shown, "Change and approve")
        await di.submit({"count": "many"})
        await house.settled()
        (told,) = di.whispers
        assert told.content.startswith(f"{words.AMISS}\ncount: This is not JSON")
        assert (house.desk.taken, shown.components != []) == ([], True)
        await di.click(shown, "Change and approve")
        await di.submit({"count": "5"})
        await house.settled()
        assert len(house.desk.taken) == 1


async def test_what_is_amiss_calls_nobody() -> None:
    async with bench(Waits(open=FREE, problems={"": "@everyone [x](https://e.test) <@1> is no host"})) as house:
        di, shown = house.discord.person("di"), await house.post(button("answer", "Answer", digest=""))
        await di.click(shown, "Answer")
        await di.submit({"Your answer": "x"})
        await house.settled()
        (told,) = di.whispers
        assert told.pinged == frozenset()
        assert "https://" not in told.content
        assert r"\@everyone \[x\]\(https\://e.test\) \<\@1\> is no host" in told.content


async def test_a_question_is_filled_in() -> None:
    async with bench(Waits(open=FIELDS)) as house:
        di, shown = house.discord.person("di"), await house.post(button("answer", "Answer", digest=""))
        await di.click(shown, "Answer")
        await di.submit({"Host": "web-1", "Environment": "staging"})
        await house.settled()
        (filled,) = house.desk.taken
        assert isinstance(filled, Filled)
        assert filled.values == (("host", "web-1"), ("env", "staging"))
        assert filled.address is not None


async def test_a_store_that_is_slow_opens_no_form_and_says_so() -> None:
    # DC-10: half of the three seconds for looking it up, the rest for saying so.
    async with bench(Waits(open=FIELDS)) as house:
        house.desk.store.clear()
        di, shown = house.discord.person("di"), await house.post(button("answer", "Answer", digest=""))
        assert await di.click(shown, "Answer") is None
        await house.settled()
        assert (di.modal, [one.content for one in di.whispers]) == (None, [words.NOT_NOW])
        assert house.answers() == [(SAY, 204)]


@pytest.mark.parametrize(
    ("desk", "word", "said"),
    [
        (Waits(open=None), "edit", words.GONE),
        (Waits(open=FREE), "edit", words.GONE),
        (Waits(open=DEPLOY), "answer", words.GONE),
        (Waits(open=card(calling(hidden="pay \u202e001"))), "edit", words.NO_FORM),
        (Waits(open=card(calling(long="x" * 4_001))), "edit", words.NO_FORM),
        (Waits(open=FREE.model_copy(update={"choices": tuple(map(str, range(26)))})), "answer", words.NO_FORM),
        (Waits(foreign=True), "edit", words.NOT_OURS),
    ],
)
async def test_what_has_no_form_says_why(desk: Waits, word: str, said: str) -> None:
    async with bench(desk) as house:
        carries = button("edit", "Open") if word == "edit" else button("answer", "Open", digest="")
        di, shown = house.discord.person("di"), await house.post(carries)
        assert await di.click(shown, "Open") is None
        await house.settled()
        assert (di.modal, [one.content for one in di.whispers]) == (None, [said])


async def test_changes_to_what_is_closed_by_now_are_no_approval() -> None:
    async with bench(Waits(open=DEPLOY)) as house:
        di, shown = house.discord.person("di"), await house.post(button("edit", "Open"))
        await di.click(shown, "Open")
        house.desk.open = None
        await di.submit({"count": "4"})
        await house.settled()
        assert ([one.content for one in di.whispers], house.desk.taken) == ([words.GONE], [])


async def test_a_form_that_could_not_be_stored_says_so() -> None:
    async with bench() as house:
        di, shown = house.discord.person("di"), await house.post(button("deny", "Deny"))
        await di.click(shown, "Deny")
        house.desk.broken = StoreDown("away")
        assert await di.submit({"Why not?": "No."}) is None
        await house.settled()
        assert [one.content for one in di.whispers] == [words.FAILED]


async def test_a_form_that_discord_does_not_open_is_said() -> None:
    async with bench() as house:
        house.discord.order(Fault("error", path="/interactions/*", status=400, code=50035))
        di, shown = house.discord.person("di"), await house.post(button("deny", "Deny"))
        assert await di.click(shown, "Deny") is None
        await house.settled()
        assert [one.content for one in di.whispers] == [words.NOT_OPENED]
        assert len(house.discord.messages(CHANNEL)) == 1
