"""What the REST API takes as a new message, and with which code it refuses the rest.

https://www.twilio.com/docs/messaging/api/message-resource#create-a-message
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from sandbox.twilio.account import Account, bare, channel_of, is_number
from sandbox.twilio.carrier import Carrier
from sandbox.twilio.errors import Refusal
from sandbox.twilio.ids import new_sid
from sandbox.twilio.segments import smart
from sandbox.twilio.shapes import Channel
from sandbox.twilio.world import Button, Media, Message, Template, World, rendered

BODY_MOST = 1_600
MEDIA_MOST = 10
VALIDITY_MOST = 36_000


@dataclass(frozen=True)
class Order:
    """The form of `POST Messages.json`: the last value of each field, and every MediaUrl."""

    fields: dict[str, str]
    media: tuple[str, ...] = ()

    def get(self, name: str) -> str:
        """A field's value; "" if there is none."""
        return self.fields.get(name, "")


@dataclass(frozen=True)
class _Content:
    body: str
    buttons: tuple[Button, ...] = ()
    template: Template | None = None


def accept(carrier: Carrier, order: Order) -> Message:
    """The message an order asks for. Raises Refusal."""
    recipient = _recipient(carrier.account, order.get("To"))
    sender, service = _sender(carrier.account, order, channel_of(recipient))
    content = _content(carrier.world, order)
    validity = _validity(order.get("ValidityPeriod"))
    callback = _callback(order.get("StatusCallback"))
    media = _media(order.media)
    _listed(carrier.world, service or carrier.account.service_of(sender) or sender, recipient)
    message = carrier.new(sender, recipient, content.body, "outbound-api", "accepted" if service else "queued")
    message.service, message.callback, message.validity, message.media = service, callback, validity, media
    message.buttons, message.template = content.buttons, content.template
    if media:
        message.sid = new_sid("MM")
    return message


def _recipient(account: Account, to: str) -> str:
    if not to:
        raise Refusal(21604)
    if not is_number(bare(to)):
        raise Refusal(21211, to)
    if account.regions and channel_of(to) == "sms" and not to.startswith(account.regions):
        raise Refusal(21408, to)
    return to


def _sender(account: Account, order: Order, channel: Channel) -> tuple[str, str]:
    """The address it is sent from, and the service that is to choose one; "" for what is not said."""
    sender, service = order.get("From"), order.get("MessagingServiceSid")
    if not sender and not service:
        raise Refusal(21603)
    if service and service != account.service:
        raise Refusal(21701, service)
    if service and (channel != "sms" or sender not in ("", account.pool_number)):
        raise Refusal(21703)
    if sender and sender not in account.senders(channel):
        raise Refusal(_wrong(account, sender, channel), sender)
    return sender, service


def _wrong(account: Account, sender: str, channel: Channel) -> int:
    """Why it cannot be sent from there."""
    if not is_number(bare(sender)):
        return 21212
    if channel_of(sender) != channel:
        return 21910
    return 63007 if channel == "whatsapp" else 21659


def _content(world: World, order: Order) -> _Content:
    if sid := order.get("ContentSid"):
        return _from_template(world, sid, order.get("ContentVariables"))
    body = order.get("Body")
    if not body and not order.media:
        raise Refusal(21602)
    body = smart(body) if order.get("SmartEncoded").lower() == "true" else body
    if len(body) > BODY_MOST:
        raise Refusal(21617)
    return _Content(body)


def _from_template(world: World, sid: str, variables: str) -> _Content:
    template = world.templates.get(sid)
    if template is None:
        raise Refusal(21655, sid)
    try:
        values = json.loads(variables or "{}")
    except ValueError:
        raise Refusal(21656) from None
    if not isinstance(values, dict) or not all(isinstance(one, str) and one for one in values.values()):
        raise Refusal(21656)
    body = rendered(template.body, values)
    buttons = tuple(Button(rendered(one.title, values), rendered(one.payload, values)) for one in template.buttons)
    if "{{" in body or any("{{" in one.title + one.payload for one in buttons):
        raise Refusal(21656)
    return _Content(body, buttons, template)


def _validity(given: str) -> int:
    if not given:
        return VALIDITY_MOST
    if not given.isdecimal() or not 1 <= int(given) <= VALIDITY_MOST:
        raise Refusal(21624, given)
    return int(given)


def _callback(url: str) -> str:
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise Refusal(21609, url)
    return url


def _media(urls: tuple[str, ...]) -> list[Media]:
    if len(urls) > MEDIA_MOST:
        raise Refusal(21623)
    if any(urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname for url in urls):
        raise Refusal(21620)
    return [Media(new_sid("ME"), "application/octet-stream", url=url) for url in urls]


def _listed(world: World, ours: str, recipient: str) -> None:
    """Whether they opted out of what we send, or the network is known to refuse them."""
    if (ours, recipient) in world.out:
        raise Refusal(21610)
    if code := world.refused.get(bare(recipient)):
        raise Refusal(code, recipient)
