"""OAuth: access tokens in place of passwords (XOAUTH2), and the endpoint that hands them out (RFC 6749).

POST /oauth/token    form: grant_type=refresh_token & refresh_token, or grant_type=client_credentials;
                     client_id and client_secret in the form, or by HTTP Basic
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from sandbox.mail.clock import now
from sandbox.mail.faults import Faults

CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN = "sandbox-client", "sandbox-client-secret", "sandbox-refresh-token"
SCOPE = "https://mail.google.com/"
# What a server says of a token it does not take; the client is to answer with an empty line, and is refused then.
REFUSAL = base64.b64encode(b'{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}')


@dataclass
class Tokens:
    """The tokens of one user. `lifetime` is what tokens handed out from now on live, in seconds."""

    user: str
    faults: Faults
    lifetime: float = 3600.0
    issued: int = 0
    refresh_token: str = REFRESH_TOKEN
    _good: dict[str, datetime] = field(default_factory=dict)

    def issue(self) -> str:
        """A new access token."""
        token = f"ya29.{secrets.token_urlsafe(24)}"
        self._good[token] = now() + timedelta(seconds=self.lifetime)
        self.issued += 1
        return token

    def expire(self) -> None:
        """Every access token so far is good no more; new ones can be had."""
        self._good.clear()

    def revoke(self) -> None:
        """The user takes the consent back: the access tokens are void, and the refresh token brings no new ones."""
        self.expire()
        self.refresh_token = ""

    def owner(self, response: bytes) -> str | None:
        """Whom a client's first response (base64) proves to be; None is nobody."""
        user, token = _said(response)
        until = self._good.get(token)
        if user != self.user or until is None or until <= now() or self.faults.take("xoauth2_refused"):
            return None
        return user


def _said(response: bytes) -> tuple[str, str]:
    """The user and the token in `user=...^Aauth=Bearer ...^A^A`."""
    try:
        said = base64.b64decode(response, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    user, _, rest = said.partition("\x01")
    kind, _, token = rest.removesuffix("\x01\x01").partition(" ")
    right = user.startswith("user=") and kind == "auth=Bearer" and rest.endswith("\x01\x01")
    return (user.removeprefix("user="), token) if right else ("", "")


def token_routes(tokens: Tokens) -> APIRouter:
    """The token endpoint."""
    router = APIRouter()

    @router.post("/oauth/token")
    async def token(request: Request) -> JSONResponse:
        if tokens.faults.take("oauth_down"):
            return JSONResponse({"error": "temporarily_unavailable"}, 503)
        form = dict(parse_qsl((await request.body()).decode("ascii", "replace")))
        error = _error(tokens, form, request.headers.get("Authorization", ""))
        if error:
            return JSONResponse({"error": error}, 401 if error == "invalid_client" else 400)
        told = {"access_token": tokens.issue(), "token_type": "Bearer", "scope": SCOPE}
        return JSONResponse(told | {"expires_in": int(tokens.lifetime)}, headers={"Cache-Control": "no-store"})

    return router


def _error(tokens: Tokens, form: dict[str, str], authorization: str) -> str:
    """Why there is no token for this request (RFC 6749 section 5.2); empty if there is one."""
    basic = f"{CLIENT_ID}:{CLIENT_SECRET}".encode()
    by_header = authorization == f"Basic {base64.b64encode(basic).decode()}"
    if not by_header and (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
        return "invalid_client"
    match form.get("grant_type"):
        case "client_credentials":
            return ""
        case "refresh_token":
            good = tokens.refresh_token and form.get("refresh_token") == tokens.refresh_token
            return "" if good else "invalid_grant"
        case None:
            return "invalid_request"
        case _:
            return "unsupported_grant_type"
