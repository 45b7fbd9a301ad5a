"""Settings: what an installation decides, typed. From `holdpoint.yaml`, then the environment (`HOLDPOINT_...`)."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

HERE = Path(__file__).parent


def separated(given: object) -> object:
    """What the environment can only hold as one text: several values, with commas between."""
    return tuple(part.strip() for part in given.split(",") if part.strip()) if isinstance(given, str) else given


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class StoreSettings(_Group):
    """`url` empty: an embedded Valkey below `state_dir`. `partitions` is fixed at the first start."""

    url: SecretStr | None = None
    partitions: int = Field(default=64, ge=1, le=64)
    lease_seconds: float = Field(default=30.0, gt=0)


Port = Annotated[int, Field(ge=1, le=65535)]


class MailOAuth(_Group):
    """Where access tokens for XOAUTH2 come from: for a `refresh_token`, or else for the client's own credentials."""

    token_url: str
    client_id: str
    client_secret: SecretStr = SecretStr("")
    refresh_token: SecretStr = SecretStr("")
    scope: str = ""


class MailServer(_Group):
    """One mail server as a client sees it. Plain connections are refused except to this very machine.

    With `oauth` no password is needed. `trust`: a file of certificates (PEM) trusted in place of the system's.
    """

    host: str
    port: Port
    tls: bool = True
    username: str
    password: SecretStr = SecretStr("")
    oauth: MailOAuth | None = None
    trust: str = ""


class EmailChannel(_Group):
    """The mailbox we read and write as. `authserv_ids` are what our own MX calls itself in Authentication-Results.

    Without `imap` mails are posted to `/email/events`, by whoever knows `posting_secret`. `aliases` are addresses that
    are ours as well; `junk` is a folder that is watched for answers; `nameservers` are asked for the keys of DKIM
    signatures, which are checked by us only if there are any; `sealers` are domains whose word on mails they passed on
    (ARC) is taken. `own_received` is how many `Received` of our own servers stand above their verdict; `spf_counts`:
    where a domain has no DMARC policy, SPF for it is proof enough. Answers come back to
    `<reply_prefix><token>@<reply_domain>` where that is set, else to a plus address. `per_hour` mails go to one
    recipient. Lists are separated by commas in the environment.
    """

    address: str
    authserv_ids: Annotated[tuple[str, ...], NoDecode]
    smtp: MailServer
    imap: MailServer | None = None
    poll_seconds: float = Field(default=60.0, gt=0)
    aliases: Annotated[tuple[str, ...], NoDecode] = ()
    junk: str = ""
    posting_secret: SecretStr = SecretStr("")
    sealers: Annotated[tuple[str, ...], NoDecode] = ()
    nameservers: Annotated[tuple[str, ...], NoDecode] = ()
    own_received: int = Field(default=0, ge=0)
    spf_counts: bool = False
    reply_prefix: str = Field(default="", pattern=r"^[a-z0-9._+-]*$")
    reply_domain: str = ""
    per_hour: int = Field(default=30, ge=1)

    @field_validator("authserv_ids", "aliases", "sealers", "nameservers", mode="before")
    @classmethod
    def _separated(cls, given: object) -> object:
        return separated(given)


class SlackChannel(_Group):
    """A Slack app. With `app_token` it is heard by Socket Mode, with `signing_secrets` it may post to `/slack/events`.

    `bot_token` is that of the one workspace it is for; with `client_id` and `client_secret` in its place, any
    workspace may install it, at `/slack/install`. `signing_secrets`: two while one is exchanged for the other,
    separated by a comma in the environment.
    """

    signing_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    bot_token: SecretStr | None = None
    client_id: str = ""
    client_secret: SecretStr | None = None
    app_token: SecretStr | None = None
    base_url: str = "https://slack.com/api/"

    @field_validator("signing_secrets", mode="before")
    @classmethod
    def _separated(cls, given: object) -> object:
        return separated(given)


class QuietHours(_Group):
    """When nobody is written to first, by the recipient's clock, or by that of `zone` where theirs is not known."""

    begins: time
    ends: time
    zone: str = "UTC"

    @field_validator("zone")
    @classmethod
    def _known(cls, given: str) -> str:
        if given not in available_timezones():
            raise ValueError("there is no such time zone")
        return given


class TextLimits(_Group):
    """How much may go out: one message in so many `seconds` and so many an hour to a number; segments a day.

    With 0 `seconds` messages to a number go out as they come.
    """

    seconds: int = Field(default=10, ge=0)
    per_hour: int = Field(default=20, ge=1)
    segments_per_day: int = Field(default=1_000, ge=1)
    segments_per_country: int = Field(default=500, ge=1)


class TwilioLine(_Group):
    """A number at Twilio, or a messaging service (`MG...`), as `sender`; Twilio posts to `/sms/events`.

    `auth_tokens`: two while one is exchanged for the other, the new one first; separated by a comma in the
    environment, like `countries`, the only ones that are written to. `region` is where numbers without a country code
    are from. `templates` are approved content templates of WhatsApp, which posts to `/whatsapp/events`.
    """

    account_sid: str
    auth_tokens: Annotated[tuple[SecretStr, ...], NoDecode] = Field(min_length=1)
    sender: str
    name: str = "Holdpoint"
    region: str = "US"
    countries: Annotated[tuple[str, ...], NoDecode] = ()
    limits: TextLimits = TextLimits()
    quiet: QuietHours | None = None
    templates: dict[str, str] = Field(default_factory=dict)
    base_url: str = "https://api.twilio.com"

    @field_validator("auth_tokens", "countries", mode="before")
    @classmethod
    def _separated(cls, given: object) -> object:
        return separated(given)


class DiscordChannel(_Group):
    """A Discord bot. `connects`: it is heard over a connection of ours, by one process at a time.

    With `public_key` Discord may post what people press and command to `/discord/events`. `reads_all`: the bot has the
    message content intent, and hears in its own threads what does not mention it. `shards` is how many connections its
    servers are shared out to; 0: as many as Discord advises. Files are fetched from `file_hosts` alone, separated by a
    comma in the environment.
    """

    token: SecretStr
    public_key: str = Field(default="", pattern=r"^([0-9a-fA-F]{64})?$")
    connects: bool = True
    reads_all: bool = False
    shards: int = Field(default=0, ge=0)
    base_url: str = "https://discord.com/api/v10"
    file_hosts: Annotated[tuple[str, ...], NoDecode] = ("cdn.discordapp.com", "media.discordapp.net")

    @field_validator("file_hosts", mode="before")
    @classmethod
    def _separated(cls, given: object) -> object:
        return separated(given)


class ModelSettings(_Group):
    """An OpenAI-compatible endpoint."""

    base_url: str = "https://api.openai.com/v1"
    api_key: SecretStr = SecretStr("")
    name: str = "gpt-5-mini"
    timeout_seconds: float = Field(default=60.0, gt=0)


class Settings(BaseSettings):
    """Everything. `secret_key` empty: one is made and kept in `state_dir`, for a single machine only."""

    model_config = SettingsConfigDict(
        env_prefix="HOLDPOINT_",
        env_nested_delimiter="__",
        yaml_file="holdpoint.yaml",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    tenant: str = "default"
    state_dir: Path = Path(".holdpoint")
    secret_key: SecretStr | None = None
    public_url: str = "http://127.0.0.1:8080"
    host: str = "127.0.0.1"
    port: Port = 8080
    people_file: Path = HERE / "people.yaml"
    policies_file: Path = HERE / "policies.yaml"
    environment_dir: Path = Path(".holdpoint/environment")
    store: StoreSettings = StoreSettings()
    model: ModelSettings = ModelSettings()
    email: EmailChannel | None = None
    slack: SlackChannel | None = None
    sms: TwilioLine | None = None
    whatsapp: TwilioLine | None = None
    discord: DiscordChannel | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given by the caller wins, then the environment, then the file."""
        return init_settings, env_settings, YamlConfigSettingsSource(settings_cls)


def problems(error: ValidationError) -> str:
    """What is wrong, on one line, without the values: they may be secrets."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found)
