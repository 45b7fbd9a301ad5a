"""Routes about the bot itself: who it is, and where its gateway is.

https://docs.discord.com/developers/events/gateway#get-gateway-bot
"""

from __future__ import annotations

from sandbox.discord.appearance import application_object, own_user_object
from sandbox.discord.routes import Answer, Asked, Route


def me(asked: Asked) -> Answer:
    """The bot's user."""
    world = asked.core.world
    return Answer(own_user_object(world.users[world.app.bot]))


def application(asked: Asked) -> Answer:
    """The application."""
    return Answer(application_object(asked.core.world.app, asked.core.world))


def gateway(asked: Asked) -> Answer:
    """Where the gateway is."""
    return Answer({"url": asked.core.gateway_url})


def gateway_bot(asked: Asked) -> Answer:
    """Where it is, how many shards Discord advises, and how many sessions may be started today."""
    core = asked.core
    return Answer({"url": core.gateway_url, "shards": 1, "session_start_limit": core.starts.limit()})


ROUTES = (
    Route("GET", "/users/@me", me),
    Route("GET", "/oauth2/applications/@me", application),
    Route("GET", "/applications/@me", application),
    Route("GET", "/gateway", gateway, open=True),
    Route("GET", "/gateway/bot", gateway_bot),
)
