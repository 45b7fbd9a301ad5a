"""Settings: what an installation decides, typed. From `holdpoint.yaml`, then the environment (`HOLDPOINT_...`)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

HERE = Path(__file__).parent


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class StoreSettings(_Group):
    """`url` empty: an embedded Valkey below `state_dir`. `partitions` is fixed at the first start."""

    url: SecretStr | None = None
    partitions: int = Field(default=64, ge=1, le=64)
    lease_seconds: float = Field(default=30.0, gt=0)


Port = Annotated[int, Field(ge=1, le=65535)]


class MailServer(_Group):
    """One mail server as a client sees it. Plain connections are refused except to this very machine."""

    host: str
    port: Port
    tls: bool = True
    username: str
    password: SecretStr


class EmailChannel(_Group):
    """The mailbox we read and write as. `authserv_id` is what our own MX calls itself in Authentication-Results."""

    address: str
    authserv_id: str
    imap: MailServer
    smtp: MailServer
    poll_seconds: float = Field(default=60.0, gt=0)


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
        return tuple(part.strip() for part in given.split(",")) if isinstance(given, str) else given


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
