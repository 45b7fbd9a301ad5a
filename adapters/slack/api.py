"""The Web API: one call, and exactly what is known afterwards.

The SDK's own retries are off: it would post a second time without knowing whether the first one counted.
"""

from __future__ import annotations

import base64
import json
import logging
import ssl
from collections.abc import Awaitable, Mapping
from typing import Any

import aiohttp
from pydantic import JsonValue, SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from yarl import URL

from adapters.errors import OutcomeUnknown, Rejected, SendError, TryLater

TIMEOUT = 15
DOMAINS = ("slack.com", "slack-gov.com")
# Slack may have done it before it failed.
UNCLEAR = {"internal_error", "fatal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
LATER = {"ratelimited", "rate_limited", "message_limit_exceeded", "accesslimited", "org_login_required"}
# These see nothing of JSON, and answer as if nothing had been asked: what only reads, and what is about files.
FORM_ONLY = {
    "auth.teams.list",
    "bots.info",
    "conversations.history",
    "conversations.replies",
    "files.completeUploadExternal",
    "files.getUploadURLExternal",
    "files.info",
    "users.info",
}
# The token is dead, and with it the installation.
BURIED = {"account_inactive", "token_revoked", "invalid_auth", "not_authed", "token_expired"}

# On debug the SDK logs what it sends and gets: tokens, and what people say. That level stays shut, whatever is set up.
_QUIET = logging.getLogger("slack_sdk.quiet")
_QUIET.setLevel(logging.INFO)

Answer = Mapping[str, Any]


class SlackRefused(Rejected):
    """Slack said no, and why: `error` is its word for it."""

    def __init__(self, method: str, error: str) -> None:
        super().__init__(f"{method}: {error}")
        self.error = error


class Api:
    """Calls for any workspace, over one session. Use as an asynchronous context manager."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    async def __aenter__(self) -> Api:
        # Slack is reached over TLS, the sandbox on this machine is not: the address says which.
        verify: ssl.SSLContext | bool = ssl.create_default_context() if self._base_url.startswith("https") else True
        timeout = aiohttp.ClientTimeout(total=TIMEOUT)
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=verify), timeout=timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """What carries the bytes of files, which are no calls."""
        return self._session

    @property
    def files_at(self) -> URL:
        """Scheme and host of all files: Slack has a host for them, the sandbox has them where its methods are."""
        base = URL(self._base_url)
        domain = next((name for name in DOMAINS if f".{base.host}".endswith(f".{name}")), None)
        return URL(f"https://files.{domain}") if domain else base.origin()

    def client(self, token: SecretStr | None = None) -> AsyncWebClient:
        """A client of the SDK that shares our session and never tries again by itself."""
        return AsyncWebClient(
            token=token.get_secret_value() if token else None,
            base_url=self._base_url,
            timeout=TIMEOUT,
            session=self._session,
            retry_handlers=[],
            logger=_QUIET,
        )

    async def call(self, token: SecretStr, method: str, **arguments: JsonValue) -> Answer:
        """Call a method. Raises SlackRefused, TryLater, OutcomeUnknown."""
        client = self.client(token)
        if method in FORM_ONLY:
            return await _answer(method, client.api_call(method, data=_form(arguments)))
        return await _answer(method, client.api_call(method, json=arguments))

    async def exchange(self, client_id: str, client_secret: SecretStr, **arguments: str) -> Answer:
        """Call oauth.v2.access, as the app itself. Raises SlackRefused, TryLater, OutcomeUnknown."""
        # Made here, since the SDK makes it of something that aiohttp warns of.
        basic = base64.b64encode(f"{client_id}:{client_secret.get_secret_value()}".encode()).decode()
        call = self.client().api_call("oauth.v2.access", data=arguments, headers={"Authorization": f"Basic {basic}"})
        return await _answer("oauth.v2.access", call)


def _form(arguments: Mapping[str, JsonValue]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in arguments.items()}


async def _answer(method: str, call: Awaitable[AsyncSlackResponse]) -> Answer:
    try:
        response = await call
    except SlackApiError as error:
        raise _refusal(method, error) from error
    except aiohttp.ClientConnectorError as error:
        raise TryLater(f"{method}: Slack is not reachable") from error
    except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
        raise OutcomeUnknown(f"{method}: the connection broke: {type(error).__name__}") from error
    data = response.data
    return data if isinstance(data, dict) else {}


def _refusal(method: str, error: SlackApiError) -> SendError:
    """What a refusal means for us. Its text is Slack's word only: the response may quote what we sent."""
    response = error.response
    status, data = getattr(response, "status_code", 0), getattr(response, "data", None)
    word = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or word in LATER:
        return TryLater(f"{method}: {word or 'ratelimited'}", _retry_after(getattr(response, "headers", {})))
    if status >= 500 or word in UNCLEAR or not word:
        return OutcomeUnknown(f"{method}: {word or f'status {status}'}")
    return SlackRefused(method, word)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    told = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    return float(told) if told.isdigit() else None
