"""Status callbacks: which of them say how a message ended, and what is said of it. SM-08"""

from __future__ import annotations

from typing import Any

import pytest

from adapters.heard import Returned
from adapters.sms.reading import Status, read
from adapters.sms.wire import Fields
from tests.contract.sms_bench import ANA, line, sid, status

QUERY = "effect=e%2F1&thread=t1&cause=c%3A1"


def of(form: dict[str, str]) -> Fields:
    return Fields({name: (value,) for name, value in form.items()})


@pytest.mark.parametrize(
    ("told", "code", "end"),
    [
        ("delivered", "", (True, "", False)),
        ("undelivered", "30003", (False, "the phone cannot be reached", True)),
        ("failed", "30007", (False, "filtered by the carrier", False)),
        ("failed", "", (False, "the carrier does not say why", True)),
        ("undelivered", "x", (False, "the carrier does not say why", True)),
        ("undelivered", "99999", (False, "error 99999", False)),
        ("canceled", "", (False, "the carrier does not say why", True)),
    ],
)
def test_an_end_is_returned(told: str, code: str, end: tuple[bool, str, bool]) -> None:
    meaning = read(of(status(told, ErrorCode=code)), QUERY, line())
    assert isinstance(meaning, Status)
    assert meaning.returned == Returned(
        id=sid(7),
        effect_id="e/1",
        thread_id="t1",
        cause="c:1",
        to=f"sms:{ANA}",
        arrived=end[0],
        why=end[1],
        again=end[2],
    )


@pytest.mark.parametrize(
    ("told", "query", "more"),
    [
        *((one, QUERY, {}) for one in ("queued", "sending", "sent", "accepted", "scheduled", "read", "x" * 500)),
        ("delivered", "", {}),
        ("delivered", "effect=e&thread=t", {}),
        ("delivered", "effect=e&thread=t&cause=", {}),
        ("delivered", "effect=e%00&thread=t&cause=c", {}),
        ("delivered", QUERY, {"To": f"whatsapp:{ANA}"}),
        ("delivered", QUERY, {"To": "60006"}),
    ],
)
def test_nothing_else_is(told: str, query: str, more: dict[str, Any]) -> None:
    meaning = read(of(status(told) | more), query, line())
    assert isinstance(meaning, Status)
    assert meaning.returned is None
