"""Contacts as channels are given them: what the store knows of an identity, and what the configuration does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adapters.sms.contacts import Contact
from agent_core.people import Person
from gateway.storage import ContactStore

WROTE = "wrote to us"
ASKED = "asked to hear from us again"
_OUT = "1"


class Owners(Protocol):
    """Who knows whose an identity is."""

    def owner(self, identity: str) -> Person | None:
        """The person behind an identity."""


@dataclass(frozen=True)
class KnownContacts:
    """Each method may be repeated without harm, and raises StoreError."""

    store: ContactStore
    people: Owners

    async def find(self, identity: str) -> Contact:
        """What is known of it; an empty contact, but for the time zone, if nothing is."""
        known = await self.store.read(identity)
        person = self.people.owner(identity)
        return Contact(
            consent=known.get("consent", ""),
            consent_at=_moment(known.get("consent_at")),
            out=known.get("out") == _OUT,
            barred=known.get("barred", ""),
            heard_at=_moment(known.get("heard_at")),
            greeted="greeted" in known,
            zone=person.timezone if person else "",
        )

    async def heard(self, identity: str, at: datetime) -> None:
        """They wrote: it works, it is theirs, and it is consent to be answered, unless they opted out."""
        known = await self.find(identity)
        if known.heard_at is None or known.heard_at < at:
            await self.store.write(identity, {"heard_at": at.isoformat()})
        if not known.out:
            await self.store.write(identity, _consent(WROTE, at), once=True)
        await self.store.clear(identity, "barred")

    async def opted_out(self, identity: str, at: datetime) -> None:
        """They want nothing from us."""
        await self.store.write(identity, {"out": _OUT, "out_at": at.isoformat()})

    async def opted_in(self, identity: str, at: datetime) -> None:
        """They want to hear from us again."""
        await self.store.write(identity, {"out": "", **_consent(ASKED, at)})

    async def bar(self, identity: str, why: str) -> None:
        """It cannot be written to."""
        await self.store.write(identity, {"barred": why})

    async def greeted(self, identity: str) -> None:
        """They were told who we are, and how to opt out."""
        await self.store.write(identity, {"greeted": "1"})

    # --- by an operator

    async def consented(self, identity: str, how: str, at: datetime) -> None:
        """They agreed to be written to, as an operator knows. Who opted out stays out: that is theirs to say."""
        await self.store.write(identity, _consent(how, at))

    async def unbar(self, identity: str) -> None:
        """It can be written to again."""
        await self.store.clear(identity, "barred")


def _consent(how: str, at: datetime) -> dict[str, str]:
    return {"consent": how, "consent_at": at.isoformat()}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
