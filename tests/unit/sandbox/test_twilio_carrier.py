"""The carrier: STOP and its family, segments, what does not arrive, phones switched off, the queue."""

from __future__ import annotations

import pytest

from sandbox.twilio import Account, CannotDo, Fault, TwilioSandbox
from sandbox.twilio.segments import cut, smart
from tests.unit.sandbox.twilio_app import ANA, PUBLIC, App, app_of, app_of_twilio, local_twilio, refusal, send  # noqa: F401 (fixtures)


@pytest.mark.parametrize(
    ("text", "encoding", "segments"),
    [
        ("", "GSM-7", 1),
        ("x" * 160, "GSM-7", 1),
        ("x" * 161, "GSM-7", 2),
        ("x" * 306, "GSM-7", 2),
        ("x" * 307, "GSM-7", 3),
        ("€" * 80, "GSM-7", 1),
        ("€" * 81, "GSM-7", 2),
        ("x" * 152 + "€" + "x" * 152, "GSM-7", 3),  # the euro does not fit into the first, so the last gets one more
        ("é" * 160, "GSM-7", 1),
        ("ç", "UCS-2", 1),
        ("\u2019" + "x" * 69, "UCS-2", 1),
        ("\u2019" + "x" * 70, "UCS-2", 2),
        ("\U0001f680" * 35, "UCS-2", 1),
        ("\U0001f680" * 36, "UCS-2", 2),
        ("\U0001f680" * 67, "UCS-2", 3),  # 33 to a segment: none is cut in two
    ],
)
def test_segments_are_counted(text: str, encoding: str, segments: int) -> None:
    shape = cut(text)
    assert (shape.encoding, len(shape.parts)) == (encoding, segments)
    assert "".join(shape.parts) == text


def test_smart_encoding_folds_what_is_only_typographic() -> None:
    assert smart("\u201cDon\u2019t\u201d \u2013 wait\u2026") == '"Don\'t" - wait...'
    assert smart("ç \U0001f680") == "ç \U0001f680"


async def test_smart_encoding_is_asked_for(twilio: TwilioSandbox) -> None:
    assert (await send(twilio, body="\u2019" + "x" * 70, smart_encoded=True)).num_segments == "1"
    assert (await send(twilio, body="\u2019" + "x" * 70)).num_segments == "2"
    assert [one.encoding for one in twilio.phone(ANA).inbox] == ["GSM-7", "UCS-2"]
    assert twilio.phone(ANA).inbox[1].segments == 2


@pytest.mark.parametrize(
    "word", ["STOP", " stop ", "Unsubscribe", "CANCEL", "END", "quit", "STOPALL", "REVOKE", "OPTOUT"]
)
async def test_stop_opts_out_of_one_sender(twilio: TwilioSandbox, app: App, word: str) -> None:
    phone = twilio.phone(ANA)
    phone.text(word)
    await twilio.settled()
    assert twilio.opted_out(ANA, twilio.number)
    assert "unsubscribed" in phone.inbox[-1].body
    assert phone.inbox[-1].sid == ""
    assert app.taken[0].form["Body"] == word  # it is passed on all the same
    assert "OptOutType" not in app.taken[0].form
    assert await refusal(twilio, body="x") == (400, 21610)
    await send(twilio, body="x", messaging_service_sid=twilio.service)  # another sender: another list
    phone.text(word, to=twilio.number)
    assert [one.body for one in phone.inbox].count(phone.inbox[0].body) == 1  # and no second answer


@pytest.mark.parametrize("text", ["stop please", "please cancel", "no", "yesterday"])
async def test_only_the_word_alone_opts_out(twilio: TwilioSandbox, text: str) -> None:
    twilio.phone(ANA).text(text)
    await send(twilio, body="x")
    assert [one.body for one in twilio.phone(ANA).inbox] == ["x"]


@pytest.mark.parametrize("word", ["START", "yes", "UNSTOP"])
async def test_start_opts_in_again_and_is_silent_for_who_never_left(twilio: TwilioSandbox, word: str) -> None:
    phone = twilio.phone(ANA)
    phone.text(word)
    assert phone.inbox == []
    phone.text("STOP")
    phone.text("HELP")
    phone.text(word)
    assert [one.body.split()[4].rstrip(".") for one in phone.inbox] == ["unsubscribed", "re-subscribed"]
    await send(twilio, body="x")


async def test_help_is_answered_by_the_carrier(twilio: TwilioSandbox) -> None:
    twilio.phone(ANA).text("info")
    assert twilio.phone(ANA).inbox[0].body == "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
    assert [one.direction for one in twilio.messages] == ["inbound"]


async def test_a_service_keeps_one_list_and_names_the_word_when_opt_out_is_advanced() -> None:
    async with TwilioSandbox(Account(advanced_opt_out=True)) as twilio, app_of(twilio) as app:
        twilio.phone(ANA).text("end", to=twilio.pool_number)
        twilio.phone(ANA).text("hi", to=twilio.pool_number)
        twilio.phone(ANA).text("STOP", to=twilio.number)
        await twilio.settled()
        said = {one.form["Body"]: one.form.get("OptOutType") for one in app.taken}
        assert said == {"end": "STOP", "hi": None, "STOP": None}
        assert all(one.valid for one in app.taken)
        assert await refusal(twilio, body="x", messaging_service_sid=twilio.service) == (400, 21610)
        assert await refusal(twilio, body="x", from_=twilio.pool_number) == (400, 21610)
        assert twilio.opted_out(ANA, twilio.service)


async def test_who_opted_out_gets_no_answer_from_the_app_either(twilio: TwilioSandbox, app: App) -> None:
    app.answer = "<Response><Message>sorry to see you go</Message></Response>"
    twilio.phone(ANA).text("STOP")
    await twilio.settled()
    assert [one.sid for one in twilio.phone(ANA).inbox] == [""]


@pytest.mark.parametrize("code", [30003, 30005, 30006, 30007, 30008, 30034])
async def test_a_number_is_unreachable_once_or_for_good(twilio: TwilioSandbox, app: App, code: int) -> None:
    twilio.order(Fault("undelivered", code=code, to=ANA))
    await send(twilio, to="+447700900009", body="x")
    assert twilio.messages[-1].status == "delivered"
    await send(twilio, body="one", status_callback=PUBLIC)
    await twilio.settled()
    assert app.statuses == ["sent", "undelivered"]
    assert app.taken[-1].form["ErrorCode"] == str(code)
    assert "ErrorCode" not in app.taken[0].form
    await send(twilio, body="two")
    twilio.unreachable(ANA, code)
    for _ in range(2):
        await send(twilio, body="three")
    assert [one.body for one in twilio.phone(ANA).inbox] == ["two"]
    assert [one.error_code for one in twilio.messages[-2:]] == [code, code]


async def test_a_message_may_fail_before_it_is_sent_or_never_be_heard_of_again(twilio: TwilioSandbox, app: App) -> None:
    twilio.order(Fault("failed", code=30034))
    await send(twilio, body="one", status_callback=PUBLIC)
    await twilio.settled()
    assert (app.statuses, app.taken[-1].form["ErrorCode"]) == (["failed"], "30034")
    twilio.order(Fault("silent"))
    await send(twilio, body="two", status_callback=PUBLIC)
    await twilio.settled()
    assert app.statuses == ["failed", "sent"]
    assert [one.body for one in twilio.phone(ANA).inbox] == ["two"]


async def test_a_phone_that_is_off_gets_it_later(twilio: TwilioSandbox, app: App) -> None:
    phone = twilio.phone(ANA)
    phone.switch_off()
    await send(twilio, body="x", status_callback=PUBLIC)
    await twilio.settled()
    assert (app.statuses, phone.inbox) == (["sent"], [])
    phone.switch_on()
    await twilio.settled()
    assert app.statuses == ["sent", "delivered"]
    assert [one.body for one in phone.inbox] == ["x"]


async def test_what_waits_in_the_queue_too_long_is_not_sent(twilio: TwilioSandbox, app: App) -> None:
    twilio.hold()
    await send(twilio, body="short", validity_period=60, status_callback=PUBLIC)
    await send(twilio, body="long", status_callback=PUBLIC)
    twilio.clock.forward(61)
    await twilio.settled()
    assert (app.statuses, app.taken[0].form["ErrorCode"]) == (["failed"], "30036")
    twilio.release()
    await twilio.settled()
    assert app.statuses == ["failed", "sent", "delivered"]
    assert [one.body for one in twilio.phone(ANA).inbox] == ["long"]
    twilio.hold()
    await send(twilio, body="ten hours")
    twilio.clock.forward(36_001)
    assert twilio.messages[-1].error_code == 30036


async def test_a_person_writes_only_to_numbers_that_are_there(twilio: TwilioSandbox) -> None:
    with pytest.raises(CannotDo):
        twilio.phone(ANA).text("x", to="+447700900999")
    with pytest.raises(CannotDo):
        twilio.phone("07700 900001")
