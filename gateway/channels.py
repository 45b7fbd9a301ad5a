"""The channels of an installation, made of its settings: which there are, and how each is heard."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from adapters.base import Adapter, ListeningAdapter, SocketAdapter, WebhookAdapter
from adapters.console.adapter import ConsoleAdapter
from adapters.email.account import Account, Server
from adapters.email.adapter import EmailAdapter
from adapters.heard import Address
from adapters.slack.account import SlackApp
from adapters.slack.adapter import SlackAdapter
from adapters.slack.api import Api
from adapters.slack.install import Single
from adapters.slack.oauth import OAuth
from adapters.slack.rotation import Rotating
from config.settings import EmailChannel, MailServer, Settings, SlackChannel
from gateway.errors import Misconfigured
from gateway.keyring import Keyring
from gateway.sealed import Sealer
from gateway.slack_install import SlackInstallations, SlackInstalling
from gateway.store.opening import Opened


@dataclass(frozen=True)
class Channels:
    """`adapters` by channel; of these, those that are read, posted to, or connected.

    `seals` say, by channel, where a button may be pressed. `installing` is there where any workspace may install our
    Slack app.
    """

    adapters: Mapping[str, Adapter]
    read: tuple[ListeningAdapter, ...] = ()
    posted_to: tuple[WebhookAdapter, ...] = ()
    connected: tuple[SocketAdapter, ...] = ()
    seals: Mapping[str, Callable[[Address], str]] = field(default_factory=dict)
    installing: SlackInstalling | None = None


@contextlib.asynccontextmanager
async def open_channels(settings: Settings, keyring: Keyring, opened: Opened) -> AsyncIterator[Channels]:
    """All channels that the settings name, and the console. Raises Misconfigured."""
    mail = (EmailAdapter(_account(settings.email)),) if settings.email else ()
    async with _slack(settings, keyring, opened) as (slack, installing):
        slacks = (slack,) if slack else ()
        everyone: tuple[Adapter, ...] = (ConsoleAdapter(), *mail, *slacks)
        yield Channels(
            adapters={adapter.channel: adapter for adapter in everyone},
            read=mail,
            posted_to=tuple(one for one in slacks if one.by_hook),
            connected=tuple(one for one in slacks if one.by_socket),
            seals={one.channel: one.seal for one in slacks},
            installing=installing,
        )


@contextlib.asynccontextmanager
async def _slack(
    settings: Settings, keyring: Keyring, opened: Opened
) -> AsyncIterator[tuple[SlackAdapter | None, SlackInstalling | None]]:
    """The adapter; and the way in for workspaces, unless there is one only, whose token we have."""
    channel = settings.slack
    if channel is None:
        yield None, None
        return
    if not (channel.signing_secrets or channel.app_token):
        raise Misconfigured("slack needs signing_secrets or app_token")
    app = SlackApp(channel.signing_secrets, channel.app_token, channel.base_url)
    async with Api(channel.base_url) as api:
        if channel.bot_token and not channel.client_id:
            adapter = SlackAdapter(app, api, Single(api, channel.bot_token))
            yield adapter, None
            await adapter.aclose()
            return
        oauth = _oauth(channel, api)
        sealer = Sealer(keyring.secret, keyring.tenant, "installations")
        registry = SlackInstallations(opened.installations, sealer)
        async with contextlib.aclosing(Rotating(registry, oauth)) as rotating:
            adapter = SlackAdapter(app, api, rotating)
            yield adapter, SlackInstalling(oauth, registry, keyring, settings.public_url)
            await adapter.aclose()


def _oauth(channel: SlackChannel, api: Api) -> OAuth:
    if channel.bot_token or not channel.client_id or not channel.client_secret:
        raise Misconfigured("slack needs bot_token, or else client_id and client_secret")
    return OAuth(api, channel.client_id, channel.client_secret, channel.base_url)


def _account(channel: EmailChannel) -> Account:
    return Account(
        address=channel.address,
        authserv_id=channel.authserv_id,
        imap=_server(channel.imap),
        smtp=_server(channel.smtp),
        poll_seconds=channel.poll_seconds,
    )


def _server(server: MailServer) -> Server:
    try:
        return Server(server.host, server.port, server.username, server.password.get_secret_value(), server.tls)
    except ValueError as error:
        raise Misconfigured(str(error)) from error
