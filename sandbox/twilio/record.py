"""The journal: every call of the REST API, every webhook, and every request that nothing here fits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sandbox.twilio.shapes import Form

DeliveryKind = Literal["message", "status"]
Outcome = Literal["answered", "http_error", "connection_failed", "timeout", "bad_twiml", "lost"]


@dataclass
class Call:
    """One call. `status` stays 0 while it hangs and when no answer left; `code` is the error code, 0 without one."""

    number: int
    method: str
    path: str
    form: dict[str, list[str]]
    query: Form
    status: int = 0
    code: int = 0
    fault: str = ""
    sid: str = ""


@dataclass(frozen=True)
class Attempt:
    """One try at a webhook: the URL that was signed, what came of it, the HTTP status (0: no answer)."""

    url: str
    outcome: Outcome
    status: int = 0
    text: str = ""


@dataclass
class Delivery:
    """A webhook. `url` is the public one, `body` the bytes posted; `token` is its I-Twilio-Idempotency-Token."""

    number: int
    kind: DeliveryKind
    url: str
    form: Form
    body: str
    token: str
    fallback: str = ""
    headers: Form = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    finished: bool = False

    @property
    def status(self) -> int:
        """The HTTP status of the last answer; 0 without one."""
        return self.attempts[-1].status if self.attempts else 0

    @property
    def taken(self) -> bool:
        """Whether the app took it."""
        return bool(self.attempts) and self.attempts[-1].outcome == "answered"

    @property
    def sid(self) -> str:
        """The message it is about."""
        return self.form.get("MessageSid", "")


@dataclass(frozen=True)
class Stray:
    """A request to a route that Twilio does not have, or not here."""

    method: str
    path: str


@dataclass
class Record:
    """All of them, oldest first."""

    calls: list[Call] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)

    def forget(self) -> None:
        """Start afresh."""
        self.calls.clear()
        self.deliveries.clear()
        self.strays.clear()
