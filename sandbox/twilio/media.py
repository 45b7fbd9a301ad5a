"""The CDN: where what is attached lies, at an address of its own behind a redirect that needs no password.

It refuses a request that brings one: a client that sends its auth token along to another host leaks it.
https://www.twilio.com/docs/messaging/api/media-resource#fetch-a-media-resource
"""

from __future__ import annotations

import secrets

from aiohttp import web

from sandbox.twilio.record import Call, Record
from sandbox.twilio.world import Media


class Cdn:
    """A server beside the API. Every request is journalled as a call, with the path under `/cdn/`."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._shown: dict[str, Media] = {}
        self.url = ""

    async def start(self, host: str) -> None:
        """Listen on a free port."""
        application = web.Application()
        application.router.add_get("/cdn/{ticket}", self._serve)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        """Listen no more."""
        await self._runner.cleanup()

    def show(self, media: Media) -> str:
        """A URL where this is, for whoever knows it."""
        ticket = secrets.token_urlsafe(16)
        self._shown[ticket] = media
        return f"{self.url}/cdn/{ticket}"

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        call = Call(len(self._record.calls) + 1, request.method, request.path, {}, {})
        self._record.calls.append(call)
        media = self._shown.get(request.match_info["ticket"])
        if "Authorization" in request.headers:
            call.status = 400
            return web.Response(status=400, text="Only one auth mechanism allowed", content_type="application/xml")
        call.status = 200 if media else 404
        if media is None:
            return web.Response(status=404)
        return web.Response(body=media.content, headers={"Content-Type": media.media_type})
