"""Values: what every piece of data that travels has in common."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict


def _as_unicode(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


# What people said is not quoted in an error: errors end up in logs.
UNQUOTED = ConfigDict(hide_input_in_errors=True)

# Words from outside. Half a surrogate pair, which no log can hold, becomes a question mark.
Text = Annotated[str, AfterValidator(_as_unicode)]


class Frozen(BaseModel):
    """Data that travels: immutable, closed to fields nobody declared, and not quoted in the errors it causes."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="float", hide_input_in_errors=True)


class FormField(Frozen):
    """One field of a form. `choices` are for the kinds `choice` (one of them) and `choices` (any number of them)."""

    name: str
    label: Text
    kind: Literal["text", "number", "date", "choice", "choices"] = "text"
    choices: tuple[Text, ...] = ()
    required: bool = True


# Why an answer did not count, or what became of the thread: each has its fixed sentence.
NoticeKind = Literal[
    "not_an_approver",
    "own_request",
    "not_verified",
    "already_closed",
    "expired",
    "changed",
    "unknown_request",
    "code_needed",
    "unclear",
    "not_a_choice",
    "bad_form",
    "bad_arguments",
    "paused",
    "resumed",
    "stopped",
    "finished_after_stop",
    "undelivered",
]
