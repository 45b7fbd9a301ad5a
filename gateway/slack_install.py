"""Slack in many workspaces: the installations we keep, sealed, and the two steps in which a workspace gives us one."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer
from pydantic import SecretStr

from adapters.errors import TryLater
from adapters.slack.install import Installation
from adapters.slack.manifest import scopes_asked
from adapters.slack.oauth import OAuth
from adapters.slack.rotation import Registry
from gateway.errors import BadToken, SealBroken
from gateway.keyring import Keyring
from gateway.sealed import Sealer
from gateway.storage import InstallationStore

STATE_SECONDS = 600
REDIRECT_PATH = "/slack/oauth_redirect"


@dataclass(frozen=True)
class SlackInstallations:
    """The registry of installations over a store that cannot read them."""

    store: InstallationStore
    sealer: Sealer

    async def find(self, team: str, enterprise: str) -> Installation | None:
        """The workspace's own installation while it lives, or else its organisation's. Raises TryLater."""
        found = [home for id in (team, enterprise) if id and (home := (await self._read(id))[0])]
        return next((home for home in found if not home.dead), found[0] if found else None)

    async def save(self, home: Installation) -> None:
        """Installed, or installed anew: it takes the place of what was there."""
        await self.store.put(_name(home.us.team), self._sealed(home))

    async def replace(self, old: Installation, new: Installation) -> bool:
        """Put `new` in place of exactly `old`. False: it is not there any more, and nothing was written."""
        found, body = await self._read(old.us.team)
        return found == old and await self.store.swap(_name(old.us.team), body, self._sealed(new))

    async def turn(self, name: str, seconds: float) -> bool:
        """Whether it is ours to do the thing of this name, among all workers."""
        return await self.store.turn(f"slack:{name}", int(seconds))

    async def bury(self, team: str, enterprise: str, why: str, token: SecretStr | None = None) -> None:
        """It is dead, and its tokens are forgotten; see Installations."""
        home = await self.find(team, enterprise)
        while home and not home.dead and token in (None, home.bot_token) and not home.outlives(why):
            if await self.replace(home, home.ended(why)):
                return
            home = await self.find(team, enterprise)

    async def _read(self, team: str) -> tuple[Installation | None, bytes]:
        body = await self.store.get(_name(team))
        if body is None:
            return None, b""
        try:
            return Installation.model_validate_json(self.sealer.open(body, _name(team))), body
        except SealBroken as error:
            raise TryLater(str(error)) from error

    def _sealed(self, home: Installation) -> bytes:
        shown = home.model_dump(mode="json") | {
            "bot_token": home.bot_token.get_secret_value(),
            "refresh_token": home.refresh_token.get_secret_value(),
        }
        return self.sealer.seal(json.dumps(shown).encode(), _name(home.us.team))


def _name(team: str) -> str:
    return f"slack:{team}"


@dataclass(frozen=True)
class Begun:
    """Where to send the browser of whoever wants to install the app, and what it must bring back as a cookie."""

    url: str
    cookie: str


@dataclass(frozen=True)
class SlackInstalling:
    """The way in. What Slack sends a browser back with counts once, for ten minutes, and in that browser only."""

    oauth: OAuth
    registry: Registry
    keyring: Keyring
    public_url: str

    def begin(self) -> Begun:
        """The page of consent, for a browser that keeps the cookie."""
        cookie = secrets.token_urlsafe(32)
        state = self._states.dumps([secrets.token_urlsafe(16), _digest(cookie)])
        return Begun(self.oauth.consent_url(state, self._redirect_url, scopes_asked()), cookie)

    async def finish(self, code: str, state: str, cookie: str) -> Installation:
        """The installation, kept.

        Raises BadToken when this is not what `begin` began, SlackRefused, TryLater, OutcomeUnknown.
        """
        try:
            nonce, digest = self._states.loads(state, max_age=STATE_SECONDS)
        except (BadSignature, ValueError, TypeError) as error:
            raise BadToken("this way in is not valid any more") from error
        if not secrets.compare_digest(str(digest), _digest(cookie)):
            raise BadToken("this is not the browser that asked to install the app")
        # Not the state itself: it can be written in many ways that all read the same.
        if not await self.registry.turn(f"install:{nonce}", STATE_SECONDS + 1):
            raise BadToken("this way in was used already")
        home = await self.oauth.redeem(code, self._redirect_url)
        await self.registry.save(home)
        return home

    @property
    def _redirect_url(self) -> str:
        return self.public_url.rstrip("/") + REDIRECT_PATH

    @property
    def _states(self) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self.keyring.secret, salt=f"holdpoint/{self.keyring.tenant}/slack-install")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
