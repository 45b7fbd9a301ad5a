"""Who and what is there at first, and how to add to it.

`acme` has ana, bo, cy and the guest dee, with #general, #deploys, the private #incident, and #random without the bot.
mallory is of `umbra`, where the app is not installed, and sits with ana and bo in the shared channel #partners.
"""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.slack.core import Core
from sandbox.slack.world import Channel, ChannelKind, Installation, Team, User, UserKind

PEOPLE = {"ana": "Ana Alvarez", "bo": "Bo Berg", "cy": "Cy Castell"}


class Town:
    """The builder over one core."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def settle(self) -> Team:
        """The people and conversations every sandbox starts with; returns the first workspace."""
        acme, umbra = self.team("acme"), self.team("umbra")
        for name, real_name in PEOPLE.items():
            self.user(name, acme, real_name=real_name)
        self.user("dee", acme, real_name="Dee Dahl", kind="guest")
        self.user("mallory", umbra, real_name="Mallory Moss", email="mallory@evil.test")
        self.install(acme)
        for channel in ("general", "deploys"):
            self.channel(channel, acme, (*PEOPLE, "dee", self._core.app.name))
        self.channel("random", acme, PEOPLE)
        self.channel("incident", acme, ("ana", "bo", self._core.app.name), kind="group")
        self._partners(acme, umbra)
        return acme

    def _partners(self, ours: Team, theirs: Team) -> None:
        channel = self.channel("partners", ours, ("ana", "bo", self._core.app.name))
        stranger = self._core.world.user_named("mallory", theirs.id)
        assert stranger is not None
        channel.shared = True
        channel.members.add(stranger.id)

    def team(self, domain: str, *, enterprise: str = "") -> Team:
        """A workspace, without the app; of an organisation (`E0...`) if one is named."""
        team = Team(f"T0{domain.upper()}", domain, domain.capitalize(), enterprise)
        self._core.world.teams[team.id] = team
        return team

    def user(self, name: str, team: Team, *, real_name: str = "", email: str = "", kind: UserKind = "member") -> User:
        """Somebody of a workspace; the e-mail address is `<name>@example.test` unless given."""
        id = f"U0{name.upper()}{team.domain.upper()}"
        address = email or ("" if kind == "bot" else f"{name}@example.test")
        user = User(id, team.id, name, real_name or name.capitalize(), address, kind)
        self._core.world.users[user.id] = user
        return user

    def channel(self, name: str, team: Team, members: Iterable[str], *, kind: ChannelKind = "channel") -> Channel:
        """A conversation; members are named by handle."""
        found = [self._core.world.user_named(one, team.id) for one in members]
        ids = {one.id for one in found if one is not None}
        channel = Channel(f"C0{name.upper().replace('-', '')}{team.domain.upper()}", team.id, name, kind, ids)
        self._core.world.channels[channel.id] = channel
        return channel

    def install(self, team: Team, *, org_wide: bool = False) -> Installation:
        """The app in a workspace, with its bot user; the tokens are issued elsewhere."""
        bot = self.user(self._core.app.name, team, real_name=self._core.app.name.capitalize(), kind="bot")
        installation = Installation(
            team.id, bot.id, f"B0{team.domain.upper()}", set(self._core.app.scopes), org_wide=org_wide
        )
        self._core.world.installations[team.id] = installation
        return installation
