"""A person's phone, with SMS and WhatsApp on it."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.twilio.account import WHATSAPP, is_number
from sandbox.twilio.carrier import Carrier
from sandbox.twilio.errors import CannotDo
from sandbox.twilio.forms import Incoming
from sandbox.twilio.ids import new_sid
from sandbox.twilio.world import Media, Message, Sms

Attached = Sequence[tuple[str, str, bytes]]  # name, media type, content


class Phone:
    """What a person does with it, and sees on it."""

    def __init__(self, carrier: Carrier, number: str, name: str = "") -> None:
        if not is_number(number):
            raise CannotDo(f"{number!r} is not a number in E.164")
        self._carrier = carrier
        self._handset = carrier.world.handset(number, name)

    @property
    def number(self) -> str:
        """Its number."""
        return self._handset.number

    @property
    def name(self) -> str:
        """Whose it is: the WhatsApp profile's name; the number itself when not said."""
        return self._handset.name

    @property
    def on(self) -> bool:
        """Whether it is switched on."""
        return self._handset.on

    @property
    def bubbles(self) -> list[Sms]:
        """What it shows, both ways, oldest first."""
        return list(self._handset.bubbles)

    @property
    def inbox(self) -> list[Sms]:
        """What arrived, in the order in which it did."""
        return [one for one in self._handset.bubbles if not one.mine]

    def text(self, body: str, to: str | None = None, *, media: Attached = ()) -> Message:
        """Write an SMS, or an MMS: to whom wrote last, else to the account's number."""
        return self._send(self.number, to or self._last("sms"), body, media)

    def group(self, body: str, others: Sequence[str], to: str | None = None) -> Message:
        """Write to a group in which the account's number is but one."""
        return self._send(self.number, to or self._last("sms"), body, (), others=tuple(others))

    def whatsapp(self, body: str, *, media: Attached = ()) -> Message:
        """Write on WhatsApp."""
        return self._send(WHATSAPP + self.number, self._last("whatsapp"), body, media)

    def press(self, sms: Sms, title: str) -> Message:
        """Press a quick reply under a message."""
        pressed = next((one for one in sms.buttons if one.title == title), None)
        if sms.mine or sms not in self._handset.bubbles or pressed is None:
            raise CannotDo(f"there is no button {title!r} under it")
        incoming = Incoming(self._handset, pressed=pressed, answered=sms.message)
        message = self._carrier.new(WHATSAPP + self.number, sms.sender, pressed.title, "inbound", "received")
        self._carrier.receive(message, incoming)
        return message

    def read(self, sms: Sms) -> None:
        """Look at a WhatsApp message; SMS has no receipts."""
        if sms.message is None or sms.channel != "whatsapp" or sms.status != "delivered":
            raise CannotDo("there is no receipt to send")
        self._carrier.read(sms.message)

    def switch_off(self) -> None:
        """Nothing arrives until it is switched on."""
        self._handset.on = False

    def switch_on(self) -> None:
        """What was sent meanwhile arrives."""
        self._handset.on = True
        self._carrier.switched_on(self._handset)

    def _last(self, channel: str) -> str:
        """The account's address on that channel that wrote to this phone last, or was written to."""
        for one in reversed(self._handset.bubbles):
            if one.channel == channel:
                return one.recipient if one.mine else one.sender
        account = self._carrier.account
        return account.number if channel == "sms" else WHATSAPP + account.whatsapp_number

    def _send(self, sender: str, to: str, body: str, media: Attached, others: tuple[str, ...] = ()) -> Message:
        account = self._carrier.account
        if to not in (*account.senders("sms"), *account.senders("whatsapp")):
            raise CannotDo(f"nobody here has the number {to!r}")
        message = self._carrier.new(sender, to, body, "inbound", "received")
        message.service, message.sent = account.service_of(to), message.created
        message.media = [Media(new_sid("ME"), kind, content, name) for name, kind, content in media]
        if media or others:
            message.sid = new_sid("MM")
        self._carrier.receive(message, Incoming(self._handset, others))
        return message
