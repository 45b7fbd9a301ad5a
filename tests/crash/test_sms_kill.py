"""The sender of texts in a process of its own: killed where it hurts most, and told what the web role is not.

All other roles live in this process, on the same store; Twilio knows only the address of the web role.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent_core.deliveries import Delivery
from agent_core.events import RequestClosed
from gateway.app import House, house
from gateway.contacts import KnownContacts
from gateway.serve import ROLES
from sandbox.mail import MailSandbox
from sandbox.model import ModelSandbox
from sandbox.twilio import Call, Sms, TwilioSandbox
from tests.crash.actor import Moment
from tests.crash.scene import place, valkey
from tests.crash.sms_scene import BO, SmsPlace
from tests.crash.victims import raised_again
from tests.doors.scene import free_port, listening, serving, until
from tests.flows.slack_house import script
from tests.flows.sms_house import CARD, code

BO_MAIL = "bo@example.test"


@dataclass(frozen=True)
class Apart:
    """What can be seen from here of a house in two processes."""

    house: House
    twilio: TwilioSandbox
    mail: MailSandbox

    async def ask(self, version: str) -> str:
        """Ana asks for a deployment; the thread."""
        words = f"Please deploy {version} to production."
        return (await self.house.threads.launch("ana", words, uuid.uuid4().hex)).thread_id

    @property
    def cards(self) -> list[Sms]:
        """The requests on Bo's phone."""
        return [one for one in self.twilio.phone(BO).inbox if CARD in one.body]

    @property
    def posted(self) -> list[Call]:
        """The requests that Twilio was asked to send."""
        return [one for one in self.twilio.calls if one.method == "POST" and CARD in one.form["Body"][0]]

    async def card(self, version: str) -> Sms:
        """A request on Bo's phone."""

        async def look() -> Sms | None:
            return next((one for one in self.cards if version in one.body), None)

        return await until(look)

    async def mailed(self, version: str) -> None:
        """A request comes to Bo's mailbox."""

        async def look() -> bool:
            return any(CARD in one.text and version in one.text for one in self.mail.letters(BO_MAIL))

        await until(look)

    async def logged(self, thread: str, kind: type[Delivery] | type[RequestClosed], **having: str) -> None:
        """An event of this type with these values is in the log of a thread."""

        async def look() -> bool:
            events = await self.house.threads.events(thread, after=0)
            found = [one for one in events if isinstance(one, kind)]
            return any(all(getattr(one, name) == value for name, value in having.items()) for one in found)

        await until(look)


@contextlib.asynccontextmanager
async def apart(directory: Path, moment: Moment | None) -> AsyncIterator[Apart]:
    """A house whose sender runs elsewhere, dies at the moment, and comes back."""
    async with (
        MailSandbox() as mail,
        TwilioSandbox() as twilio,
        ModelSandbox(script()) as model,
        valkey(directory) as store,
    ):
        here = SmsPlace(
            **vars(place(directory, store.url, free_port(), mail, model, "PT1H")),
            account_sid=twilio.account_sid,
            auth_token=twilio.auth_token,
            number=twilio.number,
            twilio_url=twilio.url,
        )
        twilio.phone(BO, "Bo")
        twilio.deliver_to("sms", f"http://127.0.0.1:{here.web_port}/sms/events")
        async with house(here.settings()) as ready, serving(ready, [role for role in ROLES if role != "sender"]):
            await listening(here.web_port)
            contacts = KnownContacts(ready.opened.contacts, ready.people)
            await contacts.consented(f"sms:{BO}", "signed at the desk", datetime.now(UTC))
            raising = asyncio.create_task(raised_again(here, "sender", moment))
            try:
                yield Apart(ready, twilio, mail)
            finally:
                raising.cancel()
                await asyncio.gather(raising, return_exceptions=True)


@pytest.mark.parametrize(
    "moment",
    [
        Moment("send", "after"),
        pytest.param(Moment("send", "before"), marks=pytest.mark.slow),
        pytest.param(Moment("fx_done", "before"), marks=pytest.mark.slow),
        pytest.param(Moment("fx_done", "after"), marks=pytest.mark.slow),
    ],
    ids=str,
)
async def test_a_sender_killed_around_the_request_to_twilio_sends_one_text(
    tmp_path: Path, moment: Moment
) -> None:  # SM-24
    async with apart(tmp_path, moment) as h:
        thread = await h.ask("1.4.2")
        card = await h.card("1.4.2")
        await h.logged(thread, Delivery, outcome="sent")
        assert len(h.cards) == len(h.posted) == 1
        h.twilio.phone(BO).text(f"A {code(card)}")
        await h.logged(thread, RequestClosed, outcome="approved")
        # What is told of it comes behind the request on the same way: nothing of that is under way any more.
        await until(lambda: _said(h, "approved by bo"))
        assert len(h.cards) == 1


async def _said(h: Apart, words: str) -> bool:
    return any(words in one.body for one in h.twilio.phone(BO).inbox)


async def test_what_the_sender_learns_the_other_roles_know_and_the_other_way_round(tmp_path: Path) -> None:  # SM-10
    async with apart(tmp_path, None) as h:
        first = await h.ask("1.4.1")
        await h.card("1.4.1")
        h.twilio.refuse(BO, 21610)
        second = await h.ask("1.4.2")
        for version in ("1.4.2", "1.4.1"):
            await h.mailed(version)
        for thread in (first, second):
            await h.logged(thread, Delivery, outcome="failed", to=f"sms:{BO}")
        h.twilio.refuse(BO, 0)
        # The web role hears that he wants texts again, and then that he does not.
        h.twilio.phone(BO).text("START")
        await h.twilio.settled()
        await h.ask("1.4.0")
        await h.card("1.4.0")
        h.twilio.phone(BO).text("STOP")
        await h.mailed("1.4.0")
        sent = len(h.twilio.calls)
        last = await h.ask("6.6.6")
        await h.mailed("6.6.6")
        await h.logged(last, Delivery, outcome="failed", to=f"sms:{BO}", detail="opted out")
        assert len(h.twilio.calls) == sent, "Twilio is not even asked"
