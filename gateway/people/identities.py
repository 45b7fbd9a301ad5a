"""Identities as people write them, in the one form in which their channel knows them: they are compared exactly.

The adapters say how; each is imported only when an identity of its channel is written, for it may not be installed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateway.errors import BadIdentity

_SLACK = re.compile(r"[TE][A-Z0-9]{2,20}/[UW][A-Z0-9]{2,20}")
_DISCORD = re.compile(r"\d{15,20}")
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,62}")


@dataclass(frozen=True)
class Identities:
    """`regions` (ISO 3166) by channel are where a number is from that does not say so itself."""

    regions: Mapping[str, str] = field(default_factory=dict)

    def parse(self, text: str) -> str:
        """`email:Ana@Example.com` as `email:ana@example.com`. Raises BadIdentity, which does not quote it."""
        channel, colon, address = text.strip().partition(":")
        channel, address = channel.strip().lower(), address.strip()
        write = _FORMS.get(channel)
        if not colon or write is None:
            raise BadIdentity(f"an identity is one of {', '.join(_FORMS)}, a colon and an address")
        try:
            found = write(address, self.regions.get(channel, ""))
        except ModuleNotFoundError as error:
            raise BadIdentity(f"what reads an address of {channel} is not installed") from error
        if not found:
            raise BadIdentity(f"this is no address of {channel}")
        return f"{channel}:{found}"

    def known(self, text: str) -> str | None:
        """The same; None for what is no identity."""
        try:
            return self.parse(text)
        except BadIdentity:
            return None


def _mail(address: str, region: str) -> str:
    from adapters.email.headers import mailbox
    from adapters.errors import AdapterError

    try:
        return mailbox(f"<{address}>") if not re.search(r"[<>()\s\"]", address) else ""
    except AdapterError:
        return ""


def _number(address: str, region: str) -> str:
    from adapters.sms.numbers import BadNumber, e164

    try:
        return e164(address, region)
    except BadNumber:
        return ""


def _slack(address: str, region: str) -> str:
    return address.upper() if _SLACK.fullmatch(address.upper()) else ""


def _discord(address: str, region: str) -> str:
    return address if address.isascii() and _DISCORD.fullmatch(address) else ""


def _console(address: str, region: str) -> str:
    return address if _NAME.fullmatch(address) else ""


_FORMS: Mapping[str, Callable[[str, str], str]] = {
    "email": _mail,
    "sms": _number,
    "whatsapp": _number,
    "slack": _slack,
    "discord": _discord,
    "console": _console,
}
