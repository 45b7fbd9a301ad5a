"""The account: the Slack app as an installation of ours knows it."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import SecretStr

from adapters.slack.socket import Watch

SLACK = "https://slack.com/api/"


@dataclass(frozen=True)
class SlackApp:
    """`signing_secrets` are those in force, two while one is exchanged; `app_token` opens Socket Mode."""

    signing_secrets: tuple[SecretStr, ...] = field(repr=False)
    app_token: SecretStr | None = field(default=None, repr=False)
    base_url: str = SLACK
    watch: Watch = field(default_factory=Watch)
