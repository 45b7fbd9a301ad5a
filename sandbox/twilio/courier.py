"""The courier: signs webhooks, posts them, and tries again, or elsewhere, when the app does not take them.

By default a request is tried once more if there was no connection, and then the fallback URL is asked; it hears what
went wrong as `ErrorCode` and `ErrorUrl`. https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides,
https://www.twilio.com/docs/availability-reliability
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import TypeAlias
from urllib.parse import urldefrag, urlencode

import aiohttp

from sandbox.twilio.fault import Fault, Faults
from sandbox.twilio.record import Attempt, Delivery, DeliveryKind, Outcome, Record
from sandbox.twilio.routes import Routes, retries_of
from sandbox.twilio.shapes import Form
from sandbox.twilio.signing import Key, body_hash, signed
from sandbox.twilio.twiml import BadTwiml

FORM = "application/x-www-form-urlencoded; charset=utf-8"
ERRORS = {"connection_failed": "11205", "timeout": "11205", "bad_twiml": "12100"}

Hear: TypeAlias = Callable[[str, str], None]  # an answer's body and media type; raises BadTwiml
Work: TypeAlias = Coroutine[None, None, None]


def deaf(_text: str, _media_type: str) -> None:
    """Takes no notice of an answer."""


class Courier:
    """Everything on its way to the app. `key` is what is signed with from now on."""

    def __init__(self, record: Record, faults: Faults, key: Key, deadline: float) -> None:
        self._record = record
        self._faults = faults
        self._deadline = deadline
        self._under_way: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self.key = key
        self.routes = Routes()

    async def start(self) -> None:
        """Be able to post."""
        self._session = aiohttp.ClientSession()

    async def stop(self) -> None:
        """Drop what is under way."""
        for task in tuple(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def settled(self) -> None:
        """Wait until nothing is under way any more."""
        while self._under_way:
            await asyncio.wait(tuple(self._under_way))

    def send(
        self, kind: DeliveryKind, url: str, form: Form, fallback: str = "", hear: Hear = deaf
    ) -> tuple[asyncio.Task[None], bool]:
        """Set out with a form; the task ends when nobody tries any more. Also says whether it is made to be late."""
        delivery = self._new(kind, url, form, urlencode(form), fallback)
        fault = self._faults.take_webhook(kind, form.get("MessageStatus", ""))
        if fault is not None and fault.kind == "duplicate":
            self.go(self._deliver(self._new(kind, url, form, delivery.body, fallback), None, deaf))
        task = self.go(self._deliver(delivery, fault, hear))
        return task, fault is not None and fault.kind == "delay"

    def replay(self, earlier: Delivery) -> asyncio.Task[None]:
        """The same request once more: the bytes, the signature, the token."""
        again = replace(earlier, number=len(self._record.deliveries) + 1, attempts=[], finished=False)
        self._record.deliveries.append(again)
        return self.go(self._again(again))

    def send_json(self, url: str, body: str) -> asyncio.Task[None]:
        """Set out with JSON: the body's hash is in the URL, and the URL is all that is signed."""
        url = f"{url}{'&' if '?' in url else '?'}bodySHA256={body_hash(body)}"
        delivery = self._new("message", url, {}, body, "")
        delivery.headers = self._headers(delivery, url, {}) | {"Content-Type": "application/json"}
        return self.go(self._again(delivery))

    async def _again(self, delivery: Delivery) -> None:
        await self._once(delivery, delivery.url, delivery.body, delivery.headers, lost=False)
        delivery.finished = True

    def _new(self, kind: DeliveryKind, url: str, form: Form, body: str, fallback: str) -> Delivery:
        number = len(self._record.deliveries) + 1
        delivery = Delivery(number, kind, url, form, body, str(uuid.uuid4()), fallback)
        self._record.deliveries.append(delivery)
        return delivery

    def go(self, work: Work) -> asyncio.Task[None]:
        """Do something that `settled` waits for."""
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _deliver(self, delivery: Delivery, fault: Fault | None, hear: Hear) -> None:
        if fault is not None and fault.kind == "delay":
            await self._faults.wait(fault.seconds)
        if fault is None or fault.kind != "never":
            lost = fault is not None and fault.kind == "answer_lost"
            if not await self._try(delivery, delivery.url, delivery.form, hear, lost) and delivery.fallback:
                last = delivery.attempts[-1]
                told = {"ErrorCode": ERRORS.get(last.outcome, "11200"), "ErrorUrl": delivery.url}
                await self._try(delivery, delivery.fallback, delivery.form | told, hear, lost=False)
        delivery.finished = True

    async def _try(self, delivery: Delivery, url: str, form: Form, hear: Hear, lost: bool) -> bool:
        """One URL, as often as it asks for."""
        headers = self._headers(delivery, url, form)
        delivery.headers = delivery.headers or headers
        retries = retries_of(url)
        for count in range(retries.count + 1 + lost):
            attempt = await self._once(delivery, url, urlencode(form), headers, lost and not count, hear)
            again = attempt.outcome == "lost" or retries.fit(attempt.outcome, attempt.status)
            if not again:
                return attempt.outcome == "answered"
        return False

    def _headers(self, delivery: Delivery, url: str, form: Form) -> Form:
        return {
            "Content-Type": FORM,
            "User-Agent": "TwilioProxy/1.1",
            "X-Home-Region": "us1",
            "I-Twilio-Idempotency-Token": delivery.token,
            **signed(self.key, urldefrag(url).url, form),
        }

    async def _once(
        self, delivery: Delivery, url: str, body: str, headers: Form, lost: bool, hear: Hear = deaf
    ) -> Attempt:
        attempt, media_type = await self._post(url, body, headers)
        if attempt.outcome == "answered" and lost:
            attempt = replace(attempt, outcome="lost", status=0)
        elif attempt.outcome == "answered":
            try:
                hear(attempt.text, media_type)
            except BadTwiml:
                attempt = replace(attempt, outcome="bad_twiml")
        delivery.attempts.append(attempt)
        return attempt

    async def _post(self, url: str, body: str, headers: Form) -> tuple[Attempt, str]:
        target, session = self.routes.resolve(url), self._session
        if not target or session is None:
            return Attempt(url, "connection_failed"), ""
        timeout = aiohttp.ClientTimeout(total=self._deadline)
        try:
            async with session.post(target, data=body.encode(), headers=headers, timeout=timeout) as response:
                text = await response.text(errors="replace")
                outcome: Outcome = "answered" if 200 <= response.status < 300 else "http_error"
                return Attempt(url, outcome, response.status, text), response.content_type
        except TimeoutError:
            return Attempt(url, "timeout"), ""
        except (aiohttp.ClientError, ConnectionError):
            return Attempt(url, "connection_failed"), ""
