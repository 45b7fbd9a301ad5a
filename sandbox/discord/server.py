"""The server: Discord on a loopback port, in the caller's event loop, and the CDN beside it."""

from __future__ import annotations

from typing import Self

from aiohttp import web

from sandbox.discord.clock import Clock
from sandbox.discord.control import Control
from sandbox.discord.core import Core
from sandbox.discord.fault import Faults
from sandbox.discord.files import Files
from sandbox.discord.ids import Ids, secret
from sandbox.discord.interactions import DEADLINE
from sandbox.discord.nonces import Nonces
from sandbox.discord.ratelimit import Limits, Rate
from sandbox.discord.record import Record
from sandbox.discord.rest import Rest
from sandbox.discord.scene import HEARTBEAT, IDENTIFY_PAUSE, Scene
from sandbox.discord.shown import Messages
from sandbox.discord.starts import Starts
from sandbox.discord.table import ROUTES
from sandbox.discord.world import Application, Guild, Member, Role, User, World
from sandbox.origin import PAGE, check_origin

UPLOAD_MOST = 64 * 1024 * 1024
API = "/api/v10"
ROUTE_RATE, BOT_RATE = Rate(50, 1.0), Rate(50, 1.0)


class DiscordSandbox(Scene):
    """Discord, listening from `async with` on; see the package's docstring for what one does with it.

    `port` 0 takes a free one, `token` "" makes one. `page` is the origin (`http://host:port`) of the one web page that
    may use `/_control` from a browser. `route_rate` is that of each bucket of the API, `bot_rate` that of the bot.
    `heartbeat`, `identify_pause` and `deadline` are as `Scene` has them.
    """

    def __init__(
        self,
        name: str = "holdpoint",
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str = "",
        page: str = "",
        route_rate: Rate = ROUTE_RATE,
        bot_rate: Rate = BOT_RATE,
        heartbeat: float = HEARTBEAT,
        identify_pause: float = IDENTIFY_PAUSE,
        deadline: float = DEADLINE,
    ) -> None:
        super().__init__(new_core(name, token), heartbeat=heartbeat, identify_pause=identify_pause, deadline=deadline)
        self._address = host, port
        self._page = page
        self._rest = Rest(self.core, (*ROUTES, *self.callbacks.routes), Limits(self.core.clock, route_rate, bot_rate))

    async def __aenter__(self) -> Self:
        host, port = self._address
        self._cdn = await _listen(self._cdn_routes(), host, 0)
        self._runner = await _listen(self._routes(), host, port)
        self.core.files.origin, self.core.url = _origin(self._cdn), _origin(self._runner)
        self.core.gateway_url = self.gateway.url = self.core.url.replace("http://", "ws://")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
        await self._runner.cleanup()
        await self._cdn.cleanup()

    def _routes(self) -> web.Application:
        application = web.Application(client_max_size=UPLOAD_MOST, middlewares=[check_origin])
        application[PAGE] = self._page
        application.router.add_route("*", f"{API}/{{path:.*}}", self._rest.handle)
        application.router.add_get("/", self.gateway.serve)
        Control(self).add_to(application.router)
        application.router.add_route("*", "/{rest:.*}", self._rest.nothing_here)
        return application

    def _cdn_routes(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/{path:.*}", self.core.files.serve)
        return application

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        return self.core.url

    @property
    def api_url(self) -> str:
        """In place of https://discord.com/api/v10."""
        return f"{self.core.url}{API}"

    @property
    def cdn_url(self) -> str:
        """The origin files are served from."""
        return self.core.files.origin


def new_core(name: str, token: str) -> Core:
    """A server with two channels and the bot in it."""
    clock = Clock()
    ids = Ids(clock)
    bot = User(ids.snowflake(), name, name.capitalize(), bot=True)
    app = Application(ids.snowflake(), name.capitalize(), bot.id, token or f"sandbox.{secret(12)}.{secret(40)}")
    guild = Guild(ids.snowflake(), "Acme")
    guild.roles[guild.id] = Role(guild.id, "@everyone", 0)
    guild.members[bot.id] = Member(bot.id, clock.now())
    world = World(app, guild, {bot.id: bot})
    files = Files(clock)
    core = Core(clock, ids, world, files, Faults(), Record(), Starts(clock), Messages(world, files), Nonces(clock))
    for channel in ("general", "deploys"):
        core.channel(channel)
    return core


async def _listen(application: web.Application, host: str, port: int) -> web.AppRunner:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner


def _origin(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"
