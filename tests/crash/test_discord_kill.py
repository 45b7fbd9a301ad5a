"""kill -9 around Discord: what was said is in the log once and in order, what was sent stands there once.

The victims are processes of their own; Discord is here, so that it can kill them while it has a message in its hands.
"""

from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path

import pytest

from adapters.discord.identify import IN_WINDOW, WINDOW
from agent_core.deliveries import Delivery
from agent_core.events import RequestClosed, ToolCall
from gateway.serve import ROLES
from tests.crash.actor import Moment
from tests.crash.discord_scene import apart, begun
from tests.doors.scene import listening
from tests.flows.discord_house import CARD, approving, buttons

SLOW = pytest.mark.slow
FAILED = "This interaction failed"


@pytest.mark.parametrize(
    "moment",
    [
        Moment("ingest", "before"),  # it was received, and is not stored
        pytest.param(Moment("ingest", "after"), marks=SLOW),  # it is stored, and the mark has not moved
        pytest.param(Moment("note", "before", 1), marks=SLOW),  # the first mark that moves
        pytest.param(Moment("ingest", "before", 3), marks=SLOW),
        pytest.param(Moment("ingest", "after", 3), marks=SLOW),
        pytest.param(Moment("known", "after"), marks=SLOW),  # before anything is heard at all
    ],
    ids=str,
)
async def test_a_listener_killed_while_it_hears_has_heard_all_of_it_once(tmp_path: Path, moment: Moment) -> None:
    # DC-04, DC-06
    async with apart(tmp_path, ["listener"], here=()) as h:
        listener, di = h.victims["listener"], h.person("di")
        first = di.dm("one")
        await h.hears(first.channel, "one")
        await listener.killed()
        listener.start(moment)
        await h.connected(2)
        texts = [f"said {number}" for number in range(5)]
        for text in texts:
            di.dm(text)
        await listener.died()
        di.dm("while nobody is there")
        listener.start()
        await h.connected(3)
        di.dm("at last")
        await h.hears(first.channel, "one", *texts, "while nobody is there", "at last")


@pytest.mark.parametrize(
    "moment",
    [
        Moment("ingest", "after", 4),
        pytest.param(Moment("ingest", "before", 101), marks=SLOW),  # with the second page
        pytest.param(Moment("ingest", "after", 200), marks=SLOW),
    ],
    ids=str,
)
@pytest.mark.slow
async def test_a_listener_killed_while_it_reads_what_it_missed_reads_the_rest(tmp_path: Path, moment: Moment) -> None:
    # DC-04, DC-05
    async with apart(tmp_path, ["listener"], here=()) as h:
        listener, di, bo = h.victims["listener"], h.person("di"), h.person("bo")
        first, other = di.dm("one"), bo.dm("I, too")
        await h.hears(first.channel, "one")
        await h.hears(other.channel, "I, too")
        await listener.killed()
        texts = [f"missed {number}" for number in range(230 if moment.occurrence > 100 else 8)]
        for text in texts:
            di.dm(text)
            bo.dm(text)
        listener.start(moment)
        await h.connected(2)
        di.dm("live")
        await listener.died()
        listener.start()
        await h.hears(first.channel, "one", *texts, "live")
        await h.hears(other.channel, "I, too", *texts)


@pytest.mark.parametrize("roles", [("listener", "worker"), pytest.param(tuple(ROLES), marks=SLOW)], ids=len)
async def test_all_killed_between_the_card_and_the_click_it_counts_once_after_the_restart(
    tmp_path: Path, roles: tuple[str, ...]
) -> None:  # DC-12
    async with apart(tmp_path, roles) as h:
        asked = h.ask("1.4.1")
        card = await h.card(asked)
        for one in h.victims.values():
            one.kill()
        for one in h.victims.values():
            await one.died()
        bo, approve = h.person("bo"), approving(card)
        assert await bo.click(card, approve) == FAILED
        await begun(h)
        assert await bo.click(h.now(card), approve) is None
        await bo.click(card, approve)
        await h.shown(asked, "1.4.1 now")
        assert [one["version"] for one in h.history()] == ["1.4.1"]
        assert [one.outcome for one in await h.events(asked, RequestClosed)] == ["approved"]
        assert len(await h.events(asked, ToolCall)) == 1
        await h.redrawn(card, "approved by bo")
        assert not h.standing(await h.thread(asked), CARD)


@pytest.mark.parametrize(
    "forgotten",
    [pytest.param(0, marks=SLOW, id="the nonce is known"), pytest.param(600, id="the nonce is forgotten")],
)
async def test_a_sender_killed_while_discord_has_the_message_does_not_send_it_twice(
    tmp_path: Path, forgotten: int
) -> None:  # DC-22
    async with apart(tmp_path, ["sender"]) as h:
        sender = h.victims["sender"]

        held = h.once(lambda event: event.kind == "MESSAGE_CREATE" and CARD in str(event.data), sender.kill)
        asked = h.ask("1.4.1")
        await sender.died()
        h.discord.clock.forward(forgotten)
        assert not await h.events(asked, Delivery)
        sender.start()
        await h.quiet(asked)
        assert {one.outcome for one in await h.events(asked, Delivery)} == {"sent"}
        # Whoever it was for: the thread, or an approver by direct message.
        assert [one.id for one in h.standing(h.place(held[0]), CARD)] == [held[0].data["id"]]
        card = await h.card(asked)
        assert await h.person("bo").click(card, approving(card)) is None
        await h.redrawn(card, "approved by bo")
        await h.shown(asked, "1.4.1 now")
        await h.quiet(asked)
        assert len(h.standing(await h.thread(asked), "1.4.1 now")) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment", [Moment("send", "before"), Moment("send", "after"), Moment("fx_done", "before")], ids=str
)
async def test_a_sender_killed_around_its_sending_sends_once(tmp_path: Path, moment: Moment) -> None:  # DC-22
    async with apart(tmp_path, ["sender"], started=False) as h:
        sender = h.victims["sender"]
        sender.start(moment)
        asked = h.ask("1.4.1")
        await sender.died()
        h.discord.clock.forward(600)
        sender.start()
        await h.quiet(asked)
        assert len(h.standing(await h.thread(asked), CARD)) == 1


@pytest.mark.slow
async def test_of_two_listeners_the_other_takes_over_when_the_first_is_killed(tmp_path: Path) -> None:  # DC-06
    async with apart(tmp_path, ["listener"], here=()) as h:
        di, leader, other = h.person("di"), h.victims["listener"], h.another("listener")
        first = di.dm("one")
        await h.hears(first.channel, "one")
        clients = len(await h.redis.client_list())
        other.start()
        try:
            while len(await h.redis.client_list()) == clients:
                await asyncio.sleep(0.02)
            # It runs, and is kept waiting.
            await h.renewed(3)
            di.dm("two")
            await h.hears(first.channel, "one", "two")
            assert (len(h.discord.sessions), h.discord.sessions.identifies) == (1, 1)
            await leader.killed()
            di.dm("meanwhile")
            await h.connected(2)
            di.dm("four")
            await h.hears(first.channel, "one", "two", "meanwhile", "four")
            assert len(h.discord.sessions) == 1
        finally:
            await other.end()


@pytest.mark.slow
async def test_a_listener_that_was_frozen_finds_another_in_its_place_and_leaves(tmp_path: Path) -> None:  # DC-06
    async with apart(tmp_path, ["listener"], here=()) as h:
        di, leader, other = h.person("di"), h.victims["listener"], h.another("listener")
        first = di.dm("one")
        await h.hears(first.channel, "one")
        leader.kill(signal.SIGSTOP)
        other.start()
        try:
            di.dm("to whom?")
            await h.connected(2)
            di.dm("to two")
            await h.hears(first.channel, "one", "to whom?", "to two")
            leader.kill(signal.SIGCONT)
            await h.seen(lambda: len(h.discord.sessions) == 1)
            di.dm("to one")
            await h.hears(first.channel, "one", "to whom?", "to two", "to one")
            assert h.discord.sessions.identifies == 2
        finally:
            await other.end()


@pytest.mark.slow
async def test_a_web_role_killed_before_it_stores_a_press_leaves_a_button_that_works(tmp_path: Path) -> None:
    # DC-10
    async with apart(tmp_path, ["web"]) as h:
        web, bo = h.victims["web"], h.person("bo")
        await h.discord.deliver_to(f"{h.settings.public_url}/discord/events")
        asked = h.ask("1.4.1")
        card = await h.card(asked)
        await web.killed()
        web.start(Moment("ingest", "before"))
        await listening(h.settings.port)
        # It was acknowledged before it was to be stored: the person sees that nothing happens, and nothing wrong.
        assert await bo.click(card, approving(card)) is None
        await web.died()
        assert not await h.events(asked, RequestClosed)
        assert buttons(h.now(card)) == buttons(card)
        assert await bo.click(card, approving(card)) == FAILED
        web.start()
        await listening(h.settings.port)
        assert await bo.click(card, approving(card)) is None
        await h.shown(asked, "1.4.1 now")
        assert [one["version"] for one in h.history()] == ["1.4.1"]
        assert [one.outcome for one in await h.events(asked, RequestClosed)] == ["approved"]


@pytest.mark.slow
async def test_a_web_role_killed_after_202_while_the_store_is_slow(tmp_path: Path) -> None:  # DC-10
    async with apart(tmp_path, ["web"]) as h:
        web, bo = h.victims["web"], h.person("bo")
        await h.discord.deliver_to(f"{h.settings.public_url}/discord/events")
        asked = h.ask("1.4.1")
        card = await h.card(asked)
        await h.quiet(asked)
        await h.redis.client_pause(20_000, all=False)
        assert await bo.click(card, approving(card)) is None
        await h.discord.settled()
        assert [one.status for one in h.discord.deliveries if one.way == "http"] == [202]
        await web.killed()
        await h.redis.client_unpause()
        web.start()
        await listening(h.settings.port)
        assert await bo.click(card, approving(card)) is None
        await h.shown(asked, "1.4.1 now")
        assert [one["version"] for one in h.history()] == ["1.4.1"]
        assert [one.outcome for one in await h.events(asked, RequestClosed)] == ["approved"]


@pytest.mark.slow
@pytest.mark.parametrize("times", [6, 50])
async def test_a_listener_that_crashes_again_and_again_begins_few_sessions(tmp_path: Path, times: int) -> None:
    # DC-03
    async with apart(tmp_path, ["listener"], here=(), started=False) as h:
        listener = h.victims["listener"]
        began = time.monotonic()
        for crash in range(times):
            asked = h.asked_for_gateway
            listener.start()
            # It asks once to see how many shards it takes, and once before it begins a session.
            await h.seen(lambda: h.asked_for_gateway >= asked + 2)  # noqa: B023 - used at once
            if crash < IN_WINDOW:
                await h.connected(crash + 1)
            else:
                # It lives on for longer than it takes to begin one.
                await h.renewed(3)
            await listener.killed()
        # On a slow machine it goes on for longer than the five minutes in which so many may be begun.
        windows = 1 + (time.monotonic() - began) // WINDOW
        assert IN_WINDOW <= h.discord.sessions.identifies <= IN_WINDOW * windows
