"""What Discord answers instead of a result, and what a person cannot do.

SandboxDiscordError
├── Refusal          a REST error: `{"message": ..., "code": ...}`, for forms with the tree of `errors`
├── Exhausted        429 with an error code, until so many seconds have passed
├── CannotDo         a person's gesture for which there is nothing on the screen
└── UrlNotVerified   the interactions endpoint URL did not pass Discord's check

https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
"""

from __future__ import annotations

from sandbox.control import Impossible
from sandbox.discord.shapes import Json

WORDS = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    20012: (403, "You are not authorized to perform this action on this application"),
    30032: (400, "Maximum number of application commands reached (100)"),
    30034: (400, "Maximum number of daily application command creates has been reached (200)"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. Try again later"),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50003: (403, "Cannot execute action on a DM channel"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50021: (403, "Cannot execute action on a system message"),
    50024: (400, "Cannot execute action on this channel type"),
    50027: (401, "Invalid Webhook Token"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
    50278: (403, "Cannot send messages to this user due to having no mutual guilds"),
    160004: (400, "A thread has already been created for this message"),
    160005: (400, "Thread is locked"),
}


class SandboxDiscordError(Exception):
    """The sandbox Discord refuses."""


class Refusal(SandboxDiscordError):
    """REST refuses the call: by an error code of Discord's, or by 0 with a status of its own."""

    def __init__(self, code: int, *, status: int = 0, words: str = "", errors: Json | None = None) -> None:
        known = WORDS.get(code, (400, "Unknown error"))
        super().__init__(words or known[1])
        self.code = code
        self.status = status or known[0]
        self.errors = errors

    @property
    def body(self) -> Json:
        """The JSON of the answer."""
        told = {} if self.errors is None else {"errors": self.errors}
        return {"message": str(self), "code": self.code, **told}


class Exhausted(SandboxDiscordError):
    """A limit that has an error code of its own: 429 with it."""

    def __init__(self, code: int, after: float) -> None:
        super().__init__(WORDS[code][1])
        self.code = code
        self.after = after


class CannotDo(SandboxDiscordError, Impossible):
    """There is nothing on the screen that this gesture could act on."""


class UrlNotVerified(SandboxDiscordError):
    """The interactions endpoint URL did not answer as Discord wants."""


def unauthorized() -> Refusal:
    """The refusal of a token."""
    return Refusal(0, status=401, words="401: Unauthorized")


def not_found() -> Refusal:
    """The refusal of a route that is not there."""
    return Refusal(0, status=404, words="404: Not Found")
