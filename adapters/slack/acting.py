"""Acting: what is done about each meaning of what Slack posted, before Slack is told that we have it.

Whoever presses, sends off or commands gets an answer: what counts shows in the card, what does not is said to them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass

import structlog
from pydantic import JsonValue

from adapters.arguments import arguments_from
from adapters.base import Desk
from adapters.errors import BadAnswer, BadTicket, SendError
from adapters.heard import Address, Filled, Ignored, Pressed, Received, Revised
from adapters.slack import modal, told
from adapters.slack.api import Answer, Api, SlackRefused
from adapters.slack.attached import with_files
from adapters.slack.blocks import Json
from adapters.slack.card import QUIET
from adapters.slack.home import home as home_view
from adapters.slack.install import Installation
from adapters.slack.meaning import (
    Amiss,
    Changed,
    Chose,
    HomeOpened,
    Meaning,
    Opens,
    Place,
    Slash,
    StreamsStopped,
)
from adapters.slack.reading import Note
from adapters.slack.status import Status, set_status
from adapters.slack.text import escape
from adapters.slack.wire import CHANNEL
from adapters.text import visible
from agent_core.events import ApprovalRequest, InputRequest, UserMessage

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Acting:
    """What is done for one workspace. `note` hears of each conversation and the message that was stored there."""

    api: Api
    home: Installation
    desk: Desk
    later: Callable[[Coroutine[None, None, None]], None]
    note: Note

    async def on(self, meaning: Meaning, place: Place, raw: bytes) -> Json | None:
        """Do what is to be done; what Slack is to be answered with, if anything.

        Whatever must not be lost is stored when this returns; what is only shown comes `later`. What the desk raises
        besides goes through: nothing was stored, and Slack must send it again.
        """
        match meaning:
            case Received():
                await self._message(meaning, place.message_ts, raw)
            case Revised():
                await self.desk.take(meaning, raw)
            case Pressed():
                return await self._decision(meaning.model_copy(update={"address": _where(place)}), place)
            case Opens():
                self.later(self._open(meaning))
            case Chose():
                await self._chosen(meaning, place)
            case Changed():
                return await self._changed(meaning, place)
            case Filled():
                return await self._sent_off(meaning.model_copy(update={"address": _where(place)}))
            case Amiss():
                return modal.errors(dict(meaning.problems))
            case Slash():
                await self._command(meaning)
            case HomeOpened():
                self.later(self._home(meaning))
            case StreamsStopped():
                await self._stop(meaning)
            case Ignored(kind="unknown-button" | "no-ticket"):
                self.later(self._tell(place, told.UNKNOWN))
        return None

    # --- words

    async def _message(self, received: Received, ts: str, raw: bytes) -> None:
        received = await with_files(self.api, self.home, self.desk, received, raw)
        if await self.desk.take(received, raw):
            await self.note(received.conversation, ts)
            _, channel, thread_ts = received.conversation.split("/")
            self.later(self._show(channel, thread_ts, "processing"))

    async def _show(self, channel: str, thread_ts: str, status: Status) -> None:
        with contextlib.suppress(SendError):
            await set_status(self.api, self.home, channel, thread_ts, status)

    async def _stop(self, stopped: StreamsStopped) -> None:
        if await self.desk.take(stopped.order):
            self.later(self._show(stopped.channel, stopped.thread_ts, "active"))
            return
        team, user = stopped.order.conversation.split("/")[0], stopped.order.author.identity.rpartition("/")[2]
        # Beside the thread: in one that nobody has answered yet, it would be shown to nobody.
        self.later(self._tell(Place(team=team, user=user, channel=stopped.channel), told.NOT_THEIRS))

    # --- buttons and forms

    async def _decision(self, pressed: Pressed, place: Place) -> Json | None:
        """What a button or a modal decides; what cannot stand in a modal is shown at its field."""
        try:
            await self.desk.take(pressed)
        except BadAnswer as error:
            return modal.errors(error.problems, modal.ASKED)
        except BadTicket:
            self.later(self._tell(place, told.NOT_OURS))
        return None

    async def _open(self, opens: Opens) -> None:
        """The form: at once where it needs nothing, else after an empty one, since Slack waits three seconds only."""
        ready = modal.READY.get(opens.kind)
        first = ready(opens.value) if ready else modal.loading()
        try:
            answer = await self._view("views.open", trigger_id=opens.trigger_id, view=first)
        except SendError:
            await self._tell(opens.place, told.TOO_LATE)
            return
        if ready:
            return
        shown, view = answer["view"], await self._form(opens)
        with contextlib.suppress(SendError):  # The person has closed it, or it is gone for good: nothing to show.
            await self._view("views.update", view_id=shown["id"], hash=shown["hash"], view=view)

    async def _form(self, opens: Opens) -> Json:
        try:
            request = await self.desk.request(opens.ticket, opens.seal)
        except BadTicket:
            return modal.gone(told.NOT_OURS)
        except Exception as error:  # Whatever it was: Slack has its answer, and the person waits before an empty form.
            log.error("request not looked up", source=CHANNEL, error=type(error).__name__)
            return modal.gone(told.NOT_NOW)
        match opens.kind, request:
            case "edit", ApprovalRequest():
                return modal.edit(request.call, opens.value)
            case "delegate", ApprovalRequest() if modal.handable(request):
                return modal.delegate(request, opens.value)
            case "delegate", ApprovalRequest():
                return modal.gone(told.NOBODY)
            case "answer", InputRequest():
                return modal.question(request, opens.value)
        return modal.gone()

    async def _chosen(self, chose: Chose, place: Place) -> None:
        try:
            request = await self.desk.request(chose.ticket, chose.seal)
            # A question that is closed has lost its choices; any answer is told so by the thread.
            choices = request.choices if isinstance(request, InputRequest) else ()
            text = choices[chose.index] if chose.index < len(choices) else str(chose.index + 1)
            values = ((modal.ANSWER, text),)
            await self.desk.take(
                Filled(
                    id=chose.id,
                    author=chose.author,
                    ticket=chose.ticket,
                    seal=chose.seal,
                    values=values,
                    address=_where(place),
                )
            )
        except BadTicket:
            self.later(self._tell(place, told.NOT_OURS))

    async def _changed(self, changed: Changed, place: Place) -> Json | None:
        """An approval with other arguments; what cannot stand is shown at its field."""
        names: Sequence[str] = ()
        try:
            request = await self.desk.request(changed.ticket, changed.seal)
            if not isinstance(request, ApprovalRequest):
                # Without the request there is nothing to change, and what was typed must not count as a plain approval.
                return _instead(modal.gone())
            names = list(json.loads(request.call.arguments))
            pressed = Pressed(
                id=changed.id,
                author=changed.author,
                ticket=changed.ticket,
                seal=changed.seal,
                decision="approve",
                digest=changed.digest,
                arguments=arguments_from(changed.values, request.call),
                address=_where(place),
            )
            await self.desk.take(pressed)
        except BadAnswer as error:
            return modal.errors(error.problems, names)
        except BadTicket:
            return _instead(modal.gone(told.NOT_OURS))
        return None

    async def _sent_off(self, filled: Filled) -> Json | None:
        try:
            await self.desk.take(filled)
        except BadAnswer as error:
            return modal.errors(error.problems, await self._asked(filled))
        except BadTicket:
            return _instead(modal.gone(told.NOT_OURS))
        return None

    async def _asked(self, filled: Filled) -> Sequence[str]:
        """The fields of the form that was sent off; those left empty are not among its values."""
        request = await self.desk.request(filled.ticket, filled.seal)
        if isinstance(request, InputRequest) and request.fields:
            return [field.name for field in request.fields]
        return [name for name, _ in filled.values]

    # --- home and commands

    async def _home(self, opened: HomeOpened) -> None:
        waiting = await self.desk.waiting(opened.author, opened.seal)
        with contextlib.suppress(SendError):
            await self._view("views.publish", user_id=opened.user, view=home_view(waiting))

    async def _command(self, slash: Slash) -> None:
        match slash.verb:
            case "ask" if slash.text.strip():
                await self._ask(slash)
            case "status":
                self.later(self._status(slash))
            case "stop":
                self.later(self._tell(slash.place, told.STOP_WHERE))
            case _:
                self.later(self._tell(slash.place, told.USAGE))

    async def _status(self, slash: Slash) -> None:
        try:
            many = len(await self.desk.waiting(slash.author, slash.seal))
        except Exception as error:  # As with a form: Slack has its answer, and the person waits for ours.
            log.error("requests not looked up", source=CHANNEL, error=type(error).__name__)
            await self._tell(slash.place, told.NOT_COUNTED)
            return
        await self._tell(
            slash.place, (told.NOTHING_WAITS, told.ONE_WAITS)[many] if many < 2 else told.MANY_WAIT.format(many)
        )

    async def _ask(self, slash: Slash) -> None:
        """A conversation begins with a message of ours that says who asked for what; the answers go below it."""
        said = f"<@{slash.place.user}> asks:\n>{escape(visible(slash.text)).replace(chr(10), chr(10) + '>')}"
        try:
            answer = await self.api.call(
                self.home.bot_token, "chat.postMessage", channel=slash.place.channel, text=said, **QUIET
            )
        except SlackRefused:
            self.later(self._tell(slash.place, told.NOT_INVITED))
            return
        conversation = f"{slash.place.team}/{answer['channel']}/{answer['ts']}"
        message = UserMessage(id=slash.id, author=slash.author, text=slash.text)
        address = Address(channel=CHANNEL, ref=conversation)
        await self.desk.take(Received(message=message, address=address, conversation=conversation))
        await self.note(conversation, str(answer["ts"]))

    # --- telling

    async def _tell(self, place: Place, text: str) -> None:
        """Say something to one person: where they are, unseen by others, or else directly."""
        token, aside = self.home.bot_token, place.channel[:1] in ("C", "G")
        thread: dict[str, JsonValue] = {"thread_ts": place.thread_ts} if aside and place.thread_ts else {}
        if aside:
            with contextlib.suppress(SendError):
                where = {"channel": place.channel, "user": place.user}
                await self.api.call(token, "chat.postEphemeral", **where, **thread, text=text)
                return
        with contextlib.suppress(SendError):
            await self.api.call(token, "chat.postMessage", channel=place.user, text=text)

    async def _view(self, method: str, **arguments: JsonValue) -> Answer:
        return await self.api.call(self.home.bot_token, method, **arguments)


def _where(place: Place) -> Address:
    """Where a press is answered: below what was pressed; directly for a press on the Home tab or in a modal."""
    below = place.thread_ts or place.message_ts
    spot = f"{place.channel}/{below}" if place.channel and below else place.user
    return Address(channel=CHANNEL, ref=f"{place.team}/{spot}")


def _instead(view: Json) -> Json:
    return {"response_action": "update", "view": view}
