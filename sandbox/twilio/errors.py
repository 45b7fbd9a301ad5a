"""What Twilio answers instead of a result, and what a person cannot do.

SandboxTwilioError
├── Refusal      the REST API refuses: `{"code", "message", "more_info", "status"}`
└── CannotDo     a person's gesture, or an order, for which there is nothing there
"""

from __future__ import annotations

from sandbox.control import Impossible


class SandboxTwilioError(Exception):
    """The sandbox Twilio refuses."""


class Refusal(SandboxTwilioError):
    """The REST API refuses, with a code of `catalog`; `about` is what its sentence names."""

    def __init__(self, code: int, about: str = "") -> None:
        super().__init__(f"{code} {about}")
        self.code = code
        self.about = about


class CannotDo(SandboxTwilioError, Impossible):
    """There is nothing that this gesture or order could act on."""
