"""`python -m sandbox.slack --port N [--deliver-to URL]`: the sandbox Slack as a process of its own.

Prints one line of JSON when it listens, with everything an app is configured with; SIGTERM or SIGINT ends it.
"""

from __future__ import annotations

import argparse
import asyncio

from sandbox.slack.server import SlackSandbox
from sandbox.standing import standing


def main() -> None:
    """Read the command line and serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.slack", description="A local Slack.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--bot-token", default="", help="the bot's token; without it one is made")
    parser.add_argument("--page", default="", help="the origin of a web page that may act for people")
    parser.add_argument("--deliver-to", help="the app's request URL; without it the app uses Socket Mode")
    options = parser.parse_args()
    slack = SlackSandbox(host=options.host, port=options.port, bot_token=options.bot_token, page=options.page)
    asyncio.run(serve(slack, options.deliver_to))


async def serve(slack: SlackSandbox, request_url: str | None) -> None:
    """Serve until SIGTERM or SIGINT. The request URL is not asked to verify itself: the app may start later."""
    async with slack:
        await slack.deliver_to(request_url, verify=False)
        await standing(configuration(slack))


def configuration(slack: SlackSandbox) -> dict[str, str]:
    """What an app needs to know. These secrets are the sandbox's own and open nothing."""
    return {
        "url": slack.url,
        "api_url": slack.api_url,
        "bot_token": slack.bot_token,
        "app_token": slack.app.app_token,
        "signing_secret": slack.app.signing_secret,
        "client_id": slack.app.client_id,
        "client_secret": slack.app.client_secret,
    }


if __name__ == "__main__":
    main()
