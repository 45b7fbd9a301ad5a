"""The account: which mailbox we are, where its servers are, and whose word on senders we take."""

from __future__ import annotations

from dataclasses import dataclass

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server as a client sees it. Without TLS only on this very machine."""

    host: str
    port: int
    username: str
    password: str
    tls: bool = True

    def __post_init__(self) -> None:
        if not self.tls and self.host not in LOOPBACK:
            raise ValueError(f"mail to {self.host} must use TLS")


@dataclass(frozen=True, slots=True)
class Account:
    """`authserv_id` is what our own MX calls itself in Authentication-Results; `poll_seconds` bounds an idle wait."""

    address: str
    authserv_id: str
    imap: Server
    smtp: Server
    poll_seconds: float = 60.0

    @property
    def local(self) -> str:
        """The part before the @."""
        return self.address.rpartition("@")[0]

    @property
    def domain(self) -> str:
        """The part behind the @."""
        return self.address.rpartition("@")[2]
