"""A card without room: the requester hears once that it waits, and nothing goes another way because of it."""

from __future__ import annotations

from agent_core.deliveries import Delivery
from agent_core.events import Notice
from tests.unit.core.story import ANA, BO, Story, asked_for_deploy, kinds


def waits(story: Story, effect: str = "e1") -> None:
    """The sender says that there is no room for a card."""
    said = "whoever decides was asked so much of late that it waits for about 12 min"
    cause = story.request.id
    waiting = Delivery(id=f"waiting:{effect}", effect_id=effect, cause=cause, to=BO.identity, outcome="waiting")
    story.append(waiting.model_copy(update={"detail": said}))


def test_the_requester_hears_of_it_once() -> None:
    story = asked_for_deploy()
    waits(story)
    (notice,) = story.turn()
    assert isinstance(notice, Notice)
    assert (notice.kind, notice.to, notice.about) == ("waits", ANA.identity, story.request.id)
    assert "12 min" in notice.detail
    waits(story, "e2")
    assert kinds(story.turn()) == []


def test_of_what_is_closed_by_then_nobody_hears() -> None:
    story = asked_for_deploy()
    request = story.request
    story.clicks(BO, request.id, "approve")
    story.turn()
    waits(story)
    assert "notice" not in kinds(story.turn())
