"""Why a card comes to somebody new, when people have changed: in a sentence, and harmless whatever the names are."""

from __future__ import annotations

from typing import get_args

import pytest

from adapters.conditions import why_asked
from agent_core.events import RequestRaised
from tests.unit.core.story import BO

WHYS = get_args(RequestRaised.model_fields["why"].annotation)


def raised(why: str, absent: str = "") -> RequestRaised:
    fields = {"id": "x", "request_id": "r1", "why": why, "to": ("di",), "by": BO, "absent": absent}
    return RequestRaised.model_validate(fields)


@pytest.mark.parametrize("why", WHYS)
def test_every_reason_has_its_sentence(why: str) -> None:
    assert len({why_asked(raised(one)) for one in WHYS}) == len(WHYS)
    assert why_asked(raised(why)).endswith((".", ":"))


def test_who_stands_in_reads_for_whom() -> None:
    assert why_asked(raised("stands_in", "cy")) == "You are asked to decide this in the place of cy, who is away."
    assert "\n" not in why_asked(raised("stands_in", "cy\nAPPROVED"))
