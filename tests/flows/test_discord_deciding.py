"""Several who must agree on Discord: each copy says how it stands; a question back, an answer instead, a handover."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml

from agent_core.events import RequestRaised, ToolCall
from gateway.demo.world import Clock
from sandbox.discord import DiscordSandbox
from sandbox.model import ModelSandbox
from tests.contract.slack_bench import until
from tests.flows.discord_house import CARD, DiscordHouse, approving, buttons, opened, settings_of, words
from tests.flows.slack_house import script

ASK, INSTEAD, HAND = "Ask a question", "Answer instead", "Hand over"
PEOPLE = ["bo", "cy", "di", "eli"]
POLICY = {
    "rules": [{"tool": "deploy", "approvers": ["bo", "cy", "di"], "need": 2, "delegates": ["eli"]}],
    "escalate_to": ["bo"],
}


@pytest.fixture(scope="module")
async def h(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[DiscordHouse]:
    async with DiscordSandbox(identify_pause=0) as discord, ModelSandbox(script()) as model:
        settings = settings_of(tmp_path_factory.mktemp("k"), discord, model, PEOPLE)
        settings.policies_file.write_text(yaml.safe_dump(POLICY))
        async with opened(discord, model, Clock(), settings) as made:
            yield made
        assert discord.strays == []


async def test_a_decision_after_a_restart_is_drawn_into_every_copy(tmp_path: Path) -> None:  # DC-36
    async with DiscordSandbox(identify_pause=0) as discord, ModelSandbox(script()) as model:
        clock, settings = Clock(), settings_of(tmp_path, discord, model, PEOPLE)
        settings.policies_file.write_text(yaml.safe_dump(POLICY))
        async with opened(discord, model, clock, settings) as first:
            asked = first.ask("1.4.1")
            cards = [await first.card(asked), *[await first.card_for(name, asked) for name in ("bo", "cy", "di")]]
            before = [buttons(card) for card in cards]
            assert all(HAND in shown for shown in before)
        async with opened(discord, model, clock, settings) as second:
            assert await discord.person("bo").click(cards[1], approving(cards[1])) is None
            for card, shown in zip(cards, before, strict=True):
                assert buttons(await second.redrawn(card, "bo approved; still needed: 1 of ")) == shown
            assert await discord.person("bo").click(second.now(cards[0]), approving(cards[0])) is None
            await second.whispered("bo", "Your decision counts. Still needed: 1 of ")
            assert await second.events(asked, ToolCall) == []
            assert await discord.person("cy").click(second.now(cards[0]), approving(cards[0])) is None
            await second.shown(asked, "1.4.1 now")
            for card in cards:
                assert buttons(await second.redrawn(card, "was approved by cy")) == []
            assert len(await second.events(asked, ToolCall)) == 1


async def test_a_question_goes_to_who_asked_and_comes_back_with_the_card(h: DiscordHouse) -> None:  # DC-37, DC-38
    asked = h.ask("1.4.1")
    card = await h.card(asked)
    assert await h.person("cy").click(card, ASK) is None
    await h.person("cy").submit({"What do you want to know?": "Which *database*?"})
    question = await h.shown(asked, "cy (a person, not the agent) asks before deciding")
    assert "> Which _database_?" in words(question)
    await h.whispered("cy", "Your question was passed on")
    assert await h.person("ana").click(question, "Answer") is None
    await h.person("ana").submit({"Your answer": "The one in Paris."})
    dms = h.person("cy")
    (again,) = await until(lambda: [m for m in dms.dms if CARD in words(m) and "in Paris" in words(m)])
    assert "ana was asked about this, and answers:\n> The one in Paris." in words(again)
    assert await h.person("cy").click(again, approving(again)) is None
    await h.redrawn(card, "cy approved; still needed")


async def test_an_answer_instead_ends_it_and_nothing_runs(h: DiscordHouse) -> None:
    asked = h.ask("1.4.2")
    card, copy = await h.card(asked), await h.card_for("bo", asked)
    assert await h.person("di").click(card, INSTEAD) is None
    await h.person("di").submit({"What is to be done instead?": "Please wait until Monday."})
    for shown in (card, copy):
        closed = await h.redrawn(shown, "was not run but answered by di")
        assert "Please wait until Monday." in words(closed)
        assert buttons(closed) == []
    assert await h.events(asked, ToolCall) == []


async def test_who_is_handed_it_decides_and_who_may_not_is_told_in_private(h: DiscordHouse) -> None:
    asked = h.ask("1.4.0")
    card = await h.card(asked)
    assert await h.person("ana").click(card, HAND) is None
    await h.person("ana").submit({"Who is to decide in your place?": "eli"})
    told = await h.whispered("ana", "Your answer does not count")
    assert told.id not in [m.id for m in h.discord.messages(await h.thread(asked))], "nobody else reads it"
    assert await h.events(asked, RequestRaised) == []
    assert await h.person("cy").click(card, HAND) is None
    await h.person("cy").submit({"Who is to decide in your place?": "eli", "Why?": "I am on a *train*."})
    await h.whispered("cy", "Your decision was handed on to eli")
    his = await h.card_for("eli", asked)
    assert "cy asks you to decide this in their place.\n\nThey said:\n> I am on a _train_." in words(his)
    assert await h.person("eli").click(his, approving(his)) is None
    for shown in (card, his):
        assert approving(await h.redrawn(shown, "eli approved; still needed: 1 of ")) == approving(card)
    assert await h.person("bo").click(h.now(card), approving(card)) is None
    for shown in (card, his):
        assert buttons(await h.redrawn(shown, "was approved by bo")) == []
    await h.shown(asked, "1.4.0 now")


async def test_what_comes_too_late_is_said_to_who_sent_it(h: DiscordHouse) -> None:
    asked = h.ask("1.4.1")
    card = await h.card(asked)
    assert await h.person("cy").click(card, INSTEAD) is None
    assert await h.person("bo").click(card, "Deny") is None
    await h.person("bo").submit({"Why not?": "no"})
    await h.redrawn(card, "denied by bo")
    await h.person("cy").submit({"What is to be done instead?": "Use staging."})
    await h.whispered("cy", "Your answer came too late: the request was denied")
    assert "Use staging." not in words(h.now(card))
