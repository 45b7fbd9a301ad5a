"""The people of the sandbox Discord: what they write and press, and what no client lets them do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import discord as dpy
import pytest

from sandbox.discord import CannotDo, DiscordSandbox, Hands, Message, NotSentOff
from tests.unit.sandbox.discord_app import App, Json, connected

COMMANDS: list[Json] = [
    {
        "name": "ask",
        "description": "Ask",
        "options": [{"type": 3, "name": "what", "description": "What", "required": True, "max_length": 20}],
    },
    {
        "name": "deploy",
        "description": "Deploy",
        "contexts": [0],
        "options": [
            {
                "type": 3,
                "name": "where",
                "description": "Where",
                "choices": [{"name": "Live", "value": "live"}, {"name": "Test", "value": "test"}],
            },
            {"type": 4, "name": "times", "description": "How often"},
        ],
    },
]


class Form(dpy.ui.Modal, title="Change the arguments"):
    """A form of every kind of field that a form of ours can have."""

    version: dpy.ui.Label[Form] = dpy.ui.Label(
        text="Version", component=dpy.ui.TextInput(custom_id="version", min_length=3, max_length=8, default="1.4.2")
    )
    where: dpy.ui.Label[Form] = dpy.ui.Label(
        text="Where",
        component=dpy.ui.Select(
            custom_id="where",
            options=[dpy.SelectOption(label="Live", value="live"), dpy.SelectOption(label="Test", value="test")],
        ),
    )
    note: dpy.ui.TextInput[Form] = dpy.ui.TextInput(label="Note", custom_id="note", required=False)


class Card(dpy.ui.View):
    """Buttons and a select; what is pressed is answered by the app."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(dpy.ui.Button(label="Change", custom_id="change"))
        self.add_item(dpy.ui.Button(label="Old", custom_id="old", disabled=True))
        self.add_item(dpy.ui.Button(label="Page", url="https://holdpoint.test/"))
        options = [dpy.SelectOption(label=f"City {one}", value=one) for one in ("a", "b", "c")]
        self.add_item(dpy.ui.Select(custom_id="city", options=options, max_values=2))


class Answering(App):
    """Opens the form when `change` is pressed, and puts everything else off."""

    def __init__(self) -> None:
        super().__init__()
        self.data: list[Any] = []

    async def on_interaction(self, one: dpy.Interaction[Any]) -> None:
        self.data.append(one.data)
        if one.type is dpy.InteractionType.component and self.data[-1]["custom_id"] == "change":
            await one.response.send_modal(Form())
        else:
            await one.response.defer(ephemeral=True)


@pytest.fixture
async def discord() -> AsyncIterator[DiscordSandbox]:
    async with DiscordSandbox(identify_pause=0) as running:
        yield running
        assert running.strays == []


@pytest.fixture
async def app(discord: DiscordSandbox) -> AsyncIterator[Answering]:
    async with connected(discord, Answering()) as running:
        assert isinstance(running, Answering)
        yield running


@pytest.fixture
def di(discord: DiscordSandbox) -> Hands:
    return discord.person("di")


@pytest.fixture
async def card(discord: DiscordSandbox, app: Answering) -> Message:
    await app.get_partial_messageable(int(discord.channel("#deploys").id)).send("card", view=Card())
    return discord.messages("#deploys")[-1]


async def test_people_write_change_and_take_back(discord: DiscordSandbox, app: Answering, di: Hands) -> None:
    asked = di.say("#deploys", "@holdpoint deploy, @di and @nobody", files=[("plan.txt", b"x")])
    assert asked.content == f"<@{discord.app.bot}> deploy, <@{di.id}> and @nobody"
    assert (await app.hears("MESSAGE_CREATE"))["attachments"][0]["content_type"].startswith("text/plain")
    answer = di.say("#deploys", "and now?", reply_to=asked)
    assert (answer.type, answer.reference and answer.reference.message) == (19, asked.id)
    di.edit(asked, "nothing")
    assert (await app.hears("MESSAGE_UPDATE"))["edited_timestamp"]
    di.delete(asked)
    assert (await app.hears("MESSAGE_DELETE"))["id"] == asked.id
    with pytest.raises(CannotDo):
        di.edit(asked, "again")
    with pytest.raises(CannotDo):
        discord.person("mo").delete(answer)


async def test_people_write_in_threads_and_archived_ones_open_again(discord: DiscordSandbox, di: Hands) -> None:
    begun = di.say("#deploys", "deploy")
    with pytest.raises(CannotDo):
        di.say(begun, "too early")
    thread = discord.core.begin_thread(begun, "deploy", di.id)
    thread.archived = True
    said = di.say(begun, "in the thread")
    assert (said.channel, thread.archived) == (thread.id, False)
    assert discord.messages(begun)[-1] is said
    thread.locked = True
    with pytest.raises(CannotDo):
        di.say(said, "too late")


@pytest.mark.parametrize("label", ["Old", "Page", "None"])
async def test_what_is_grey_a_link_or_not_there_cannot_be_pressed(card: Message, di: Hands, label: str) -> None:
    with pytest.raises(CannotDo):
        await di.click(card, label)


async def test_who_does_not_see_a_message_cannot_press_it(discord: DiscordSandbox, card: Message) -> None:
    gone = discord.person("gus")
    gone.leave()
    with pytest.raises(CannotDo):
        await gone.click(card, "Change")
    card.deleted = True
    with pytest.raises(CannotDo):
        await discord.person("di").click(card, "Change")


async def test_a_choice_is_sent_by_its_values(app: Answering, card: Message, di: Hands) -> None:
    assert await di.choose(card, "City a", "City c") is None
    assert (app.data[-1]["custom_id"], app.data[-1]["values"]) == ("city", ["a", "c"])
    for wrong in (("City a", "City b", "City c"), ("City d",), ()):
        with pytest.raises(CannotDo):
            await di.choose(card, *wrong)


async def test_a_form_is_filled_in_and_sent_off(app: Answering, card: Message, di: Hands) -> None:
    assert await di.click(card, "Change") is None
    assert di.modal is not None
    assert [one.label for one in di.modal.fields] == ["Version", "Where", "Note"]
    assert await di.submit({"Where": ["Test"], "note": "for now"}) is None
    label, select, row = app.data[-1]["components"]
    assert (label["type"], label["component"]["value"]) == (18, "1.4.2")
    assert (select["component"]["type"], select["component"]["values"]) == (3, ["test"])
    assert (row["type"], row["components"][0]["value"]) == (1, "for now")
    assert di.modal is None


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, {"Where"}),
        ({"Where": "Live", "Version": "1"}, {"Version"}),
        ({"Where": "Live", "Version": "1.4.2-beta"}, {"Version"}),
        ({"Where": "Live", "Version": "  "}, {"Version"}),
        ({"Where": ["Live", "Test"]}, {"Where"}),
    ],
)
async def test_a_form_that_lacks_something_is_not_sent_off(
    app: Answering, card: Message, di: Hands, values: dict[str, str | list[str]], wrong: set[str]
) -> None:
    await di.click(card, "Change")
    with pytest.raises(NotSentOff) as caught:
        await di.submit(values)
    assert set(caught.value.wrong) == wrong
    assert (len(app.data), di.modal is not None) == (1, True)


async def test_a_closed_form_is_gone_and_nobody_is_told(app: Answering, card: Message, di: Hands) -> None:
    await di.click(card, "Change")
    di.close()
    with pytest.raises(CannotDo):
        await di.submit({})
    with pytest.raises(CannotDo):
        await di.click(card, "Change now")
    assert len(app.data) == 1


async def test_a_form_names_what_it_has(card: Message, di: Hands) -> None:
    await di.click(card, "Change")
    for wrong in ({"Whence": "x"}, {"Where": "Nowhere"}):
        with pytest.raises(CannotDo):
            await di.submit(wrong)


async def test_only_registered_commands_can_be_used(discord: DiscordSandbox, app: Answering, di: Hands) -> None:
    with pytest.raises(CannotDo):
        await di.slash("ask", what="x")
    await app.http.bulk_upsert_global_commands(int(discord.app.id), COMMANDS)
    assert await di.slash("ask", what="deploy 1.4.2") is None
    assert app.data[-1]["options"] == [{"name": "what", "type": 3, "value": "deploy 1.4.2"}]
    assert await di.slash("deploy", "#deploys", where="live", times=2) is None
    assert (await app.hears("INTERACTION_CREATE", 2))["channel_id"] == discord.channel("#deploys").id
    with pytest.raises(CannotDo):
        await di.slash("deploy")


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("ask", {}),
        ("ask", {"what": ""}),
        ("ask", {"what": "x" * 21}),
        ("ask", {"what": 1}),
        ("ask", {"what": "x", "why": "y"}),
        ("deploy", {"where": "Mars"}),
        ("deploy", {"times": "two"}),
        ("deploy", {"times": True}),
    ],
)
async def test_what_a_command_does_not_take_cannot_be_typed(
    discord: DiscordSandbox, app: Answering, di: Hands, name: str, given: dict[str, object]
) -> None:
    await app.http.bulk_upsert_global_commands(int(discord.app.id), COMMANDS)
    with pytest.raises(CannotDo):
        await di.slash(name, "#deploys", **given)
    assert app.data == []


async def test_two_presses_are_two_interactions(app: Answering, card: Message, discord: DiscordSandbox) -> None:
    people = [discord.person(name) for name in ("di", "mo")]
    assert await asyncio.gather(*(one.click(card, "Change") for one in people)) == [None, None]
    assert all(one.modal for one in people)
    assert len({one["id"] for one in app.heard("INTERACTION_CREATE")}) == 2
