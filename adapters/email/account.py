"""The account: who we are in the mail, whose word on senders we take, and where our servers are."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class OAuth:
    """Where access tokens come from (RFC 6749): for a `refresh_token`, or else for the client's own credentials.

    `token_url` is HTTPS, except on this very machine.
    """

    token_url: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    scope: str = ""

    def __post_init__(self) -> None:
        url = urlsplit(self.token_url)
        if url.scheme != "https" and not (url.scheme == "http" and url.hostname in LOOPBACK):
            raise ValueError("the token server's URL must begin with https://")


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server as a client sees it. Without TLS only on this very machine.

    With `oauth` the password is not used: we log in by XOAUTH2. `trust` is a file of certificates (PEM) that are
    trusted in place of the system's.
    """

    host: str
    port: int
    username: str
    password: str = field(default="", repr=False)
    tls: bool = True
    oauth: OAuth | None = None
    trust: str = ""

    def __post_init__(self) -> None:
        if not self.tls and self.host not in LOOPBACK:
            raise ValueError(f"mail to {self.host} must use TLS")


@dataclass(frozen=True, slots=True)
class Site:
    """What is needed to read a mail, and no secret among it.

    `address` is ours, `aliases` others that are ours as well. `authserv_ids` are what our own mail servers call
    themselves in Authentication-Results; `sealers` the domains whose word (ARC) on mails they passed on we take.
    Replies come back to `<reply_prefix><token>@<reply_domain>`; if left empty, that is `local+<token>@domain` of our
    address, and where mail programs refuse a plus it may be a domain all of whose addresses are ours. `nameservers`:
    whom to ask for the keys of signatures, which are checked by ourselves only if there are any: `host` or `host:port`.

    `own_received`: how many `Received` of our own servers stand above the verdict (a delivery agent behind the
    exchanger writes one); every mail must have that many above what its sender wrote. `spf_counts`: an SPF pass for
    the sender's domain makes sure of them where the domain has no DMARC policy; it tells less than a signature.
    """

    address: str
    authserv_ids: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    sealers: tuple[str, ...] = ()
    reply_prefix: str = ""
    reply_domain: str = ""
    nameservers: tuple[str, ...] = ()
    own_received: int = 0
    spf_counts: bool = False

    @property
    def local(self) -> str:
        """The part of our address before the @."""
        return self.address.rpartition("@")[0]

    @property
    def domain(self) -> str:
        """The part of our address behind the @."""
        return self.address.rpartition("@")[2]

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that is ours, in small letters."""
        return tuple(one.lower() for one in (self.address, *self.aliases))

    @property
    def reply_forms(self) -> tuple[tuple[str, str], ...]:
        """What stands before and behind a token in an address that brings one back, the form we write first."""
        plus = tuple((f"{one.rpartition('@')[0]}+", one.rpartition("@")[2]) for one in self.addresses)
        if not (self.reply_prefix or self.reply_domain):
            return plus
        return ((self.reply_prefix, self.reply_domain or self.domain), *plus)

    def reply_to(self, token: str) -> str:
        """The address that brings a token back."""
        before, domain = self.reply_forms[0]
        return f"{before}{token}@{domain}"

    def is_ours(self, address: str) -> bool:
        """Whether an address is one of ours, with a token or without."""
        local, _, domain = address.lower().rpartition("@")
        if any(local.startswith(before) and domain == ours.lower() for before, ours in self.reply_forms):
            return True
        return f"{local.partition('+')[0]}@{domain}" in self.addresses


@dataclass(frozen=True, slots=True)
class Account:
    """A mailbox of ours. Without `imap` its mail is posted to us, by who knows `posting_secret`.

    `poll_seconds` bounds an idle wait; `junk` is the folder of what is taken for junk, empty if it is not read. At most
    `per_hour` mails go to one recipient in an hour.
    """

    site: Site
    smtp: Server
    imap: Server | None = None
    poll_seconds: float = 60.0
    junk: str = ""
    posting_secret: str = field(default="", repr=False)
    per_hour: int = 30
