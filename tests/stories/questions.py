"""Questions: the sentences about what the agent asks people for, and about whose an identity is."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from tests.stories.language import Channel, OnRequest, Step, Words


class Chooses(OnRequest):
    """One of the choices that the agent offers: by its button, or else in words."""

    brief = "choice"
    choice: str


class FillsIn(OnRequest):
    """A form, as the channel has it: all at once, in lines, or field by field. `fields` are named as they are shown."""

    fields: Mapping[str, Words] = Field(alias="with", min_length=1)


class CannotFillIn(FillsIn):
    """The same, and the form, or an answer to it, says that it cannot be used so."""


class Links(Step):
    """They say that another identity is theirs, too; with `of`, somebody else's."""

    brief = "channel"
    channel: Channel
    of: str = ""


class Unlinks(Links):
    """They say that it is theirs no more."""


class Confirms(OnRequest):
    """They answer, from the identity that was asked whether it is theirs."""

    brief = "on"


class Stops(OnRequest):
    """They stop the thread of a request, at the console."""


class Repeats(Step):
    """Words of theirs with `{code}`, the code that somebody else (`of`) was shown last."""

    text: str
    of: str
    on: Channel | None = None


class IsKnownBy(Step):
    """What comes from there counts as theirs."""

    brief = "channel"
    channel: Channel


class IsNotKnownBy(IsKnownBy):
    """It does not."""


QUESTIONS: Mapping[str, type[Step]] = {
    "chooses": Chooses,
    "fills in": FillsIn,
    "cannot fill in": CannotFillIn,
    "links": Links,
    "unlinks": Unlinks,
    "confirms": Confirms,
    "repeats": Repeats,
    "stops": Stops,
    "is known by": IsKnownBy,
    "is not known by": IsNotKnownBy,
}
