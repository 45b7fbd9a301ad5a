"""The carrier: what becomes of a message on its way to a phone and from it, and who is told of each step.

queued, or accepted by a service and then queued -> sent -> delivered, undelivered or failed; the first status is not
called back. https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from sandbox.twilio.account import Account, bare
from sandbox.twilio.clock import Clock
from sandbox.twilio.courier import Courier
from sandbox.twilio.fault import Faults
from sandbox.twilio.forms import Incoming, incoming_form, status_form
from sandbox.twilio.ids import new_sid
from sandbox.twilio.keywords import Handled, handle
from sandbox.twilio.routes import Endpoint
from sandbox.twilio.segments import cut
from sandbox.twilio.shapes import Channel, Form
from sandbox.twilio.twiml import replies
from sandbox.twilio.world import Handset, Message, Sms, World

WINDOW = timedelta(hours=24)


@dataclass
class Carrier:
    """Twilio and the networks behind it. `url` is where the API listens; while `held`, what is accepted waits."""

    account: Account
    clock: Clock
    world: World
    faults: Faults
    courier: Courier
    url: str = ""
    held: bool = False
    endpoints: dict[Channel, Endpoint] = field(default_factory=dict)
    queue: list[Message] = field(default_factory=list)
    _unsaid: defaultdict[str, list[Form]] = field(default_factory=lambda: defaultdict(list))
    _turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    # Out: to a phone

    def carry(self, message: Message) -> None:
        """Take a message on; nobody is told before `announce`."""
        self.world.messages[message.sid] = message
        if message.status == "accepted":
            message.sender = message.sender or self.account.pool_number
            self._moved(message, "queued")
        self.queue.append(message)
        if not self.held:
            self._flush()

    def release(self) -> None:
        """Let the queue go out."""
        self.held = False
        self._flush()
        self.announce_all()

    def expire(self) -> None:
        """Give up what waited in the queue for longer than it may."""
        for message in [one for one in self.queue if one.expires <= self.clock.now()]:
            self.queue.remove(message)
            self._end(message, "failed", 30036)
        self.announce_all()

    def _flush(self) -> None:
        waiting, self.queue = self.queue, []
        for message in waiting:
            if message.expires <= self.clock.now():
                self._end(message, "failed", 30036)
            else:
                self._dispatch(message)

    def _dispatch(self, message: Message) -> None:
        fault = self.faults.take_carrier(("failed",), bare(message.recipient))
        code = fault.code if fault else self._forbidden(message)
        if code:
            self._end(message, "failed", code)
            return
        message.sent = self.clock.now()
        self._moved(message, "sent")
        self._arrive(message)

    def _forbidden(self, message: Message) -> int:
        """The code of what cannot even be tried: free text outside the 24 hours, pictures where there are none."""
        number = bare(message.recipient)
        if message.channel == "sms":
            return 30011 if message.media and not number.startswith("+1") else 0
        if message.template is not None and message.template.approved:
            return 0
        heard = self.world.handset(number).heard.get("whatsapp")
        return 63016 if heard is None or self.clock.now() - heard >= WINDOW else 0

    def _arrive(self, message: Message) -> None:
        number = bare(message.recipient)
        handset = self.world.handset(number)
        fault = self.faults.take_carrier(("undelivered", "silent"), number)
        code = self.world.unreachable.get(number, 0)
        if fault is not None and fault.kind == "undelivered":
            code = fault.code
        if code:
            self._end(message, "undelivered", code)
        elif not handset.on:
            handset.waiting.append(message)
        else:
            handset.bubbles.append(self._bubble(message))
            if fault is None:
                self._end(message, "delivered")

    def switched_on(self, handset: Handset) -> None:
        """Bring a phone what waited for it."""
        waiting, handset.waiting = handset.waiting, []
        for message in waiting:
            handset.bubbles.append(self._bubble(message))
            self._end(message, "delivered")
        self.announce_all()

    def read(self, message: Message) -> None:
        """Somebody looked at a WhatsApp message."""
        self._moved(message, "read")
        self.announce(message)

    def _end(self, message: Message, status: str, code: int = 0) -> None:
        message.error_code = code
        self._moved(message, status)

    def _moved(self, message: Message, status: str) -> None:
        message.status, message.updated = status, self.clock.now()
        if message.callback:
            self._unsaid[message.sid].append(status_form(self.account, message, status))

    # Telling of it

    def announce(self, message: Message) -> None:
        """Post the status callbacks of what happened to a message so far."""
        forms = self._unsaid.pop(message.sid, [])
        if forms and self.faults.take_carrier(("shuffled",), bare(message.recipient)):
            forms.reverse()
        if forms:
            self.courier.go(self._call_back(message, forms))

    def announce_all(self) -> None:
        """The same of every message."""
        for message in [one for one in self.world.messages.values() if one.sid in self._unsaid]:
            self.announce(message)

    async def _call_back(self, message: Message, forms: list[Form]) -> None:
        async with self._turns[message.sid]:
            for form in forms:
                task, late = self.courier.send("status", message.callback, form)
                if not late:
                    await asyncio.wait((task,))

    # In: from a phone

    def receive(self, message: Message, incoming: Incoming) -> None:
        """Take a message from a phone: list opt-outs, answer keywords, pass it on."""
        self.world.messages[message.sid] = message
        incoming.handset.bubbles.append(replace(self._bubble(message), mine=True))
        incoming.handset.heard[message.channel] = self.clock.now()
        handled = self._keyword(message)
        advanced = self.account.advanced_opt_out and message.service
        incoming = replace(incoming, opt_out_type=handled.word if advanced else "")
        if handled.reply:
            incoming.handset.bubbles.append(self._answer(message, handled.reply))
        endpoint = self.endpoints.get(message.channel)
        if endpoint is not None:
            form = incoming_form(self.account, self.url, message, incoming)
            self.courier.send("message", endpoint.url, form, endpoint.fallback, partial(self._reply, message))

    def _keyword(self, message: Message) -> Handled:
        if message.channel == "whatsapp":
            return Handled("")
        return handle(self.world, message.service or message.recipient, message.sender, message.body)

    def _reply(self, message: Message, text: str, media_type: str) -> None:
        """Send what the app answered in TwiML, unless they opted out. Raises BadTwiml."""
        bodies = replies(text, media_type)
        if (message.service or message.recipient, message.sender) in self.world.out:
            return
        for body in bodies:
            reply = self.new(message.recipient, message.sender, body, "outbound-reply", "queued")
            self.carry(reply)
            self.announce(reply)

    def new(self, sender: str, recipient: str, body: str, direction: str, status: str) -> Message:
        """A message that begins now."""
        now, shape = self.clock.now(), cut(body)
        message = Message(new_sid("SM"), sender, recipient, body, direction, status, now, now)
        message.encoding, message.segments = shape.encoding, len(shape.parts)
        if message.channel == "whatsapp":
            message.segments = 1
        return message

    def _answer(self, message: Message, text: str) -> Sms:
        shape = cut(text)
        return Sms(message.recipient, message.sender, text, shape.parts, shape.encoding, self.clock.now())

    def _bubble(self, message: Message) -> Sms:
        shape = cut(message.body)
        parts = shape.parts if message.channel == "sms" else (message.body,)
        return Sms(
            message.sender,
            message.recipient,
            message.body,
            parts,
            shape.encoding,
            self.clock.now(),
            media=tuple(one.name or one.url for one in message.media),
            buttons=message.buttons,
            message=message,
        )
