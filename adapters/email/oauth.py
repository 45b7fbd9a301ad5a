"""Access tokens for mail servers that take no passwords (RFC 6749): fetched, kept until shortly before their end.

tokens = shared(server.oauth, server.trust)
token = await tokens.access_token()     # TokenRefused, TokenUnavailable
tokens.drop(token)                      # the mail server does not take it: the next one will be a new one

Whoever logs in asks for a token, and when it is refused drops it and asks once more; a second refusal is final.
"""

from __future__ import annotations

import asyncio
import functools
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from adapters.email.account import OAuth
from adapters.errors import AdapterError

PATIENCE = 20.0
EARLY = 300.0  # Seconds before its end from which a token is not used any more.
LIFETIME = 3600.0  # Of a token whose lifetime nobody tells.

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750, 2.1; anything else could end a line or a field of ours.
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}")


class TokenRefused(AdapterError):
    """The token server does not give us one, and asking again will not help."""


class TokenUnavailable(AdapterError):
    """The token server cannot be reached, or cannot answer now."""


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    until: float


class Tokens:
    """The tokens of one account. Tasks may share it: they wait for one another's request.

    `trust` is a file of certificates (PEM) that are trusted besides the system's; `clock` counts seconds.
    """

    def __init__(self, oauth: OAuth, *, trust: str = "", clock: Callable[[], float] = time.monotonic) -> None:
        self._oauth = oauth
        self._trust = trust
        self._clock = clock
        self._refresh = oauth.refresh_token  # Replaced when the server gives a new one; the old one stays good, too.
        self._token: _Token | None = None
        self._asking = asyncio.Lock()

    async def access_token(self) -> str:
        """A token that is good for minutes. Raises TokenRefused, TokenUnavailable."""
        async with self._asking:
            if self._token is None or self._clock() >= self._token.until:
                self._token = await self._new()
            return self._token.value

    def drop(self, token: str) -> None:
        """It was refused. Nothing happens to one that was fetched meanwhile."""
        if self._token and self._token.value == token:
            self._token = None

    async def _new(self) -> _Token:
        asked = self._clock()
        told = _read(await self._post())
        value, lifetime = told.get("access_token"), told.get("expires_in", LIFETIME)
        if not isinstance(value, str) or not _TOKEN.fullmatch(value):
            raise TokenUnavailable("the token server's answer has no token")
        if isinstance(told.get("refresh_token"), str):
            self._refresh = told["refresh_token"]
        seconds = _seconds(lifetime)
        return _Token(value, asked + max(seconds - EARLY, seconds / 2))

    async def _post(self) -> httpx.Response:
        verify = ssl.create_default_context()
        if self._trust:
            verify.load_verify_locations(self._trust)
        try:
            async with asyncio.timeout(PATIENCE), httpx.AsyncClient(timeout=PATIENCE, verify=verify) as client:
                return await client.post(self._oauth.token_url, data=self._form())
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            raise TokenUnavailable(f"the token server is not reachable: {type(error).__name__}") from error

    def _form(self) -> dict[str, str]:
        oauth = self._oauth
        form = {
            "grant_type": "refresh_token" if self._refresh else "client_credentials",
            "client_id": oauth.client_id,
            "client_secret": oauth.client_secret,
            "refresh_token": self._refresh,
            "scope": oauth.scope,
        }
        return {name: value for name, value in form.items() if value}


@functools.cache
def shared(oauth: OAuth, trust: str = "") -> Tokens:
    """The tokens of an account, one for all of this process: a refresh token that was replaced must not be lost."""
    return Tokens(oauth, trust=trust)


def _read(answer: httpx.Response) -> Mapping[str, Any]:
    """What the server told. Of an error only its code: the rest may repeat what we sent."""
    try:
        told = answer.json()
    except ValueError:
        told = None
    fields: Mapping[str, Any] = told if isinstance(told, dict) else {}
    if answer.is_success:
        return fields
    code = fields.get("error")
    known = isinstance(code, str) and _CODE.fullmatch(code)
    why = f"the token server says {answer.status_code}{f' {code}' if known else ''}"
    for_good = 400 <= answer.status_code < 500 and answer.status_code not in (408, 429)
    raise TokenRefused(why) if for_good else TokenUnavailable(why)


def _seconds(told: object) -> float:
    """A lifetime; Microsoft has told it as a string, too."""
    try:
        seconds = float(told)  # type: ignore[arg-type]  # whatever cannot be read raises
    except (TypeError, ValueError):
        return LIFETIME
    return seconds if 0 < seconds < float("inf") else LIFETIME
