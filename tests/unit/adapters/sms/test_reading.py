"""Reading: each kind of thing Twilio posts, what it means to us, and the reason that is given for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from adapters.base import HttpCall
from adapters.errors import Unreadable
from adapters.heard import Address, Ignored, Pressed
from adapters.sms.account import Line
from adapters.sms.reading import MOST_MEDIA, Meaning, Said, Status, read, why
from adapters.sms.wire import Fields, fields
from tests.contract.sms_bench import ANA, FORM, OURS, incoming, line, sid, status

FIXTURES = Path(__file__).parents[3] / "fixtures" / "sms"
WHATSAPP = line(channel="whatsapp", sender="+447700900102")
QUERY = "effect=e%2F1&thread=t1&cause=c%3A1"


def of(form: dict[str, str]) -> Fields:
    return Fields({name: (value,) for name, value in form.items()})


def fixture(name: str, query: str = "") -> Meaning:
    at = WHATSAPP if name.startswith("whatsapp") else line()
    body = (FIXTURES / f"{name}.txt").read_bytes().rstrip()
    return read(fields(HttpCall(body, {"Content-Type": FORM})), query, at)


def said(form: dict[str, str], at: Line | None = None) -> Said:
    meaning = read(of(form), "", at or line())
    assert isinstance(meaning, Said)
    return meaning


def kind(form: dict[str, str], at: Line | None = None) -> str:
    meaning = read(of(form), "", at or line())
    return meaning.kind if isinstance(meaning, Ignored) else type(meaning).__name__


READ_AS = {
    "message": (Said, "said to us"),
    "answer": (Said, "may be the code"),
    "stop": (Said, "they opted out"),
    "stop_told": (Said, "they opted out"),
    "start": (Said, "want to hear from us"),
    "help": (Said, "Twilio answers it"),
    "yes": (Said, "who opted out wants"),
    "stop_please": (Said, "an operator is told"),
    "picture": (Said, "fetched before it is stored"),
    "group": (Ignored, "several people"),
    "short_code": (Ignored, "a short code, or a name"),
    "sent": (Status, "on its way"),
    "delivered": (Status, "has arrived"),
    "undelivered": (Status, "the phone cannot be reached"),
    "whatsapp": (Said, "said to us"),
    "whatsapp_button": (Pressed, "a button of ours"),
    "whatsapp_place": (Said, "said to us"),
    "whatsapp_sticker": (Said, "fetched before it is stored"),
    "whatsapp_read": (Status, "on its way"),
}


@pytest.mark.parametrize(("name", "read_as"), READ_AS.items(), ids=READ_AS)
def test_whatever_twilio_posts_is_named_and_explained(name: str, read_as: tuple[type, str]) -> None:
    meaning = fixture(name, QUERY)
    assert isinstance(meaning, read_as[0])
    assert read_as[1] in why(meaning)


def test_every_fixture_is_read() -> None:
    assert {path.stem for path in FIXTURES.glob("*.txt")} == set(READ_AS)


# --- messages: SM-16, SM-17


def test_a_message_is_its_sender_s_as_far_as_a_number_proves() -> None:
    received = said(incoming("deploy")).received
    author = received.message.author
    assert received.message.id == sid()
    assert (author.identity, author.assurance, author.person) == (f"sms:{ANA}", "restricted", None)
    assert "Twilio" in author.evidence
    assert received.address == Address(channel="sms", ref=ANA)
    assert (received.message.text, received.code, received.token, received.joins) == ("deploy", None, None, False)


@pytest.mark.parametrize(
    ("sender", "more", "begins"),
    [
        (OURS, {}, OURS),
        ("MG1", {"MessagingServiceSid": "MG1"}, "MG1"),
        (OURS, {"MessagingServiceSid": "MG1"}, OURS),
        ("+447700900199", {"MessagingServiceSid": "MG1"}, "MG1"),
        ("+447700900199", {}, OURS),
    ],
)
def test_a_conversation_is_our_sender_and_their_number(sender: str, more: dict[str, str], begins: str) -> None:
    received = said(incoming() | more, line(sender=sender)).received
    assert received.conversation == f"{begins}/{ANA}"


def test_whatsapp_keeps_its_numbers_to_itself() -> None:
    meaning = fixture("whatsapp")
    assert isinstance(meaning, Said)
    assert meaning.received.message.author.identity == f"whatsapp:{ANA}"
    assert meaning.received.address == Address(channel="whatsapp", ref=ANA)
    assert meaning.received.conversation == f"+447700900102/{ANA}"
    assert "Ana" not in meaning.received.model_dump_json()


def test_a_code_is_read_in_any_script() -> None:
    meaning = fixture("answer")
    assert isinstance(meaning, Said)
    assert (meaning.received.code, meaning.received.message.text) == ("482193", "A 482193")


# --- what is none of ours: SM-32


@pytest.mark.parametrize(
    ("more", "read_as"),
    [
        ({"AccountSid": "AC" + "1" * 32}, "another-account"),
        ({"AccountSid": ""}, "Said"),
        ({"From": f"whatsapp:{ANA}"}, "another-channel"),
        ({"From": f"rcs:{ANA}"}, "another-channel"),
        ({"From": OURS}, "own"),
        ({"From": "60006"}, "no-number"),
        ({"From": "HOLDPOINT"}, "no-number"),
        ({"From": ""}, "no-number"),
        ({"From": "07700900001"}, "no-number"),
        ({"From": "+12345"}, "no-number"),
        ({"Body": " \n"}, "empty"),
        ({"OtherRecipients": "+447700900009"}, "group"),
        ({"OtherRecipients11": "+447700900009"}, "group"),
        ({"OtherRecipients0": ""}, "Said"),
        ({"AddOns": "{}"}, "Said"),
        ({"SomethingNew": "1"}, "Said"),
    ],
)
def test_who_may_speak(more: dict[str, str], read_as: str) -> None:
    assert kind(incoming() | more) == read_as


def test_our_own_pool_is_not_answered() -> None:
    assert kind(incoming(sender="+447700900199"), line(sender="+447700900199")) == "own"


@pytest.mark.parametrize(
    "more",
    [
        {"MessageSid": "", "SmsSid": ""},
        {"MessageSid": "x"},
        {"MessageSid": "SM" + "0" * 70},
        {"To": ""},
        {"MessageSid": "SM\n1"},
    ],
)
def test_what_cannot_be_kept_apart_is_unreadable(more: dict[str, str]) -> None:
    with pytest.raises(Unreadable):
        read(of(incoming() | more), "", line())


def test_a_field_that_says_two_things_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read(Fields({**of(incoming()).values, "From": (ANA, "+447700900002")}), "", line())


# --- keywords: SM-11


@pytest.mark.parametrize(
    ("name", "word"), [("stop", "stop"), ("stop_told", "stop"), ("start", "start"), ("help", "help"), ("yes", "yes")]
)
def test_keywords(name: str, word: str) -> None:
    meaning = fixture(name)
    assert isinstance(meaning, Said)
    assert meaning.word == word


def test_help_on_whatsapp_is_a_question_as_twilio_answers_none_there() -> None:
    form = incoming("help") | {"From": f"whatsapp:{ANA}", "To": "whatsapp:+447700900102"}
    assert said(form, WHATSAPP).word == ""
    assert said(form | {"OptOutType": "HELP"}, WHATSAPP).word == "help"
    assert said(form | {"Body": "stop"}, WHATSAPP).word == "stop"


# --- attached: SM-27


def test_an_mms_without_text_is_a_message() -> None:
    meaning = fixture("picture")
    assert isinstance(meaning, Said)
    assert meaning.received.message.text == ""
    assert [one.media_type for one in meaning.media] == ["image/jpeg", "text/plain"]
    assert [one.name for one in meaning.received.message.attachments] == ["attachment-1.jpg", "attachment-2.txt"]
    assert {one.why_not for one in meaning.received.message.attachments} == {"not_fetched"}


@pytest.mark.parametrize(
    ("count", "known"),
    [("", 0), ("0", 0), ("-1", 0), ("x", 0), ("²", 0), ("2", 2), ("9" * 8, MOST_MEDIA), ("9" * 9, 0)],
)
def test_how_many_are_attached(count: str, known: int) -> None:
    assert len(said(incoming(NumMedia=count)).media) == known


def test_a_place_and_what_we_do_not_know_are_said_to_be_unread() -> None:
    place = fixture("whatsapp_place")
    assert isinstance(place, Said)
    assert [(one.name, one.why_not) for one in place.received.message.attachments] == [("location", "not_read")]
    odd = incoming("", MessageType="Unsupported") | {"From": f"whatsapp:{ANA}"}
    (attached,) = said(odd, WHATSAPP).received.message.attachments
    assert (attached.name, attached.why_not) == ("unsupported", "not_read")


# --- buttons: SM-31


def test_a_button_is_its_sender_s_decision_and_its_words_are_nobody_s() -> None:
    meaning = fixture("whatsapp_button")
    assert isinstance(meaning, Pressed)
    assert (meaning.decision, meaning.ticket, meaning.digest) == ("approve", "a-ticket-of-ours", "abcd")
    assert meaning.seal == meaning.author.identity == f"whatsapp:{ANA}"
    assert meaning.author.assurance == "restricted"
    assert meaning.id == sid(21)


@pytest.mark.parametrize("payload", ["", "yes", "x:q80:t", "a:q80:", "a:!:t", "a:q80:" + "t" * 200, "a:q80:t t"])
def test_a_button_of_somebody_else_is_words(payload: str) -> None:
    form = incoming("Approve", ButtonPayload=payload, ButtonText="Deny") | {"From": f"whatsapp:{ANA}"}
    assert said(form, WHATSAPP).received.message.text == "Approve"


NAMES = st.sampled_from(
    [*sorted({**incoming(), **status("sent")}), "OptOutType", "ButtonPayload", "NumMedia", "MediaUrl0"]
)
VALUES = st.text(max_size=40) | st.sampled_from(
    [ANA, OURS, sid(), f"whatsapp:{ANA}", "delivered", "STOP", "3", "a:q80:t"]
)


@settings(deadline=None)
@given(st.dictionaries(NAMES, VALUES, max_size=12), st.text(max_size=60), st.sampled_from([line(), WHATSAPP]))
def test_whatever_is_signed_it_means_something_or_is_refused_by_name(
    changes: dict[str, str], query: str, at: Line
) -> None:
    try:
        meaning = read(of(incoming() | changes), query, at)
    except Unreadable:
        return
    assert why(meaning)
    assert meaning.model_dump_json()
