"""Values: what every piece of data that travels has in common, and the few shapes everyone in the house speaks."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, time
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, model_validator
from pydantic_core import PydanticKnownError

_LONGEST_NAME = 200
_UNSEEN = {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"}
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")


def _as_unicode(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _as_name(given: str) -> str:
    """The last part of a path, nothing in it unseen or pretending, not too long, and never empty."""
    base = re.split(r"[/\\\\]", _as_unicode(given).strip().rstrip("/\\"))[-1]
    seen = "".join("_" if unicodedata.category(char) in _UNSEEN else char for char in base).strip()
    return (seen if len(seen) <= _LONGEST_NAME else f"{seen[: _LONGEST_NAME - 1]}…") or "unnamed"


def _as_media_type(given: str) -> str:
    kind = given.partition(";")[0].strip().lower()
    return kind if _MEDIA_TYPE.fullmatch(kind) else ""


def _as_written(given: object) -> object:
    """A number is no time of day: of `9`, nobody knows whether hours or seconds were meant."""
    if not isinstance(given, str | time):
        raise PydanticKnownError("time_type")
    return given


def _without_zone(given: time) -> time:
    if given.tzinfo is not None:
        raise PydanticKnownError("time_type")
    return given


# What people said is not quoted in an error: errors end up in logs.
UNQUOTED = ConfigDict(hide_input_in_errors=True)

# Words from outside. Half a surrogate pair, which no log can hold, becomes a question mark.
Text = Annotated[str, AfterValidator(_as_unicode)]

# What a clock shows. Whose clock that is, is said beside it.
TimeOfDay = Annotated[time, BeforeValidator(_as_written), AfterValidator(_without_zone)]


class Frozen(BaseModel):
    """Data that travels: immutable, closed to fields nobody declared, and not quoted in the errors it causes."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="float", hide_input_in_errors=True)


# Why a file's content is not there. `not_read`: on this channel none is.
WhyNot = Literal[
    "too_big",
    "too_many",
    "no_room",
    "not_text",
    "no_access",
    "elsewhere",
    "gone",
    "too_slow",
    "not_fetched",
    "not_read",
]


class Attachment(Frozen):
    """A file somebody sent along with their words: its content as `text`, or `why_not`; never both, never neither.

    `name` is made harmless to show; `media_type` is as declared, empty when nothing usable was; `size` is in bytes,
    None when unknown. Of a long content `text` is the beginning, and `left_out` counts the characters after it.
    """

    name: Annotated[str, AfterValidator(_as_name)]
    media_type: Annotated[str, AfterValidator(_as_media_type)] = ""
    size: int | None = None
    text: Text | None = None
    left_out: int = 0
    why_not: WhyNot | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.why_not is None):
            raise ValueError("an attachment has its text, or a reason why not")
        return self

    def without_text(self, why_not: WhyNot) -> Attachment:
        """It, its content not there."""
        return self.model_copy(update={"text": None, "left_out": 0, "why_not": why_not})


class FormField(Frozen):
    """One field of a form. `choices` are for the kinds `choice` (one of them) and `choices` (any number of them)."""

    name: str
    label: Text
    kind: Literal["text", "number", "date", "choice", "choices"] = "text"
    choices: tuple[Text, ...] = ()
    required: bool = True

    @property
    def numbered(self) -> bool:
        """Whether a choice may be named by its number in the list: not where choices could be taken for numbers."""
        return bool(self.choices) and not any(choice.strip()[:1].isdigit() for choice in self.choices)


# Why a person's words may not be what they meant, or not all of it. `two_texts`: their mail has a text and an HTML that
# say different things; `by_subject`: nothing but its subject tells what it answers.
Doubt = Literal["", "two_texts", "encrypted", "unreadable", "cut", "by_subject"]

# Why an answer did not count, or what became of the thread: each has its fixed sentence.
NoticeKind = Literal[
    "not_an_approver",
    "own_request",
    "not_verified",
    "already_closed",
    "expired",
    "changed",
    "needs_stronger",
    "held",
    "undone",
    "unknown_request",
    "code_needed",
    "unclear",
    "several",
    "two_texts",
    "encrypted",
    "unreadable",
    "cut",
    "by_subject",
    "words_too_weak",
    "not_a_choice",
    "bad_form",
    "bad_arguments",
    "paused",
    "resumed",
    "stopped",
    "finished_after_stop",
    "undelivered",
    "waits",
    "counted",
    "moved",
    "asked_back",
    "delegated",
    "no_delegate",
    "on_hold",
    "too_few",
    "rules_changed",
    "taken_over",
    "handed_back",
    "not_in_charge",
    "link_asked",
    "linked",
    "unlinked",
    "not_linked",
]


SCHEMA_VERSION: Literal[1] = 1
EPOCH = datetime.fromtimestamp(0, UTC)

Assurance = Literal["verified", "restricted", "asserted", "none"]
Proof = Literal["verified", "restricted"]
# Besides yes and no: `undo` takes a held approval back, `answer` says something instead of running the tool, `ask` puts
# a question to the requester first, and `delegate` hands the decision to somebody else.
Decision = Literal["approve", "deny", "undo", "answer", "ask", "delegate"]
Risk = Literal["low", "medium", "high"]


class Author(Frozen):
    """Who said it: an identity on a channel (`email:ana@example.com`), the person behind it if linked, and how sure.

    `verified` means the channel proved it (signature, aligned DMARC, our own token); `restricted` that only the
    telephone network did, where numbers are moved, shared and forged (NIST SP 800-63B); `evidence` says by what.
    `roles` are those the platform says they hold, as of the moment they said it (`discord:<guild>/<role>`).
    """

    identity: str
    person: str | None = None
    assurance: Assurance = "none"
    evidence: str = ""
    roles: tuple[str, ...] = ()


class Fact(Frozen):
    """What every event has: the platform's own `id` where it has one; `at`, the store's clock as it was appended."""

    schema_version: Literal[1] = SCHEMA_VERSION
    id: str
    at: AwareDatetime = EPOCH


class Call(Frozen):
    """A tool with the exact bytes of its arguments: JSON text that is never serialised again."""

    tool: str
    version: str
    arguments: str
