"""Posted: mails that a provider posts to us as they came (raw MIME), in the few wrappings there are.

The mail is the body itself (`message/rfc822`), a field of a form (Mailgun's `body-mime`, SendGrid's `email`), or one of
JSON (Postmark's `RawEmail`; `content` in base64, as a function behind Amazon SES passes it on). Who posts must know our
secret: as the password of HTTP Basic, which all of them send when it stands in the URL, or as a bearer token.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from email import message_from_bytes
from email.message import Message
from email.policy import HTTP
from typing import Protocol
from urllib.parse import parse_qs

from adapters.base import HttpCall, HttpReply, Kept
from adapters.email.limits import MAX_MAIL
from adapters.errors import Unreadable

MOST = 2 * MAX_MAIL  # In base64 or percent signs a mail is longer than it is.
ASKS = {"WWW-Authenticate": 'Basic realm="mail"'}

_FORM = "application/x-www-form-urlencoded"
_FIELDS = ("body-mime", "email")


class Postbox(Protocol):
    """Keeps a raw message before anyone understands it. Raises StoreError."""

    async def post(self, source: str, kept: Kept) -> None:
        """Keep it, once."""
        ...


async def take(call: HttpCall, secret: str, source: str, postbox: Postbox) -> HttpReply:
    """What the provider is told: 200 when the mail is kept. Raises StoreError."""
    if not knows(call.headers, secret):
        return HttpReply(401, b"who are you?", ASKS)
    try:
        raw = mime_of(call)
    except Unreadable as error:
        return HttpReply(422, str(error).encode())
    await postbox.post(source, Kept(f"posted:{hashlib.sha256(raw).hexdigest()[:32]}", raw))
    return HttpReply(200)


def knows(headers: Mapping[str, str], secret: str) -> bool:
    """Whether a call comes from who knows the secret; nobody does where there is none."""
    kind, _, given = _header(headers, "authorization").partition(" ")
    if kind.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return False
    elif kind.lower() != "bearer":
        return False
    return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())


def mime_of(call: HttpCall) -> bytes:
    """The mail as it came to the provider. Raises Unreadable."""
    raw = _unwrapped(call, _header(call.headers, "content-type"))
    if not raw.strip():
        raise Unreadable("there is no mail in what was posted")
    return raw


def _unwrapped(call: HttpCall, declared: str) -> bytes:
    kind = declared.partition(";")[0].strip().lower()
    if kind == "message/rfc822":
        return call.body
    if kind == "application/json":
        return _of_json(call.body)
    if kind == _FORM:
        return next(iter(_of_form(call.body).values()), b"")
    if kind == "multipart/form-data":
        return _of_parts(call.body, declared)
    raise Unreadable("mails are posted as message/rfc822, as a form, or as JSON")


def _of_json(body: bytes) -> bytes:
    try:
        given = json.loads(body)
        if isinstance(given, dict) and isinstance(given.get("RawEmail"), str):
            return str(given["RawEmail"]).encode("utf-8", "surrogateescape")
        if isinstance(given, dict) and isinstance(given.get("content"), str):
            return base64.b64decode(given["content"], validate=True)
    except (ValueError, RecursionError) as error:
        raise Unreadable("the JSON that was posted cannot be read") from error
    raise Unreadable("the JSON that was posted has no RawEmail and no content")


def _of_form(body: bytes) -> Mapping[str, bytes]:
    """The fields that may be a mail; bytes that are no UTF-8 stay what they are."""
    try:
        fields = parse_qs(body.decode("ascii"), errors="surrogateescape", max_num_fields=100)
    except ValueError as error:
        raise Unreadable("the form that was posted cannot be read") from error
    return {name: fields[name][0].encode("utf-8", "surrogateescape") for name in _FIELDS if name in fields}


def _of_parts(body: bytes, declared: str) -> bytes:
    """The mail in a form of several parts, which is written as a mail is."""
    form = message_from_bytes(b"Content-Type: " + declared.encode("ascii", "replace") + b"\r\n\r\n" + body, policy=HTTP)
    for part in form.iter_parts() if form.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        if name in _FIELDS:
            return _payload(part)
    raise Unreadable("the form that was posted has no mail in it")


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((value for key, value in headers.items() if key.lower() == name), "")
