"""What can go wrong in a channel.

AdapterError
├── Unreadable          the message cannot be understood; set aside for an operator
├── SourceDown          the platform cannot be read from now
├── BadTicket           a button or form that is not ours, or not from where we showed it
├── BadAnswer           what was filled in cannot stand; says why, field by field
└── SendError
    ├── TryLater        not sent; try again (after `retry_after` seconds, if told)
    ├── Rejected        not sent, and never will be
    │   └── Unreachable nor will anything else that goes there
    └── OutcomeUnknown  may have been sent
"""

from __future__ import annotations

from collections.abc import Mapping


class AdapterError(Exception):
    """A channel failed."""


class Unreadable(AdapterError):
    """The message cannot be understood."""


class SourceDown(AdapterError):
    """The platform cannot be read from now."""


class BadTicket(AdapterError):
    """This button is not one of ours, or was not shown here."""


class BadAnswer(AdapterError):
    """What was filled in cannot stand as it is. `problems` by the field's name; the name is empty for the whole."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


class SendError(AdapterError):
    """A message was not certainly sent."""


class TryLater(SendError):
    """Not sent; worth another try."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class Rejected(SendError):
    """The platform refuses this message for good."""


class Unreachable(Rejected):
    """Nothing can reach this recipient there any more."""


class OutcomeUnknown(SendError):
    """The connection broke when the platform may already have taken the message."""
