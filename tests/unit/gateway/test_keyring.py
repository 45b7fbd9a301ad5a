"""The keyring: what was signed for one owner and purpose proves nothing to another, and cannot be changed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from hypothesis import example, given, strategies as st

from gateway.errors import BadToken, Misconfigured
from gateway.keyring import TICKET_LIFETIME, Keyring, Pass, Place

KEYS = Keyring(b"a secret for tests only")
OTHER_SECRET = Keyring(b"another secret for tests")
OTHER_TENANT = Keyring(b"a secret for tests only", tenant="other")
THREAD = Place(thread_id="abcdefghij234567klmn")
REQUEST = Place(thread_id="abcdefghij234567klmn", request_id="r3")
BO, MALLORY = "bo", "email:mallory@evil.test"
LINK = Pass(thread_id="abcdefghij234567klmn", request_id="r3", identity="email:bo@example.test")
PLACES = [THREAD, REQUEST]
CONVERSATION = st.tuples(st.sampled_from(["email", "console", "sms"]), st.text())
ANYTHING = st.text(max_size=80)
STRANGERS = [OTHER_SECRET, OTHER_TENANT]


def test_a_secret_that_is_too_short_is_refused() -> None:
    with pytest.raises(Misconfigured, match="shorter than 16"):
        Keyring(b"fifteen bytes..")


def test_a_secret_is_never_printed_by_its_tokens() -> None:
    said = f"{KEYS.reply_token(REQUEST, BO)} {KEYS.code(REQUEST, BO)} {KEYS.ticket(LINK)} {KEYS.form_token('x')}"
    assert "secret" not in said


# --- threads


def test_the_thread_of_a_conversation_is_always_the_same_and_fit_for_a_key() -> None:
    found = KEYS.thread_id("email", "<1@example.test>")
    assert found == KEYS.thread_id("email", "<1@example.test>")
    assert re.fullmatch("[a-z2-7]{20}", found)


@given(CONVERSATION, CONVERSATION)
def test_two_conversations_are_two_threads(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (KEYS.thread_id(*one) == KEYS.thread_id(*other)) == (one == other)


def test_the_same_conversation_of_another_tenant_is_another_thread_under_any_secret() -> None:
    assert KEYS.thread_id("email", "x") != OTHER_TENANT.thread_id("email", "x")
    assert KEYS.thread_id("email", "x") == OTHER_SECRET.thread_id("email", "x")


# --- reply tokens


@pytest.mark.parametrize("place", PLACES)
def test_a_reply_token_names_its_place_to_its_owner(place: Place) -> None:
    token = KEYS.reply_token(place, BO)
    assert KEYS.open_reply_token(token, BO) == place
    assert re.fullmatch("[a-z0-9.]{1,50}", token)


@pytest.mark.parametrize("place", PLACES)
def test_a_mail_server_may_change_its_case(place: Place) -> None:
    assert KEYS.open_reply_token(KEYS.reply_token(place, BO).upper(), BO) == place


@pytest.mark.parametrize("place", PLACES)
def test_somebody_else_with_the_token_holds_nothing(place: Place) -> None:
    with pytest.raises(BadToken):
        KEYS.open_reply_token(KEYS.reply_token(place, BO), MALLORY)


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_token_of_another_house_is_not_ours(stranger: Keyring) -> None:
    with pytest.raises(BadToken):
        KEYS.open_reply_token(stranger.reply_token(REQUEST, BO), BO)


def test_no_character_of_a_token_can_be_changed_left_out_or_added() -> None:
    token = KEYS.reply_token(REQUEST, BO)
    changed = [token[:i] + c + token[i + 1 :] for i in range(len(token)) for c in "az27." if c != token[i]]
    cut = [token[:i] + token[i + 1 :] for i in range(len(token))]
    longer = [token + "a", "a" + token, token.replace(".", "..", 1)]
    for wrong in changed + cut + longer:
        with pytest.raises(BadToken):
            KEYS.open_reply_token(wrong, BO)


def test_a_request_cannot_be_put_into_a_token_of_its_thread() -> None:
    thread, _, mac = KEYS.reply_token(THREAD, BO).rpartition(".")
    with pytest.raises(BadToken):
        KEYS.open_reply_token(f"{thread}.r3.{mac}", BO)


@given(ANYTHING)
@example("abc.\udc80")
@example("\udc80.abc")
def test_nothing_that_was_not_signed_is_a_token(text: str) -> None:
    with pytest.raises(BadToken):
        KEYS.open_reply_token(text, BO)


# --- codes


def test_a_code_is_six_digits_and_good_for_one_owner_and_one_request() -> None:
    code = KEYS.code(REQUEST, BO)
    assert re.fullmatch(r"\d{6}", code)
    assert KEYS.is_code(code, REQUEST, BO)
    assert not KEYS.is_code(code, REQUEST, MALLORY)
    assert not KEYS.is_code(code, Place(thread_id=REQUEST.thread_id, request_id="r4"), BO)
    assert not any(stranger.is_code(code, REQUEST, BO) for stranger in STRANGERS)


@given(st.text(alphabet="0123456789", max_size=7) | ANYTHING)
@example("１２３４５６")
@example("\udc80")
def test_no_other_digits_are_the_code(guess: str) -> None:
    assert KEYS.is_code(guess, REQUEST, BO) == (guess == KEYS.code(REQUEST, BO))


def test_codes_of_many_requests_keep_their_six_digits() -> None:
    places = [Place(thread_id="t", request_id=f"r{n}") for n in range(500)]
    codes = [KEYS.code(place, BO) for place in places]
    assert all(len(code) == 6 for code in codes)
    assert any(code.startswith("0") for code in codes)
    assert len(set(codes)) > 490


# --- links


def test_a_link_tells_whom_it_was_sent_to_and_for_what() -> None:
    assert KEYS.open_ticket(KEYS.ticket(LINK)) == LINK


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_link_of_another_house_is_not_ours(stranger: Keyring) -> None:
    with pytest.raises(BadToken):
        KEYS.open_ticket(stranger.ticket(LINK))


def test_no_character_of_a_link_can_be_changed() -> None:
    ticket = KEYS.ticket(LINK)
    for i, old in enumerate(ticket[:-1]):
        with pytest.raises(BadToken):
            KEYS.open_ticket(ticket[:i] + ("A" if old != "A" else "B") + ticket[i + 1 :])


@given(ANYTHING)
@example("\udc80")
def test_nothing_else_is_a_link(text: str) -> None:
    with pytest.raises(BadToken):
        KEYS.open_ticket(text)


def test_a_link_ends_after_its_lifetime() -> None:
    with time_machine.travel("2030-01-01T00:00:00Z", tick=False) as now:
        ticket = KEYS.ticket(LINK)
        now.shift(timedelta(seconds=TICKET_LIFETIME))
        assert KEYS.open_ticket(ticket) == LINK
        now.shift(timedelta(seconds=1))
        with pytest.raises(BadToken):
            KEYS.open_ticket(ticket)


def test_a_form_token_belongs_to_its_link_and_is_no_link_itself() -> None:
    ticket = KEYS.ticket(LINK)
    assert KEYS.form_token(ticket) == KEYS.form_token(ticket)
    assert KEYS.form_token(ticket) != KEYS.form_token(ticket + "x")
    assert all(stranger.form_token(ticket) != KEYS.form_token(ticket) for stranger in STRANGERS)
    with pytest.raises(BadToken):
        KEYS.open_ticket(KEYS.form_token(ticket))


def test_what_is_signed_for_one_purpose_is_no_good_for_another() -> None:
    token = KEYS.reply_token(THREAD, BO)
    assert KEYS.form_token(f"{THREAD.thread_id}\x1f{BO}") != token.rpartition(".")[2]


# --- short links


def test_a_short_link_is_that_of_its_pass_in_this_house_and_of_no_other() -> None:
    short = KEYS.short(LINK)
    assert re.fullmatch("[a-z2-7]{16}", short)
    assert KEYS.may_be_short(short)
    assert KEYS.is_short(short, LINK)
    others = [LINK.model_copy(update={name: "x"}) for name in ("thread_id", "request_id", "identity")]
    assert not any(KEYS.is_short(short, other) for other in others)
    assert not any(stranger.is_short(short, LINK) for stranger in STRANGERS)
    assert not any(KEYS.is_short(short[:i] + "0" + short[i + 1 :], LINK) for i in range(16))
    assert not KEYS.is_short("", LINK)


def test_no_long_link_is_taken_for_a_short_one_and_no_short_one_opens_by_itself() -> None:
    assert not KEYS.may_be_short(KEYS.ticket(LINK))
    with pytest.raises(BadToken):
        KEYS.open_ticket(KEYS.short(LINK))
