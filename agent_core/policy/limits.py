"""Limits: how much is asked of one person and on one channel, and what is asked of somebody together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from agent_core.values import Frozen, Risk

Most = Annotated[int, Field(ge=1)]


class Limits(Frozen):
    """None of them holds where nothing is said. What is over one waits until there is room, and is never lost.

    `per_person_per_hour`: so many cards go to one person in any hour; `per_channel_per_hour`, to all people on a
    channel. `together_within`: on channels whose cards cannot be redrawn, what follows a card to the same person waits
    up to so long, and goes as one; zero for nothing waits. `open_per_person`: who has so many cards open gets further
    ones together only, on those channels, the first of them not excepted. `at_once` are the risks that wait for no
    others. What is over a limit waits whatever its risk.
    """

    per_person_per_hour: Most | None = None
    per_channel_per_hour: Mapping[str, Most] = {}
    open_per_person: Most | None = None
    together_within: timedelta = Field(default=timedelta(0), ge=timedelta(0))
    at_once: tuple[Risk, ...] = ("high",)
