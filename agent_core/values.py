"""Values: what every piece of data that travels has in common."""

from __future__ import annotations

from typing import Annotated

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
