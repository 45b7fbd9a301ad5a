"""The courier: brings every event and interaction to the app, and events again when it does not take them.

Events are retried, three times: at once, after a minute, after five minutes (`retry_delays`). Interactions and slash
commands are not: the person sees that the app did not answer.
https://docs.slack.dev/apis/events-api#error-handling
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import Sequence

from sandbox.slack.fault import Faults
from sandbox.slack.record import Attempt, Delivery, DeliveryKind, Record
from sandbox.slack.shapes import Json
from sandbox.slack.sockets import Sockets, exchange
from sandbox.slack.webhook import Reply, Webhook

_HTTP_REASONS = {"timeout": "http_timeout"}


class Courier:
    """Delivers over HTTP when there is a request URL (`webhook`), else over Socket Mode."""

    def __init__(
        self, sockets: Sockets, record: Record, faults: Faults, *, deadline: float, retry_delays: Sequence[float]
    ) -> None:
        self._sockets = sockets
        self._record = record
        self._faults = faults
        self._deadline = deadline
        self._retry_delays = tuple(retry_delays)
        self._under_way: set[asyncio.Task[Delivery]] = set()
        self.webhook: Webhook | None = None

    def send(self, kind: DeliveryKind, team: str, payload: Json) -> asyncio.Task[Delivery]:
        """Set out with a delivery; the task ends when the app has taken it or nobody tries any more."""
        delivery = Delivery(len(self._record.deliveries) + 1, kind, team, payload)
        self._record.deliveries.append(delivery)
        task = asyncio.create_task(self._deliver(delivery), name=f"sandbox slack delivery {delivery.number}")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def settled(self) -> None:
        """Wait until nothing is under way any more, retries included."""
        while self._under_way:
            await asyncio.wait(tuple(self._under_way))

    async def stop(self) -> None:
        """Drop what is under way."""
        tasks = tuple(self._under_way)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _deliver(self, delivery: Delivery) -> Delivery:
        fault = self._faults.take(("duplicate", "delay"), _name(delivery))
        if fault is not None and fault.kind == "delay":
            await self._faults.wait(fault.seconds)
        if fault is not None and fault.kind == "duplicate":
            self.send_again(delivery)
        await self._try_all(delivery)
        delivery.finished = True
        return delivery

    def send_again(self, delivery: Delivery) -> None:
        """The same payload once more, as a delivery of its own."""
        self.send(delivery.kind, delivery.team, delivery.payload)

    async def _try_all(self, delivery: Delivery) -> None:
        delays = self._retry_delays if delivery.kind == "events_api" else ()
        reason = ""
        for number, delay in enumerate((0.0, *delays)):
            if number:
                await asyncio.sleep(delay)
            reply = await self._once(delivery, number, reason)
            delivery.attempts.append(Attempt(number, reply.outcome, reason, reply.status))
            if reply.outcome == "acknowledged":
                delivery.answer, delivery.text = _answer(reply), reply.text
            if reply.outcome == "acknowledged" or reply.no_retry:
                return
            reason = _HTTP_REASONS.get(reply.outcome, reply.outcome) if self.webhook else "timeout"

    async def _once(self, delivery: Delivery, number: int, reason: str) -> Reply:
        if self.webhook is not None:
            return await self.webhook.deliver(delivery.kind, delivery.payload, (number, reason), self._deadline)
        return await self._over_socket(delivery, number, reason)

    async def _over_socket(self, delivery: Delivery, number: int, reason: str) -> Reply:
        connection = self._sockets.next()
        if connection is None:
            return Reply("no_connection")
        with contextlib.suppress(ConnectionError, TimeoutError):
            ack = await exchange(connection, _envelope(delivery, number, reason), self._deadline)
            payload = ack.get("payload")
            text = "" if payload is None else json.dumps(payload)
            return Reply("acknowledged", text=text, media_type="application/json")
        return Reply("timeout")


def _name(delivery: Delivery) -> str:
    """What a fault may be limited to: the event's type, the interaction's type, or the command."""
    payload = delivery.payload
    return str(delivery.event.get("type") or payload.get("type") or payload.get("command", ""))


def _envelope(delivery: Delivery, number: int, reason: str) -> Json:
    envelope: Json = {
        "envelope_id": str(uuid.uuid4()),
        "type": delivery.kind,
        "payload": delivery.payload,
        "accepts_response_payload": delivery.kind != "events_api",
    }
    if delivery.kind == "events_api":
        envelope |= {"retry_attempt": number, "retry_reason": reason}
    return envelope


def _answer(reply: Reply) -> Json | None:
    with contextlib.suppress(ValueError):
        answer = json.loads(reply.text)
        if isinstance(answer, dict) and reply.media_type in ("application/json", "text/plain"):
            return answer
    return None
