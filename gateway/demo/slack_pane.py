"""The Slack pane's routes: what people do and see in the local Slack, and how Slack reaches us. Same origin only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from gateway.demo.passing import passed_on
from gateway.demo.world import World
from sandbox.slack import Hands, UrlNotVerified

# Who can be played on the page: the two whom the house knows.
SEATS = ("ana", "bo")
SHOWN = frozenset({"people", "channels", "messages", "screen", "session"})
DONE = frozenset({"say", "click", "click-view", "submit", "close", "slash", "open", "stop"})


class Transport(BaseModel):
    """How Slack reaches us: it posts to our URL, or we hold a connection open to it."""

    mode: Literal["http", "socket"]


def slack_routes(world: World) -> APIRouter:
    """`/slack/transport`, `/slack/newest`, and of the local Slack's `/_control` what a person may do and see."""
    slack = world.slack
    router = APIRouter(prefix="/slack")

    @router.get("/transport")
    async def transport() -> Transport:
        return Transport(mode="socket" if slack.core.courier.webhook is None else "http")

    @router.post("/transport", status_code=204)
    async def switch(wanted: Transport) -> None:
        try:
            await slack.deliver_to(f"{world.url}/slack/events" if wanted.mode == "http" else None)
        except UrlNotVerified as error:
            raise HTTPException(502, str(error)) from error

    @router.get("/newest")
    async def newest() -> dict[str, Mapping[str, str]]:
        return {name: _newest(slack.person(name)) for name in SEATS}

    router.include_router(passed_on(slack.url, "Slack", shown=SHOWN, done=DONE))
    return router


def _newest(person: Hands) -> Mapping[str, str]:
    """By conversation, the DM with the app among them, the ts of the newest message that somebody else wrote."""
    person.channel(None)  # opens the DM, so that it is there before the first message
    return {
        channel.id: max((one.ts for one in person.messages(channel) if one.user != person.id), default="")
        for channel in person.core.world.channels.values()
        if person.id in channel.members
    }
