"""The account at Twilio, and a line of it: a number, or a messaging service, that people write to and hear from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Literal

from pydantic import SecretStr

TWILIO = "https://api.twilio.com"

LineName = Literal["sms", "whatsapp"]


@dataclass(frozen=True)
class Quiet:
    """The hours in which nobody is written to first, by the recipient's clock; `zone` where theirs is not known."""

    begins: time
    ends: time
    zone: str


@dataclass(frozen=True)
class Bounds:
    """How many messages and segments may go out: a number's in `seconds` and an hour, everybody's in a day."""

    seconds: int = 10
    per_hour: int = 20
    segments_per_day: int = 1_000
    segments_per_country: int = 500


@dataclass(frozen=True)
class Line:
    """`channel` is what its identities begin with: `sms:+447700900123`, `whatsapp:+447700900123`.

    `sender` is an E.164 number of ours or a messaging service (`MG...`). `auth_tokens` are those in force: requests
    may be signed with any, ours are made with the first. `public_url` is how the world reaches us: Twilio posts to
    `<public_url>/<channel>/events`, and signs exactly that. `name` is how a first message introduces us. `region` is
    where a number without a country code is from, `countries` the regions that may be written to (ISO 3166, nobody
    when empty). `templates` are the approved content templates, by what they say (`content.py`).
    """

    channel: LineName
    account_sid: str
    auth_tokens: tuple[SecretStr, ...] = field(repr=False)
    sender: str
    public_url: str
    name: str = "Holdpoint"
    region: str = "US"
    countries: tuple[str, ...] = ()
    bounds: Bounds = Bounds()
    quiet: Quiet | None = None
    templates: Mapping[str, str] = field(default_factory=dict)
    base_url: str = TWILIO

    @property
    def hook(self) -> str:
        """The URL Twilio posts to."""
        return f"{self.public_url.rstrip('/')}/{self.channel}/events"
