"""The story's chapters on Slack: asked in a channel, denied and changed in modals; over HTTP, and by Socket Mode."""

from __future__ import annotations

from gateway.demo.teller import Teller
from sandbox.slack import Message

ROOM = "#deploys"


async def over_http(t: Teller) -> None:
    """Slack posts to us: ask, deny with a reason."""
    t.chapter("Ana asks in a Slack channel; Bo denies and says why")
    await t.world.slack.deliver_to(f"{t.world.url}/slack/events")
    bo = t.world.slack.person("bo")
    asked = await _ask(t, "1.4.0")
    card = await _shown(t, asked, "May this run?", "the card appears in the thread")
    await bo.click(card, "Deny")
    await t.until(lambda: bo.modal, "Bo presses Deny; a form asks why")
    await bo.submit({"reason": "the release notes are missing"})
    await _shown(t, asked, "the release notes are missing", "the thread says who denied, and why")
    t.check(t.world.running("production") == "1.4.2", "production is untouched")


async def by_socket(t: Teller) -> None:
    """We are connected to Slack: ask, approve with one argument changed."""
    t.chapter("Ana asks on Slack, by Socket Mode now; Bo changes an argument and approves")
    await t.world.slack.deliver_to(None)
    ana, bo = t.world.slack.person("ana"), t.world.slack.person("bo")
    asked = await _ask(t, "1.4.0")
    card = await _shown(t, asked, "May this run?", "the card appears in the thread")
    await ana.click(card, "Approve")
    await t.until(
        lambda: [one for one in ana.messages(ROOM) if "asked for themselves" in one.text] or None,
        "Ana presses Approve herself, and is told, unseen by others, that this does not count",
    )
    await bo.click(card, "Change and approve")
    await t.until(lambda: bo.modal and bo.modal.definition.get("callback_id"), "Bo gets a form with the arguments")
    await bo.submit({"version": "1.4.1"})
    await t.until(lambda: t.world.running("production") == "1.4.1", "he makes it 1.4.1; production runs 1.4.1")
    await _shown(t, asked, "with other arguments", "the card says who approved, and what ran instead")
    await _shown(t, asked, "1.4.1 now", "the result is in the thread")


async def _ask(t: Teller, version: str) -> Message:
    text = f"@{t.world.slack.app.name} Please deploy {version} to production."
    asked = t.world.slack.person("ana").say(ROOM, text)
    t.step(f"Ana writes in {ROOM}: deploy {version} to production")
    return asked


async def _shown(t: Teller, asked: Message, containing: str, said: str) -> Message:
    """Something that can be read in the thread."""

    def look() -> Message | None:
        return next((one for one in t.world.slack.messages(ROOM, thread=asked.ts) if containing in one.text), None)

    return await t.until(look, said)
