"""What a test or a page does with the sandbox: find people, read what is shown, look into the journal, break things."""

from __future__ import annotations

from sandbox.slack.app import App
from sandbox.slack.clock import Clock
from sandbox.slack.core import TEXT_SECONDS, Core, Session
from sandbox.slack.errors import CannotDo
from sandbox.slack.fault import SOCKET_FAULTS, Fault
from sandbox.slack.hands import Hands
from sandbox.slack.payload import app_rate_limited
from sandbox.slack.record import ApiCall, Delivery, Stray
from sandbox.slack.shapes import Json
from sandbox.slack.town import Town
from sandbox.slack.world import Channel, Message, Team


class Scene:
    """Slack without its server: the town, the people, the journal, the faults."""

    def __init__(self, core: Core, bot_token: str = "") -> None:
        self.core = core
        self.town = Town(core)
        self.team = self.town.settle()
        granted = core.tokens.issue(self.team.id, bot_token)
        self.bot_token, self.refresh_token = granted.access_token, granted.refresh_token

    @property
    def app(self) -> App:
        """The app as it is configured: its secrets, its scopes, its events."""
        return self.core.app

    @property
    def clock(self) -> Clock:
        """The clock; `forward` lets time pass."""
        return self.core.clock

    # People, and what they see

    def person(self, name: str, team: Team | None = None) -> Hands:
        """Somebody by handle: of this workspace, else of the first one that has somebody of that name."""
        teams = [team] if team is not None else [self.team, *self.core.world.teams.values()]
        for one in teams:
            if (user := self.core.world.user_named(name, one.id)) is not None:
                return Hands(self.core, user)
        raise CannotDo(f"there is nobody called {name!r}")

    def channel(self, name: str) -> Channel:
        """A conversation by `#name` or id."""
        found = self.core.world.channels.get(name) or self.core.world.channel_named(name, self.team.id)
        if found is None:
            raise CannotDo(f"there is no conversation {name!r}")
        return found

    def messages(self, where: str | Channel, *, thread: str = "") -> list[Message]:
        """All messages of a conversation, ephemeral ones too; with `thread` only those of a thread."""
        channel = where if isinstance(where, Channel) else self.channel(where)
        return [one for one in channel.messages if not thread or one.root == thread]

    def message(self, where: str, ts: str) -> Message:
        """One message of a conversation."""
        found = self.channel(where).message(ts)
        if found is None:
            raise CannotDo(f"there is no message {ts} in {where}")
        return found

    def direct(self, name: str) -> list[Message]:
        """The messages of somebody's DM with the bot."""
        return list(self.core.direct(self.team.id, self.person(name, self.team).id).messages)

    def session(self, message: Message) -> Session:
        """What the thread of a message shows of the agent."""
        session = self.core.sessions.get((message.channel, message.root), Session())
        if session.text and self.clock.now() - session.text_since > TEXT_SECONDS:
            session.text = ""
        return session

    # The journal

    @property
    def calls(self) -> list[ApiCall]:
        """Every call of the Web API, oldest first."""
        return list(self.core.record.calls)

    def called(self, method: str) -> list[ApiCall]:
        """The calls of one method."""
        return [one for one in self.core.record.calls if one.method == method]

    @property
    def deliveries(self) -> list[Delivery]:
        """Everything that was sent to the app, oldest first."""
        return list(self.core.record.deliveries)

    @property
    def strays(self) -> list[Stray]:
        """Requests to methods and routes that are not there; a test that is right leaves none."""
        return list(self.core.record.strays)

    def forget(self) -> None:
        """Forget calls, deliveries and strays so far."""
        self.core.record.forget()

    async def settled(self) -> None:
        """Wait until no delivery is under way, retries included."""
        await self.core.courier.settled()

    # What Slack itself does

    def emit(self, event: Json, team: Team | None = None) -> None:
        """Deliver any event, as it is, in an envelope of its own."""
        installation = self.core.world.installations[(team or self.team).id]
        event = {"event_ts": self.core.ids.ts()} | event
        self.core.courier.send("events_api", installation.team_id, self.core.envelope(installation, event))

    async def send(self, payload: Json) -> Delivery:
        """Deliver any interaction payload, forged or true; nothing about it is checked."""
        return await self.core.courier.send("interactive", self.team.id, payload)

    def rate_limit_events(self) -> None:
        """Tell the app that it gets too many events."""
        minute = int(self.clock.now()) // 60 * 60
        self.core.courier.send("events_api", self.team.id, app_rate_limited(self.app, self.team.id, minute))

    def uninstall(self, team: Team | None = None) -> None:
        """An admin removes the app: two events, and every token is dead."""
        installation = self.core.world.installations[(team or self.team).id]
        tokens = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [installation.bot_user]}}
        self.emit(tokens, team)
        self.emit({"type": "app_uninstalled"}, team)
        self.core.tokens.kill(installation.team_id, "inactive")
        installation.installed = False

    def revoke(self, team: Team | None = None) -> None:
        """Every token of a workspace is revoked, without a word."""
        self.core.tokens.kill((team or self.team).id, "revoked")

    # What goes wrong

    def order(self, fault: Fault, *, count: int = 1) -> None:
        """The next `count` occasions go wrong in this way; a socket fault acts at once, on the sockets now open."""
        if fault.kind in SOCKET_FAULTS:
            self.core.sockets.suffer(fault.kind)
        else:
            self.core.faults.ordered.extend([fault] * count)

    def lift(self) -> None:
        """Nothing goes wrong any more."""
        self.core.faults.lift()
        self.core.sockets.recover()
