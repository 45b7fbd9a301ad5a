"""Delivery over HTTP: signed requests to the app's request URL, and the challenge that verifies it.

https://docs.slack.dev/authentication/verifying-requests-from-slack, https://docs.slack.dev/apis/events-api/using-http-request-urls
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import aiohttp

from sandbox.slack.errors import UrlNotVerified
from sandbox.slack.ids import secret
from sandbox.slack.record import DeliveryKind, Outcome
from sandbox.slack.shapes import Json

REDIRECTS = 2
_TYPES = {"events_api": "application/json", "other": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Reply:
    """What came of a request: `text` and `media_type` only when something was answered."""

    outcome: Outcome
    status: int = 0
    text: str = ""
    media_type: str = ""
    no_retry: bool = False


def signature(signing_secret: str, timestamp: str, body: str) -> str:
    """`v0=` and the HMAC-SHA256 of `v0:<timestamp>:<body>`."""
    base = f"v0:{timestamp}:{body}".encode()
    return "v0=" + hmac.new(signing_secret.encode(), base, hashlib.sha256).hexdigest()


def encode(kind: DeliveryKind, payload: Json) -> tuple[str, str]:
    """The body and its content type: JSON for events, a `payload` field for interactions, fields for slash commands."""
    if kind == "events_api":
        return json.dumps(payload), _TYPES["events_api"]
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields), _TYPES["other"]


class Webhook:
    """The way to one request URL."""

    def __init__(self, session: aiohttp.ClientSession, signing_secret: str, url: str) -> None:
        self._session = session
        self._signing_secret = signing_secret
        self.url = url

    async def verify(self, token: str, deadline: float) -> None:
        """Post the challenge, as Slack does when the URL is entered."""
        challenge = secret(40)
        body = json.dumps({"token": token, "challenge": challenge, "type": "url_verification"})
        reply = await self._post(body, _TYPES["events_api"], {}, deadline)
        if reply.outcome != "acknowledged" or challenge not in reply.text:
            raise UrlNotVerified(f"{self.url}: {reply.outcome} {reply.status}")

    async def deliver(self, kind: DeliveryKind, payload: Json, retry: tuple[int, str], deadline: float) -> Reply:
        """One request. `retry` is the number and the reason, (0, "") the first time."""
        body, media_type = encode(kind, payload)
        number, reason = retry
        headers = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason} if number else {}
        return await self._post(body, media_type, headers, deadline)

    async def _post(self, body: str, media_type: str, headers: Mapping[str, str], deadline: float) -> Reply:
        timestamp = str(int(time.time()))
        signed = {
            "Content-Type": media_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._signing_secret, timestamp, body),
            **headers,
        }
        try:
            async with self._session.post(
                self.url,
                data=body.encode(),
                headers=signed,
                max_redirects=REDIRECTS,
                timeout=aiohttp.ClientTimeout(total=deadline),
            ) as response:
                return await _read(response)
        except TimeoutError:
            return Reply("timeout")
        except aiohttp.TooManyRedirects:
            return Reply("too_many_redirects")
        except (aiohttp.ClientError, ConnectionError):
            return Reply("connection_failed")


async def _read(response: aiohttp.ClientResponse) -> Reply:
    text = await response.text(errors="replace")
    outcome: Outcome = "acknowledged" if 200 <= response.status < 300 else "http_error"
    no_retry = response.headers.get("X-Slack-No-Retry") == "1"
    return Reply(outcome, response.status, text, response.content_type, no_retry)
