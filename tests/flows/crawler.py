"""A crawler as mail scanners are: it follows every link it finds in mails and pages, and sends every form it sees."""

from __future__ import annotations

import html
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin

import httpx
from bs4 import BeautifulSoup, Tag

from sandbox.mail import Letter

Form = dict[str, str]

LINK = re.compile(r"https?://[^\s<>\"']+")
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"
# How a link is looked at: a method, and what is sent with it.
LOOKS: tuple[tuple[str, dict[str, str]], ...] = (
    ("GET", {"User-Agent": BROWSER}),
    ("HEAD", {"User-Agent": "Mozilla/5.0 (compatible; Microsoft-SafeLinks/1.0)"}),
    ("GET", {"User-Agent": "Barracuda Sentinel (EE)"}),
    ("HEAD", {"User-Agent": ""}),
    ("GET", {"Range": "bytes=0-1023", "User-Agent": "Mimecast-URL-Scanner"}),
    ("GET", {"Range": "bytes=5-,0-3", "If-Range": '"x"'}),
    ("GET", {"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch", "X-Moz": "prefetch"}),
    ("GET", {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "Accept": "*/*"}),
    ("GET", {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}),
    ("GET", {"Sec-Fetch-Site": "cross-site", "Origin": "https://scanner.test", "Cookie": "code=000000"}),
    ("OPTIONS", {"Origin": "https://scanner.test", "Access-Control-Request-Method": "POST"}),
)
ORIGINS: tuple[dict[str, str], ...] = (
    {},
    {"Origin": "https://scanner.test", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
)
DUMMIES = ("", "test", "000000", "123456", "on", "scanner@example.test")


def links(letter: Letter) -> set[str]:
    """Every address in a mail: in its text, anywhere in its HTML, and in its headers."""
    written = "\n".join((letter.text, letter.html, *letter.headers.values()))
    return {found.rstrip(".,;:)]") for found in LINK.findall(html.unescape(written))}


@dataclass
class Crawler:
    """What it got: how often each answer came, by method, status and address, and which pages led on."""

    http: httpx.AsyncClient
    got: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    sent: Counter[int] = field(default_factory=Counter)

    async def follow(self, found: Iterable[str], times: int) -> None:
        """Open every link so many times, in all the ways there are; and in each of these what its page leads to."""
        known: set[str] = set()
        waiting = set(found)
        while waiting:
            known |= waiting
            shown = [await self._look(url, times) for url in sorted(waiting)]
            waiting, times = {url for more in shown for url in more} - known, len(LOOKS)

    async def submit(self, url: str) -> None:
        """Send every form of a page in every way, by every button, with all kinds of nothing typed into it."""
        page = await self.http.get(url)
        for form in BeautifulSoup(page.text, "html.parser").find_all("form"):
            to = urljoin(url, str(form.get("action") or url))
            for filled, origin in itertools.product(_filled(form), ORIGINS):
                answer = await self.http.request(str(form["method"]), to, data=filled, headers=origin)
                self.sent[answer.status_code] += 1

    async def _look(self, url: str, times: int) -> set[str]:
        """What leads on from a page."""
        more: set[str] = set()
        for method, headers in itertools.islice(itertools.cycle(LOOKS), times):
            answer = await self.http.request(method, url, headers=headers)
            self.got[method, answer.status_code, url] += 1
        page = BeautifulSoup((await self.http.get(url)).text, "html.parser")
        for tag in page.find_all(["a", "link", "img", "script", "iframe"]):
            more.add(urljoin(url, str(tag.get("href") or tag.get("src") or url)))
        return more


def _filled(form: Tag) -> Iterator[Form]:
    """The form with each choice and each dummy; whole, without what is hidden in it, and with that made up."""
    fields = [tag for tag in form.find_all(["input", "textarea", "button"]) if tag.get("name")]
    hidden = {str(tag["name"]): str(tag.get("value", "")) for tag in fields if tag.get("type") == "hidden"}
    typed = {str(tag["name"]) for tag in fields if tag.get("type") not in ("hidden", "radio", "submit")}
    chosen = {(str(tag["name"]), str(tag.get("value", ""))) for tag in fields if tag.get("type") in ("radio", "submit")}
    for dummy in DUMMIES:
        for given in (hidden, {}, dict.fromkeys(hidden, dummy)):
            words = dict.fromkeys(typed, dummy)
            yield {**given, **words}
            yield from ({**given, **words, name: value} for name, value in sorted(chosen))
