"""`python -m sandbox.discord --port N [--deliver-to URL]`: the sandbox Discord as a process of its own.

Prints one line of JSON when it listens, with everything an app is configured with; SIGTERM or SIGINT ends it.
"""

from __future__ import annotations

import argparse
import asyncio

from sandbox.discord.server import DiscordSandbox
from sandbox.standing import standing


def main() -> None:
    """Read the command line and serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.discord", description="A local Discord.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--token", default="", help="the bot's token; without it one is made")
    parser.add_argument("--page", default="", help="the origin of a web page that may act for people")
    parser.add_argument("--people", default="", help="handles of those who are in the server at first, with commas")
    parser.add_argument("--read-all", action="store_true", help="the app was given the message content intent")
    parser.add_argument("--deliver-to", help="where interactions are posted to; without it the gateway has them")
    options = parser.parse_args()
    discord = DiscordSandbox(host=options.host, port=options.port, token=options.token, page=options.page)
    discord.app.may_read_all = options.read_all
    for name in filter(None, options.people.split(",")):
        discord.person(name)
    asyncio.run(serve(discord, options.deliver_to))


async def serve(discord: DiscordSandbox, url: str | None) -> None:
    """Serve until SIGTERM or SIGINT. The URL is not asked to verify itself: the app may start later."""
    async with discord:
        await discord.deliver_to(url, verify=False)
        await standing(configuration(discord))


def configuration(discord: DiscordSandbox) -> dict[str, str]:
    """What an app needs to know. These secrets are the sandbox's own and open nothing."""
    return {
        "url": discord.url,
        "api_url": discord.api_url,
        "cdn_url": discord.cdn_url,
        "token": discord.token,
        "application": discord.app.id,
        "public_key": discord.app.public_key,
        "guild": discord.guild.id,
    }


if __name__ == "__main__":
    main()
