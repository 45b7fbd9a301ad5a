"""Where webhooks go: a public URL, the address here that stands behind it, and what `#rc=..&rp=..` in it asks for.

https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, urldefrag, urlsplit, urlunsplit

from sandbox.twilio.record import Outcome


@dataclass(frozen=True)
class Endpoint:
    """The webhook of a sender: the URL, and the one to try when that fails; "" for none."""

    url: str
    fallback: str = ""


@dataclass
class Routes:
    """What stands behind public URLs, as a tunnel or a proxy would have it."""

    behind: dict[str, str] = field(default_factory=dict)

    def open(self, url: str, post_to: str) -> None:
        """Post to `post_to` what is meant for `url`."""
        self.behind[_plain(url)] = urldefrag(post_to).url

    def resolve(self, url: str) -> str:
        """Where to post what is meant for this URL, query included; "" if that is not on this machine."""
        asked = urlsplit(urldefrag(url).url)
        if private := self.behind.get(_plain(url)):
            exact = urlsplit(private)
            asked = exact._replace(query="&".join(filter(None, (exact.query, asked.query))))
        elif same := self._same_host(asked):
            asked = asked._replace(scheme=same.scheme, netloc=same.netloc)
        target = urlunsplit(asked)
        return target if is_here(target) else ""

    def _same_host(self, asked: SplitResult) -> SplitResult | None:
        """What stands behind another URL of that host."""
        for public, private in self.behind.items():
            known = urlsplit(public)
            if (known.scheme, known.netloc) == (asked.scheme, asked.netloc):
                return urlsplit(private)
        return None


@dataclass(frozen=True)
class Retries:
    """How often a request is tried again, and after what: `ct` no connection, `rt` no answer, `4xx`, `5xx`, `all`."""

    count: int = 1
    policy: tuple[str, ...] = ("ct",)

    def fit(self, outcome: Outcome, status: int) -> bool:
        """Whether this outcome is worth another try."""
        names = {"connection_failed": "ct", "timeout": "rt", "http_error": f"{status // 100}xx"}
        return outcome in names and ("all" in self.policy or names[outcome] in self.policy)


def retries_of(url: str) -> Retries:
    """What a URL's fragment asks for; without one, a second try when there is no connection."""
    asked = parse_qs(urldefrag(url).fragment)
    count = asked.get("rc", ["1"])[0]
    policy = asked.get("rp", ["ct"])[0]
    return Retries(min(int(count), 5) if count.isdecimal() else 1, tuple(policy.split(",")))


def is_here(url: str) -> bool:
    """Whether a URL leads to this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _plain(url: str) -> str:
    return urldefrag(url).url.partition("?")[0]
