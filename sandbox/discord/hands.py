"""The hands of a person: buttons, selects, forms, slash commands. Each waits for the app's answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sandbox.discord import forms
from sandbox.discord.courier import Courier
from sandbox.discord.errors import CannotDo
from sandbox.discord.forms import Entry, Form
from sandbox.discord.interactions import COMMAND, COMPONENT, SUBMITTED, Interaction, Interactions
from sandbox.discord.person import Person, Where
from sandbox.discord.shapes import Json
from sandbox.discord.typed import options
from sandbox.discord.world import DIRECT, Channel, Message

BUTTON, SELECT, LINK = 2, 3, 5


class NotSentOff(CannotDo):
    """A form is not filled in as it wants to be: `wrong` says what each field lacks, by its label."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{label}: {words}" for label, words in wrong.items()))
        self.wrong = wrong


@dataclass(frozen=True)
class Hands(Person):
    """A person who also presses."""

    interactions: Interactions
    courier: Courier

    async def click(self, message: Message, label: str) -> str | None:
        """Press a button, by its label or custom_id. None, or what is shown because the interaction failed."""
        channel = self._place(message)
        buttons = [one for one in components(message) if one["type"] == BUTTON and one.get("style") != LINK]
        button = _usable(buttons, label)
        data = {"component_type": BUTTON, "custom_id": button["custom_id"], "id": button.get("id", 0)}
        return await self._do(self.interactions.begin(COMPONENT, self.id, channel, data, message))

    async def choose(self, message: Message, *labels: str) -> str | None:
        """Choose in a select, by its options' labels, and be done. None, or why it failed, as for `click`."""
        channel = self._place(message)
        select, values = self._select(message, labels)
        data = {"component_type": SELECT, "custom_id": select["custom_id"], "id": select.get("id", 0), "values": values}
        return await self._do(self.interactions.begin(COMPONENT, self.id, channel, data, message))

    async def slash(self, name: str, where: Where | None = None, /, **given: object) -> str | None:
        """Use a slash command that the app registered; `where` None is the DM. None, or why it failed."""
        channel = self.channel(where)
        command = self._command(name, channel)
        data: Json = {"id": command["id"], "name": name, "type": 1}
        chosen = options(command, given)
        if chosen:
            data["options"] = chosen
        return await self._do(self.interactions.begin(COMMAND, self.id, channel, data))

    @property
    def modal(self) -> Form | None:
        """The form that is open."""
        return self.interactions.forms.get(self.id)

    async def submit(self, values: Mapping[str, Entry] | None = None) -> str | None:
        """Fill in the open form, by the fields' labels, and send it off. None, or why it failed: it is still open then.

        Raises NotSentOff for what Discord does not let out.
        """
        form = self.modal
        if form is None:
            raise CannotDo(f"{self.name} has no form open")
        try:
            chosen, wrong = forms.entered(form, values or {})
        except KeyError as error:
            raise CannotDo(f"there is nothing called {error} in this form") from error
        if wrong:
            raise NotSentOff(wrong)
        channel = self.core.world.channels[form.channel]
        message = self._shown(channel, form.message)
        one = self.interactions.begin(SUBMITTED, self.id, channel, forms.submitted(form, chosen), message)
        failed = await self._do(one)
        if failed is None and self.modal is form:
            self.close()
        return failed

    def close(self) -> None:
        """Close the form; the app is not told."""
        self.interactions.forms.pop(self.id, None)

    async def _do(self, one: Interaction) -> str | None:
        self.courier.bring(one, self.interactions.object(one))
        await one.over.wait()
        return one.failed or None

    def _place(self, message: Message) -> Channel:
        """Where a message stands that this person sees."""
        if message.deleted or message.ephemeral_for not in ("", self.id):
            raise CannotDo(f"{self.name} does not see this message")
        return self._seen(self.core.world.channels[message.channel])

    def _shown(self, channel: Channel, id: str) -> Message | None:
        whisper = next((one for one in self.core.world.whispers if one.id == id), None)
        return channel.message(id) or whisper

    def _select(self, message: Message, labels: tuple[str, ...]) -> tuple[Json, list[str]]:
        """The select that offers all of these, and their values."""
        for one in components(message):
            offered = {each["label"]: each["value"] for each in one.get("options", ())}
            if one["type"] == SELECT and not one.get("disabled") and set(labels) <= set(offered):
                if not one.get("min_values", 1) <= len(labels) <= one.get("max_values", 1):
                    raise CannotDo("so many cannot be chosen there")
                return one, [offered[label] for label in labels]
        raise CannotDo(f"there is no select that offers {labels}")

    def _command(self, name: str, channel: Channel) -> Json:
        """A command as it is registered: in this server, or everywhere."""
        known = self.core.world.commands
        offered: list[Json] = [*known.get(channel.guild_id or "-", ()), *known.get("", ())]
        for one in offered:
            if one["name"] == name and one.get("type", 1) == 1 and _is_for(one, channel):
                return one
        raise CannotDo(f"there is no command /{name} here")


def _is_for(command: Json, channel: Channel) -> bool:
    contexts, direct = command.get("contexts"), channel.type == DIRECT
    if contexts is None:
        return not direct or bool(command.get("dm_permission", True))
    return int(direct) in contexts


def components(message: Message) -> Iterator[Json]:
    """The buttons and selects of a message, in their order."""
    for row in message.components:
        yield from row.get("components", ())


def _usable(buttons: list[Json], name: str) -> Json:
    found = [one for one in buttons if name in (one.get("label"), one.get("custom_id"))]
    if not found:
        raise CannotDo(f"there is no button {name!r} under it")
    usable = [one for one in found if not one.get("disabled")]
    if not usable:
        raise CannotDo(f"the button {name!r} is greyed out")
    return usable[0]
