"""Slack: people who write to the bot, press the buttons of its cards and fill in its forms, in direct messages."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.slack.adapter import SlackAdapter
from sandbox.slack import Hands as Fingers, Message, SlackSandbox
from sandbox.slack.errors import CannotDo
from tests.stories.hands import Filled, Hands, Impossible, Means, Shown, offered
from tests.stories.language import Channel

BUTTONS: Mapping[str, Means] = {
    "Approve": "approve",
    "Deny": "deny",
    "Change and approve": "change",
    "Ask a question": "ask",
    "Answer instead": "answer",
    "Hand over": "delegate",
    "Take it back": "undo",
    "Answer": "respond",
    "CONFIRM": "confirm",
}
LABELS = {means: label for label, means in BUTTONS.items()}


@dataclass
class SlackHands:
    """Everybody talks to the bot in a DM of their own."""

    slack: SlackSandbox
    adapter: SlackAdapter
    channel: Channel = "slack"
    _deliveries: int = 0
    _roots: dict[str, str] = field(default_factory=dict)

    def identity(self, name: str) -> str:
        """Their id, in its workspace."""
        user = self._fingers(name).user
        return f"slack:{user.team_id}/{user.id}"

    def begin(self) -> None:
        """Nothing stands there: we look for what we may have sent, and would find it in a story before."""
        for channel in self.slack.core.world.channels.values():
            channel.messages.clear()
        self._deliveries, self._roots = len(self.slack.core.record.deliveries), {}

    async def start(self, name: str, text: str) -> None:
        """A new message to the bot, which begins a thread."""
        self._roots[name] = self._fingers(name).say(None, text).ts

    async def go_on(self, name: str, text: str, root: str) -> None:
        """In the thread."""
        self._fingers(name).say(None, text, thread=self._roots[root])

    async def reply(self, name: str, shown: Shown, text: str) -> None:
        """Below what was shown."""
        message = _message(shown)
        self._fingers(name).say(self.slack.channel(message.channel), text, thread=message.root)

    async def decide(self, name: str, shown: Shown, means: Means, text: str, changed: dict[str, str]) -> None:
        """The button, and the form behind it."""
        person = self._fingers(name)
        await person.click(_message(shown), LABELS.get(means, text))
        if means in ("approve", "undo", "choose", "confirm"):
            return
        await self.settled()
        if not person.modal:
            return  # It is too late for that, as they are told.
        filled = await person.submit(dict(changed) if means == "change" else _form(means, text))
        await person.close(clear=True)
        if filled.outcome not in ("closed", "cleared"):
            raise Impossible(f"the form says {filled.outcome}: {dict(filled.errors)}")

    async def fill(self, name: str, shown: Shown, filled: Filled) -> str:
        """The form; what its client or its server has against it, at the fields."""
        person = self._fingers(name)
        await person.click(_message(shown), LABELS["respond"])
        await self.settled()
        if not person.modal:
            return ""  # It is too late for that, as they are told.
        sent = await person.submit({field: _entry(values) for field, values in filled.items()})
        await person.close(clear=True)
        return "" if sent.outcome in ("closed", "cleared") else f"{sent.outcome}: {dict(sent.errors)}"

    def readable(self, name: str) -> list[Shown]:
        """Their DM, and what only they see elsewhere."""
        person, found = self._fingers(name), []
        for channel in self.slack.core.world.channels.values():
            if person.id in channel.members:
                found += [
                    one for one in channel.messages if one.ephemeral_for in ("", person.id) and one.user != person.id
                ]
        return [_shown(one) for one in sorted(found, key=lambda message: message.ts)]

    def posted(self) -> list[str]:
        """What the bot said to everybody in a conversation, not in answer to a press: that has no mark."""
        said = (one for channel in self.slack.core.world.channels.values() for one in channel.messages)
        return [_name(one) for one in said if one.bot_id and one.metadata and not one.ephemeral_for]

    async def again(self, number: int) -> None:
        """Slack brings something once more."""
        came = self.slack.core.record.deliveries[self._deliveries :]
        if came:
            self.slack.core.courier.send_again(came[number % len(came)])

    async def settled(self) -> None:
        """When everything was taken, and what was begun because of it is done."""
        await self.slack.settled()
        await self.adapter.settled()

    def _fingers(self, name: str) -> Fingers:
        return self.slack.person(name, self.slack.team)


def settle(slack: SlackSandbox, everybody: tuple[str, ...]) -> None:
    """All of them are members of the workspace, known to us or not."""
    for name in everybody:
        try:
            known = slack.person(name, slack.team).user.kind == "member"
        except CannotDo:
            known = False
        if not known:
            slack.town.user(name, slack.team)


def _form(means: Means, text: str) -> dict[str, str]:
    if means == "respond":
        return {"answer": text}
    if means != "delegate":
        return {"reason": text} if text else {}
    to, _, why = text.partition(" ")
    return {"to": to} | ({"reason": why} if why else {})


def _entry(values: Sequence[str]) -> str | Sequence[str]:
    return values[0] if len(values) == 1 else values


def _message(shown: Shown) -> Message:
    assert isinstance(shown.source, Message)
    return shown.source


def _shown(message: Message) -> Shown:
    labels = {text for block in message.blocks for text in _buttons(block)}
    offers = offered(labels, BUTTONS)
    said = "\n".join((message.text, *(text for block in message.blocks for text in _texts(block))))
    return Shown(_name(message), said, offers, copy.deepcopy(message))


def _name(message: Message) -> str:
    return f"{message.team}/{message.channel}/{message.ts}"


def _buttons(block: Mapping[str, Any]) -> Iterator[str]:
    if block["type"] == "actions":
        yield from (one["text"]["text"] for one in block["elements"] if one["type"] == "button")


def _texts(part: Any) -> Iterator[str]:
    """Every text that stands somewhere in a block."""
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name == "text" and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(part, list):
        for one in part:
            yield from _texts(one)


_: type[Hands] = SlackHands
