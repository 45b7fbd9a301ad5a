"""What was said while Slack did not reach us: read afterwards, heard once and in order, and nothing else with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from adapters.heard import Received
from adapters.slack.reading import BOUNDS
from adapters.slack.wire import moment
from sandbox.slack import Fault
from tests.contract.slack_away import ROOM, Slept, apart, caught_up, heard, reached


async def test_what_was_said_meanwhile_is_heard_once_and_in_order() -> None:  # SL-06 # SL-35
    async with apart() as here:
        ana, bo = here.slack.person("ana"), here.slack.person("bo")
        async with reached(here):
            asked = ana.say(ROOM, "@holdpoint deploy")
            ana.say(None, "hello")
        ana.say(ROOM, "and?", thread=asked.ts)
        bo.say(ROOM, "soon", thread=asked.ts)
        ana.say(ROOM, "hear, everybody", thread=asked.ts, broadcast=True)
        ana.say(None, "are you there?")
        other = ana.say(ROOM, "@holdpoint something else")
        ana.say(ROOM, "quickly, please", thread=other.ts)
        await caught_up(here)

        told = heard(here)
        below = ["and?", "soon", "hear, everybody"]
        assert sorted(told[2:]) == sorted([*below, "are you there?", "something else", "quickly, please"])
        assert [text for text in told if text in below] == below
        assert told.index("something else") < told.index("quickly, please")
        assert len(here.desk.taken) == len(here.desk.stored) + 1, "only the mention that was pushed came twice"
        people = {one.message.author.identity for one in here.desk.stored if isinstance(one, Received)}
        assert people == {f"slack:{here.slack.team.id}/{one.id}" for one in (ana, bo)}

        taken = len(here.desk.taken)
        await caught_up(here)
        assert len(here.desk.taken) == taken, "how far we have heard was noted"


@pytest.mark.parametrize("kind", ["direct", "mention", "reply", "broadcast", "file"])
async def test_a_late_retry_of_what_was_read_is_the_same_message(kind: str) -> None:  # SL-06 # SL-35
    async with apart() as here:
        ana = here.slack.person("ana")
        async with reached(here):
            asked = ana.say(ROOM, "@holdpoint deploy")
            ana.say(None, "hello")
        before = len(here.slack.deliveries)
        match kind:
            case "direct":
                ana.say(None, "again")
            case "mention":
                ana.say(ROOM, "@holdpoint again")
            case "reply" | "broadcast":
                ana.say(ROOM, "again", thread=asked.ts, broadcast=kind == "broadcast")
            case "file":
                ana.upload(None, "plan.txt", b"the plan", text="again")
        lost = here.slack.deliveries[before:]
        await caught_up(here)
        (read,) = here.desk.stored[2:]
        async with reached(here):
            for delivery in lost:
                here.slack.core.courier.send_again(delivery)
        assert len(here.desk.taken) >= 4
        assert here.desk.stored[2:] == [read]
        (same,) = {one.model_dump_json(exclude={"message": {"author": {"evidence"}}}) for one in here.desk.taken[-1:]}
        assert same == read.model_dump_json(exclude={"message": {"author": {"evidence"}}})


async def test_neither_our_own_words_nor_those_to_others_nor_old_ones_are_heard() -> None:  # SL-35
    async with apart() as here:
        ana, bo = here.slack.person("ana"), here.slack.person("bo")
        ana.say(ROOM, "@holdpoint before we ever were there")
        await caught_up(here)
        assert here.slack.called("conversations.history") == [], "nobody has ever spoken to us"
        async with reached(here):
            asked = ana.say(ROOM, "@holdpoint deploy")
        api, token = here.adapter._api, (await here.adapter._installations.find(here.slack.team.id, "")).bot_token  # type: ignore[union-attr]
        await api.call(token, "chat.postMessage", channel=asked.channel, text="@holdpoint said by ourselves")
        lunch = bo.say(ROOM, "lunch?")
        ana.say(ROOM, "at one", thread=lunch.ts)
        ana.delete(ana.say(ROOM, "@holdpoint never mind"))
        ana.say(ROOM, "@holdpoint still there?")
        await caught_up(here)

        assert heard(here) == ["deploy", "still there?"]
        places = {place.partition("/")[2]: at for place, at in here.desk.at.items()}
        assert f"{asked.channel}/{lunch.ts}" not in places
        assert places[f"{asked.channel}/{asked.ts}"] == moment(asked.ts)


async def test_pages_are_read_to_the_end_and_at_most_so_many_messages() -> None:
    async with apart(replace(BOUNDS, page=2, messages=6)) as here:  # SL-35
        ana = here.slack.person("ana")
        async with reached(here):
            ana.say(None, "0")
        for number in range(1, 6):
            ana.say(None, f"{number}")
        await caught_up(here)
        assert heard(here) == [f"{number}" for number in range(6)]
        assert len(here.slack.called("conversations.history")) == 3
        for number in range(6, 15):
            ana.say(None, f"{number}")
        with capture_logs() as logged:
            await caught_up(here)
        assert heard(here)[6:] == [f"{number}" for number in range(9, 15)]
        assert [(one["event"], one["read"]) for one in logged if one["log_level"] == "warning"] == [
            ("more was said than is read", 6)
        ]


async def test_slack_and_the_store_are_waited_for_but_not_for_ever() -> None:
    slept = Slept()  # SL-35
    async with apart(replace(BOUNDS, sleep=slept, wait=60)) as here:
        ana = here.slack.person("ana")
        async with reached(here):
            ana.say(None, "hello")
        ana.say(None, "again")
        here.slack.order(Fault("rate_limited", method="conversations.history", seconds=7), count=3)
        here.slack.order(Fault("server_error", method="conversations.history"))
        here.desk.down = 1
        await caught_up(here)
        assert heard(here) == ["hello", "again"]
        assert slept.seconds == [7, 7, 7, 5, 5]

        ana.say(None, "and again")
        here.slack.order(Fault("rate_limited", method="conversations.history", seconds=25), count=9)
        with capture_logs() as logged:
            await caught_up(here)
        assert slept.seconds[5:] == [25, 25]
        assert logged[-1]["event"] == "missed messages not read"
        here.slack.lift()
        await caught_up(here)
        assert heard(here) == ["hello", "again", "and again"]


async def test_a_place_that_is_refused_is_left_out_and_no_other() -> None:
    async with apart() as here:  # SL-35
        ana = here.slack.person("ana")
        async with reached(here):
            asked = ana.say(ROOM, "@holdpoint deploy")
            ana.say(None, "hello")
        here.desk.at[f"{here.slack.team.id}/C0GONE/1790000000.000100"] = 1_790_000_000_000_100
        ana.say(ROOM, "@holdpoint again")
        ana.say(None, "hello again")
        here.slack.channel(ROOM).members.discard(here.slack.core.world.installations[here.slack.team.id].bot_user)
        with capture_logs() as logged:
            await caught_up(here)
        assert heard(here)[2:] == ["hello again"]
        refused = {one.error for one in here.slack.calls if one.error}
        assert refused == {"not_in_channel", "channel_not_found"}
        team = here.slack.team.id
        left_out = {(one["place"], one["why"]) for one in logged if one["event"] == "place not read"}
        assert (f"{team}/{asked.channel}/{asked.ts}", "not_in_channel") in left_out
        assert (f"{team}/C0GONE", "channel_not_found") in left_out


async def test_whoever_slack_does_not_say_it_of_is_asked_for() -> None:  # SL-35
    async with apart() as here:
        ana = here.slack.person("ana")
        async with reached(here):
            ana.say(None, "hello")
        for text in ("again", "and again"):
            ana.say(None, text).team = ""
        await caught_up(here)
        identities = [one.message.author.identity for one in here.desk.stored if isinstance(one, Received)]
        assert identities == [f"slack:{here.slack.team.id}/{ana.id}"] * 3
        assert len(here.slack.called("users.info")) == 1

        ana.say(None, "who am I?").team = ""
        here.slack.order(Fault("error", method="users.info", error="user_not_found"))
        await caught_up(here)
        last = here.desk.stored[-1]
        assert isinstance(last, Received)
        assert last.message.author.assurance != "verified"
