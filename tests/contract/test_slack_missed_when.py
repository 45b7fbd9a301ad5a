"""When missed messages are read: at a start, after a gap, when Slack held something back; by one process, once."""

from __future__ import annotations

from dataclasses import replace

from adapters.slack.reading import BOUNDS
from adapters.slack.wire import moment
from sandbox.slack import Fault
from sandbox.slack.payload import app_rate_limited
from tests.contract.slack_away import SHORT, Slept, apart, caught_up, heard, reached
from tests.contract.slack_bench import by_socket, until


async def test_who_does_not_get_the_turn_reads_nothing() -> None:  # SL-35
    async with apart() as here:
        async with reached(here):
            here.slack.person("ana").say(None, "hello")
        here.slack.person("ana").say(None, "again")
        here.desk.first = False
        await caught_up(here)
        assert here.slack.called("conversations.history") == []
        here.desk.first = True
        await caught_up(here)
        assert heard(here) == ["hello", "again"]
        first, second = here.desk.turns
        assert first == second, "it is the same gap"


async def test_what_slack_held_back_is_read_when_the_minute_is_over() -> None:  # SL-06
    slept = Slept()
    async with apart(replace(BOUNDS, sleep=slept)) as here:
        ana, team = here.slack.person("ana"), here.slack.team.id
        async with reached(here):
            ana.say(None, "hello")
        minute = int(here.slack.clock.now())
        ana.say(None, "held back")
        await here.slack.settled()
        async with reached(here):
            ana.say(None, "let through")
            await here.slack.settled()
            here.slack.core.courier.send("events_api", team, app_rate_limited(here.slack.app, team, minute - 1))
        await here.adapter.missed.settled()
        assert heard(here) == ["hello", "let through", "held back"]
        (seconds,) = slept.seconds
        assert 55 < seconds <= 64


async def test_no_old_history_is_read_however_old_the_minute_is_said_to_be() -> None:  # SL-06
    async with apart(replace(BOUNDS, sleep=Slept())) as here:
        team = here.slack.team.id
        async with reached(here):
            here.slack.person("ana").say(None, "hello")
            await here.slack.settled()
            here.slack.core.courier.send("events_api", team, app_rate_limited(here.slack.app, team, 0))
        await here.adapter.missed.settled()
        read = here.slack.called("conversations.history")
        assert read
        assert all(float(one.arguments["oldest"]) > here.slack.clock.now() - 8000 for one in read)


async def test_a_connection_made_anew_after_a_gap_brings_what_was_missed() -> None:  # SL-35 # SL-38
    async with apart() as here, by_socket(here):
        here.slack.person("ana").say(None, "hello")
        await until(lambda: heard(here) == ["hello"])
        await here.slack.settled()
        await here.adapter.settled()
        here.slack.order(Fault("disconnect_disabled"))
        await until(lambda: not here.slack.core.sockets.connections)
        here.slack.person("ana").say(None, "are you there?")
        await here.slack.settled()
        here.slack.lift()
        await until(lambda: heard(here)[1:] == ["are you there?"])


async def test_a_connection_that_takes_long_to_come_ends_a_gap() -> None:  # SL-35 # SL-38
    async with apart(watch=replace(SHORT, gap_after=1.0)) as here, by_socket(here):
        here.slack.person("ana").say(None, "hello")
        await until(lambda: heard(here) == ["hello"])
        here.slack.order(Fault("hang", method="apps.connections.open", seconds=2.0), count=2)
        here.slack.order(Fault("socket_drop"))
        await until(lambda: not here.slack.core.sockets.connections)
        here.slack.person("ana").say(None, "are you there?")
        await until(lambda: heard(here)[1:] == ["are you there?"])


async def test_a_short_gap_is_left_to_slack() -> None:  # SL-35 # SL-38
    async with apart(watch=replace(SHORT, gap_after=60.0)) as here:
        async with by_socket(here):
            here.slack.person("ana").say(None, "hello")
            await until(lambda: heard(here) == ["hello"])
            before = set(here.slack.core.sockets.connections)
            here.slack.order(Fault("socket_drop"))
            await until(lambda: set(here.slack.core.sockets.connections) - before)
        assert here.slack.called("conversations.history") == []


async def test_what_comes_before_all_is_read_does_not_hide_what_was_missed() -> None:  # SL-35
    async with apart() as here:
        ana = here.slack.person("ana")
        async with reached(here):
            ana.say(None, "hello")
        ana.say(None, "missed")
        await here.slack.settled()
        await here.adapter.missed.look(here.desk)
        async with reached(here):
            ana.say(None, "back again?")
        # As if the process broke off here: the next one begins from the same place.
        await here.adapter.aclose()
        await caught_up(here)
        assert heard(here) == ["hello", "back again?", "missed"]
        async with reached(here):
            await here.adapter.missed.look(here.desk)
            new = here.slack.person("bo").say(None, "hello, too")
            await here.slack.settled()
            await here.adapter.settled()
            place = f"{here.slack.team.id}/{new.channel}/{new.ts}"
            assert place not in here.desk.at
            await here.adapter.missed.begin(here.desk)
            await here.adapter.missed.settled()
        assert here.desk.at[place] == moment(new.ts)


async def test_what_was_not_read_at_a_stop_is_read_the_next_time() -> None:  # SL-35 # SL-52
    async with apart(replace(BOUNDS, pause=3600.0, wait=7200.0)) as here:
        async with reached(here):
            here.slack.person("ana").say(None, "hello")
        here.slack.person("ana").say(None, "missed")
        await here.slack.settled()
        here.slack.order(Fault("unavailable", method="conversations.history"))
        await here.adapter.begin(here.desk)
        await until(lambda: here.slack.called("conversations.history"))
        await here.adapter.aclose()
        assert heard(here) == ["hello"]
        await caught_up(here)
        assert heard(here) == ["hello", "missed"]
