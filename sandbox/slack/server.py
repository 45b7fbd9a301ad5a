"""The server: Slack on a loopback port, in the caller's event loop, and the people in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import aiohttp
from aiohttp import web

from sandbox.origin import PAGE, check_origin
from sandbox.slack.api import Api
from sandbox.slack.app import App
from sandbox.slack.clock import Clock
from sandbox.slack.control import Control
from sandbox.slack.core import Core
from sandbox.slack.courier import Courier
from sandbox.slack.fault import Faults
from sandbox.slack.hooks import Hooks
from sandbox.slack.ids import Ids
from sandbox.slack.record import Record, Stray
from sandbox.slack.scene import Scene
from sandbox.slack.sockets import Sockets
from sandbox.slack.tickets import Tickets
from sandbox.slack.tokens import Tokens
from sandbox.slack.webhook import Webhook
from sandbox.slack.world import World

RETRY_DELAYS = (0.1, 60.0, 300.0)
DEADLINE = 3.0
STREAM_SECONDS = 270.0
UPLOAD_MOST = 64 * 1024 * 1024


class SlackSandbox(Scene):
    """Slack, listening from `async with` on; see the package's docstring for what one does with it.

    `port` 0 takes a free one, `bot_token` "" makes one. `page` is the origin (`http://host:port`) of the one web page
    that may use `/_control` from a browser. `retry_delays` are the waits before the retries of an event,
    `deadline` how long the app may take to answer, `stream_seconds` how long a stream may grow, all in seconds.
    `per_second` is how many messages a conversation takes a second; None: as many as come.
    """

    def __init__(
        self,
        app: App | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        bot_token: str = "",
        page: str = "",
        retry_delays: Sequence[float] = RETRY_DELAYS,
        deadline: float = DEADLINE,
        per_second: int | None = None,
        stream_seconds: float = STREAM_SECONDS,
    ) -> None:
        super().__init__(_core(app or App(), retry_delays, deadline, stream_seconds), bot_token)
        self._address = host, port
        self._deadline = deadline
        self._page = page
        self._api = Api(self.core, per_second)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession()
        self._runner = web.AppRunner(self._routes(), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        host, port = self._address
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.core.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.core.faults.lift()
        await self.core.courier.stop()
        await self.core.sockets.close()
        await self._runner.cleanup()
        await self._session.close()

    def _routes(self) -> web.Application:
        application = web.Application(client_max_size=UPLOAD_MOST, middlewares=[check_origin])
        application[PAGE] = self._page
        hooks = Hooks(self.core)
        routes = application.router
        routes.add_route("*", "/api/{method}", self._api.handle)
        routes.add_get("/link/", self.core.sockets.serve)
        routes.add_post("/upload/v1/{ticket}", hooks.upload)
        routes.add_get("/files-pri/{file}/download/{name}", hooks.download)
        routes.add_get("/files-pri/{file}/{name}", hooks.download)
        routes.add_post("/actions/{number}/{secret}", hooks.respond)
        routes.add_post("/commands/{number}/{secret}", hooks.respond)
        routes.add_get("/oauth/v2/authorize", hooks.authorize)
        Control(self).add_to(application)
        routes.add_route("*", "/{rest:.*}", self._nothing_here)
        return application

    async def _nothing_here(self, request: web.Request) -> web.StreamResponse:
        if not request.path.startswith("/_control/"):
            self.core.record.strays.append(Stray(request.method, request.path))
        return web.Response(status=404, text="<html>There's been a glitch…</html>", content_type="text/html")

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        return self.core.url

    @property
    def api_url(self) -> str:
        """What `AsyncWebClient` takes as its base URL."""
        return f"{self.core.url}/api/"

    async def deliver_to(self, url: str | None, *, verify: bool = True) -> None:
        """Deliver over HTTP to this request URL, once it echoed the challenge; None goes back to Socket Mode."""
        if url is None:
            self.core.courier.webhook = None
            return
        webhook = Webhook(self._session, self.app.signing_secret, url)
        if verify:
            await webhook.verify(self.app.verification_token, self._deadline)
        self.core.courier.webhook = webhook


def _core(app: App, retry_delays: Sequence[float], deadline: float, stream_seconds: float) -> Core:
    clock = Clock()
    ids, faults, record, sockets = Ids(clock), Faults(), Record(), Sockets(app.id)
    return Core(
        app=app,
        clock=clock,
        ids=ids,
        world=World(),
        tokens=Tokens(app, clock),
        tickets=Tickets(clock, ids),
        faults=faults,
        record=record,
        sockets=sockets,
        courier=Courier(sockets, record, faults, deadline=deadline, retry_delays=retry_delays),
        stream_seconds=stream_seconds,
    )
