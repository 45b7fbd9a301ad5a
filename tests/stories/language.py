"""The language of stories: what a step may be. `reading.py` reads them from YAML; README.md explains them.

Each step is a small value: a verb with its object, who does it, and the line it stands on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

Channel = Literal["email", "slack", "discord", "sms", "console"]
Ending = Literal["open", "approved", "denied", "answered", "expired", "withdrawn"]
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def _listed(given: object) -> object:
    return [given] if isinstance(given, str | int | float) else given


class Closed(BaseModel):
    """A part of a story: what is not known of is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


Words = Annotated[tuple[Annotated[str, BeforeValidator(str)], ...], BeforeValidator(_listed), Field(min_length=1)]


class Step(Closed):
    """One step. `brief` is the field that is meant where the object is no mapping."""

    brief: ClassVar[str] = ""
    line: int = 0
    who: str = ""


class OnRequest(Step):
    """Something about a request: the newest one that this person was shown, or of those the one that says `about`."""

    about: Words | None = None
    on: Channel | None = None


# --- what people do


class Says(Step):
    """Words: beginning a thread of their own, or in it; with `in_thread_of`, in somebody else's."""

    brief = "text"
    text: str
    on: Channel | None = None
    in_thread_of: str = ""
    anew: bool = False


class Approves(OnRequest):
    """Yes, by the best means of the channel; `changed` are the arguments they change."""

    changed: Mapping[str, str] | None = Field(default=None, alias="with")


class Denies(OnRequest):
    """No, and why."""

    brief = "reason"
    reason: str = ""


class TakesBack(OnRequest):
    """They take an approval back that is held."""


class Asks(OnRequest):
    """They ask the requester something before they decide."""

    brief = "question"
    question: str


class Answers(OnRequest):
    """They answer a question they were asked."""

    brief = "text"
    text: str


class AnswersInstead(OnRequest):
    """They say what to do instead of running the tool."""

    brief = "text"
    text: str


class Delegates(OnRequest):
    """Somebody else decides in their place."""

    brief = "to"
    to: str
    reason: str = ""


class Replies(OnRequest):
    """Words in answer to what they were shown last: a question, or a card, where words decide nothing by themselves."""

    brief = "text"
    text: str


class Writes(Step):
    """Words to the bot, apart from anything before."""

    brief = "text"
    text: str
    on: Channel | None = None


class IsForged(OnRequest):
    """Somebody who read their mail answers it in their name, from elsewhere; `{code}` is the code in it."""

    brief = "text"
    text: str


# --- what happens to people


class Leaves(Step):
    """They are with us no more."""


class IsAway(Step):
    """They are away from now on."""

    brief = "for_"
    for_: timedelta = Field(alias="for")
    delegate: str = ""


class Loses(Step):
    """An identity is not theirs any more."""

    brief = "channel"
    channel: Channel


class Gains(Step):
    """An identity is theirs from now on."""

    brief = "channel"
    channel: Channel


class Joins(Step):
    """They hold a role on Discord from now on."""

    brief = "role"
    role: str


class Quits(Joins):
    """They hold it no more."""


class Grants(Step):
    """For so long, such calls of these persons need nobody, by their leave."""

    tool: str
    to: Words
    for_: timedelta = Field(alias="for")
    when: Mapping[str, JsonValue] = {}


# --- what people perceive


class Sees(Step):
    """Something they can read, as it looks now, says all this."""

    brief = "words"
    words: Words
    on: Channel | None = None


class NeverSees(Sees):
    """Nothing they can read says all this."""


class Hears(Sees):
    """The same of something that no step has heard so far; what is heard once is not heard again."""


class SeesOnce(Sees):
    """One thing they can read says all this, and no more than one."""


class CanDecide(OnRequest):
    """A card that they can read still offers a decision."""


class CannotDecide(OnRequest):
    """No card that they can read offers a decision any more, or ever did."""


DEEDS: Mapping[str, type[Step]] = {
    "says": Says,
    "approves": Approves,
    "denies": Denies,
    "takes back": TakesBack,
    "asks": Asks,
    "answers": Answers,
    "answers instead": AnswersInstead,
    "delegates": Delegates,
    "replies": Replies,
    "writes": Writes,
    "is forged": IsForged,
    "leaves": Leaves,
    "is away": IsAway,
    "loses": Loses,
    "gains": Gains,
    "joins": Joins,
    "quits": Quits,
    "grants": Grants,
    "sees": Sees,
    "never sees": NeverSees,
    "sees once": SeesOnce,
    "hears": Hears,
    "can decide": CanDecide,
    "cannot decide": CannotDecide,
}


class Somebody(Closed):
    """A person of a story, as config/people.yaml has them; `also` are channels they are on besides their own."""

    also: tuple[Channel, ...] = ()
    timezone: str = ""
    quiet: Mapping[str, str] | None = None
    away: tuple[Mapping[str, JsonValue], ...] = ()
    stranger: bool = False


Cast = Channel | Mapping[str, Channel]


class Habit(Closed):
    """When the last event says this (a pattern), the agent takes this step."""

    on: str
    take: Mapping[str, JsonValue]


class Story(Closed):
    """A story. `channels` are the casts it is played by: everybody on one channel, or each on their own."""

    title: str
    people: Mapping[str, Somebody]
    policy: Mapping[str, JsonValue]
    steps: tuple[Step, ...] = Field(min_length=1)
    starts: AwareDatetime = MONDAY
    channels: tuple[Cast, ...] = ()
    groups: tuple[Mapping[str, JsonValue], ...] = ()
    model: tuple[Habit, ...] = ()
    crashes: bool = True
