"""The sender: carries messages out, in order for each recipient, and logs how each one ended.

One loop for each channel, so that a slow one keeps nobody waiting but its own. What cannot be sent is never just
dropped: it ends in the thread, and where an operator sees it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import structlog

from adapters.base import Adapter, Parcel, Receipt
from adapters.errors import OutcomeUnknown, Rejected, TryLater, Unreachable
from adapters.heard import Address, Lost
from agent_core.deliveries import Delivery
from gateway.asked import Book
from gateway.bundle import Bundle
from gateway.entry import decode, encode
from gateway.errors import LeaseLost
from gateway.inbound import Inbound
from gateway.keyring import Keyring, Place
from gateway.lease import keeping, take_turns
from gateway.load import MEMBERS, TOGETHER, Go, Load, Needless, Wait, Went, waiting
from gateway.packing import Packer, asks_for
from gateway.ports import Grant, Settled, ThreadStore
from gateway.routing import NOWHERE, Envelope
from gateway.store.errors import StoreError

log = structlog.get_logger(__name__)

FIRST_DELAY = 2_000
LONGEST_DELAY = 300_000
MOST_TOLD = 1_000
RESEND_DELAY = 5_000
RESEND_MOST = 2

End = Literal["sent", "failed", "unknown", "refused", "dead"]


@dataclass(frozen=True)
class Sender:
    """`public_url` is where links point to; `seals` say, by channel, where buttons may be pressed.

    `book` is where it is noted what was put to people whose threads share a conversation; `load` says how much goes to
    whom.
    """

    store: ThreadStore
    adapters: Mapping[str, Adapter]
    keyring: Keyring
    inbound: Inbound
    public_url: str
    seals: Mapping[str, Callable[[Address], str]] = field(default_factory=dict)
    book: Book | None = None
    load: Load | None = None
    concurrency: int = 8
    renew_every: float = 10.0
    poll: float = 1.0

    async def run(self, stopping: asyncio.Event) -> None:
        """Send until `stopping`; what is under way is finished."""
        async with asyncio.TaskGroup() as group:
            for queue in (*self.adapters, NOWHERE):
                group.create_task(self._serve(queue, stopping))

    async def _serve(self, queue: str, stopping: asyncio.Event) -> None:
        await take_turns(
            lambda most: self.store.fx_claim(queue, most=most),
            self.carry,
            lambda: self.store.wait_for_work(queue, timeout=self.poll),
            concurrency=self.concurrency,
            stopping=stopping,
        )

    async def carry(self, grant: Grant) -> None:
        """Send one message and settle it."""
        try:
            async with keeping(lambda: self.store.fx_renew(grant), every=self.renew_every):
                await self._carry(grant)
        except (LeaseLost, StoreError) as error:
            log.warning("delivery abandoned", effect=grant.id, error=type(error).__name__)

    async def _carry(self, grant: Grant) -> None:
        turn = await self.load.turn(grant) if self.load else Go()
        if not isinstance(turn, Go):
            await self._not_now(grant, turn)
            return
        parcel = await self._packer.parcel(grant, turn.together)
        if turn.together:
            await self.inbound.links.put(TOGETHER, grant.id, MEMBERS.dump_json(turn.together))
            await Bundle(self.inbound).note(parcel.reply_token, turn.together)
        try:
            receipt = await self._send(parcel)
            await self._link(grant, parcel, receipt)
        except TryLater as error:
            await self._again(grant, parcel, error.retry_after, str(error))
        except OutcomeUnknown as error:
            await self._unsure(grant, parcel, str(error))
        except Rejected as error:
            if isinstance(error, Unreachable) and self.book:
                lost = Lost(id=f"unreachable:{grant.id}", identity=parcel.identity, why=str(error))
                await self.book.lose(lost, but=grant.id)
            await self._end(grant, parcel, "failed", detail=str(error))
        except StoreError:
            raise  # A channel asks the store as well: that it is away says nothing about the message.
        except Exception as error:
            log.exception("adapter failed", effect=grant.id, error=type(error).__name__)
            await self._end(grant, parcel, "failed", detail=f"the adapter failed: {type(error).__name__}")
        else:
            await self._end(grant, parcel, "sent", provider_id=receipt.provider_id)

    async def _not_now(self, grant: Grant, turn: Wait | Went | Needless) -> None:
        """It waits; or it has its end without being sent, as it went with another one or nobody needs it any more."""
        envelope = Envelope.model_validate_json(grant.body)
        cause, to = (envelope.event or decode(grant.record).event).id, envelope.identity
        match turn:
            case Wait(ms, crowded):
                if crowded:
                    await self.store.ingest(grant.thread_id, *waiting(grant, to, cause, ms))
                await self.store.fx_hold(grant, delay=ms)
            case Went(provider_id):
                await self._settle(grant, "sent", _ended(grant, cause, to, "sent", provider_id=provider_id))
            case Needless():
                why = "its request was closed before it could go"
                await self._settle(grant, "refused", _ended(grant, cause, to, "refused", detail=why))

    async def _send(self, parcel: Parcel) -> Receipt:
        adapter = self.adapters.get(parcel.address.channel)
        if adapter is None:
            raise Rejected("no channel reaches this recipient")
        return await adapter.send(parcel)

    async def _again(self, grant: Grant, parcel: Parcel, retry_after: float | None, why: str) -> None:
        """Park the message: as long as the far end asked for, else twice as long each time."""
        dead = Settled("dead", _record(grant, parcel, "dead", detail=why), wakes=True)
        if retry_after:
            # Where many are in a queue, each is told so again and again: that is no reason to give up on one.
            await self.store.fx_retry(grant, delay=int(retry_after * 1000), settled=dead, most=MOST_TOLD)
        else:
            await self.store.fx_retry(grant, delay=_patience(grant), settled=dead)

    async def _unsure(self, grant: Grant, parcel: Parcel, why: str) -> None:
        """It may have been sent. Where nobody can look it up, the same bytes go once more; then a person must look."""
        unknown = Settled("unknown", _record(grant, parcel, "unknown", detail=why), wakes=True)
        adapter = self.adapters.get(grant.queue)
        if adapter is not None and adapter.capabilities.finds:
            await self.store.fx_retry(grant, delay=_patience(grant), settled=unknown)
        else:
            await self.store.fx_retry(grant, delay=RESEND_DELAY, settled=unknown, most=RESEND_MOST)

    async def _end(self, grant: Grant, parcel: Parcel, state: End, *, provider_id: str = "", detail: str = "") -> None:
        if self.load and parcel.together:
            await self.load.over(grant, provider_id if state == "sent" else "")
        await self._settle(grant, state, _record(grant, parcel, state, provider_id=provider_id, detail=detail))

    async def _settle(self, grant: Grant, state: End, record: bytes) -> None:
        await self.store.fx_done(grant, Settled(state, record, wakes=state != "sent"))
        log.info("delivery settled", effect=grant.id, thread=grant.thread_id, queue=grant.queue, state=state)

    async def _link(self, grant: Grant, parcel: Parcel, receipt: Receipt) -> None:
        """What is said under this message belongs to the thread, and answers its request."""
        if receipt.conversation:
            request_id = asks_for(parcel.event) if parcel.role == "decide" else ""
            place = Place(thread_id=grant.thread_id, request_id=request_id)
            await self.inbound.link(parcel.address.channel, receipt.conversation, place)
            if receipt.at:
                await self.inbound.begun(parcel.address.channel, receipt.place or receipt.conversation, receipt.at)

    @property
    def _packer(self) -> Packer:
        return Packer(self.store, self.adapters, self.keyring, self.inbound, self.public_url, self.seals, self.book)


def _patience(grant: Grant) -> int:
    """How long to wait before the next attempt, in ms: each time twice as long."""
    return min(FIRST_DELAY << grant.attempt, LONGEST_DELAY)


def _record(grant: Grant, parcel: Parcel, outcome: End, *, provider_id: str = "", detail: str = "") -> bytes:
    return _ended(grant, parcel.event.id, parcel.identity, outcome, provider_id=provider_id, detail=detail)


def _ended(grant: Grant, cause: str, to: str, outcome: End, *, provider_id: str = "", detail: str = "") -> bytes:
    return encode(
        Delivery(
            id=f"delivery:{grant.id}",
            effect_id=grant.id,
            cause=cause,
            to=to,
            outcome=outcome,
            provider_id=provider_id,
            detail=detail[:500],
        )
    )
