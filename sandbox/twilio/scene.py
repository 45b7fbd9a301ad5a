"""What a test or a page does with the sandbox: find phones, look into the journal, break things."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence

from sandbox.twilio.account import Account
from sandbox.twilio.carrier import Carrier
from sandbox.twilio.clock import Clock
from sandbox.twilio.courier import Courier
from sandbox.twilio.fault import Fault, Faults
from sandbox.twilio.phone import Phone
from sandbox.twilio.record import Call, Delivery, Record, Stray
from sandbox.twilio.routes import Endpoint
from sandbox.twilio.shapes import Channel, Json
from sandbox.twilio.signing import Algorithm, Key
from sandbox.twilio.world import Button, Message, Template, World


class Scene:
    """Twilio without its server: the account, the carrier, the phones, the journal, the faults."""

    def __init__(self, account: Account, auth_token: str, deadline: float) -> None:
        self.tokens = [auth_token or secrets.token_hex(16)]
        self.record, self.faults, self.clock = Record(), Faults(), Clock()
        self.courier = Courier(self.record, self.faults, Key(self.tokens[0]), deadline)
        self.carrier = Carrier(account, self.clock, World(), self.faults, self.courier)
        self.clock.when_forwarded(self.carrier.expire)

    # The account

    @property
    def account_sid(self) -> str:
        """The account."""
        return self.carrier.account.sid

    @property
    def auth_token(self) -> str:
        """The primary auth token."""
        return self.tokens[0]

    @property
    def number(self) -> str:
        """The SMS number that stands alone."""
        return self.carrier.account.number

    @property
    def pool_number(self) -> str:
        """The SMS number that the messaging service sends from."""
        return self.carrier.account.pool_number

    @property
    def whatsapp_number(self) -> str:
        """The number on WhatsApp, without `whatsapp:`."""
        return self.carrier.account.whatsapp_number

    @property
    def service(self) -> str:
        """The messaging service."""
        return self.carrier.account.service

    def deliver_to(
        self, channel: Channel, url: str, post_to: str = "", *, fallback: str = "", fallback_to: str = ""
    ) -> None:
        """Set the webhook of a channel's numbers; callbacks to the same host go the same way. "" takes it away."""
        if not url:
            self.carrier.endpoints.pop(channel, None)
            return
        self.courier.routes.open(url, post_to or url)
        if fallback:
            self.courier.routes.open(fallback, fallback_to or fallback)
        self.carrier.endpoints[channel] = Endpoint(url, fallback)

    def rotate(self) -> str:
        """Make a new auth token primary: webhooks are signed with it, REST takes the old ones too."""
        self.tokens.insert(0, secrets.token_hex(16))
        self.courier.key = Key(self.tokens[0])
        return self.tokens[0]

    def retire(self) -> None:
        """Only the primary auth token is good from now on."""
        del self.tokens[1:]

    def sign_with(self, key_id: str, secret: str, algorithm: Algorithm = "HMAC_SHA256") -> None:
        """Sign webhooks with a shared key instead of the auth token."""
        self.courier.key = Key(secret, algorithm, key_id)

    def template(
        self, sid: str, body: str, *, buttons: Sequence[tuple[str, str]] = (), approved: bool = True
    ) -> Template:
        """Put a content template there: its text, and titles and payloads of its quick replies."""
        made = Template(sid, body, tuple(Button(title, payload) for title, payload in buttons), approved)
        self.carrier.world.templates[sid] = made
        return made

    # People, and what they see

    def phone(self, number: str, name: str = "") -> Phone:
        """Somebody's phone, new if nobody had the number yet."""
        return Phone(self.carrier, number, name)

    @property
    def phones(self) -> list[Phone]:
        """Those there are so far."""
        return [Phone(self.carrier, number) for number in self.carrier.world.handsets]

    @property
    def messages(self) -> list[Message]:
        """Every message there is, either way, oldest first; those deleted by REST are gone."""
        return list(self.carrier.world.messages.values())

    def message(self, sid: str) -> Message:
        """One of them."""
        return self.carrier.world.message(sid)

    def opted_out(self, number: str, ours: str = "") -> bool:
        """Whether somebody opted out: of one sender or service of ours, else of any."""
        return any(theirs == number and ours in ("", mine) for mine, theirs in self.carrier.world.out)

    # The journal

    @property
    def calls(self) -> list[Call]:
        """Every call of the REST API and its CDN, oldest first."""
        return list(self.record.calls)

    @property
    def deliveries(self) -> list[Delivery]:
        """Every webhook, oldest first."""
        return list(self.record.deliveries)

    @property
    def strays(self) -> list[Stray]:
        """Requests to routes that are not there; a test that is right leaves none."""
        return list(self.record.strays)

    def forget(self) -> None:
        """Forget calls, deliveries and strays so far."""
        self.record.forget()

    async def settled(self) -> None:
        """Wait until no webhook is under way, retries included."""
        await self.courier.settled()

    def replay(self, delivery: Delivery) -> None:
        """Post an earlier webhook once more, as somebody who caught it would."""
        self.courier.replay(delivery)

    def send_json(self, channel: Channel, payload: Json) -> None:
        """Post JSON to a channel's webhook, signed as Twilio signs JSON."""
        self.courier.send_json(self.carrier.endpoints[channel].url, json.dumps(payload))

    # What goes wrong

    def order(self, fault: Fault, *, count: int = 1) -> None:
        """The next `count` occasions go wrong in this way."""
        self.faults.ordered.extend([fault] * count)

    def lift(self) -> None:
        """Nothing goes wrong any more."""
        self.faults.lift()

    def unreachable(self, number: str, code: int) -> None:
        """What is sent to this number ends undelivered, with this code; 0 takes it back."""
        self.carrier.world.unreachable[number] = code

    def refuse(self, number: str, code: int) -> None:
        """REST refuses to send to this number, with this code; 0 takes it back."""
        self.carrier.world.refused[number] = code

    def hold(self) -> None:
        """What is accepted waits in the queue."""
        self.carrier.held = True

    def release(self) -> None:
        """The queue goes out."""
        self.carrier.release()
