"""The journal: every call of the Web API, every delivery to the app, and every request that nothing here fits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sandbox.slack.shapes import Json

DeliveryKind = Literal["events_api", "interactive", "slash_commands"]
Outcome = Literal["acknowledged", "timeout", "http_error", "connection_failed", "too_many_redirects", "no_connection"]


@dataclass
class ApiCall:
    """One call. `status` stays 0 while it hangs and when no reply left; `answer` is what was, or would be, said."""

    number: int
    method: str
    verb: str
    arguments: Json
    token: str
    status: int = 0
    answer: Json = field(default_factory=dict)
    fault: str = ""

    @property
    def error(self) -> str:
        """The error Slack answered, or nothing."""
        return str(self.answer.get("error", ""))


@dataclass(frozen=True)
class Attempt:
    """One try at a delivery. `reason` is why it is a retry; `status` the HTTP status, 0 over a socket."""

    number: int
    outcome: Outcome
    reason: str = ""
    status: int = 0


@dataclass
class Delivery:
    """Something sent to the app. `answer` is the body of its answer: of the HTTP response or of the ack."""

    number: int
    kind: DeliveryKind
    team: str
    payload: Json
    attempts: list[Attempt] = field(default_factory=list)
    answer: Json | None = None
    text: str = ""
    finished: bool = False

    @property
    def acknowledged(self) -> bool:
        """Whether the app took it."""
        return bool(self.attempts) and self.attempts[-1].outcome == "acknowledged"

    @property
    def event(self) -> Json:
        """The event inside an `event_callback`; empty for anything else."""
        return dict(self.payload.get("event", {}))


@dataclass(frozen=True)
class Stray:
    """A request to a route that Slack does not have, or not here."""

    verb: str
    path: str


@dataclass
class Record:
    """All of them, oldest first."""

    calls: list[ApiCall] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)

    def forget(self) -> None:
        """Start afresh."""
        self.calls.clear()
        self.deliveries.clear()
        self.strays.clear()
