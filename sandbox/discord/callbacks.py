"""Callbacks: the first answer to an interaction, posted to its callback URL or said in answer to our POST.

https://docs.discord.com/developers/interactions/receiving-and-responding#responding-to-an-interaction. Unsure: which
message a form's answer refers to; here it is the one whose button opened the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.discord import forms
from sandbox.discord.core import Core
from sandbox.discord.errors import Refusal
from sandbox.discord.interactions import COMMAND, SUBMITTED, Interaction, Interactions
from sandbox.discord.limits import choices, refuse, table
from sandbox.discord.posting import SENT, allowed, compose, revise, whispered
from sandbox.discord.routes import Answer, Asked, Route, Upload
from sandbox.discord.shapes import Json
from sandbox.discord.world import EPHEMERAL, LOADING, REPLY, Message, Reference

SAY, PUT_OFF, PUT_OFF_CHANGE, CHANGE, OPEN = 4, 5, 6, 7, 9
_BY_COMMAND = 20


class Callbacks:
    """What an app answers first, and what it does to the screen."""

    def __init__(self, core: Core, interactions: Interactions) -> None:
        self._core = core
        self._interactions = interactions
        template = "/interactions/{interaction_id}/{interaction_token}/callback"
        self.routes = (Route("POST", template, self._posted, open=True),)

    def inline(self, one: Interaction, body: Json) -> None:
        """Take an answer that came in the body of the app's own; one that cannot be used is none."""
        try:
            self._take(self._interactions.unanswered(one.id, one.token), body, {})
        except Refusal:
            one.fail()

    def _posted(self, asked: Asked) -> Answer:
        parts = asked.parts
        one = self._interactions.unanswered(parts["interaction_id"], parts["interaction_token"])
        self._take(one, asked.body, asked.files)
        if asked.query.get("with_response", "").lower() in ("true", "1"):
            return Answer(self._told(one))
        return Answer()

    def _take(self, one: Interaction, body: Any, files: Mapping[int, Upload]) -> None:
        """Do what the answer says. Raises Refusal, and then it is still unanswered."""
        body = table(body)
        kind, data = body.get("type"), body.get("data")
        if kind not in _allowed(one):
            refuse([choices("type", _allowed(one))])
        match kind:
            case 4:
                self._say(one, data, files)
            case 5:
                self._put_off(one, data)
            case 6:
                one.reply.original = one.message
            case 7:
                self._change(one, data, files)
            case 9:
                self._open(one, data)
        one.answered(kind)

    def _say(self, one: Interaction, data: Any, files: Mapping[int, Upload]) -> None:
        message = compose(self._core, one.channel.id, data, files, flags=SENT | EPHEMERAL)
        self._post(one, message, data)

    def _put_off(self, one: Interaction, data: Any) -> None:
        message = Message(self._core.ids.snowflake(), one.channel.id, self._core.world.app.bot)
        message.flags = LOADING | (EPHEMERAL if whispered(data) else 0)
        one.reply.thinking = True
        self._post(one, message, {})

    def _post(self, one: Interaction, message: Message, data: Any) -> None:
        message.webhook, message.interaction, message.nonce = self._core.world.app.id, one.reply.shown, None
        if one.kind == COMMAND:
            message.type = _BY_COMMAND
        elif one.message is not None:
            message.type = REPLY
            message.reference = Reference(one.message.id, one.channel.id, one.channel.guild_id)
        if message.flags & EPHEMERAL:
            message.ephemeral_for, one.reply.ephemeral = one.user, True
        one.reply.original = self._core.post(message, allowed(data))

    def _change(self, one: Interaction, data: Any, files: Mapping[int, Upload]) -> None:
        if one.message is None or one.message.deleted:
            raise Refusal(10008)
        revise(self._core, one.message, data, files)
        one.reply.original = one.message

    def _open(self, one: Interaction, data: Any) -> None:
        refuse(forms.complaints(data))
        message = one.message.id if one.message is not None else ""
        opened = forms.form(data, channel=one.channel.id, guild=one.channel.guild_id, message=message)
        self._interactions.forms[one.user] = opened

    def _told(self, one: Interaction) -> Json:
        """The interaction callback response."""
        original = one.reply.original
        interaction: Json = {"id": one.id, "type": one.kind}
        resource: Json = {"type": one.answer}
        if original is not None:
            interaction |= {
                "response_message_id": original.id,
                "response_message_loading": bool(original.flags & LOADING),
                "response_message_ephemeral": bool(original.flags & EPHEMERAL),
            }
        if original is not None and one.answer in (SAY, CHANGE):
            resource["message"] = self._core.shown.object(original)
        return {"interaction": interaction, "resource": resource}


def _allowed(one: Interaction) -> tuple[int, ...]:
    """The answers this kind of interaction can have."""
    changes = (PUT_OFF_CHANGE, CHANGE) if one.message is not None else ()
    opens = () if one.kind == SUBMITTED else (OPEN,)
    return (SAY, PUT_OFF, *changes, *opens)
