"""The CDN: files of messages, by URLs that are signed and expire. An origin of its own.

https://docs.discord.com/developers/reference#signed-attachment-cdn-urls
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from urllib.parse import quote

from aiohttp import web

from sandbox.discord.clock import Clock
from sandbox.discord.world import Attachment

GOOD_FOR = 86_400  # seconds
GONE = "This content is no longer available."


class Files:
    """What the CDN has. `url` is its origin, once it listens."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._kept: dict[str, Attachment] = {}
        self.origin = ""

    def keep(self, attachment: Attachment) -> None:
        """Serve it from now on."""
        self._kept[attachment.path] = attachment

    def forget(self, attachment: Attachment) -> None:
        """Its message is gone."""
        self._kept.pop(attachment.path, None)

    def url(self, attachment: Attachment) -> str:
        """Where it is served, for a day."""
        now = int(self._clock.seconds())
        issued, expires = f"{now:x}", f"{now + GOOD_FOR:x}"
        mark = self._mark(attachment.path, issued, expires)
        return f"{self.origin}{quote(attachment.path)}?ex={expires}&is={issued}&hm={mark}&"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """A file; 404 for what was not signed by us, has expired, or is gone."""
        issued, expires = request.query.get("is", ""), request.query.get("ex", "")
        found = self._kept.get(request.path)
        known = hmac.compare_digest(request.query.get("hm", ""), self._mark(request.path, issued, expires))
        if found is None or not known or int(expires, 16) < self._clock.seconds():
            return web.Response(status=404, text=GONE)
        headers = {"Content-Type": found.media_type or "application/octet-stream"}
        return web.Response(body=found.content, headers=headers)

    def _mark(self, path: str, issued: str, expires: str) -> str:
        said = f"{path}?ex={expires}&is={issued}".encode()
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()
