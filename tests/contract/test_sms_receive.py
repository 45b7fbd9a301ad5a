"""What Twilio posts, from the signature to the answer: stored before it is answered, and known when it comes again."""

from __future__ import annotations

from typing import Any

import pytest
import structlog

from adapters.base import HttpCall
from adapters.heard import Lost, Pressed, Received
from adapters.sms.receive import TAKEN
from gateway.store.errors import StoreDown
from tests.contract.sms_bench import ANA, OURS, Bench, incoming, line, posted, sid, status

WHO = f"sms:{ANA}"
QUERY = "effect=e1&thread=t1&cause=c1"


def stored(bench: Bench) -> list[str]:
    return [type(heard).__name__ for heard in bench.desk.stored]


# --- SM-01, SM-02, SM-06


async def test_a_message_is_stored_whole_before_the_empty_answer() -> None:
    bench = Bench()
    reply = await bench.told(incoming("deploy api"))
    assert (reply.status, reply.headers) == (200, {"Content-Type": "text/xml"})
    assert reply.body == b'<?xml version="1.0" encoding="UTF-8"?><Response/>'
    (received,) = bench.desk.stored
    assert isinstance(received, Received)
    assert (received.message.id, received.message.text, received.conversation) == (sid(), "deploy api", f"{OURS}/{ANA}")
    assert bench.desk.raw == [posted(incoming("deploy api"), line()).body]
    assert bench.book.said == [("heard", WHO)]
    assert bench.book.known[WHO].heard_at == bench.clock.now


@pytest.mark.parametrize(
    "call",
    [
        HttpCall(b"", {}),
        HttpCall(b"\xff", {"content-type": "application/x-www-form-urlencoded"}),
        HttpCall(posted(incoming(), line()).body, {"content-type": "application/x-www-form-urlencoded"}),
        posted(incoming(), line(), token="another"),
        posted(incoming(), line(public_url="http://holdpoint.example.com")),
        HttpCall(b"{}", {"content-type": "application/json", "x-twilio-signature": "x"}),
    ],
    ids=["nothing", "no form", "no signature", "another token", "another url", "json without its hash"],
)
async def test_what_twilio_did_not_sign_is_refused_and_leaves_no_trace(call: HttpCall) -> None:
    bench = Bench()
    assert (await bench.receive(call)).status == 403
    assert (bench.desk.taken, bench.desk.turns, bench.book.said) == ([], {}, [])


async def test_what_cannot_be_stored_is_no_answer_and_is_stored_when_it_comes_again() -> None:
    bench = Bench()
    bench.desk.down = 1
    with pytest.raises(StoreDown):
        await bench.told(incoming())
    assert await bench.told(incoming()) == TAKEN
    assert stored(bench) == ["Received"]


async def test_contacts_that_are_away_are_told_when_it_comes_again() -> None:
    bench = Bench()
    bench.book.down = 1
    with pytest.raises(StoreDown):
        await bench.told(incoming())
    assert await bench.told(incoming()) == TAKEN
    assert (stored(bench), bench.book.said) == (["Received"], [("heard", WHO)])


async def test_what_is_signed_and_cannot_be_read_is_taken_and_told_to_an_operator() -> None:
    bench = Bench()
    with structlog.testing.capture_logs() as logs:
        assert await bench.told(incoming("secret words", To="")) == TAKEN
    assert bench.desk.taken == []
    assert [(one["log_level"], one["event"], one["id"]) for one in logs] == [("error", "payload dropped", sid())]


# --- SM-04, SM-07


async def test_a_request_that_comes_again_after_a_day_does_nothing() -> None:
    bench = Bench()
    calls = [posted(form, bench.line) for form in (incoming(), incoming("START", number=2), incoming("STOP", number=3))]
    for call in calls:
        assert await bench.receive(call) == TAKEN
    bench.clock.forward(days=1)
    known, said, log = dict(bench.book.known), list(bench.book.said), bench.desk.stored
    for call in calls:
        assert await bench.receive(call) == TAKEN
    assert (bench.book.known, bench.book.said, bench.desk.stored) == (known, said, log)


@pytest.mark.parametrize("said", ["START", "YES"])
async def test_nobody_is_signed_up_again_by_what_they_said_before(said: str) -> None:
    bench = Bench()
    await bench.told(incoming("STOP"))
    old = posted(incoming(said, number=2), bench.line)
    await bench.receive(old)
    await bench.told(incoming("STOP", number=3))
    bench.clock.forward(days=20)
    await bench.receive(old)
    assert bench.book.known[WHO].out
    assert stored(bench) == ["Lost", "Lost"]


async def test_an_idempotency_token_of_its_own_makes_no_new_message() -> None:
    bench = Bench()
    with structlog.testing.capture_logs() as logs:
        await bench.told(incoming(), i_twilio_idempotency_token="one")
        await bench.told(incoming(), i_twilio_idempotency_token="two")
    assert stored(bench) == ["Received"]
    assert [one["token"] for one in logs] == ["one", "two"]


# --- SM-11


async def test_stop_is_honoured_at_once_and_answered_by_nobody() -> None:
    bench = Bench()
    assert await bench.told(incoming(" Stop\n")) == TAKEN
    assert bench.desk.stored == [Lost(id=sid(), identity=WHO, why="opted out")]
    assert bench.book.said == [("opted_out", WHO)]


async def test_a_stop_that_was_not_finished_is_finished_when_it_comes_again() -> None:
    bench = Bench()
    bench.desk.down = 1
    with pytest.raises(StoreDown):
        await bench.told(incoming("STOP"))
    assert await bench.told(incoming("STOP")) == TAKEN
    assert stored(bench) == ["Lost"]
    assert bench.book.known[WHO].out


@pytest.mark.parametrize("word", ["START", "unstop", "Yes"])
async def test_who_opted_out_comes_back_by_a_word_that_is_no_message(word: str) -> None:
    bench = Bench()
    await bench.told(incoming("STOP"))
    assert await bench.told(incoming(word, number=2)) == TAKEN
    assert not bench.book.known[WHO].out
    assert stored(bench) == ["Lost"]


async def test_a_yes_of_somebody_who_never_left_is_a_message() -> None:
    bench = Bench()
    await bench.told(incoming("Yes"))
    await bench.told(incoming("Yes"))
    assert stored(bench) == ["Received"]
    assert bench.book.said == [("heard", WHO)]


async def test_a_message_does_not_bring_back_who_opted_out() -> None:
    bench = Bench()
    await bench.told(incoming("STOP"))
    await bench.told(incoming("what is going on?", number=2))
    assert bench.book.known[WHO].out
    assert stored(bench) == ["Lost", "Received"]


async def test_help_is_left_to_twilio() -> None:
    bench = Bench()
    assert await bench.told(incoming("HELP")) == TAKEN
    assert (stored(bench), bench.book.said) == ([], [("heard", WHO)])


async def test_what_twilio_says_of_a_keyword_wins() -> None:
    bench = Bench()
    await bench.told(incoming("arret", OptOutType="STOP"))
    assert (stored(bench), bench.book.known[WHO].out) == (["Lost"], True)


async def test_a_polite_stop_is_heard_by_the_agent_and_told_to_an_operator() -> None:
    bench = Bench()
    with structlog.testing.capture_logs() as logs:
        await bench.told(incoming("stop please"))
    assert (stored(bench), bench.book.said) == (["Received"], [("heard", WHO)])
    assert [one["log_level"] for one in logs if one["event"] == "may want no more messages"] == ["warning"]


# --- SM-32


@pytest.mark.parametrize(
    "more", [{"OtherRecipients0": "+447700900009"}, {"From": "60006"}, {"From": f"whatsapp:{ANA}"}, {"From": OURS}]
)
async def test_what_is_not_one_person_to_us_is_not_stored_and_not_answered(more: dict[str, str]) -> None:
    bench = Bench()
    with structlog.testing.capture_logs() as logs:
        assert await bench.told(incoming("STOP") | more) == TAKEN
    assert (bench.desk.taken, bench.book.said) == ([], [])
    assert [one["event"] for one in logs] == ["payload ignored"]


# --- SM-30, SM-31


def on_whatsapp() -> Bench:
    return Bench(line(channel="whatsapp", sender="+447700900102"))


def from_whatsapp(body: str, **more: Any) -> dict[str, str]:
    return incoming(body, sender=f"whatsapp:{ANA}", to="whatsapp:+447700900102", ProfileName="Bo", **more)


async def test_each_message_opens_the_window_of_its_writer_anew() -> None:
    bench = on_whatsapp()
    await bench.told(from_whatsapp("hi"))
    bench.clock.forward(hours=30)
    await bench.told(from_whatsapp("hi again", number=2))
    assert bench.book.known[f"whatsapp:{ANA}"].heard_at == bench.clock.now
    assert list(bench.book.known) == [f"whatsapp:{ANA}"]


async def test_a_button_is_pressed_by_whoever_sent_it_and_opens_the_window() -> None:
    bench = on_whatsapp()
    form = from_whatsapp("Approve", ButtonPayload="d:q80:the-ticket", ButtonText="Approve")
    assert await bench.told(form) == TAKEN
    (pressed,) = bench.desk.stored
    assert isinstance(pressed, Pressed)
    assert (pressed.decision, pressed.ticket, pressed.seal) == ("deny", "the-ticket", f"whatsapp:{ANA}")
    assert bench.book.said == [("heard", f"whatsapp:{ANA}")]


async def test_a_button_that_was_not_shown_there_is_refused_in_silence() -> None:
    bench = on_whatsapp()
    bench.desk.foreign = True
    with structlog.testing.capture_logs() as logs:
        assert await bench.told(from_whatsapp("Approve", ButtonPayload="a:q80:the-ticket")) == TAKEN
    assert logs[-1]["event"] == "button refused"
    assert "the-ticket" not in str(logs)


# --- SM-34


async def test_no_log_holds_a_number_or_a_word_of_anybody() -> None:
    bench = Bench()
    with structlog.testing.capture_logs() as logs:
        for number, body in enumerate(["the secret word", "STOP", "START", "HELP", "stop please"], 1):
            await bench.told(incoming(body, number=number))
        await bench.told(incoming("the secret word", sender="60006"))
        await bench.told(status("undelivered", ErrorCode="21610"), QUERY)
        await bench.receive(posted(incoming("the secret word"), bench.line, token="another"))
    assert len(logs) >= 8
    told = str(logs)
    assert [word for word in (ANA, OURS, "secret word", "60006", "the-token") if word in told] == []
    assert "+44******0001" in told
