"""What a test or a page does with the sandbox: find people, read what is shown, look into the journal, break things."""

from __future__ import annotations

from sandbox.discord.callbacks import Callbacks
from sandbox.discord.clock import Clock
from sandbox.discord.core import Core
from sandbox.discord.courier import Courier, Delivery, is_ours
from sandbox.discord.errors import CannotDo, UrlNotVerified
from sandbox.discord.fault import Fault
from sandbox.discord.gateway import Gateway
from sandbox.discord.hands import Hands
from sandbox.discord.interactions import DEADLINE, Interactions
from sandbox.discord.person import Where
from sandbox.discord.protocol import INVALID, RECONNECT, operation
from sandbox.discord.record import Call, Stray
from sandbox.discord.session import Sessions
from sandbox.discord.world import Application, Channel, Guild, Message, Role

HEARTBEAT, IDENTIFY_PAUSE = 41.25, 5.0


class Scene:
    """Discord without its server: the people, the gateway, the journal, the faults.

    `heartbeat` is the gateway's interval in seconds, `identify_pause` what must lie between two IDENTIFYs by the clock
    of the sandbox, `deadline` the seconds in which an interaction is to be answered.
    """

    def __init__(
        self,
        core: Core,
        *,
        heartbeat: float = HEARTBEAT,
        identify_pause: float = IDENTIFY_PAUSE,
        deadline: float = DEADLINE,
    ) -> None:
        self.core = core
        self.gateway = Gateway(core.world, core.clock, core.starts, heartbeat=heartbeat, pause=identify_pause)
        self.interactions = core.interactions = Interactions(core, deadline)
        self.callbacks = Callbacks(core, self.interactions)
        self.courier = Courier(core.world, core.clock, self.callbacks.inline, deadline)

    @property
    def app(self) -> Application:
        """The application; `may_read_all` can be set: it was given the message content intent."""
        return self.core.world.app

    @property
    def token(self) -> str:
        """The bot's token."""
        return self.app.token

    @property
    def guild(self) -> Guild:
        """The server."""
        return self.core.world.guild

    @property
    def clock(self) -> Clock:
        """The clock; `forward` lets time pass."""
        return self.core.clock

    # People and places, and what is there

    def person(self, name: str) -> Hands:
        """Somebody by handle; who is new joins the server."""
        known = self.core.world.user_named(name)
        user = known or self.core.user(name)
        if known is None:
            self.core.join(user)
        return Hands(self.core, user, self.interactions, self.courier)

    def known(self, name: str) -> Hands:
        """Somebody who is there already."""
        user = self.core.world.user_named(name)
        if user is None or user.bot:
            raise CannotDo(f"there is nobody called {name!r}")
        return self.person(name)

    def channel(self, name: str) -> Channel:
        """A channel of the server by name; made if need be."""
        return self.core.channel(name)

    def role(self, name: str) -> Role:
        """A role of the server by name; made if need be."""
        return self.core.role(name)

    def grant(self, person: str, role: str) -> None:
        """Give somebody a role."""
        self.core.give(self.person(person).user, self.role(role))

    def revoke(self, person: str, role: str) -> None:
        """Take a role from somebody."""
        self.core.give(self.person(person).user, self.role(role), held=False)

    def place(self, where: Where) -> Channel:
        """A channel by its name or id, or the thread that began at a message."""
        world = self.core.world
        if isinstance(where, Channel):
            return where
        found = self.thread(where) if isinstance(where, Message) else world.channels.get(where)
        found = found or (world.channel_named(where) if isinstance(where, str) else None)
        if found is None:
            raise CannotDo("there is no such channel, and no thread there")
        return found

    def messages(self, where: Where) -> list[Message]:
        """The messages of a channel, a thread or a DM, oldest first; whispers are `Hands.whispers`."""
        return list(self.place(where).messages)

    def message(self, id: str) -> Message:
        """A message by its id, wherever it stands."""
        everywhere = [*self.core.world.channels.values()]
        found = next((one for each in everywhere if (one := each.message(id))), None)
        found = found or next((one for one in self.core.world.whispers if one.id == id), None)
        if found is None:
            raise CannotDo(f"there is no message {id}")
        return found

    def thread(self, message: Message) -> Channel | None:
        """The thread that began at a message; its `archived` and `locked` can be set."""
        found = self.core.world.channels.get(message.id)
        return found if found is not None and found.is_thread else None

    # The journal

    @property
    def calls(self) -> list[Call]:
        """Every call of the REST API, oldest first."""
        return list(self.core.record.calls)

    @property
    def deliveries(self) -> list[Delivery]:
        """Everything the app was told, or would have been, oldest first."""
        return list(self.courier.deliveries)

    @property
    def strays(self) -> list[Stray]:
        """Requests to routes that are not there; a test that is right leaves none."""
        return list(self.core.record.strays)

    def forget(self) -> None:
        """Forget calls, deliveries and strays so far."""
        self.core.record.forget()
        self.courier.deliveries.clear()

    async def settled(self) -> None:
        """Wait until everything is said that is to be said over the gateway, and every POST is answered."""
        await self.courier.settled()
        await self.gateway.said()

    def replay(self, delivery: Delivery) -> None:
        """An event or interaction once more, the same bytes."""
        self.courier.replay(delivery)

    async def deliver_to(self, url: str | None, *, verify: bool = True) -> None:
        """Post interactions to this URL from now on, once it passed Discord's check; None: the gateway again."""
        if url is not None and verify:
            await self.courier.verify(url)
        elif url is not None and not is_ours(url):
            raise UrlNotVerified("only URLs of this machine are posted to")
        self.courier.url = url or ""

    # The gateway

    @property
    def sessions(self) -> Sessions:
        """Open gateway connections; IDENTIFYs and RESUMEs are counted."""
        return self.gateway.sessions

    async def drop(self) -> None:
        """Every connection breaks without a word."""
        self.gateway.drop()
        await self.gateway.gone()

    async def reconnect(self) -> None:
        """Ask all to reconnect: op 7."""
        self.gateway.push(operation(RECONNECT, None))
        await self.gateway.said()

    async def invalidate(self, *, resumable: bool) -> None:
        """Tell all that their session is no longer valid: op 9."""
        if not resumable:
            self.gateway.forget()
        self.gateway.push(operation(INVALID, resumable))
        await self.gateway.said()

    async def close(self, code: int) -> None:
        """Every connection is closed with this code."""
        self.gateway.close(code)
        await self.gateway.gone()

    def refuse_identify(self, code: int, *, count: int = 1) -> None:
        """The next IDENTIFYs are answered by closing with this code."""
        self.gateway.refuse(code, count)

    def unreachable(self, really: bool = True) -> None:
        """Nobody can connect to the gateway, until it is said again with False."""
        self.gateway.unreachable = really

    def acknowledge(self, really: bool = True) -> None:
        """With False heartbeats are no longer acknowledged."""
        self.gateway.acks = really

    def forget_sessions(self) -> None:
        """No session of now can be resumed: op 9."""
        self.gateway.forget()

    # What goes wrong with calls

    def order(self, fault: Fault, *, count: int = 1) -> None:
        """The next `count` calls that fit go wrong in this way."""
        self.core.faults.order(fault, count)

    def lift(self) -> None:
        """Nothing goes wrong any more."""
        self.core.faults.lift()
        self.gateway.recover()

    async def stop(self) -> None:
        """End what is under way."""
        self.core.faults.lift()
        await self.courier.stop()
        await self.gateway.stop()
