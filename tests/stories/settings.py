"""Settings of the house of the stories: every channel, with the local servers at its far end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from config.settings import (
    DiscordChannel,
    EmailChannel,
    MailServer,
    Settings,
    SlackChannel,
    StoreSettings,
    TextLimits,
    TwilioLine,
)
from sandbox.discord import DiscordSandbox
from sandbox.mail import MailSandbox
from sandbox.slack import SlackSandbox
from sandbox.twilio import TwilioSandbox

# By the clock of the story: so short that those who die in it cost it less than a minute, all together.
LEASE_SECONDS = 5.0
SECRET = "a secret for stories only"
MANY = 100_000


@dataclass(frozen=True)
class Servers:
    """What is at the far end."""

    mail: MailSandbox
    slack: SlackSandbox
    discord: DiscordSandbox
    twilio: TwilioSandbox


def settings_of(directory: Path, port: int, at: Servers) -> Settings:
    """The settings of a house in a directory."""
    return Settings(
        state_dir=directory,
        environment_dir=directory / "environment",
        public_url=f"http://127.0.0.1:{port}",
        port=port,
        secret_key=SecretStr(SECRET),
        store=StoreSettings(partitions=1, lease_seconds=LEASE_SECONDS),
        email=_mailbox(at.mail),
        slack=_workspace(at.slack),
        discord=_bot(at.discord),
        sms=_line(at.twilio),
    )


def _mailbox(mail: MailSandbox) -> EmailChannel:
    def server(port: int) -> MailServer:
        return MailServer(host=mail.host, port=port, tls=False, username=mail.bot, password=SecretStr(mail.password))

    imap, smtp = server(mail.imap_port), server(mail.smtp_port)
    return EmailChannel(
        address=mail.bot, authserv_ids=(mail.authserv_id,), imap=imap, smtp=smtp, poll_seconds=1, per_hour=MANY
    )


def _workspace(slack: SlackSandbox) -> SlackChannel:
    """Heard by HTTP, where each delivery is answered, so that one knows when it was taken."""
    return SlackChannel(
        signing_secrets=(SecretStr(slack.app.signing_secret),),
        bot_token=SecretStr(slack.bot_token),
        base_url=slack.api_url,
    )


def _bot(discord: DiscordSandbox) -> DiscordChannel:
    discord.app.may_read_all = True
    return DiscordChannel(
        token=SecretStr(discord.token), reads_all=True, base_url=discord.api_url, file_hosts=(discord.cdn_url,)
    )


def _line(twilio: TwilioSandbox) -> TwilioLine:
    return TwilioLine(
        account_sid=twilio.account_sid,
        auth_tokens=(SecretStr(twilio.auth_token),),
        sender=twilio.number,
        region="GB",
        countries=("GB",),
        limits=TextLimits(seconds=1, per_hour=MANY, segments_per_day=MANY, segments_per_country=MANY),
        base_url=twilio.url,
    )
