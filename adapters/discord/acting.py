"""Acting: what is done about what was heard on Discord: stored, answered, and shown to be worked on.

Discord waits three seconds, so a press is acknowledged before anything is looked up, and stored after that. One that
comes too late is not stored: its person was told that it failed, and may have thought again. What counts shows in the
card; what does not is said to who did it, and to nobody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace

import structlog

from adapters.arguments import arguments_from
from adapters.base import Desk
from adapters.discord import modal, slash, typing, words
from adapters.discord.account import FILE_HOSTS, Sealing
from adapters.discord.answering import Answering, TooLate
from adapters.discord.api import Api
from adapters.discord.attached import with_files
from adapters.discord.meaning import Acted, Changed, Chose, Interaction, Opens, Ping, Slash, Us
from adapters.discord.where import CHANNEL, where_of
from adapters.errors import BadAnswer, BadTicket, Rejected
from adapters.heard import Address, Filled, Ignored, Pressed, Received, Revised
from agent_core.events import ApprovalRequest, InputRequest, Request

log = structlog.get_logger(__name__)

# How long a request is looked up before a form that shows it, in seconds. Of the three there are, half.
LOOK_UP = 1.5
# Nobody waits for an answer to these, or none would be seen.
_UNANSWERED = frozenset({"autocomplete", "bot"})


@dataclass(frozen=True)
class Acting:
    """What is done as one bot. `later` keeps what goes on by itself; `clock` tells Unix seconds.

    `hosts` are where files may be fetched from, as in `Bot.file_hosts`.
    """

    api: Api
    us: Us
    desk: Desk
    sealing: Sealing
    later: Callable[[Coroutine[None, None, None]], None]
    clock: Callable[[], float]
    hosts: frozenset[str] = FILE_HOSTS
    pause: typing.Pause = asyncio.sleep

    async def heard(self, said: Received | Revised, raw: bytes) -> bool:
        """Store what was said; `raw` is the message, or the event, that it came in. False: it is no concern of ours.

        Raises what the desk raises: then nothing is stored.
        """
        if isinstance(said, Revised):
            return await self.desk.take(said, raw)
        said = await with_files(self.api, self.hosts, self.desk, said, raw)
        ours = await self.desk.take(said, raw)
        if ours:
            self._at_work(said)
        return ours

    async def on(self, meaning: Acted, interaction: Interaction) -> None:
        """Answer an interaction, and store what it says. Nothing is raised: whoever did it is told.

        What it came in is not kept: who has an interaction's token can answer it.
        """
        answer = Answering(self.api, interaction, self.clock)
        try:
            await self._on(meaning, answer)
        except TooLate:
            log.warning("interaction too late", source=CHANNEL, id=interaction.id, kind=type(meaning).__name__)
        except BadTicket:
            await answer.say(words.NOT_OURS)
        except BadAnswer as error:
            await answer.say(words.amiss(error.problems))
        except Exception as error:  # Whatever it was, somebody waits for an answer.
            kind = type(meaning).__name__
            log.error("interaction failed", source=CHANNEL, id=interaction.id, kind=kind, error=type(error).__name__)
            await answer.say(words.FAILED)

    async def _on(self, meaning: Acted, answer: Answering) -> None:
        match meaning:
            case Pressed() | Filled():
                await self._acknowledge(answer)
                await self.desk.take(meaning.model_copy(update={"address": self._where(answer)}))
                await answer.done(words.TAKEN)
            case Opens():
                await self._open(meaning, answer)
            case Chose():
                await self._acknowledge(answer)
                await self._chosen(meaning, answer)
            case Changed():
                await self._acknowledge(answer)
                await self._changed(meaning, answer)
            case Slash():
                if said := await slash.obey(self.desk, meaning, answer):
                    self._at_work(said)
            case Ignored():
                await self._ignored(meaning, answer)
            case Ping():
                pass  # It has no token that could be answered.

    # --- buttons and forms

    async def _acknowledge(self, answer: Answering) -> None:
        """What was sent off from no message has no message to leave as it is: the answer is one of its own."""
        if answer.interaction.message:
            await answer.defer()
        else:
            await answer.think(aside=True)

    async def _open(self, opens: Opens, answer: Answering) -> None:
        if ready := modal.READY.get(opens.kind):
            await answer.open(ready(opens.carried))
            return
        try:
            async with asyncio.timeout(LOOK_UP):
                request = await self.desk.request(opens.ticket, opens.seal)
        except BadTicket:
            raise
        except Exception as error:  # The store is away or slow: the person needs to know, and can press again.
            log.error("request not looked up", source=CHANNEL, id=answer.interaction.id, error=type(error).__name__)
            await answer.say(words.NOT_NOW)
            return
        await self._show(opens, request, answer)

    async def _show(self, opens: Opens, request: Request | None, answer: Answering) -> None:
        try:
            match opens.kind, request:
                case "edit", ApprovalRequest() if modal.editable(request.call):
                    await answer.open(modal.edit(request.call, opens.carried))
                case "delegate", ApprovalRequest() if modal.handable(request):
                    await answer.open(modal.delegate(request, opens.carried))
                case "delegate", ApprovalRequest():
                    await answer.say(words.NOBODY)
                case "answer", InputRequest():
                    await answer.open(modal.question(request, opens.carried))
                case "edit", ApprovalRequest():
                    await answer.say(words.NO_FORM)
                case _:
                    await answer.say(words.GONE)
        except Rejected:
            await answer.say(words.NO_FORM)

    async def _chosen(self, chose: Chose, answer: Answering) -> None:
        request = await self.desk.request(chose.ticket, chose.seal)
        # A question that is closed has lost its choices; any answer is told so by the thread.
        choices = request.choices if isinstance(request, InputRequest) else ()
        texts = (choices[index] if index < len(choices) else str(index + 1) for index in chose.indexes)
        filled = Filled(
            id=chose.id,
            author=chose.author,
            ticket=chose.ticket,
            seal=chose.seal,
            values=tuple((modal.ANSWER, text) for text in texts),
            address=self._where(answer),
        )
        await self.desk.take(filled)
        await answer.done(words.TAKEN)

    async def _changed(self, changed: Changed, answer: Answering) -> None:
        """An approval with other arguments."""
        request = await self.desk.request(changed.ticket, changed.seal)
        if not isinstance(request, ApprovalRequest):
            # Without the request there is nothing to change, and what was typed must not count as a plain approval.
            await answer.say(words.GONE)
            return
        pressed = Pressed(
            id=changed.id,
            author=changed.author,
            ticket=changed.ticket,
            seal=changed.seal,
            decision="approve",
            digest=changed.digest,
            arguments=arguments_from(changed.values, request.call),
            address=self._where(answer),
        )
        await self.desk.take(pressed)
        await answer.done(words.TAKEN)

    async def _ignored(self, ignored: Ignored, answer: Answering) -> None:
        if ignored.kind not in _UNANSWERED:
            log.warning("interaction ignored", source=CHANNEL, id=answer.interaction.id, kind=ignored.kind)
            await answer.say(words.NOT_HERE if ignored.kind == "private-channel" else words.UNKNOWN)

    # --- where

    def _where(self, answer: Answering) -> Address:
        """Where what is to be said about it is said, and by what it is said to them alone."""
        by = answer.interaction
        reply = self.sealing.seal(f"{by.application}/{by.token.get_secret_value()}/{answer.ends}")
        place = slash.place_of(by.room, by.user)
        return replace(place, reply=reply).address

    def _at_work(self, said: Received) -> None:
        """Show that the agent is at work: where it was said, which is not yet the thread that may begin at it."""
        where = where_of(said.address)
        begins = said.message.id == f"{CHANNEL}:{where.thread}"
        room = said.conversation if where.user else where.channel if begins else where.room
        self.later(typing.show(self.api, self.desk, said.conversation, room, self.pause))
