"""Sampling: of cases that differ little and take long, some are played in every run, and all in the long proofs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest


def some(cases: Sequence[Any], *, every: int = 3) -> list[Any]:
    """The cases, of which one in so many is played in every run, the first among them."""
    return [case if n % every == 0 else pytest.param(case, marks=pytest.mark.slow) for n, case in enumerate(cases)]
