"""Slack by Bolt: HTTP and Socket Mode, one handler for both.

Bolt would answer Slack before a listener has run; so there are none, but one middleware that takes everything, and
stores it before Slack is told that we have it. Signatures are checked before Bolt sees a request, against every secret
in force. Bolt looks into payloads on its way and breaks on odd ones; so it has done nothing yet when we read them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier

from adapters.base import Capabilities, Desk, HttpCall, HttpReply, Parcel, Receipt
from adapters.errors import Rejected, SendError, TryLater, Unreadable
from adapters.heard import Address
from adapters.slack import socket
from adapters.slack.account import SlackApp
from adapters.slack.acting import Acting
from adapters.slack.api import BURIED, Api, SlackRefused
from adapters.slack.deliver import deliver, spot_of
from adapters.slack.install import Installation, Installations, is_end, is_over
from adapters.slack.meaning import Place, RateLimited, Uninstalled
from adapters.slack.missed import Missed
from adapters.slack.payload import challenge, understand, whose
from adapters.slack.press import place
from adapters.slack.reading import BOUNDS, Bounds, Note
from adapters.slack.stream import PACE, Pace
from adapters.slack.wire import CHANNEL, stamp, unwrap, wrapped
from adapters.wire import Json, child

log = structlog.get_logger(__name__)

REFUSED = HttpReply(401)
NOT_HERE = "the app is not installed there"


class SlackAdapter:
    """The channel `slack`, in every workspace that has installed the app."""

    channel = CHANNEL
    capabilities = Capabilities(edits=True, finds=True)
    source = ""  # Slack shares out what it sends among all that are connected.

    def __init__(
        self, app: SlackApp, api: Api, installations: Installations, pace: Pace = PACE, bounds: Bounds = BOUNDS
    ) -> None:
        self._app = app
        self._api = api
        self._installations = installations
        self._pace = pace
        self.missed = Missed(api, installations, self._read, bounds)
        self._under_way: set[asyncio.Task[Any]] = set()
        self._made: tuple[Desk, AsyncApp] | None = None

    @property
    def by_socket(self) -> bool:
        """Whether it is heard over a connection of ours, by Socket Mode."""
        return self._app.app_token is not None

    @property
    def by_hook(self) -> bool:
        """Whether Slack posts to us: only if we could tell that it is Slack."""
        return bool(self._app.signing_secrets)

    # --- out

    def address_of(self, identity: str) -> Address:
        """The direct messages with somebody."""
        return Address(channel=CHANNEL, ref=identity.partition(":")[2])

    def seal(self, address: Address) -> str:
        """The workspace: a button may be pressed where it was shown, and nowhere else."""
        return f"{CHANNEL}:{address.ref.partition('/')[0]}"

    async def send(self, parcel: Parcel) -> Receipt:
        """Show the event. Raises TryLater, Rejected, OutcomeUnknown."""
        team = spot_of(parcel.address.ref).team
        home = await self._installations.find(team, "")
        if home is None or home.dead:
            raise Rejected(f"the app is not installed in this workspace any more{(home and f': {home.dead}') or ''}")
        try:
            return await deliver(self._api, home, parcel, self._pace)
        except SlackRefused as error:
            raise await self._judged(home, error) from error

    async def _judged(self, home: Installation, refused: SlackRefused) -> SendError:
        """What a refusal comes to. Slack errs: only if it says so twice is the token dead and the installation over."""
        if refused.error not in BURIED:
            return refused
        if not is_end(home, refused) or not await is_over(self._api, home):
            return TryLater(str(refused))
        await self._bury(home, refused.error)
        return refused

    async def _bury(self, home: Installation, why: str) -> None:
        log.error("installation ended", source=CHANNEL, team=home.us.team, why=why)
        await self._installations.bury(home.us.team, home.us.enterprise, why, home.bot_token)

    # --- in

    async def receive(self, call: HttpCall, desk: Desk) -> HttpReply:
        """A request of Slack: 401 unless signed, 200 once stored, 5xx if it could not be."""
        if not self._signed(call):
            log.warning("request refused", source=CHANNEL, why="bad signature")
            return REFUSED
        try:
            body = dict(unwrap(call.body))
        except Unreadable as error:
            log.error("payload dropped", source=CHANNEL, why=str(error))
            return HttpReply(400)
        # As if by socket: Bolt would read the body once more, and not every form as Slack writes it.
        request = AsyncBoltRequest(body={}, headers=dict(call.headers), mode="socket_mode")
        request.body = body
        response = await self._handlers(desk).async_dispatch(request)
        headers = {name: values[0] for name, values in response.headers.items() if values}
        return HttpReply(response.status, (response.body or "").encode(), headers)

    async def begin(self, desk: Desk) -> None:
        """Slack is about to reach us by HTTP."""
        await self.missed.look(desk)
        await self.missed.begin(desk)

    async def hear(self, desk: Desk, stopping: asyncio.Event) -> None:
        """Listen by Socket Mode until `stopping`."""
        assert self._app.app_token is not None
        missed = self.missed
        gap = socket.Gap(partial(missed.look, desk), partial(missed.begin, desk), partial(missed.dismiss, desk))
        await socket.hear(self._handlers(desk), self._app.app_token, stopping, self._app.watch, gap)
        await self.aclose()

    async def aclose(self) -> None:
        """Stop reading what was missed, and finish what else was begun."""
        await self.missed.stop()
        await self.settled()

    def _signed(self, call: HttpCall) -> bool:
        """Whether a secret in force signed these very bytes, lately. Whatever breaks the check is no signature."""
        headers = {name.lower(): value for name, value in call.headers.items()}
        stamp, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
        if not (stamp.isascii() and stamp.isdigit() and signature.isascii()):
            return False
        return any(
            _verified(secret.get_secret_value(), call.body, stamp, signature) for secret in self._app.signing_secrets
        )

    def _handlers(self, desk: Desk) -> AsyncApp:
        """The handlers, for either way in; made once for a desk."""
        if self._made is None or self._made[0] is not desk:
            self._made = desk, self._make(desk)
        return self._made[1]

    def _make(self, desk: Desk) -> AsyncApp:
        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            # Never asked, but Bolt insists. For whom we act is found out below.
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)

        async def heard(body: dict[str, Any]) -> BoltResponse:
            # In a task of its own: when whoever waits for it goes away, what was begun is finished.
            task = asyncio.create_task(self._hear(body, desk))
            self._keep(task)
            return BoltResponse(status=200, body=await asyncio.shield(task) or "")

        return AsyncApp(
            client=self._api.client(),
            before_authorize=_Taking(heard),
            authorize=authorize,
            request_verification_enabled=False,
            ignoring_self_events_enabled=False,
            ignoring_self_assistant_message_events_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )

    async def _hear(self, body: dict[str, Any], desk: Desk) -> dict[str, Any]:
        """What Slack posted; what to acknowledge with."""

        async def note(conversation: str, ts: str) -> None:
            self._later(self.missed.note(desk, conversation, ts))

        return await self._read(body, desk, note)

    async def _read(self, body: Json, desk: Desk, note: Note) -> dict[str, Any]:
        """Understand and act; what to acknowledge with."""
        try:
            if asked := challenge(body):
                return {"challenge": asked.text}
            owner = whose(body)
            home = await self._installations.find(owner.team, owner.enterprise)
            if home is None or home.dead:
                log.warning("payload dropped", source=CHANNEL, team=owner.team, why=home.dead if home else NOT_HERE)
                return {}
            meaning = understand(body, home.us)
            where = place(body, home.us) if child(body, "user") else _said(body, home)
            raw = wrapped(body)
        except Unreadable as error:
            # Slack would send it again and again, and other payloads less and less: it is taken, and kept nowhere.
            log.error("payload dropped", source=CHANNEL, why=str(error))
            return {}
        log.info("payload read", source=CHANNEL, kind=type(meaning).__name__)
        if isinstance(meaning, Uninstalled):
            if await is_over(self._api, home):
                await self._bury(home, meaning.why)
            return {}
        if isinstance(meaning, RateLimited):
            log.error("source interrupted", source=CHANNEL, error="RateLimited")
            self.missed.held_back(desk, home.us.team, meaning.minute)
        return await Acting(self._api, home, desk, self._later, note).on(meaning, where, raw) or {}

    # --- what is done after Slack was answered

    def _later(self, work: Coroutine[None, None, None]) -> None:
        self._keep(asyncio.create_task(_alone(work)))

    def _keep(self, task: asyncio.Task[Any]) -> None:
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def settled(self) -> None:
        """When everything that was begun is done."""
        while self._under_way:
            await asyncio.gather(*self._under_way, return_exceptions=True)


class _Taking(AsyncMiddleware):
    """Takes everything. What has no handler, Bolt would leave without an answer, and Slack would send it again."""

    def __init__(self, heard: Callable[[dict[str, Any]], Awaitable[BoltResponse]]) -> None:
        self._heard = heard

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        """Answer; nothing after it is asked."""
        return await self._heard(req.body)


async def _alone(work: Coroutine[None, None, None]) -> None:
    """What breaks after Slack was answered has nobody to go to but an operator."""
    try:
        await work
    except Exception as error:
        log.exception("work broke", source=CHANNEL, error=type(error).__name__)


def _said(body: Json, home: Installation) -> Place:
    """Where an event comes from has no buttons; of a message it is known which one."""
    return Place(team=home.us.team, user="", message_ts=stamp(body, "event", "ts"))


def _verified(secret: str, body: bytes, stamp: str, signature: str) -> bool:
    try:
        return SignatureVerifier(secret).is_valid(body=body, timestamp=stamp, signature=signature)
    except (ValueError, TypeError):
        return False
