"""A deployment that was approved where approvals may be taken back: what the tests of undoing share."""

from __future__ import annotations

from datetime import timedelta

from agent_core.events import ApprovalHeld, Event, Notice, ToolCall
from tests.unit.core.story import BO, UNDOABLE, Story, asked_for_deploy, kinds

EDITED = '{"version":"1.4.1","environment":"production"}'
WINDOW = timedelta(minutes=5)


def held(arguments: str = "", *, late: bool = False) -> Story:
    """Bo has approved a deployment, and may take it back for five minutes; `late`: just before the request expires."""
    story = asked_for_deploy(Story(UNDOABLE))
    if late:
        story.now = story.request.expires_at - timedelta(minutes=1)
    story.clicks(BO, story.request.id, "approve", arguments=arguments)
    assert kinds(story.turn()) == ["approval_held", "notice"]
    return story


def hold(story: Story) -> ApprovalHeld:
    """The approval that is held."""
    found = story.thread.held_approval(story.request.id)
    assert found is not None
    return found


def window_ends(story: Story) -> None:
    """The time in which it may be taken back is over."""
    until = hold(story).until
    assert until is not None
    story.now = until
    story.fires(f"undo:{story.request.id}")


def notice(events: tuple[Event, ...]) -> Notice:
    """The one notice among these events."""
    (found,) = (event for event in events if isinstance(event, Notice))
    return found


def called(story: Story) -> list[ToolCall]:
    """The tools that were called."""
    return [event for event in story.log if isinstance(event, ToolCall)]
