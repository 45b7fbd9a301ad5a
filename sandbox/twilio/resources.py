"""The JSON of the REST API: a message, a list of them with its paging envelope, and what is attached.

Numbers of segments and media are strings, dates RFC 2822. https://www.twilio.com/docs/messaging/api/message-resource,
https://www.twilio.com/docs/messaging/api/media-resource, https://www.twilio.com/docs/usage/twilios-response#pagination
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import urlencode

from sandbox.twilio.account import Account
from sandbox.twilio.catalog import meaning
from sandbox.twilio.errors import Refusal
from sandbox.twilio.forms import API_VERSION, media_path
from sandbox.twilio.shapes import Json
from sandbox.twilio.world import Media, Message

PAGE_SIZE = 50
PAGE_MOST = 1_000


def message_resource(account: Account, message: Message) -> Json:
    """A message as the API shows it at this moment."""
    path = f"{messages_path(account)}/{message.sid}"
    undecided = message.status == "accepted"
    return {
        "account_sid": account.sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": _date(message.created),
        "date_sent": _date(message.sent),
        "date_updated": _date(message.updated),
        "direction": message.direction,
        "error_code": message.error_code or None,
        "error_message": meaning(message.error_code),
        "from": message.sender or None,
        "messaging_service_sid": message.service or None,
        "num_media": str(len(message.media)),
        "num_segments": "0" if undecided else str(message.segments),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{path}/Media.json"},
        "to": message.recipient,
        "uri": f"{path}.json",
    }


def media_resource(account: Account, message: Message, media: Media) -> Json:
    """Something attached."""
    return {
        "account_sid": account.sid,
        "content_type": media.media_type,
        "date_created": _date(message.created),
        "date_updated": _date(message.updated),
        "parent_sid": message.sid,
        "sid": media.sid,
        "uri": f"{media_path(account, message, media.sid)}.json",
    }


def messages_path(account: Account) -> str:
    """The path of the list, without `.json`."""
    return f"/{API_VERSION}/Accounts/{account.sid}/Messages"


def page(path: str, key: str, everything: Sequence[Json], query: Mapping[str, str]) -> Json:
    """One page of a list, as the query asks for it, in its envelope."""
    size, number = _count(query.get("PageSize"), PAGE_SIZE), _count(query.get("Page"), 0)
    size = max(1, min(size, PAGE_MOST))
    start = number * size
    shown = everything[start : start + size]

    def uri(number: int) -> str:
        return f"{path}?{urlencode({**query, 'PageSize': size, 'Page': number})}"

    return {
        "end": start + max(len(shown) - 1, 0),
        "first_page_uri": uri(0),
        key: list(shown),
        "next_page_uri": uri(number + 1) if start + size < len(everything) else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": uri(number - 1) if number else None,
        "start": start,
        "uri": uri(number),
    }


def fitting(messages: Sequence[Message], query: Mapping[str, str]) -> list[Message]:
    """The messages a query asks for, newest first. What is not sent yet counts by when it was made."""
    newest_first = sorted(messages, key=lambda one: one.sent or one.created, reverse=True)
    return [one for one in newest_first if _fits(one, query)]


def _fits(message: Message, query: Mapping[str, str]) -> bool:
    at = (message.sent or message.created).replace(microsecond=0)
    on, after, before = (_moment(query.get(name)) for name in ("DateSent", "DateSent>", "DateSent<"))
    return (
        query.get("To") in (None, "", message.recipient)
        and query.get("From") in (None, "", message.sender)
        and (on is None or at.date() == on.date())
        and (after is None or at >= after)
        and (before is None or at <= before)
    )


def _moment(given: str | None) -> datetime | None:
    if not given:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise Refusal(20001, given) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _count(given: str | None, otherwise: int) -> int:
    return int(given) if given is not None and given.isdecimal() else otherwise


def _date(moment: datetime | None) -> str | None:
    return format_datetime(moment.replace(microsecond=0)) if moment else None
