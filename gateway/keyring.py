"""The keyring: everything we sign, and the ids derived from what came in. No table: what was signed can be read back.

A reply token names a thread (and a request) to one *owner* only: the person, or the bare identity when no person is
known. Somebody else who got hold of it holds nothing. A code and a ticket prove one request to one owner.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from itsdangerous import BadSignature, URLSafeTimedSerializer

from agent_core.values import Frozen
from gateway.errors import BadToken, Misconfigured

MIN_SECRET = 16
TICKET_LIFETIME = 30 * 24 * 3600
_MAC_CHARS = 16
_REFERENCE_CHARS = 8
_THREAD_CHARS = 20


class Place(Frozen):
    """Where an answer belongs: a thread, and the request it was asked in, if any."""

    thread_id: str
    request_id: str = ""


class Pass(Frozen):
    """What a link proves: this identity was asked this request, or told this event, of this thread."""

    thread_id: str
    request_id: str
    identity: str


@dataclass(frozen=True)
class Keyring:
    """One secret of at least 16 bytes, used under a different name for each purpose."""

    secret: bytes = field(repr=False)
    tenant: str = "default"

    def __post_init__(self) -> None:
        if len(self.secret) < MIN_SECRET:
            raise Misconfigured(f"the secret key is shorter than {MIN_SECRET} bytes")

    def thread_id(self, channel: str, conversation: str) -> str:
        """The thread of a conversation: a pure function of it, so that a redelivery meets its own thread."""
        parts = "\x1f".join((self.tenant, channel, conversation))
        return _base32(hashlib.sha256(parts.encode()).digest())[:_THREAD_CHARS]

    def reply_token(self, place: Place, owner: str) -> str:
        """`thread[.request].mac`: at most 50 characters of `[a-z0-9.]`."""
        named = f"{place.thread_id}.{place.request_id}" if place.request_id else place.thread_id
        return f"{named}.{self._mac('reply', named, owner)}"

    def open_reply_token(self, token: str, owner: str) -> Place:
        """The place a token names to its owner. Raises BadToken."""
        named, _, mac = token.lower().rpartition(".")
        if not _same(mac, self._mac("reply", named, owner)):
            raise BadToken("this reply token is not its bearer's")
        thread_id, _, request_id = named.partition(".")
        return Place(thread_id=thread_id, request_id=request_id)

    def code(self, place: Place, owner: str) -> str:
        """The six digits that this owner types to decide this request."""
        number = int.from_bytes(self._digest("code", place.thread_id, place.request_id, owner)[:8])
        return f"{number % 1_000_000:06d}"

    def is_code(self, code: str, place: Place, owner: str) -> bool:
        """Whether somebody typed the owner's code."""
        return _same(code, self.code(place, owner))

    def reference(self, thread_id: str, owner: str) -> str:
        """The eight characters of `[a-z2-7]` that stand in a subject for a thread, if its owner says them."""
        return self._mac("reference", thread_id, owner)[:_REFERENCE_CHARS]

    def page_code(self, place: Place, owner: str) -> str:
        """The six digits that this owner types on the page of this request, and nowhere else."""
        return self.code(place, f"page\x1f{owner}")

    def is_page_code(self, code: str, place: Place, owner: str) -> bool:
        """Whether somebody typed the owner's code for the page."""
        return _same(code, self.page_code(place, owner))

    def ticket(self, bearer: Pass) -> str:
        """The secret part of a decision link."""
        return self._links.dumps([bearer.thread_id, bearer.request_id, bearer.identity])

    def open_ticket(self, ticket: str) -> Pass:
        """Whom a decision link was sent to, and for what. Raises BadToken."""
        try:
            thread_id, request_id, identity = self._links.loads(ticket, max_age=TICKET_LIFETIME)
        except (BadSignature, ValueError, TypeError) as error:
            raise BadToken("this link is not valid") from error
        return Pass(thread_id=thread_id, request_id=request_id, identity=identity)

    def short(self, bearer: Pass) -> str:
        """Sixteen characters of `[a-z2-7]` that stand for a pass in a link; what they open has to be looked up."""
        return self._mac("link", bearer.thread_id, bearer.request_id, bearer.identity)

    def may_be_short(self, link: str) -> bool:
        """Whether it looks like one at all."""
        return len(link) == _MAC_CHARS

    def is_short(self, link: str, bearer: Pass) -> bool:
        """Whether these characters are those of this pass."""
        return _same(link, self.short(bearer))

    def form_token(self, ticket: str) -> str:
        """Goes with the page's form, so that only the page itself can post it."""
        return self._mac("form", ticket)

    @property
    def _links(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.secret, salt=f"holdpoint/{self.tenant}/ticket")

    def _mac(self, purpose: str, *parts: str) -> str:
        return _base32(self._digest(purpose, *parts))[:_MAC_CHARS]

    def _digest(self, purpose: str, *parts: str) -> bytes:
        message = "\x1f".join((purpose, self.tenant, *parts))
        return hmac.digest(self.secret, _bytes(message), "sha256")


def _same(said: str, ours: str) -> bool:
    return hmac.compare_digest(_bytes(said), _bytes(ours))


def _bytes(text: str) -> bytes:
    """Any text at all: what people and mails say may hold halves of characters, which are not UTF-8."""
    return text.encode(errors="surrogatepass")


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().lower().rstrip("=")
