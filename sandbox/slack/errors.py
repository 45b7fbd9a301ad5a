"""What Slack answers instead of a result, and what a person cannot do.

SandboxSlackError
├── Refusal          a Web API error: `{"ok": false, "error": ...}` with HTTP 200
├── RateLimited      HTTP 429 with `Retry-After`
├── CannotDo         a person's gesture for which there is nothing on the screen
└── UrlNotVerified   the request URL did not echo the challenge
"""

from __future__ import annotations

from sandbox.control import Impossible
from sandbox.slack.shapes import Json


class SandboxSlackError(Exception):
    """The sandbox Slack refuses."""


class Refusal(SandboxSlackError):
    """The Web API refuses the call."""

    def __init__(self, error: str, **more: object) -> None:
        super().__init__(error)
        self.error = error
        self.more = more

    @property
    def body(self) -> Json:
        """The JSON of the answer."""
        return {"ok": False, "error": self.error, **self.more}


class RateLimited(SandboxSlackError):
    """The Web API takes no more calls for now."""

    def __init__(self, seconds: float) -> None:
        super().__init__("ratelimited")
        self.seconds = seconds


class CannotDo(SandboxSlackError, Impossible):
    """There is nothing on the screen that this gesture could act on."""


class UrlNotVerified(SandboxSlackError):
    """The request URL did not answer the challenge."""


def invalid_arguments(*messages: str) -> Refusal:
    """The refusal of arguments, in Slack's own words: each message ends in `[json-pointer:...]`."""
    return Refusal("invalid_arguments", response_metadata={"messages": [f"[ERROR] {one}" for one in messages]})
