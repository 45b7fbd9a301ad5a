"""What an app may use a few times and not for long: trigger ids and response URLs.

https://docs.slack.dev/interactivity/handling-user-interaction: a trigger_id is good once, for three seconds; a
response_url five times, for thirty minutes. Unsure: the words `used_url` and `expired_url` are remembered, not read.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.slack.clock import Clock
from sandbox.slack.errors import Refusal
from sandbox.slack.ids import Ids, secret

TRIGGER_SECONDS = 3.0
URL_SECONDS, URL_USES = 1800.0, 5


@dataclass
class Trigger:
    """Somebody's gesture, which allows to show them something. `view` is the modal it was made in."""

    user: str
    team_id: str
    made: float
    view: str = ""
    used: bool = False


@dataclass
class ResponseUrl:
    """Where an app may answer a gesture: to whom, where, and in place of which message."""

    user: str
    channel: str
    message_ts: str
    thread_ts: str
    made: float
    uses: int = 0


class Tickets:
    """All of them."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}

    def trigger(self, user: str, team_id: str, *, view: str = "", stale: bool = False) -> str:
        """A new trigger_id; a stale one has expired already."""
        made = self._clock.now() - (TRIGGER_SECONDS + 1 if stale else 0)
        value = f"{self._ids.number()}.{int(made)}.{secret(32)}"
        self._triggers[value] = Trigger(user, team_id, made, view)
        return value

    def exchange(self, value: object) -> Trigger:
        """Use a trigger_id."""
        trigger = self._triggers.get(value) if isinstance(value, str) else None
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self._clock.now() - trigger.made > TRIGGER_SECONDS:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger

    def url(self, user: str, channel: str, message_ts: str = "", thread_ts: str = "") -> str:
        """The path of a new response URL."""
        value = f"{self._ids.number()}/{secret()}"
        self._urls[value] = ResponseUrl(user, channel, message_ts, thread_ts, self._clock.now())
        return value

    def answer(self, value: str) -> ResponseUrl:
        """Use a response URL."""
        url = self._urls.get(value)
        if url is None:
            raise Refusal("no_service")
        if self._clock.now() - url.made > URL_SECONDS:
            raise Refusal("expired_url")
        if url.uses >= URL_USES:
            raise Refusal("used_url")
        url.uses += 1
        return url
