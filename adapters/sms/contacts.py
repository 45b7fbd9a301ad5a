"""Contacts: what is known of each number we write to, and how much was written. Kept by the gateway, across processes.

Whether somebody may be written to is their own word: they wrote first, agreed where an operator noted it, or opted out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from agent_core.values import Frozen


class Contact(Frozen):
    """One identity. `consent` says how it was given, and is empty if it never was; `out`: opted out, until they say so.

    `barred` is why it cannot be written to at all, `heard_at` when they last wrote, `greeted` whether a first message
    of ours has told them who we are and how to opt out; `zone` is their time zone (IANA), empty when not known.
    """

    consent: str = ""
    consent_at: datetime | None = None
    out: bool = False
    barred: str = ""
    heard_at: datetime | None = None
    greeted: bool = False
    zone: str = ""


class Contacts(Protocol):
    """What is known of identities. Every method may be repeated without harm. Raises StoreError."""

    async def find(self, identity: str) -> Contact:
        """What is known of it; an empty contact if nothing is."""
        ...

    async def heard(self, identity: str, at: datetime) -> None:
        """They wrote: it works, it is theirs, and it is consent to be answered, unless they opted out."""
        ...

    async def opted_out(self, identity: str, at: datetime) -> None:
        """They want nothing from us."""
        ...

    async def opted_in(self, identity: str, at: datetime) -> None:
        """They want to hear from us again."""
        ...

    async def bar(self, identity: str, why: str) -> None:
        """It cannot be written to."""
        ...

    async def greeted(self, identity: str) -> None:
        """They were told who we are, and how to opt out."""
        ...
