"""Buttons: what goes out comes back, and nothing else does. SM-31"""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from adapters.sms.buttons import MOST, Button, carried, pressed
from agent_core.values import Decision
from gateway.keyring import Keyring, Pass

DECISIONS: tuple[Decision, ...] = ("approve", "deny", "undo")
DIGEST = "ab" * 32


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_button_comes_back_as_it_went(decision: Decision) -> None:
    button = Button(decision, "a.ticket-of_ours", DIGEST)
    payload = carried(button)
    assert payload is not None
    assert payload.startswith(f"{decision[0]}:")
    assert pressed(payload) == button


def test_a_real_ticket_and_a_real_digest_fit() -> None:
    keyring = Keyring(b"a secret of sixteen bytes")
    named = Pass(
        thread_id="k3vq7wz2mh4tb6xr5ycd", request_id="k3vq7wz2mh4tb6xr5ycd:123:0", identity="whatsapp:+447700900123"
    )
    payload = carried(Button("approve", keyring.ticket(named), DIGEST))
    assert payload is not None
    assert len(payload) <= MOST


def test_what_does_not_fit_gets_no_button() -> None:
    assert carried(Button("approve", "t" * 154, DIGEST)) is not None
    assert carried(Button("approve", "t" * 155, DIGEST)) is None
    assert carried(Button("approve", "two words", DIGEST)) is None
    assert carried(Button("approve", "", DIGEST)) is None
    assert carried(Button("approve", "t", "no hexadecimal")) is None


def test_a_button_without_a_digest_says_so() -> None:
    assert pressed("d::t") == Button("deny", "t", "")


def test_a_ticket_is_not_shown() -> None:
    assert "secret-ticket" not in repr(Button("approve", "secret-ticket", DIGEST))


@settings(deadline=None)
@given(st.text(max_size=250) | st.from_regex(r"[adux]:[A-Za-z0-9_-]{0,90}:[!-~]{0,120}", fullmatch=True))
def test_whatever_comes_back_it_is_a_button_or_none(payload: str) -> None:
    button = pressed(payload)
    assert button is None or (button.ticket and len(payload) <= MOST)
