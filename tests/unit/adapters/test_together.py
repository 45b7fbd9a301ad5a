"""Several requests in one message: each is shown with what decides it, and none is hidden when there is no room."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.base import Open, Parcel, Ticket
from adapters.sms.text import NEXT
from agent_core.events import ApprovalRequest
from tests.unit.adapters.cards import CARD, calling, card
from tests.unit.adapters.email import mails
from tests.unit.adapters.email.parcels import parcel as mail_of
from tests.unit.adapters.sms import shown as texts

LONG = "x" * 3_000


def another(n: int, **arguments: Any) -> ApprovalRequest:
    made = card(calling("rollback", **(arguments or {"service": f"shop-{n}"})), reason="")
    return made.model_copy(update={"id": f"r{n}", "digest": f"{n}" * 64})


def mailed(*requests: ApprovalRequest) -> Parcel:
    """As the sender packs it: the further ones have pages, and codes for these."""
    tickets = [
        Ticket(url=f"https://holdpoint.example.test/d/{r.id}", page_code=f"77003{n}") for n, r in enumerate(requests)
    ]
    return _with(mail_of(CARD, role="decide"), requests, tickets)


def text(*requests: ApprovalRequest) -> str:
    tickets = [Ticket(code=f"55001{n}", url=f"https://holdpoint.example.test/d/{r.id}") for n, r in enumerate(requests)]
    return texts.drawn(texts.sent(_with(texts.parcel(CARD), requests, tickets)))


def _with(parcel: Parcel, requests: tuple[ApprovalRequest, ...], tickets: list[Ticket]) -> Parcel:
    along = tuple(Open(request=one, ticket=ticket) for one, ticket in zip(requests, tickets, strict=True))
    return parcel.model_copy(update={"together": along})


def test_a_mail_shows_each_request_whole_with_its_own_page_and_code() -> None:
    shown, page = (read(mailed(another(2), another(3))) for read in (mails.text, mails.html))
    assert "This mail has 3 requests." in shown
    assert shown.index("Request 2 of 3:") < shown.index("shop-2") < shown.index("Request 3 of 3:")
    for n in (2, 3):
        assert f'{{"service":"shop-{n}"}}' in shown
        assert f"https://holdpoint.example.test/d/r{n}" in shown
        assert f"77003{n - 2}" in shown
        assert f"https://holdpoint.example.test/d/r{n}" in page
    # An answer in words is one to the first, so only that one has words.
    assert shown.count("APPROVE 482913") == 1
    assert "APPROVE 7" not in shown


def test_a_text_shows_each_request_whole_with_its_own_code() -> None:
    shown = text(another(2))
    assert shown.count(NEXT) == 1
    assert '{"service":"shop-2"}' in shown
    assert "Answer A 550010 to approve" in shown
    assert "Answer A 482193 to approve" in shown


@pytest.mark.parametrize("count", [3, 4])
def test_what_has_no_room_in_a_text_has_a_link_each_and_no_code(count: int) -> None:
    shown = text(*(another(n, service="s" * 300) for n in range(2, 2 + count)))
    for n in range(count):
        assert f"https://holdpoint.example.test/d/r{n + 2}" in shown
        assert f"55001{n}" not in shown


def test_what_is_too_long_by_itself_is_linked_beside_what_is_whole() -> None:
    shown = text(another(2, script=LONG))
    assert "https://holdpoint.example.test/d/r2" in shown
    assert "550010" not in shown
    assert "Answer A 482193 to approve" in shown


def test_what_is_too_long_for_a_mail_has_its_link_all_the_same() -> None:
    shown = mails.text(mailed(another(2, script="x" * 400_000)))
    assert "https://holdpoint.example.test/d/r2" in shown
    assert "APPROVE 482913" not in shown
