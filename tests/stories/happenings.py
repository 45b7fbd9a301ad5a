"""Happenings: the steps of a story that nobody of it takes: what happens, and what is so by then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import AwareDatetime, Field, JsonValue

from tests.stories.language import Ending, Step, Words


class TimePasses(Step):
    """So much time, for everybody."""

    brief = "by"
    by: timedelta = Field(gt=timedelta(0))


class ClockStrikes(Step):
    """It is this moment now."""

    brief = "at"
    at: AwareDatetime


class PolicyChanges(Step):
    """These parts of the policy are other ones from now on."""

    brief = "policy"
    policy: Mapping[str, JsonValue]


class Unreachable(Step):
    """What is sent to these persons on a channel fails from now on, or comes back."""

    brief = "people"
    people: Words


class MailBounces(Unreachable):
    """Their mailboxes return mails."""


class TextsFail(Unreachable):
    """Their numbers cannot be reached."""


class WorldChanges(Step):
    """There are so many rows now where `migrate` looks."""

    brief = "rows"
    rows: int


class AtOnce(Step):
    """Several things in the same moment; nobody of ours has seen the first when the last one happens."""

    brief = "steps"
    steps: tuple[Any, ...] = Field(min_length=2)


class Ran(Step):
    """These calls were run so far, in this order and each once: `deploy 1.4.2 production`."""

    brief = "calls"
    calls: Words


class NothingRan(Step):
    """Nothing was run so far."""


class RequestIs(Step):
    """The newest request for approval, or the newest whose call says `about`, is in this state."""

    brief = "state"
    state: Ending
    about: Words | None = None


class RequestsOpen(Step):
    """So many requests for approval are open."""

    brief = "count"
    count: int = Field(ge=0)


EVENTS: Mapping[str, type[Step]] = {
    "time passes": TimePasses,
    "clock": ClockStrikes,
    "policy changes": PolicyChanges,
    "mail bounces": MailBounces,
    "texts fail": TextsFail,
    "the world changes": WorldChanges,
    "at once": AtOnce,
    "ran": Ran,
    "nothing ran": NothingRan,
    "request is": RequestIs,
    "requests open": RequestsOpen,
}
