"""The server: Twilio on a loopback port, in the caller's event loop, and the CDN beside it."""

from __future__ import annotations

from typing import Self

from aiohttp import web

from sandbox.origin import PAGE, check_origin
from sandbox.twilio.account import Account
from sandbox.twilio.catalog import error_body
from sandbox.twilio.control import Control
from sandbox.twilio.errors import Refusal
from sandbox.twilio.media import Cdn
from sandbox.twilio.record import Stray
from sandbox.twilio.rest import Rest
from sandbox.twilio.scene import Scene

DEADLINE = 15.0
UPLOAD_MOST = 8 * 1024 * 1024


class TwilioSandbox(Scene):
    """Twilio, listening from `async with` on; see the package's docstring for what one does with it.

    `port` 0 takes a free one, `auth_token` "" makes one. `page` is the origin (`http://host:port`) of the one web page
    that may use `/_control` from a browser. `deadline` is how long the app may take to answer a webhook, in seconds.
    """

    def __init__(
        self,
        account: Account | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        auth_token: str = "",
        page: str = "",
        deadline: float = DEADLINE,
    ) -> None:
        super().__init__(account or Account(), auth_token, deadline)
        self._address = host, port
        self._page = page
        self._cdn = Cdn(self.record)

    async def __aenter__(self) -> Self:
        host, port = self._address
        await self.courier.start()
        await self._cdn.start(host)
        self._runner = web.AppRunner(self._routes(), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        host, port = self._runner.addresses[0][:2]
        self.carrier.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.faults.lift()
        await self.courier.stop()
        await self._runner.cleanup()
        await self._cdn.stop()

    def _routes(self) -> web.Application:
        application = web.Application(client_max_size=UPLOAD_MOST, middlewares=[check_origin])
        application[PAGE] = self._page
        Rest(self.carrier, self.record, self._cdn, self.tokens).add_to(application.router)
        Control(self).add_to(application.router)
        application.router.add_route("*", "/{rest:.*}", self._nothing_here)
        return application

    async def _nothing_here(self, request: web.Request) -> web.StreamResponse:
        if not request.path.startswith("/_control/"):
            self.record.strays.append(Stray(request.method, request.path))
        body = error_body(Refusal(20404, request.path))
        return web.json_response(body, status=404)

    @property
    def url(self) -> str:
        """Where it listens, without a path: in place of https://api.twilio.com."""
        return self.carrier.url
