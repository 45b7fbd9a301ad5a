"""Answering: how whoever pressed, sent off or commanded is answered, in the time that Discord gives us.

The first answer must come within 3 seconds; more may follow for 15 minutes, for them alone to see. After that, or
where Discord takes no answer, they are written to directly.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog

from adapters.discord.api import Api, Refused
from adapters.discord.meaning import Interaction
from adapters.discord.modal import Json
from adapters.discord.where import CHANNEL
from adapters.discord.words import NOT_OPENED, pieces
from adapters.errors import OutcomeUnknown, SendError

log = structlog.get_logger(__name__)

# In seconds.
FIRST = 3.0
GOOD_FOR = 15 * 60

# Too late, or somebody has answered already: another process of ours, perhaps. There is no first answer to give.
UNKNOWN_INTERACTION, ALREADY_ANSWERED = 10062, 40060
EPHEMERAL = 1 << 6
_SAY, _THINK, _DEFER, _FORM = 4, 5, 6, 9
_NOBODY: Json = {"parse": []}
_HOOK = "/webhooks/{webhook_id}/{webhook_token}"


class TooLate(Exception):
    """Discord has told whoever did it that it failed: it must not count behind their back."""


class Answering:
    """The answers to one interaction. What Discord refuses of them is logged, and undoes nothing."""

    def __init__(self, api: Api, interaction: Interaction, clock: Callable[[], float]) -> None:
        self.interaction = interaction
        self.ends = int(clock()) + GOOD_FOR
        self._api = api
        self._clock = clock
        self._answered = False
        self._late = False
        self._thinking = False
        self._said = 0

    async def defer(self) -> None:
        """Say that we have it: nothing changes on the screen. Raises TooLate."""
        await self._acknowledged(_DEFER)

    async def think(self, *, aside: bool) -> None:
        """Say that an answer comes, `aside` for them alone; what is said next takes its place. Raises TooLate."""
        self._thinking = await self._acknowledged(_THINK, {"flags": EPHEMERAL} if aside else {})

    async def open(self, form: Json) -> None:
        """Open a form."""
        await self._first(_FORM, form)
        if not self._answered:
            await self.say(NOT_OPENED)

    async def say(self, text: str) -> None:
        """Say something to them, unseen by others if others do not see already that we think."""
        for piece in pieces(text):
            self._said += 1
            if not await self._whisper({"content": piece, "flags": EPHEMERAL, "allowed_mentions": _NOBODY}):
                await self._directly(piece)

    async def done(self, text: str) -> None:
        """If it shows us thinking, say this; else what has changed on the screen says enough."""
        if self._thinking:
            await self.say(text)

    async def original(self) -> str:
        """The id of the message that shows us thinking. Raises SendError."""
        return str((await self._call("GET", f"{_HOOK}/messages/@original"))["id"])

    async def show(self, text: str) -> None:
        """Put words in the place of the message that shows us thinking. Raises SendError."""
        self._thinking = False
        shown = {"content": text, "allowed_mentions": _NOBODY}
        await self._call("PATCH", f"{_HOOK}/messages/@original", shown)

    async def _acknowledged(self, kind: int, data: object = None) -> bool:
        """Whether Discord took it. Raises TooLate if that was not in time."""
        taken = await self._first(kind, data)
        if self._late:
            raise TooLate
        return taken

    async def _first(self, kind: int, data: object = None) -> bool:
        """Whether Discord took it as the first answer."""
        answer = {"type": kind} | ({"data": data} if data else {})
        id, token = self.interaction.id, self.interaction.token.get_secret_value()
        path = "/interactions/{webhook_id}/{webhook_token}/callback"
        try:
            await self._api.call("POST", path, json=answer, seconds=FIRST, webhook_id=id, webhook_token=token)
        except SendError as error:
            code = error.code if isinstance(error, Refused) else 0
            gone = code in (UNKNOWN_INTERACTION, ALREADY_ANSWERED)
            self._late = code == UNKNOWN_INTERACTION
            self._answered = gone or isinstance(error, OutcomeUnknown)
            self._note("interaction not answered", error)
            return False
        self._answered = True
        return True

    async def _whisper(self, message: dict[str, Any]) -> bool:
        """Whether Discord took it."""
        if self._clock() >= self.ends:
            return False
        if not self._answered:
            return await self._first(_SAY, message)
        try:
            if self._thinking:
                await self.show(str(message["content"]))
            else:
                await self._call("POST", _HOOK, message)
        except SendError as error:
            self._note("follow-up refused", error)
            # Said twice, it would be clear; but it may be that nobody else may see it.
            return isinstance(error, OutcomeUnknown)
        return True

    async def _directly(self, text: str) -> None:
        nonce = f"{self.interaction.id}/{self._said}"
        message = {"content": text, "allowed_mentions": _NOBODY, "nonce": nonce, "enforce_nonce": True}
        try:
            room = await self._api.call("POST", "/users/@me/channels", json={"recipient_id": self.interaction.user})
            path = "/channels/{channel_id}/messages"
            await self._api.call("POST", path, json=message, channel_id=str(room["id"]))
        except SendError as error:
            self._note("nobody told", error)

    async def _call(self, method: str, path: str, json: object = None) -> Any:
        token = self.interaction.token.get_secret_value()
        id = self.interaction.application
        return await self._api.call(method, path, json=json, webhook_id=id, webhook_token=token)

    def _note(self, event: str, error: SendError) -> None:
        log.warning(event, source=CHANNEL, id=self.interaction.id, why=str(error))
