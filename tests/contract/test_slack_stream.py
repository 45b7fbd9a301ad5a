"""A long answer on Slack is written as streams: whole, in order, each part once, whatever gets lost on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from adapters.base import Receipt
from adapters.slack.stream import Pace
from agent_core.events import AgentMessage
from sandbox.slack import Fault
from sandbox.slack.core import Session
from sandbox.slack.fault import ApiFault
from tests.contract.slack_telling import ANSWER, LINES, Telling, telling, told
from tests.unit.adapters.slack.shown import STATES

STREAMING = ("chat.startStream", "chat.appendStream", "chat.stopStream")
SAME = AgentMessage(id="a2", to=("slack:T1/U2",), text="The same paragraph again, with **some** weight.\n\n" * 200)


class Crash(Exception):
    """The process is gone."""


def crash() -> None:
    raise Crash


@pytest.fixture
async def here() -> AsyncIterator[Telling]:
    async with telling() as made:
        yield made
        assert made.open == []


async def test_a_long_answer_is_written_as_streams_one_call_a_second(here: Telling) -> None:  # SL-16, SL-22
    receipt = await here.adapter.send(here.parcel())
    assert told(here.shown) == LINES
    assert len(here.shown) > 3
    assert {one.streaming for one in here.shown} == {"completed"}
    assert receipt == Receipt(provider_id=f"{here.slack.team.id}/{here.asked.channel}/{here.shown[0].ts}")
    starts, appends, stops = map(here.said, STREAMING)
    assert len(starts) == len(stops) == len(here.shown)
    assert len(appends) > len(starts)
    assert {(one["thread_ts"], one["recipient_user_id"], one["recipient_team_id"]) for one in starts} == {
        (here.asked.ts, here.asked.user, here.slack.team.id)
    }
    assert max(len(one.get("markdown_text", "")) for one in (*starts, *appends, *stops)) <= 12_000
    assert here.naps.taken == [1.0] * (len(appends) + len(stops))
    assert here.said("chat.postMessage") == here.said("chat.update") == []


async def test_no_line_and_no_code_block_is_torn_between_two_streams(here: Telling) -> None:  # SL-17
    code = "\n".join(f"print({number}, 'and what there is to say about it')" for number in range(150))
    await here.adapter.send(here.parcel(AgentMessage(id="a3", to=("x",), text=f"```python\n{code}\n```")))
    assert len(here.shown) > 1
    assert {one.text.count("```") for one in here.shown} == {2}
    shown = [line for one in here.shown for line in one.text.split("\n") if line.startswith("print")]
    assert shown == code.split("\n")


async def test_in_a_direct_message_nobody_has_to_be_named(here: Telling) -> None:  # SL-16
    asked = here.slack.person("ana").say(None, "what is there to say?")
    await here.adapter.send(here.parcel(ANSWER, asked))
    _, *shown = here.slack.direct("ana")
    assert told(shown) == LINES
    assert {"recipient_user_id" in one for one in here.said("chat.startStream")} == {False}


async def test_a_short_answer_is_a_post(here: Telling) -> None:
    await here.adapter.send(here.parcel(AgentMessage(id="a4", to=("x",), text="There is nothing to say.")))
    assert [call.method for call in here.slack.calls if "Stream" in call.method] == []
    assert [one.text for one in here.shown] == ["There is nothing to say."]


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/?d=secret", "www.evil.example", "evil.example/?d=secret", "`https://evil.example`"],
)
async def test_where_slack_could_follow_a_link_it_is_forbidden_to(here: Telling, address: str) -> None:  # SL-33
    lines = [*LINES[:150], f"151. see {address}", *LINES[151:]]
    await here.adapter.send(here.parcel(ANSWER.model_copy(update={"text": "\n".join(lines)})))
    assert [line.replace("\\", "") for line in told(here.shown)] == lines
    streamed = "".join(str(one) for method in STREAMING for one in here.said(method))
    assert "evil" not in streamed
    assert len(here.said("chat.startStream")) == len(here.shown) - 1
    (post,) = here.said("chat.postMessage")
    assert (post["unfurl_links"], post["unfurl_media"]) == (False, False)


async def test_what_takes_more_bytes_than_a_stream_holds_is_posted(here: Telling) -> None:  # SL-21
    text = "\n\n".join("各服务器的情况如下" * 40 for _ in range(20))
    await here.adapter.send(here.parcel(AgentMessage(id="a5", to=("x",), text=text)))
    assert here.said("chat.startStream") == []
    assert "\n\n".join(one.text for one in here.shown) == text


@pytest.mark.parametrize(
    "error", ["unknown_method", "missing_recipient_user_id", "not_allowed", "method_not_supported"]
)
async def test_where_slack_takes_no_streams_they_are_posts(here: Telling, error: str) -> None:
    here.slack.order(Fault("error", method="chat.startStream", error=error))
    receipt = await here.adapter.send(here.parcel())
    assert told(here.shown) == LINES
    assert receipt.provider_id.endswith(here.shown[0].ts)
    assert len(here.said("chat.startStream")) == 1
    assert len(here.said("chat.postMessage")) == len(here.shown)


@pytest.mark.parametrize("method", STREAMING)
@pytest.mark.parametrize(
    "faults",
    [
        ("lost_reply",),
        ("drop_before",),
        ("server_error",),
        ("rate_limited",),
        ("error",),
        ("lost_reply", "lost_reply", "lost_reply", "lost_reply"),
        ("lost_reply", "drop_before", "lost_reply", "server_error", "lost_reply", "rate_limited"),
    ],
    ids=["lost", "dropped", "server", "limited", "error", "each", "any"],
)
async def test_what_gets_lost_on_the_way_is_told_once(  # SL-17, SL-36
    here: Telling, method: str, faults: Sequence[ApiFault]
) -> None:
    for fault in faults:
        here.slack.order(Fault(fault, method=method, seconds=0))
    receipt = await here.persist(here.parcel())
    assert told(here.shown) == LINES
    assert receipt.provider_id == f"{here.slack.team.id}/{here.asked.channel}/{here.shown[0].ts}"


@pytest.mark.parametrize("nap", range(1, 8))
@pytest.mark.parametrize("fault", ["lost_reply", "drop_before"])
async def test_any_call_may_fail(here: Telling, nap: int, fault: ApiFault) -> None:  # SL-17
    here.naps.during[nap] = lambda: here.slack.order(Fault(fault))
    await here.persist(here.parcel())
    assert told(here.shown) == LINES
    assert here.said("chat.postMessage") == []


@pytest.mark.parametrize("event", [ANSWER, SAME], ids=["lines", "same"])
@pytest.mark.parametrize("nap", range(1, 8))
async def test_after_a_crash_what_was_begun_is_made_whole(
    here: Telling, nap: int, event: AgentMessage
) -> None:  # SL-17
    here.naps.during[nap] = crash
    with pytest.raises(Crash):
        await here.adapter.send(here.parcel(event))
    assert len(here.open) == 1
    await here.adapter.send(here.parcel(event, repeat=True))
    once = [line for one in here.shown for line in one.text.split("\n") if line]
    assert once == [line for line in event.text.split("\n") if line]
    assert here.said("chat.postMessage") == []


async def test_what_another_parcel_left_behind_is_not_taken_for_this_one(here: Telling) -> None:
    here.naps.during[1] = crash
    with pytest.raises(Crash):
        await here.adapter.send(here.parcel(SAME, effect_id="e9"))
    (left,) = here.open
    await here.adapter.send(here.parcel(repeat=True))
    assert told(here.shown) == LINES
    assert left.text.startswith("The same paragraph")
    await here.adapter.send(here.parcel(SAME, effect_id="e9", repeat=True))


async def test_nor_is_it_if_it_says_the_same(here: Telling) -> None:
    here.naps.during[1] = crash
    with pytest.raises(Crash):
        await here.adapter.send(here.parcel(SAME, effect_id="e9"))
    (left,) = here.open
    begun = left.text
    here.naps.during[len(here.naps.taken) + 3] = lambda: here.slack.order(Fault("drop_before", method=STREAMING[0]))
    await here.persist(here.parcel(SAME))
    assert left.text == begun
    await here.adapter.send(here.parcel(SAME, effect_id="e9", repeat=True))
    assert sum(one.text.count("The same paragraph") for one in here.shown) == 400


async def test_nor_is_what_a_person_says(here: Telling) -> None:
    quoted = here.slack.person("bo").say("#deploys", "\n".join(LINES[:9]), thread=here.asked.ts)
    here.slack.order(Fault("drop_before", method="chat.startStream"))
    await here.persist(here.parcel())
    assert quoted.ts not in [call.arguments.get("ts") for call in here.slack.calls if call.method.startswith("chat.")]
    assert told(here.shown[1:]) == LINES


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_what_cannot_be_made_whole_is_told_anew(here: Telling, error: str) -> None:
    here.naps.during[2] = lambda: here.slack.order(Fault("lost_reply", method="chat.appendStream"))
    here.slack.order(Fault("error", method="chat.update", error=error))
    await here.adapter.send(here.parcel())
    assert told(here.shown) == LINES
    assert len(here.said("chat.postMessage")) == 1


async def test_a_stream_that_has_lasted_long_ends_with_all_that_is_left_of_its_message() -> None:  # SL-17
    async with telling(Pace(pause=8, longest=5), stream_seconds=20) as here:
        await here.adapter.send(here.parcel())
        assert told(here.shown) == LINES
        assert here.said("chat.update") == []
        assert len(here.said("chat.startStream")) == len(here.said("chat.appendStream")) == len(here.shown)
        assert here.open == []


async def test_a_stream_that_slack_has_ended_is_made_whole_by_an_update() -> None:  # SL-17
    async with telling(Pace(pause=12), stream_seconds=20) as here:
        await here.adapter.send(here.parcel())
        assert told(here.shown) == LINES
        over = [one for one in here.slack.calls if one.error == "message_not_in_streaming_state"]
        assert {one.method for one in over} == {"chat.appendStream", "chat.stopStream"}
        assert {one.arguments["ts"] for one in over} == {one["ts"] for one in here.said("chat.update")}
        assert here.said("chat.postMessage") == []
        assert here.open == []


async def test_who_stops_it_gets_the_rest_at_once(here: Telling) -> None:  # SL-17
    ana = here.slack.person("ana")
    here.naps.during[6] = lambda: _stopped(here)
    await here.adapter.send(here.parcel())
    assert told(here.shown) == LINES
    stopped = next(call for call in here.slack.calls if call.error == "stopped_by_user")
    later = [call.method for call in here.slack.calls[stopped.number :]]
    assert later.count("chat.update") == 1
    assert not {"chat.startStream", "chat.appendStream"} & set(later)
    assert later.count("chat.postMessage") == len(here.shown) - len(here.said("chat.startStream"))
    assert ana.messages("#deploys")[-1].text.endswith(LINES[-1])


async def _stopped(here: Telling) -> None:
    here.slack.core.sessions[here.asked.channel, here.asked.ts] = Session(status="processing")
    await here.slack.person("ana").stop(here.asked)


async def test_a_conversation_that_begins_with_it_begins_with_posts(here: Telling) -> None:
    ana = here.slack.person("ana")
    here.slack.order(Fault("lost_reply", method="chat.postMessage"), count=3)
    begins = here.parcel().address.model_copy(update={"ref": f"{here.slack.team.id}/{ana.id}"})
    receipt = await here.persist(here.parcel(address=begins))
    shown = ana.messages(None)
    assert told(shown) == LINES
    assert {one.root for one in shown} == {shown[0].ts}
    place = f"{here.slack.team.id}/{shown[0].channel}/{shown[0].ts}"
    assert receipt == Receipt(provider_id=place, conversation=place, at=int(shown[0].ts.replace(".", "")))


async def test_it_is_found_again_at_the_end_of_a_long_thread(here: Telling) -> None:
    for number in range(250):
        here.slack.person("bo").say("#deploys", f"and another thing: {number}", thread=here.asked.ts)
    here.slack.order(Fault("lost_reply", method="chat.startStream"), count=2)
    await here.persist(here.parcel())
    assert told(here.shown) == LINES


async def test_no_stream_is_open_while_a_thread_is_parked(here: Telling) -> None:  # SL-18
    for number, state in enumerate(STATES.values()):
        role, ticket, request = state.role, state.ticket, state.request
        update = {"role": role, "ticket": ticket, "request": request, "effect_id": f"e{number}"}
        await here.adapter.send(here.parcel(state.event, **update))
        assert here.open == []
    assert here.said("chat.startStream") != []
