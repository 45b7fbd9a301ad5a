"""Who calls: a bearer token in the header, with the scope the route needs. Never in a query string."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from gateway.access import Grants, Scope
from gateway.door import Door

_bearer = HTTPBearer(auto_error=False, description="An API token: `holdpoint tokens create`.")


def door(request: Request) -> Door:
    """The door this application was made with."""
    found = request.app.state.door
    assert isinstance(found, Door)
    return found


def caller(scope: Scope) -> Callable[..., Awaitable[Grants]]:
    """A dependency: the caller's grants, refused without this scope."""

    async def check(
        door: Annotated[Door, Depends(door)],
        given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Grants:
        grants = await door.access.bearer(given.credentials) if given else None
        if grants is None:
            raise HTTPException(401, "a valid token is needed", {"WWW-Authenticate": "Bearer"})
        if scope not in grants.scopes:
            raise HTTPException(403, f"this token lacks the scope {scope}")
        return grants

    return check
