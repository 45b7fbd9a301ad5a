"""Signatures: over the URL we gave Twilio and every field as it came, by any token in force; all else is refused."""

from __future__ import annotations

import hashlib
import json
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr

from adapters.base import HttpCall
from adapters.sms.account import Line
from adapters.sms.signature import signed
from adapters.sms.wire import fields
from tests.contract.sms_bench import FORM, PUBLIC, TOKEN, incoming, line, posted, signature

URL = f"{PUBLIC}/sms/events"


def is_signed(call: HttpCall, at: Line | None = None) -> bool:
    return signed(at or line(), call, fields(call))


def by_hand(body: str, over: str, **headers: str) -> HttpCall:
    """A request signed over a text put together by the test itself."""
    return HttpCall(body.encode(), {"Content-Type": FORM, "X-Twilio-Signature": signature(over, {})} | headers)


# --- SM-01


def test_a_known_signature() -> None:
    """The example of the documentation, its token and all, so that our own few lines are judged too."""
    values = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    made = signature("https://mycompany.com/myapp.php?foo=1&bar=2", values, token="12345")
    assert made == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_what_twilio_signed_is_let_in() -> None:
    assert is_signed(posted(incoming(), line()))


@pytest.mark.parametrize("body", ["", " two spaces ", "naïve 🙏", "a+b&c=d%", "\n", "١٢٣"])
def test_every_field_counts_as_it_came(body: str) -> None:
    assert is_signed(posted(incoming(body), line()))


def test_an_unknown_field_is_signed_like_the_others() -> None:  # SM-09
    assert is_signed(posted(incoming(Brand_new="", AnotherOne="ü"), line()))


@pytest.mark.parametrize(
    "change", [{"Body": "approve"}, {"Extra": ""}, {"FromCity": " "}, {"From": "+447700900002"}], ids=str
)
def test_a_changed_or_added_field_is_refused(change: dict[str, str]) -> None:
    call = posted(incoming(), line())
    changed = HttpCall(urlencode(incoming() | change).encode(), call.headers, call.query)
    assert not is_signed(changed)


def test_a_field_taken_away_is_refused_even_if_it_is_empty_nowhere_else() -> None:
    call, form = posted(incoming(), line()), incoming()
    del form["NumSegments"]
    assert not is_signed(HttpCall(urlencode(form).encode(), call.headers))


def test_fields_that_come_twice_count_once_for_each_value() -> None:
    assert is_signed(by_hand("B=2&A=1&B=1&B=1", f"{URL}A1B1B2"))
    assert not is_signed(by_hand("B=2&A=1&B=1", f"{URL}A1B2"))


def test_the_query_is_part_of_it_exactly_as_it_came() -> None:
    query = "effect=a%2Fb&thread=t&cause="
    call = posted(incoming(), line(), query)
    assert is_signed(call)
    assert not is_signed(HttpCall(call.body, call.headers, "effect=a/b&thread=t&cause="))
    assert not is_signed(HttpCall(call.body, call.headers, ""))


def test_headers_that_say_where_it_went_change_nothing() -> None:
    told = {"host": "10.0.0.7:8080", "x-forwarded-host": "evil.example", "x-forwarded-proto": "http"}
    call = posted(incoming(), line())
    assert is_signed(HttpCall(call.body, {**call.headers, **told}))


@pytest.mark.parametrize(
    ("configured", "over"),
    [
        ("http://holdpoint.example.com", "https://holdpoint.example.com"),
        ("https://holdpoint.example.com", "http://holdpoint.example.com"),
        ("https://holdpoint.example.com", "https://other.example.com"),
        ("https://holdpoint.example.com/base", "https://holdpoint.example.com"),
    ],
)
def test_it_must_be_the_url_we_gave(configured: str, over: str) -> None:
    call = posted(incoming(), line(public_url=over))
    assert not is_signed(call, line(public_url=configured))


def test_twilio_may_or_may_not_name_the_port() -> None:
    assert is_signed(posted(incoming(), line(public_url=f"{PUBLIC}:443")))


@pytest.mark.parametrize("given", ["", "x", "é", "a" * 28, "=" * 28, "\x00"])
def test_whatever_else_is_in_the_header_is_refused(given: str) -> None:
    call = posted(incoming(), line())
    assert not is_signed(HttpCall(call.body, {**call.headers, "x-twilio-signature": given}))


def test_no_signature_at_all_is_refused() -> None:
    assert not is_signed(HttpCall(urlencode(incoming()).encode(), {"content-type": FORM}))


# --- SM-02


def a_json(body: str, query: str, over: str | None = None) -> HttpCall:
    headers = {"Content-Type": "application/json", "X-Twilio-Signature": signature(over or f"{URL}?{query}", {})}
    return HttpCall(body.encode(), headers, query)


JSON = json.dumps({"MessageSid": "SM1", "Body": "ü"})
HASH = hashlib.sha256(JSON.encode()).hexdigest()


def test_json_is_let_in_with_its_hash_in_the_signed_url() -> None:
    assert is_signed(a_json(JSON, f"bodySHA256={HASH}"))


@pytest.mark.parametrize(
    ("body", "query"),
    [
        (JSON + " ", f"bodySHA256={HASH}"),
        (JSON, f"bodySHA256={'0' * 64}"),
        (JSON, "bodySHA256="),
        (JSON, "other=1"),
        (JSON, ""),
        ("{}", ""),
    ],
    ids=["another body", "another hash", "no hash", "no parameter", "no query", "nothing in it"],
)
def test_json_that_is_not_what_was_signed_is_refused(body: str, query: str) -> None:
    over = f"{URL}?{query}" if query else URL
    assert not is_signed(a_json(body, query, over))


def test_a_hash_that_is_not_in_the_signed_url_is_refused() -> None:
    assert not is_signed(a_json(JSON, f"bodySHA256={HASH}", URL))


# --- SM-03, SM-05


@pytest.mark.parametrize(
    ("settings", "algorithm", "let_in"),
    [
        ("key=webhooks_sharedkey_1,algorithm=HMAC_SHA256", "sha256", True),
        ("algorithm=HMAC_SHA256", "sha256", True),
        ("key=webhooks_sharedkey_1,algorithm=HMAC_SHA1", "sha1", True),
        ("key=webhooks_sharedkey_1", "sha1", True),
        ("", "sha1", True),
        ("algorithm=HMAC_SHA256", "sha1", False),
        ("algorithm=HMAC_SHA1", "sha256", False),
        ("algorithm=HMAC_SHA512", "sha512", False),
        ("algorithm=NONE", "sha1", False),
        ("algorithm=\x1b[31m", "sha1", False),
    ],
)
def test_the_algorithm_is_the_one_the_header_names_and_no_log_quotes_it(
    settings: str, algorithm: str, let_in: bool, caplog: pytest.LogCaptureFixture
) -> None:
    call = posted(incoming(), line())
    headers = {
        "content-type": FORM,
        "X-Twilio-Webhooks-Signature-Settings": settings,
        "X-Twilio-Signature": signature(URL, incoming(), algorithm=algorithm),
    }
    assert is_signed(HttpCall(call.body, headers)) is let_in
    assert caplog.records == []


def test_any_token_in_force_may_have_signed_it() -> None:
    both = line(auth_tokens=(SecretStr("the-next-one"), SecretStr(TOKEN)))
    assert is_signed(posted(incoming(), both), both)
    assert is_signed(posted(incoming(), both, token="the-next-one"), both)
    assert not is_signed(posted(incoming(), both, token="an-old-one"), both)


def test_an_empty_token_signs_nothing() -> None:
    without = line(auth_tokens=(SecretStr(""),))
    assert not is_signed(posted(incoming(), without, token=""), without)
    assert not is_signed(posted(incoming(), line(auth_tokens=())), line(auth_tokens=()))
