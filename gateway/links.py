"""Links: the few characters behind `/d/` of a link, or in a button, and whose they are and what for.

They are short because a text message is paid by length, and some buttons hold little. Long ones, signed and looked up
nowhere, stay good as well.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from gateway.errors import BadToken
from gateway.keyring import Keyring, Pass
from gateway.storage import Links


@dataclass(frozen=True)
class ShortLinks:
    """What short links open is kept in the store; that it is what we put there, the keyring says."""

    links: Links
    keyring: Keyring

    async def make(self, bearer: Pass) -> str:
        """The characters that open this, kept before anybody has them. Raises StoreError."""
        short = self.keyring.short(bearer)
        await self.links.shorten(short, bearer.model_dump_json().encode())
        return short

    async def open(self, link: str) -> Pass:
        """Whom a link, short or long, was sent to, and for what. Raises BadToken, StoreError."""
        kept = await self.links.opened(link) if self.keyring.may_be_short(link) else None
        if kept is None:
            return self.keyring.open_ticket(link)
        try:
            bearer = Pass.model_validate_json(kept)
        except ValidationError as error:
            raise BadToken("this link is not valid") from error
        if not self.keyring.is_short(link, bearer):
            raise BadToken("this link is not valid")
        return bearer
