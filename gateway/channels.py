"""The channels of an installation, made of its settings: which there are, and how each is heard."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from adapters.base import Adapter, ListeningAdapter, SocketAdapter, WebhookAdapter
from adapters.console.adapter import ConsoleAdapter
from adapters.discord.account import Bot
from adapters.heard import Address
from adapters.sms.account import Bounds, Line, LineName, Quiet
from config.settings import Settings, SlackChannel, TwilioLine
from gateway.contacts import KnownContacts, Owners
from gateway.errors import Misconfigured
from gateway.keyring import Keyring
from gateway.limits import Admits
from gateway.sealed import SealedText, Sealer
from gateway.store.opening import Opened

if TYPE_CHECKING:
    from adapters.discord.adapter import DiscordAdapter
    from adapters.email.adapter import EmailAdapter
    from adapters.slack.adapter import SlackAdapter
    from adapters.slack.api import Api
    from adapters.slack.oauth import OAuth
    from adapters.sms.adapter import SmsAdapter
    from gateway.slack_install import SlackInstalling


@dataclass(frozen=True)
class Channels:
    """`adapters` by channel; of these, those that are read, posted to, or connected.

    `admits` is where more may be posted than elsewhere. `seals` say, by channel, where a button may be pressed.
    `installing` is there where any workspace may install our Slack app.
    """

    adapters: Mapping[str, Adapter]
    read: tuple[ListeningAdapter, ...] = ()
    posted_to: tuple[WebhookAdapter, ...] = ()
    connected: tuple[SocketAdapter, ...] = ()
    admits: Admits = field(default_factory=dict)
    seals: Mapping[str, Callable[[Address], str]] = field(default_factory=dict)
    installing: SlackInstalling | None = None


@contextlib.asynccontextmanager
async def open_channels(
    settings: Settings, owners: Owners, keyring: Keyring, opened: Opened, clock: Callable[[], int] | None
) -> AsyncIterator[Channels]:
    """All channels that the settings name, and the console. `clock` as the store's. Raises Misconfigured."""
    contacts = KnownContacts(opened.contacts, owners)
    async with (
        _slack(settings, keyring, opened) as (slack, installing),
        _texting(settings, contacts, opened, _moments(clock)) as lines,
        _discord(settings, keyring, opened) as discords,
        _mail(settings, opened) as mail,
    ):
        slacks = (slack,) if slack else ()
        everyone: tuple[Adapter, ...] = (ConsoleAdapter(), *mail, *slacks, *lines, *discords)
        # A text message has no button; on WhatsApp one counts on the phone it was sent to.
        buttons = (*slacks, *discords, *(line for line in lines if line.channel == "whatsapp"))
        yield Channels(
            adapters={adapter.channel: adapter for adapter in everyone},
            read=mail,
            posted_to=(*(one for one in (*slacks, *discords, *mail) if one.by_hook), *lines),
            connected=tuple(one for one in (*slacks, *discords) if one.by_socket),
            admits={f"/{one.channel}/events": one.admits for one in mail if one.by_hook},
            seals={one.channel: one.seal for one in buttons},
            installing=installing,
        )


@contextlib.asynccontextmanager
async def _discord(settings: Settings, keyring: Keyring, opened: Opened) -> AsyncIterator[tuple[DiscordAdapter, ...]]:
    """The bot, if there is one."""
    channel = settings.discord
    if channel is None:
        yield ()
        return
    with _extra("discord"):
        from adapters.discord.adapter import DiscordAdapter
        from adapters.discord.api import Api
    if not (channel.connects or channel.public_key):
        raise Misconfigured("discord must connect, or have a public_key")
    bot = Bot(**channel.model_dump(exclude={"file_hosts"}), file_hosts=frozenset(channel.file_hosts))
    sealing = SealedText(Sealer(keyring.secret, keyring.tenant, "interactions"), "discord")
    async with contextlib.aclosing(DiscordAdapter(bot, Api(bot), opened.meter, sealing)) as adapter:
        yield (adapter,)


@contextlib.asynccontextmanager
async def _texting(
    settings: Settings, contacts: KnownContacts, opened: Opened, clock: Callable[[], datetime]
) -> AsyncIterator[tuple[SmsAdapter, ...]]:
    """The lines at Twilio."""
    named: tuple[tuple[LineName, TwilioLine | None], ...] = (("sms", settings.sms), ("whatsapp", settings.whatsapp))
    if not (settings.sms or settings.whatsapp):
        yield ()
        return
    with _extra("sms"):
        from adapters.sms.adapter import SmsAdapter
    async with contextlib.AsyncExitStack() as stack:
        lines = tuple(_line(name, line, settings.public_url) for name, line in named if line)
        adapters = tuple(SmsAdapter(line, contacts, opened.meter, clock) for line in lines)
        for adapter in adapters:
            stack.push_async_callback(adapter.aclose)
        yield adapters


def _line(channel: LineName, line: TwilioLine, public_url: str) -> Line:
    given = line.model_dump(exclude={"limits", "quiet"})
    quiet = Quiet(**line.quiet.model_dump()) if line.quiet else None
    return Line(channel, public_url=public_url, bounds=Bounds(**line.limits.model_dump()), quiet=quiet, **given)


def _moments(clock: Callable[[], int] | None) -> Callable[[], datetime]:
    """The store's clock, in ms, or the machine's, as moments."""
    if clock is None:
        return lambda: datetime.now(UTC)
    return lambda: datetime.fromtimestamp(clock() / 1000, UTC)


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
    with _extra("slack"):
        from adapters.slack.account import SlackApp
        from adapters.slack.adapter import SlackAdapter
        from adapters.slack.api import Api
        from adapters.slack.install import Single
        from adapters.slack.rotation import Rotating
        from gateway.slack_install import SlackInstallations, SlackInstalling
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
    from adapters.slack.oauth import OAuth

    return OAuth(api, channel.client_id, channel.client_secret, channel.base_url)


@contextlib.contextmanager
def _extra(name: str) -> Iterator[None]:
    """Imports only where they are configured: each takes its time, and may not be installed. Raises Misconfigured."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise Misconfigured(f"{name} is configured and not installed: pip install 'holdpoint[{name}]'") from error


@contextlib.asynccontextmanager
async def _mail(settings: Settings, opened: Opened) -> AsyncIterator[tuple[EmailAdapter, ...]]:
    """The mailbox, if there is one."""
    channel = settings.email
    if channel is None:
        yield ()
        return
    with _extra("email"):
        from adapters.email.adapter import EmailAdapter
        from gateway.mailbox import account
        from gateway.sent_mail import KeptMail
    if not (channel.imap or channel.posting_secret.get_secret_value()):
        raise Misconfigured("email needs imap, or a posting_secret")
    adapter = EmailAdapter(account(channel), KeptMail(opened.links), opened.meter, opened.mailroom)
    async with contextlib.aclosing(adapter):
        yield (adapter,)
