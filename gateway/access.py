"""Access: who calls us with a token, and what for. A token is 256 random bits, shown once and kept only as a hash."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from agent_core.values import Frozen
from gateway.storage import TokenStore

Scope = Literal["read", "write", "approve", "admin"]
PREFIX = "hp_"


class Grants(Frozen):
    """What a token may do: as whom, in which tenant, until when. `id` names it to people; it opens nothing."""

    id: str
    tenant: str
    person: str
    scopes: tuple[Scope, ...]
    expires: datetime


@dataclass(frozen=True)
class Access:
    """The tokens of one tenant."""

    tokens: TokenStore
    tenant: str

    async def create(self, person: str, scopes: tuple[Scope, ...], *, days: int) -> str:
        """A new token. This is the only time it can be seen."""
        token = PREFIX + secrets.token_urlsafe(32)
        expires = datetime.now(UTC) + timedelta(days=days)
        grants = Grants(id=_digest(token)[:8], tenant=self.tenant, person=person, scopes=scopes, expires=expires)
        await self.tokens.put(_digest(token), grants.model_dump_json().encode())
        return token

    async def bearer(self, token: str) -> Grants | None:
        """What the bearer may do; None for a token that is unknown, expired or another tenant's."""
        body = await self.tokens.get(_digest(token)) if token.startswith(PREFIX) else None
        grants = Grants.model_validate_json(body) if body else None
        if grants is None or grants.tenant != self.tenant or grants.expires <= datetime.now(UTC):
            return None
        return grants

    async def all(self) -> list[Grants]:
        """Every token of the tenant, the one that expires first in front."""
        found = [Grants.model_validate_json(body) for body in (await self.tokens.all()).values()]
        return sorted((g for g in found if g.tenant == self.tenant), key=lambda g: g.expires)

    async def revoke(self, token_id: str) -> bool:
        """Take a token back, by its id. False: there is none."""
        for digest, body in (await self.tokens.all()).items():
            grants = Grants.model_validate_json(body)
            if grants.id == token_id and grants.tenant == self.tenant:
                return await self.tokens.drop(digest)
        return False


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
