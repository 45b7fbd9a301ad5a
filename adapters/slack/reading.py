"""Reading: a workspace's places, from where they were last heard; each message as Slack would have posted it.

Places are `team/channel/ts`, a conversation, and `team/channel`, all that is not below another message. A channel is
known by the conversations in it; one in which nobody ever spoke to us is not read, and nothing before they did.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

import structlog

from adapters.base import Desk
from adapters.errors import OutcomeUnknown, TryLater, Unreadable
from adapters.slack.api import BURIED, Answer, Api, SlackRefused
from adapters.slack.install import Installation
from adapters.slack.wire import CHANNEL, READ_BACK, moment, stamp, written
from adapters.wire import Json, children, words

log = structlog.get_logger(__name__)

T = TypeVar("T")
Note = Callable[[str, str], Awaitable[None]]
Hear = Callable[[Json, Desk, Note], Awaitable[object]]


@dataclass(frozen=True)
class Bounds:
    """What reading may cost: places of a workspace, messages of a place, seconds to wait for Slack or the store."""

    places: int = 200
    messages: int = 1000
    page: int = 200
    wait: float = 600.0
    pause: float = 5.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.time


BOUNDS = Bounds()


@dataclass(frozen=True)
class Spot:
    """A place, and when it was last heard, as Slack writes it; without a `thread` it is the channel's top level."""

    team: str
    channel: str
    thread: str
    since: str

    @property
    def place(self) -> str:
        """Its name."""
        return "/".join(filter(None, (self.team, self.channel, self.thread)))


def spots(known: Mapping[str, int], team: str, before: int | None = None) -> list[Spot]:
    """Where to read on in a workspace, the channels first; from `before` where that is earlier."""
    found: dict[tuple[str, str], int] = {}
    for place, at in known.items():
        of, channel, thread = (*place.split("/"), "", "")[:3]
        if of == team and channel:
            since = at if before is None else min(at, before)
            found[channel, thread] = max(since, found.get((channel, thread), 0))
            found[channel, ""] = max(since, found.get((channel, ""), 0))
    return [Spot(team, channel, thread, written(at)) for (channel, thread), at in sorted(found.items(), key=_order)]


def _order(item: tuple[tuple[str, str], int]) -> tuple[bool, int]:
    """Channels before threads, since what is found in a channel may begin one; those heard last before others."""
    (_, thread), at = item
    return bool(thread), -at


def posted(home: Installation, channel: str, message: Json, team: str) -> Json:
    """The payload in which Slack would have posted a message; `team` is its author's, empty if nobody can tell."""
    us = home.us
    event = {**message, "type": "message", "channel": channel, "event_ts": message.get("ts")}
    event |= {"user_team": team} if team else {}
    grant = {
        "team_id": us.team,
        "enterprise_id": us.enterprise or None,
        "user_id": us.bot_user,
        "is_bot": True,
        "is_enterprise_install": bool(us.enterprise) and us.team == us.enterprise,
    }
    return {
        "type": "event_callback",
        "team_id": us.team,
        "api_app_id": us.app_id,
        "authorizations": [grant],
        # Whose person it is we then do not know, as with somebody from elsewhere.
        "is_ext_shared_channel": not team,
        "event": event | ({"channel_type": "im"} if channel.startswith("D") else {}),
        READ_BACK: True,
    }


@dataclass
class Reading:
    """One workspace being read. `waited` are the seconds that Slack or the store had us wait in all."""

    api: Api
    home: Installation
    desk: Desk
    hear: Hear
    bounds: Bounds
    places: frozenset[str] = frozenset()
    waited: float = 0.0
    teams: dict[str, str] = field(default_factory=dict)

    async def all(self, found: Sequence[Spot]) -> None:
        """Read these places, and what was begun in them. Raises SlackRefused if the token is dead, TryLater.

        A place that is refused is no reason to leave out the next one.
        """
        left, self.places = list(found), frozenset(spot.place for spot in found)
        while left:
            spot = left.pop(0)
            try:
                begun = await self._place(spot)
            except SlackRefused as error:
                if error.error in BURIED:
                    raise
                log.warning("place not read", source=CHANNEL, place=spot.place, why=error.error)
                continue
            left += [one for one in begun if one.place not in self.places]

    async def _place(self, spot: Spot) -> list[Spot]:
        """Hear what was said in a place, the oldest first; the threads that began."""
        messages = await self._messages(spot)
        noted: dict[str, str] = {}

        async def note(conversation: str, ts: str) -> None:
            noted[conversation] = ts

        for message in filter(partial(self._told_here, spot), messages):
            payload = posted(self.home, spot.channel, message, await self._team(message))
            await self._insist(partial(self.hear, payload, self.desk, note))
        if messages:
            noted_at = {place: moment(ts) for place, ts in noted.items()}
            await self.desk.heard(noted_at | {spot.place: moment(stamp(messages[-1], "ts"))})
        answered = {stamp(one, "ts") for one in messages if one.get("reply_count")}
        return [replace(spot, thread=ts, since=ts) for ts in noted.values() if ts in answered and not spot.thread]

    def _told_here(self, spot: Spot, message: Json) -> bool:
        """What a thread shows its channel as well is heard in the thread, among the others there."""
        thread = words(message, "thread_ts")
        below = not spot.thread and thread not in ("", message.get("ts"))
        return not (below and replace(spot, thread=thread).place in self.places)

    async def _messages(self, spot: Spot) -> list[Json]:
        """What was said there since, the oldest first."""
        found: list[Json] = []
        cursor = ""
        while True:
            page = await self._insist(partial(self._page, spot, cursor))
            found += [one for one in children(page, "messages") if _after(one, spot)]
            cursor = words(page, "response_metadata", "next_cursor")
            if not cursor:
                break
            if len(found) >= self.bounds.messages:
                log.warning("more was said than is read", source=CHANNEL, place=spot.place, read=len(found))
                break
        return sorted(found, key=lambda one: moment(stamp(one, "ts")))

    async def _page(self, spot: Spot, cursor: str) -> Answer:
        where = {"channel": spot.channel, "oldest": spot.since, "limit": str(self.bounds.page)}
        where |= {"cursor": cursor} if cursor else {}
        if spot.thread:
            return await self._ask("conversations.replies", ts=spot.thread, **where)
        return await self._ask("conversations.history", **where)

    async def _team(self, message: Json) -> str:
        """Whose person said it: Slack tells with most messages, and can be asked."""
        told, user = next(_claims(message), ""), words(message, "user")
        if told or not user or message.get("bot_id"):
            return told
        if user not in self.teams:
            try:
                answer = await self._insist(partial(self._ask, "users.info", user=user))
                self.teams[user] = words(answer, "user", "team_id")
            except SlackRefused:
                self.teams[user] = ""
        return self.teams[user]

    async def _ask(self, method: str, **arguments: str) -> Answer:
        try:
            return await self.api.call(self.home.bot_token, method, **arguments)
        except OutcomeUnknown as error:  # Nothing has changed by asking.
            raise TryLater(str(error)) from error

    async def _insist(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """What comes of it, tried again while Slack or the store is away, as long as there is time."""
        while True:
            try:
                return await attempt()
            except SlackRefused:
                raise
            except Exception as error:
                pause = (error.retry_after if isinstance(error, TryLater) else None) or self.bounds.pause
                if self.waited + pause > self.bounds.wait:
                    raise
                log.warning("reading waits", source=CHANNEL, error=type(error).__name__, seconds=pause)
            self.waited += pause
            await self.bounds.sleep(pause)


def _claims(message: Json) -> Iterator[str]:
    return (found for name in ("user_team", "source_team", "team") if (found := words(message, name)))


def _after(message: Json, spot: Spot) -> bool:
    """A thread comes with its first message, whatever was asked for."""
    try:
        ts = stamp(message, "ts")
    except Unreadable:
        return False
    return bool(ts) and moment(ts) > moment(spot.since)
