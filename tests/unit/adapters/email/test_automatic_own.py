"""Automatic, of our own making: whatever we send is known as ours when it comes back, and as no person's. EM-30"""

from __future__ import annotations

import pytest

from adapters.base import Parcel
from adapters.email.found import Auto
from adapters.email.robots.automatic import LOOP_HEADER, automatic
from adapters.email.sending.render import render
from adapters.email.where import Where
from tests.unit.adapters.cards import CARD, TICKET
from tests.unit.adapters.email.letters import SITE

PARCEL = Parcel(
    effect_id="e1",
    thread_id="t1",
    reply_token="k3",
    identity="email:bo@example.test",
    address=Where(to="bo@example.test").address(),
    event=CARD,
    role="decide",
    ticket=TICKET,
)


def test_what_we_send_is_known_as_ours_when_it_comes_back() -> None:
    assert automatic(render(PARCEL, SITE), SITE) == Auto(kind="own", sign="our own mail came back")


@pytest.mark.parametrize("kept", ["From", "Auto-Submitted", "X-Auto-Response-Suppress"])
def test_it_is_known_by_each_of_its_marks(kept: str) -> None:
    mail = render(PARCEL, SITE)
    for header in {LOOP_HEADER, "From", "Auto-Submitted", "X-Auto-Response-Suppress"} - {kept}:
        del mail[header]
    found = automatic(mail, SITE)
    assert found is not None
    assert not found.weak
