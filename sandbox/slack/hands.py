"""The hands of a person: buttons, menus, modals, slash commands. Each waits for the app's answer.

In a shared channel the `team` of a click is the workspace whose app showed the message, as payloads that people have
shown say; that of a submission is the workspace of whoever submits, as Slack's own sample has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from sandbox.slack import payload as payloads
from sandbox.slack.blocks import message_blocks
from sandbox.slack.core import Core
from sandbox.slack.entries import Entry, action, entered, find, initial, is_empty, problem
from sandbox.slack.errors import CannotDo, Refusal
from sandbox.slack.person import Person, Where
from sandbox.slack.record import Delivery, DeliveryKind
from sandbox.slack.shapes import Json
from sandbox.slack.surface import STACK, View, checked, inputs, new_hash
from sandbox.slack.world import Message

SubmissionOutcome = Literal["closed", "cleared", "updated", "pushed", "errors", "incomplete", "trouble"]
REQUIRED = "Please complete this required field."


@dataclass(frozen=True)
class Submission:
    """What a submitted modal shows next. `incomplete`: Slack's client sent nothing; `trouble`: no good answer came."""

    outcome: SubmissionOutcome
    errors: Mapping[str, str] = field(default_factory=dict)
    delivery: Delivery | None = None


@dataclass(frozen=True)
class Hands(Person):
    """A person who also clicks."""

    async def click(
        self, message: Message, name: str, *, choose: Entry = None, confirm: bool = True, value: str | None = None
    ) -> Delivery | None:
        """Use the button or menu with this action_id, value or label.

        `choose` is what is picked in a menu; `confirm` False declines the confirm dialog, and then nothing is sent;
        `value` forges the value of a button, which no honest client can do.
        """
        channel = self.channel(self.core.world.channels[message.channel])
        if message.ephemeral_for not in ("", self.id):
            raise CannotDo(f"{self.user.name} does not see this message")
        block, element = find(message.blocks, name)
        if "confirm" in element and not confirm:
            return None
        done = action(block, element, choose, self.core.ids.ts())
        if element["type"] != "button":
            message.state.setdefault(block["block_id"], {})[element["action_id"]] = entered(element, choose)
        if value is not None:
            done["value"] = value
        current = channel.message(message.ts) or message
        url = self.core.tickets.url(self.id, channel.id, message.ts, message.thread_ts)
        sent = payloads.message_action(
            replace(self._here(channel.team_id), team=self.core.world.teams[channel.team_id]),
            self.user,
            channel,
            self.core.shown(current),
            [done],
            trigger_id=self._trigger(),
            response_url=f"{self.core.url}/actions/{url}",
            state={"values": message.state},
            is_ephemeral=bool(message.ephemeral_for),
        )
        return await self._send("interactive", channel.team_id, sent)

    async def click_view(self, name: str, *, choose: Entry = None, home: bool = False) -> Delivery:
        """Use a button or menu in the modal on top, or on the Home tab."""
        view = self.home if home else self.modal
        if view is None:
            raise CannotDo(f"{self.user.name} has no such view open")
        block, element = find(view.definition["blocks"], name)
        if element["type"] != "button":
            view.values.setdefault(block["block_id"], {})[element["action_id"]] = entered(element, choose)
        done = action(block, element, choose, self.core.ids.ts())
        trigger = self._trigger(view=view.id)
        sent = payloads.view_action(self._here(view.team_id), self.user, self.core.shown_view(view), [done], trigger)
        return await self._send("interactive", view.team_id, sent)

    async def submit(self, values: Mapping[str, Entry] | None = None) -> Submission:
        """Fill in and submit the modal on top; fields are named by action_id, block_id or label."""
        view = self.modal
        if view is None:
            raise CannotDo(f"{self.user.name} has no modal open")
        if "submit" not in view.definition or view.definition.get("submit_disabled"):
            raise CannotDo("this modal cannot be submitted")
        errors = self._fill(view, values or {})
        if errors:
            return Submission("incomplete", errors)
        shown, trigger = self.core.shown_view(view), self._trigger(view=view.id)
        sent = payloads.view_submission(self._here(view.team_id), self.user, shown, trigger)
        return self._submitted(view, await self._send("interactive", view.team_id, sent))

    async def close(self, *, clear: bool = False) -> list[Delivery]:
        """Cancel the modal on top, or with `clear` all of them; those that asked for it tell the app."""
        closed = [self.modals.pop() for _ in range(len(self.modals) if clear else min(1, len(self.modals)))]
        deliveries = []
        for view in closed:
            if view.definition.get("notify_on_close"):
                shown = self.core.shown_view(view)
                sent = payloads.view_closed(self._here(view.team_id), self.user, shown, is_cleared=clear)
                deliveries.append(await self._send("interactive", view.team_id, sent))
        return deliveries

    async def slash(self, command: str, text: str = "", where: Where | None = None) -> Delivery:
        """Type a slash command; what the app answers at once is shown, to this person unless `in_channel`."""
        channel = self.channel(where)
        url = self.core.tickets.url(self.id, channel.id)
        sent = payloads.slash_command(
            self._here(channel.team_id),
            self.user,
            channel,
            command,
            text,
            trigger_id=self._trigger(),
            response_url=f"{self.core.url}/commands/{url}",
        )
        delivery = await self._send("slash_commands", channel.team_id, sent)
        answer = delivery.answer if delivery.answer is not None else {"text": delivery.text}
        if delivery.acknowledged and (answer.get("text") or answer.get("blocks")):
            show(self.core, channel.id, self.id, answer)
        return delivery

    def _here(self, team_id: str) -> payloads.Here:
        installation = self.core.world.installations.get(team_id)
        if installation is None or not installation.installed:
            raise CannotDo("the app is not installed here")
        return payloads.Here(self.core.app, installation, self.core.world.teams[self.user.team_id])

    def _trigger(self, view: str = "") -> str:
        stale = self.core.faults.take(("stale_trigger",)) is not None
        return self.core.tickets.trigger(self.id, self.user.team_id, view=view, stale=stale)

    async def _send(self, kind: DeliveryKind, team_id: str, payload: Json) -> Delivery:
        return await self.core.courier.send(kind, team_id, payload)

    def _fill(self, view: View, values: Mapping[str, Entry]) -> dict[str, str]:
        """Enter the values; what Slack's client would not send, by block."""
        blocks = view.definition["blocks"]
        for name, value in values.items():
            block, element = find(blocks, name)
            view.values.setdefault(block["block_id"], {})[element["action_id"]] = entered(element, value)
        errors = {}
        for block in blocks:
            for element in inputs(block):
                if (untouched := initial(element)) is None:
                    continue
                state = view.values.setdefault(block["block_id"], {}).setdefault(element["action_id"], untouched)
                missing = block["type"] == "input" and not block.get("optional") and is_empty(state)
                if words := REQUIRED if missing else problem(element, state):
                    errors[block["block_id"]] = words
        return errors

    def _submitted(self, view: View, delivery: Delivery) -> Submission:
        """What the app's answer does to the screen."""
        if not delivery.acknowledged:
            return Submission("trouble", delivery=delivery)
        answer = delivery.answer or {}
        try:
            return self._respond(view, answer, delivery)
        except Refusal:
            return Submission("trouble", delivery=delivery)

    def _respond(self, view: View, answer: Json, delivery: Delivery) -> Submission:
        match answer.get("response_action"):
            case "errors":
                return self._errors(view, answer.get("errors"), delivery)
            case "clear":
                self.modals.clear()
                return Submission("cleared", delivery=delivery)
            case "update":
                view.replace(checked(answer.get("view"), "modal"), self.core.clock.now())
                return Submission("updated", delivery=delivery)
            case "push":
                self._push(view, checked(answer.get("view"), "modal"))
                return Submission("pushed", delivery=delivery)
            case None:
                if view in self.modals:
                    self.modals.remove(view)
                return Submission("closed", delivery=delivery)
        raise Refusal("invalid_arguments")

    def _errors(self, view: View, errors: object, delivery: Delivery) -> Submission:
        """Errors count only at input blocks of this view."""
        fields = {block["block_id"] for block in view.definition["blocks"] if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not set(errors) <= fields:
            raise Refusal("invalid_arguments")
        return Submission("errors", {str(name): str(words) for name, words in errors.items()}, delivery)

    def _push(self, below: View, definition: Json) -> None:
        if len(self.modals) >= STACK:
            raise Refusal("push_limit_reached")
        seconds = new_hash(self.core.clock.now())
        view = View(self.core.ids.named("V"), below.team_id, self.id, definition, seconds, below.root, below.id)
        self.modals.append(view)


def show(core: Core, channel_id: str, user: str, answer: Json, thread_ts: str = "") -> Message:
    """Show a message an app sent in answer to a gesture: to one person, unless `response_type` is `in_channel`."""
    channel = core.world.channels[channel_id]
    bot = core.world.installations[channel.team_id]
    blocks = message_blocks(answer["blocks"]) if answer.get("blocks") else []
    message = Message(core.ids.ts(), channel.id, channel.team_id, bot.bot_user, str(answer.get("text") or ""), blocks)
    message.thread_ts, message.bot_id, message.app_id = thread_ts, bot.bot_id, core.app.id
    message.ephemeral_for = "" if answer.get("response_type") == "in_channel" else user
    return core.post(message)
