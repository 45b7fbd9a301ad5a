"""The mailbox of an installation, made of its settings."""

from __future__ import annotations

from dataclasses import fields

from adapters.email.account import Account, OAuth, Server, Site
from config.settings import EmailChannel, MailOAuth, MailServer
from gateway.errors import Misconfigured


def account(channel: EmailChannel) -> Account:
    """Who we are in the mail. Raises Misconfigured."""
    site = Site(**{field.name: getattr(channel, field.name) for field in fields(Site)})
    return Account(
        site=site,
        smtp=_server(channel.smtp),
        imap=_server(channel.imap) if channel.imap else None,
        poll_seconds=channel.poll_seconds,
        junk=channel.junk,
        posting_secret=channel.posting_secret.get_secret_value(),
        per_hour=channel.per_hour,
    )


def _server(server: MailServer) -> Server:
    try:
        return Server(
            host=server.host,
            port=server.port,
            username=server.username,
            password=server.password.get_secret_value(),
            tls=server.tls,
            oauth=_oauth(server.oauth) if server.oauth else None,
            trust=server.trust,
        )
    except ValueError as error:
        raise Misconfigured(str(error)) from error


def _oauth(given: MailOAuth) -> OAuth:
    return OAuth(
        token_url=given.token_url,
        client_id=given.client_id,
        client_secret=given.client_secret.get_secret_value(),
        refresh_token=given.refresh_token.get_secret_value(),
        scope=given.scope,
    )
