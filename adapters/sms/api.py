"""Twilio's REST API: one request, and exactly what is known afterwards.

The SDK's client ignores its `timeout`, does not close its session by itself, and makes its credentials of something
aiohttp warns of and will drop. So: a timeout of our own, a session made inside the running loop and closed, and a
header of our own. It sends a request once: it would only try again if `max_retries` were given.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
from pydantic import SecretStr
from twilio.auth_strategy.auth_strategy import AuthStrategy
from twilio.auth_strategy.auth_type import AuthType
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.credential.credential_provider import CredentialProvider
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance
from yarl import URL

from adapters.errors import OutcomeUnknown, Rejected, SendError, TryLater
from adapters.sms.codes import CODES, judged

TIMEOUT = 10.0
# As many of a number's messages are looked through: at the limits we keep, those of many hours.
LOOKED_AT = 200
TOO_MANY = 20429

# On info the SDK logs whole URLs and headers, numbers of people among them. That level stays shut, whatever is set up.
_QUIET = logging.getLogger("twilio.quiet")
_QUIET.setLevel(logging.WARNING)


class Refused(Rejected):
    """Twilio said no, for good: `code` is its error code. The text never quotes what was sent."""

    def __init__(self, code: int, status: int) -> None:
        super().__init__(f"{judged(code, status).why} ({code})")
        self.code = code


class Busy(TryLater):
    """Twilio takes no more for now: `code` is its error code."""

    def __init__(self, code: int, status: int, retry_after: float | None = None) -> None:
        super().__init__(f"{judged(code, status).why} ({code})", retry_after)
        self.code = code


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message: a `body`, or a content template (`HX...`) with its variables as JSON text."""

    to: str
    sender: str
    callback: str
    valid_for: int
    body: str = ""
    content: str = ""
    variables: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message Twilio has, by its SID."""

    sid: str
    body: str
    at: datetime


class Api:
    """Calls of one account. Made anywhere; connects inside the running loop at the first call; ends with `aclose`."""

    def __init__(self, account_sid: str, auth_token: SecretStr, base_url: str, timeout: float = TIMEOUT) -> None:
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._base_url = URL(base_url)
        self._timeout = timeout
        self._client: Client | None = None

    async def send(self, message: Outgoing) -> str:
        """Have it sent; its SID. Raises Refused, Busy, TryLater, OutcomeUnknown."""
        given = _given(message)
        async with self._told():
            made = await self._connected().messages.create_async(**given)
        return str(made.sid)

    async def messages(self, to: str, since: datetime) -> tuple[Sent, ...]:
        """What was sent to a number since a moment, the newest first. Raises Refused, Busy, TryLater.

        Not filtered by date at Twilio: it goes by the date of sending, and what is queued has none.
        """
        try:
            async with self._told():
                found = await self._connected().messages.list_async(to=to, limit=LOOKED_AT)
        except OutcomeUnknown as error:  # Nothing was changed by asking.
            raise TryLater(str(error)) from error
        return tuple(sent for sent in map(_sent, found) if sent.at >= since.replace(microsecond=0))

    async def aclose(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            assert isinstance(client.http_client, AsyncTwilioHttpClient)
            await client.http_client.close()

    def _connected(self) -> Client:
        if self._client is None:
            self._client = Client(
                account_sid=self._account_sid,
                credential_provider=_Basic(self._account_sid, self._auth_token),
                http_client=_Elsewhere(self._base_url),
            )
        return self._client

    @asynccontextmanager
    async def _told(self) -> AsyncIterator[None]:
        """Says in our words how a call went wrong, and leaves no chain to errors that quote what was sent."""
        try:
            async with asyncio.timeout(self._timeout):
                yield
        except (TwilioRestException, TwilioServiceException) as error:
            raise _refusal(error.code, error.status) from None
        except TwilioException as error:
            raise _page_refused(error) from None
        except aiohttp.ClientConnectorError as error:
            raise TryLater("Twilio is not reachable") from error
        except (aiohttp.ClientError, TimeoutError, ConnectionError, ValueError) as error:
            # A broken answer among them: it may have been taken.
            raise OutcomeUnknown(f"no answer of Twilio: {type(error).__name__}") from None


class _Basic(CredentialProvider):  # type: ignore[misc] # the SDK has no types
    """Basic authentication, as a header."""

    def __init__(self, name: str, secret: SecretStr) -> None:
        super().__init__(AuthType.BASIC)
        self._strategy = _Header(name, secret)

    def to_auth_strategy(self) -> AuthStrategy:
        """What makes the header."""
        return self._strategy


class _Header(AuthStrategy):  # type: ignore[misc]
    def __init__(self, name: str, secret: SecretStr) -> None:
        super().__init__(AuthType.BASIC)
        self._name, self._secret = name, secret

    def get_auth_string(self) -> str:
        """The header's value."""
        return f"Basic {base64.b64encode(f'{self._name}:{self._secret.get_secret_value()}'.encode()).decode()}"

    def requires_authentication(self) -> bool:
        """It does."""
        return True


class _Elsewhere(AsyncTwilioHttpClient):  # type: ignore[misc]
    """Requests go to the scheme and host we are told, whatever the SDK makes of its environment."""

    def __init__(self, base_url: URL) -> None:
        super().__init__(logger=_QUIET)
        self._base_url = base_url

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request, once. Raises Busy, since the SDK's own error forgets for how long."""
        there = self._base_url.origin().join(URL(url).relative())
        response = await super().request(method, str(there), params, data, headers, auth, timeout, allow_redirects)
        if response.status_code == 429:
            raise Busy(_code(response.text) or TOO_MANY, 429, _retry_after(response.headers))
        return response


def _given(message: Outgoing) -> dict[str, Any]:
    """The arguments of the SDK's method. Never a `media_url`: what is not text is read on our page."""
    ours = "messaging_service_sid" if message.sender.startswith("MG") else "from_"
    given: dict[str, Any] = {
        "to": message.to,
        ours: message.sender,
        "status_callback": message.callback,
        "validity_period": message.valid_for,
        # What can be folded is folded already; Twilio must not change the arguments of a call.
        "smart_encoded": False,
    }
    if message.content:
        return {**given, "content_sid": message.content, "content_variables": message.variables}
    return {**given, "body": message.body}


def _refusal(code: int | None, status: int) -> SendError:
    """What an error means. An answer of 5xx that says nothing we know may come after the effect."""
    known = code or status
    if known in CODES or status < 500 or status == 503:
        return Refused(known, status) if judged(known, status).kind == "rejected" else Busy(known, status)
    return OutcomeUnknown(f"Twilio failed with status {status}")


def _page_refused(error: TwilioException) -> SendError:
    """What it means that the SDK did not get a list. Of that it says only the answer, as one of its arguments."""
    answer = next((one for one in error.args if isinstance(one, Response)), None)
    if answer is None:
        return OutcomeUnknown(f"no answer of Twilio: {type(error).__name__}")
    return _refusal(_code(answer.text), answer.status_code)


def _sent(message: MessageInstance) -> Sent:
    at = message.date_created
    return Sent(str(message.sid), message.body or "", at.astimezone(UTC) if at else datetime.now(UTC))


def _code(text: str) -> int | None:
    """The error code of an answer, where it says one."""
    try:
        code = json.loads(text)["code"]
    except (ValueError, KeyError, TypeError):
        return None
    return code if isinstance(code, int) else None


def _retry_after(headers: Mapping[str, str] | None) -> float | None:
    told = {name.lower(): value for name, value in (headers or {}).items()}.get("retry-after", "")
    return float(told) if told.isascii() and told.isdigit() else None
