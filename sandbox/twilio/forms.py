"""What a webhook says: the form of an incoming message, and that of a status callback. Empty fields are sent too.

https://www.twilio.com/docs/messaging/guides/webhook-request,
https://www.twilio.com/docs/messaging/guides/track-outbound-message-status. `OtherRecipientsN` of a group MMS is not in
the documentation: it is what Twilio is seen to send.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.twilio.account import Account, bare, country_of
from sandbox.twilio.shapes import Form
from sandbox.twilio.world import Button, Handset, Message

API_VERSION = "2010-04-01"


@dataclass(frozen=True)
class Incoming:
    """What an incoming message has beside itself: who is in the group, what was pressed, what the keyword did."""

    handset: Handset
    others: tuple[str, ...] = ()
    pressed: Button | None = None
    answered: Message | None = None
    opt_out_type: str = ""


def incoming_form(account: Account, base_url: str, message: Message, incoming: Incoming) -> Form:
    """The form of an incoming message."""
    form = _common(account, message) | {
        "SmsMessageSid": message.sid,
        "SmsStatus": "received",
        "Body": message.body,
        "NumSegments": str(message.segments),
        "NumMedia": str(len(message.media)),
    }
    for number, media in enumerate(message.media):
        form[f"MediaContentType{number}"] = media.media_type
        form[f"MediaUrl{number}"] = f"{base_url}{media_path(account, message, media.sid)}"
    if message.channel == "whatsapp":
        return form | _on_whatsapp(message, incoming)
    form |= _where("From", message.sender) | _where("To", message.recipient)
    form |= {f"OtherRecipients{number}": one for number, one in enumerate(incoming.others)}
    return form | ({"OptOutType": incoming.opt_out_type} if incoming.opt_out_type else {})


def status_form(account: Account, message: Message, status: str) -> Form:
    """The form of a status callback."""
    form = _common(account, message) | {"MessageStatus": status, "SmsStatus": status}
    if message.error_code and status in ("failed", "undelivered"):
        form["ErrorCode"] = str(message.error_code)
    if message.channel == "whatsapp":
        form |= {"ChannelPrefix": "whatsapp", "ChannelToAddress": bare(message.recipient), "StructuredMessage": "false"}
        form |= {"EventType": status.upper()} if message.finished else {}
    elif status in ("delivered", "undelivered"):
        form["RawDlrDoneDate"] = f"{message.updated:%y%m%d%H%M}"
    return form


def media_path(account: Account, message: Message, sid: str) -> str:
    """The path of something attached."""
    return f"/{API_VERSION}/Accounts/{account.sid}/Messages/{message.sid}/Media/{sid}"


def _common(account: Account, message: Message) -> Form:
    form = {
        "AccountSid": account.sid,
        "ApiVersion": API_VERSION,
        "From": message.sender,
        "To": message.recipient,
        "MessageSid": message.sid,
        "SmsSid": message.sid,
    }
    return form | ({"MessagingServiceSid": message.service} if message.service else {})


def _where(side: str, number: str) -> Form:
    return {f"{side}City": "", f"{side}State": "", f"{side}Zip": "", f"{side}Country": country_of(number)}


def _on_whatsapp(message: Message, incoming: Incoming) -> Form:
    number = bare(message.sender)
    form = {"ProfileName": incoming.handset.name, "WaId": number.removeprefix("+"), "ReferralNumMedia": "0"}
    form["MessageType"] = "button" if incoming.pressed else "image" if message.media else "text"
    if incoming.pressed:
        form |= {"ButtonText": incoming.pressed.title, "ButtonPayload": incoming.pressed.payload}
    if incoming.answered:
        form["OriginalRepliedMessageSid"] = incoming.answered.sid
        form["OriginalRepliedMessageSender"] = incoming.answered.sender
    return form
