"""The judge on webhooks and sending: our adapter whole, held to the same by our local Twilio and by somebody else's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode

import pytest
from pydantic import SecretStr
from twilio.request_validator import RequestValidator

from adapters.base import HttpCall
from adapters.errors import OutcomeUnknown, Rejected
from adapters.heard import Lost
from adapters.sms.adapter import SmsAdapter
from tests.contract.twilio_far_ends import FAR_ENDS, FarEndName, as_owner, losing_answers
from tests.contract.twilio_hooks import KINDS, PERSON, Judged, judged, now, signature

SAID = "A 482193\na+b & c=d; 100% «ça» ٤٨٢ 🚀"
# https://www.twilio.com/docs/messaging/guides/webhook-request
INCOMING = {"MessageSid", "SmsSid", "AccountSid", "From", "To", "Body", "NumMedia", "NumSegments"}
PLACES = {"FromCity", "FromState", "FromZip", "FromCountry", "ToCity", "ToState", "ToZip", "ToCountry"}
# https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
STATUS = {"MessageSid", "MessageStatus", "SmsSid", "SmsStatus", "AccountSid", "From", "To"}


@pytest.fixture(params=[f"{name}-{kind}" for name in FAR_ENDS for kind in KINDS])
async def here(request: pytest.FixtureRequest, anyio_backend: str, tmp_path: Path) -> AsyncIterator[Judged]:
    name, kind = request.param.split("-")
    async with judged(name, kind, tmp_path) as made:
        yield made


@pytest.fixture(params=FAR_ENDS)
async def plain(request: pytest.FixtureRequest, anyio_backend: str, tmp_path: Path) -> AsyncIterator[Judged]:
    """One kind of line, where the kind makes no difference."""
    async with judged(request.param, "number", tmp_path) as made:
        yield made


async def test_what_somebody_writes_is_stored_and_answered_with_nothing(here: Judged) -> None:
    """SM-01, SM-06, SM-16, SM-17."""
    await here.text(SAID)

    heard, (form,), ((call, reply),) = here.received, here.forms, here.noting.posted
    assert (reply.status, reply.headers["Content-Type"]) == (200, "text/xml")
    assert reply.body.endswith(b"<Response/>")
    assert heard.message.id == form["MessageSid"]
    assert heard.message.text == SAID
    assert (heard.message.author.identity, heard.message.author.assurance) == (here.identity, "restricted")
    assert heard.conversation == f"{here.line.sender}/{PERSON}"
    assert (heard.address.channel, heard.address.ref, heard.code) == (here.line.channel, PERSON, "482193")
    assert RequestValidator(here.far.auth_token).validate(here.line.hook, form, signature(call))


async def test_a_message_says_what_is_documented(here: Judged) -> None:  # SM-09
    await here.text("hello")

    (form,) = here.forms
    assert INCOMING - form.keys() == set()
    assert (form["From"], form["To"], form["Body"], form["NumMedia"]) == (here.theirs, here.ours, "hello", "0")
    assert form["AccountSid"] == here.far.account_sid
    assert form["MessageSid"] == form["SmsSid"]
    assert form.get("MessagingServiceSid", "") == (here.line.sender if here.line.sender == here.far.service else "")
    if here.line.channel == "sms":
        assert bool(PLACES - form.keys()) == here.far.differs("tells nothing of places")


Form = list[tuple[str, str]]
TAMPERED: dict[str, Callable[[Form], Form]] = {
    "another text": lambda form: [*form, ("Body", "A 111111")],
    "a field more": lambda form: [*form, ("OptOutType", "STOP")],
    "an empty field more": lambda form: [*form, ("ForwardedFrom", "")],
    "a field less": lambda form: [one for one in form if one[0] != "NumSegments"],
    "another author": lambda form: [(name, "+447700900009" if name == "From" else value) for name, value in form],
    "a space": lambda form: [(name, f"{value} " if name == "Body" else value) for name, value in form],
}


async def test_what_was_changed_on_the_way_is_refused(plain: Judged) -> None:  # SM-01
    call = await _taken_once(plain, "A 482193")
    form = parse_qsl(call.body.decode(), keep_blank_values=True)
    answers = {name: await plain.post(call, body=urlencode(change(form)).encode()) for name, change in TAMPERED.items()}

    assert answers == dict.fromkeys(TAMPERED, 403)
    assert await plain.post(call, body=urlencode(form).encode()) == 200, "it is only the change that is refused"
    assert len(plain.desk.stored) == 1


async def test_what_is_signed_for_something_else_is_refused(plain: Judged) -> None:  # SM-01, SM-02
    call = await _taken_once(plain, "A 482193")
    form = dict(parse_qsl(call.body.decode(), keep_blank_values=True))
    of_another_account = RequestValidator("another token").compute_signature(plain.line.hook, form)
    of_another_url = RequestValidator(plain.far.auth_token).compute_signature(f"{plain.line.hook}2", form)

    for wrong in ("", "x", of_another_account, of_another_url):
        assert await plain.post(call, signed=wrong) == 403
    assert await plain.post(call, query="effect=e1") == 403
    assert len(plain.desk.taken) == 1


async def test_what_comes_again_is_known_by_its_id(plain: Judged) -> None:  # SM-04
    call = await _taken_once(plain, "A 482193")

    assert await plain.post(call) == 200
    assert len(plain.desk.stored) == 1


@pytest.mark.parametrize("name", FAR_ENDS)
async def test_a_token_that_is_being_replaced_still_counts(name: FarEndName, tmp_path: Path) -> None:  # SM-05
    async with judged(name, "number", tmp_path, "the next token") as here:
        await here.text("hello")
        assert here.received.message.text == "hello"


async def test_stop_is_no_message(plain: Judged) -> None:  # SM-11
    await plain.text("Stop")

    (lost,) = plain.desk.taken
    assert isinstance(lost, Lost)
    assert lost.identity == plain.identity
    assert plain.people.out == {plain.identity}
    with pytest.raises(Rejected):
        await plain.adapter.send(plain.parcel())
    assert await _bodies(plain) == []


async def test_what_arrives_is_told_once_with_the_names_we_gave_it(here: Judged) -> None:  # SM-08, SM-30
    await here.opened()
    receipt = await here.adapter.send(here.parcel())
    await here.far.settled()

    told = here.returned
    assert (told.id, told.arrived, told.to) == (receipt.provider_id, True, here.identity)
    assert (told.effect_id, told.thread_id, told.cause) == ("e1", "t1", "cause-e1")
    assert [reply.status for _, reply in here.noting.posted] == [200] * len(here.noting.posted)


async def test_each_status_is_signed_over_the_whole_url(here: Judged) -> None:  # SM-01, SM-08
    await here.opened()
    await here.adapter.send(here.parcel())
    await here.far.settled()

    assert {reply.status for _, reply in here.noting.posted} == {200}
    statuses = [form["MessageStatus"] for form in here.forms]
    assert statuses[-2:] == ["sent", "delivered"]
    first = "queued" if here.far.name == "emulate" or here.line.sender != here.far.service else "accepted"
    assert (first in statuses) == here.far.differs("tells of the first status")
    for call, form in [(call, form) for (call, _), form in zip(here.noting.posted, here.forms, strict=True)]:
        assert STATUS - form.keys() == set()
        assert parse_qs(call.query) == {"effect": ["e1"], "thread": ["t1"], "cause": ["cause-e1"]}
        url = f"{here.line.hook}?{call.query}"
        assert RequestValidator(here.far.auth_token).validate(url, form, signature(call))
        assert await here.post(call, query=call.query.replace("e1", "e2")) == 403


async def test_what_does_not_arrive_is_told_with_its_reason(plain: Judged) -> None:  # SM-10
    plain.far.unreachable(PERSON)
    receipt = await plain.adapter.send(plain.parcel())
    await plain.far.settled()

    told, failed = plain.returned, plain.forms[-1]
    assert (told.id, told.arrived, told.again) == (receipt.provider_id, False, True)
    assert failed["MessageStatus"] == "undelivered"
    assert failed.get("ErrorCode") == (None if plain.far.differs("fails without a code") else "30003")
    assert told.why


async def test_what_may_have_been_sent_is_looked_for_and_sent_once(here: Judged) -> None:  # SM-24
    await here.opened()
    async with losing_answers(here.far.url) as lossy:
        unlucky = SmsAdapter(replace(here.line, base_url=lossy), here.people, here.people, now)
        parcel = here.parcel()
        with pytest.raises(OutcomeUnknown):
            await unlucky.send(parcel)
        await unlucky.aclose()
    receipt = await here.adapter.send(parcel.model_copy(update={"repeat": True}))
    other = await here.adapter.send(here.parcel("It is rolled back.", effect="e2", repeat=True))

    assert sorted(await _bodies(here)) == ["Agent: It is deployed.", "Agent: It is rolled back."]
    assert receipt.provider_id != other.provider_id


async def test_a_token_of_no_worth_is_rejected(plain: Judged) -> None:  # SM-10
    stranger = SmsAdapter(replace(plain.line, auth_tokens=(SecretStr("wrong"),)), plain.people, plain.people, now)
    with pytest.raises(Rejected):
        await stranger.send(plain.parcel())
    await stranger.aclose()

    assert await _bodies(plain) == []


async def _taken_once(here: Judged, text: str) -> HttpCall:
    """The request of one message, which was taken."""
    await here.text(text)
    ((call, reply),) = here.noting.posted
    assert (reply.status, len(here.desk.taken)) == (200, 1)
    return call


async def _bodies(here: Judged) -> list[str]:
    """What Twilio has of ours, asked without our adapter."""
    async with as_owner(here.far) as owner:
        answer = await owner.get(f"/2010-04-01/Accounts/{here.far.account_sid}/Messages.json")
    return [one["body"] for one in answer.json()["messages"] if one["direction"] == "outbound-api"]
