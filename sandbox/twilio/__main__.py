"""`python -m sandbox.twilio --port N [--deliver-to URL]`: the sandbox Twilio as a process of its own.

Prints one line of JSON when it listens, with everything an app is configured with; SIGTERM or SIGINT ends it.
"""

from __future__ import annotations

import argparse
import asyncio

from sandbox.standing import standing
from sandbox.twilio.server import TwilioSandbox


def main() -> None:
    """Read the command line and serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.twilio", description="A local Twilio.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--auth-token", default="", help="the account's auth token; without it one is made")
    parser.add_argument("--page", default="", help="the origin of a web page that may act for people")
    parser.add_argument("--deliver-to", default="", help="the app's public URL, without the channel: https://host")
    parser.add_argument("--post-to", default="", help="what stands behind that URL; without it the URL itself")
    options = parser.parse_args()
    twilio = TwilioSandbox(host=options.host, port=options.port, auth_token=options.auth_token, page=options.page)
    asyncio.run(serve(twilio, options.deliver_to.rstrip("/"), options.post_to.rstrip("/")))


async def serve(twilio: TwilioSandbox, public: str, private: str) -> None:
    """Serve until SIGTERM or SIGINT. Webhooks go to `<public>/sms/events` and `<public>/whatsapp/events`."""
    async with twilio:
        if public:
            twilio.deliver_to("sms", f"{public}/sms/events", f"{private or public}/sms/events")
            twilio.deliver_to("whatsapp", f"{public}/whatsapp/events", f"{private or public}/whatsapp/events")
        await standing(configuration(twilio))


def configuration(twilio: TwilioSandbox) -> dict[str, str]:
    """What an app needs to know. These secrets are the sandbox's own and open nothing."""
    return {
        "url": twilio.url,
        "account_sid": twilio.account_sid,
        "auth_token": twilio.auth_token,
        "number": twilio.number,
        "pool_number": twilio.pool_number,
        "service": twilio.service,
        "whatsapp_number": twilio.whatsapp_number,
    }


if __name__ == "__main__":
    main()
