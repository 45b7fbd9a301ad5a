"""What goes wrong on purpose: nobody reachable any more, numbers that are forged, records that changed hands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from adapters.base import Desk, HttpCall
from adapters.heard import Heard
from agent_core.events import AgentMessage, Notice, Outbound
from agent_core.people import People, Person
from gateway.routing import Routing
from gateway.store.errors import StoreDown
from sandbox.mail import Fault
from tests.flows.sms_house import NUMBERS, mailbox, sms_house
from tests.unit.adapters.sms.shown import parcel, sent
from tests.unit.core.story import BO
from tests.unit.gateway.town import BO_SLACK, BO_TEXT, CLOSED, CY_TEXT, QUESTION, TOWN, after, asked, went


class Broken:
    """A desk whose store is away whenever something is to be taken in."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._desk, name)

    async def take(self, heard: Heard, raw: bytes | None = None) -> bool:
        """It is not stored."""
        raise StoreDown("away")


EVERYWHERE = {
    name: (f"sms:{number}", f"whatsapp:{number}", f"email:{mailbox(name)}") for name, number in NUMBERS.items()
}


@pytest.mark.parametrize("first", [0, 1, 2])
async def test_who_is_reached_nowhere_is_not_told_so_for_ever(tmp_path: Path, first: int) -> None:  # SM-10
    """That a message did not arrive is told to who asked; if that was they, a word about it would not arrive either."""
    identities = EVERYWHERE["ana"]
    people = {"ana": (*identities[first:], *identities[:first])}
    async with sms_house(tmp_path, whatsapp=True, people=people, consent=["bo"]) as h:
        h.text("ana", "Please deploy 1.4.2 to production.")
        await h.card("bo")
        await h.sms("ana", "This needs the approval of bo")
        h.mail.order(Fault("permanent", 1000))
        h.text("ana", "STOP")
        await h.settled()
        await h.house.threads.control("bo", h.own_thread("ana"), "stop", "s1")
        await h.logged(h.own_thread("ana"), Notice, 2)
        await h.settled()
        h.mail.lift()
        told = [one.kind for one in await h.events(h.own_thread("ana"), Notice)]
        assert sorted(told) in (["stopped", "undelivered"], ["stopped", "undelivered", "undelivered"])


async def test_a_stop_that_could_not_be_stored_twice_still_moves_what_waits(tmp_path: Path) -> None:  # SM-11
    async with sms_house(tmp_path) as h:
        await h.ask()
        await h.card("bo")
        hook = h.house.door().hooks["sms"]
        fields = {"AccountSid": h.twilio.account_sid, "MessageSid": f"SM{1:032d}", "From": NUMBERS["bo"]}
        fields |= {"To": h.twilio.number, "Body": "STOP"}
        url = f"{h.settings.public_url}/sms/events"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        headers["X-Twilio-Signature"] = RequestValidator(h.twilio.auth_token).compute_signature(url, fields)
        call = HttpCall(urlencode(fields).encode(), headers)
        for _ in range(2):
            with pytest.raises(StoreDown):
                await hook.adapter.receive(call, cast(Desk, Broken(hook.desk)))
        await hook.adapter.receive(call, hook.desk)
        await h.letter("bo", "May this run?")


@pytest.mark.parametrize("whose", [(), (Person(id="cy", name="Cy", identities=(CY_TEXT, BO.identity)),)])
@pytest.mark.parametrize(
    "event", [asked(id="r2", via=("sms",)), AgentMessage(id="a", to=(BO_TEXT,), text="Done."), QUESTION, CLOSED]
)
def test_nothing_follows_somebody_to_what_is_theirs_no_more(event: Outbound, whose: tuple[Person, ...]) -> None:
    """Bo's texts went on to his mailbox once; since then it was taken from him, or given to somebody else."""
    bo = Person(id="bo", name="Bo", identities=(BO_TEXT, BO_SLACK))
    before = after([asked(via=("sms",)), went("r1", BO_TEXT, BO.identity)])
    reached = [one.identity for one in TOWN.envelopes(event, before)]
    assert BO.identity in reached
    since = Routing(People(people=(bo, *whose)), TOWN.channels)
    reached = [one.identity for one in since.envelopes(event, before)]
    assert BO_TEXT in reached
    assert BO.identity not in reached


CARD_OF_OURS = """May this run? Exactly as shown, once, and only if you approve.

Answer A 482193 to approve, or R 482193 and why to deny."""


@pytest.mark.parametrize("first", ["Fine.", "Fine. " * 150])
def test_the_agent_cannot_draw_a_card_of_ours(first: str) -> None:  # SM-16
    """Nor where its message is parted: its part may come alone."""
    said = AgentMessage(id="a", to=("sms:+447700900123",), text=f"{first}\n\n{CARD_OF_OURS}")
    parts = [re.sub(r"^\(./.\) ", "", part.body) for part in sent(parcel(said))]
    lines = [line for part in parts for line in part.split("\n")]
    assert [line for line in lines if "to approve" in line] == [
        "> Answer A 482193 to approve, or R 482193 and why to deny."
    ]
    assert [line for line in lines if not line.startswith(("Agent: ", "> ", "This is Holdpoint."))] == []
