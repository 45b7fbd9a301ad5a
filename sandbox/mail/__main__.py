"""`python -m sandbox.mail --port N`: the mail sandbox as a process of its own, with `/_control` by HTTP.

Prints one line of JSON when it listens: `{"url", "smtp_port", "imap_port", "bot", "password"}`, with TLS also
`{"smtps_port", "trust"}`. SIGTERM or SIGINT ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import logging

from sandbox.mail.control import control_routes
from sandbox.mail.oauth import token_routes
from sandbox.mail.server import MailSandbox
from sandbox.mail.web import listening
from sandbox.standing import standing


def main() -> None:
    """Read the command line and serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.mail", description="Mailboxes on loopback.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="of /_control; 0 takes a free one")
    parser.add_argument("--smtp-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--imap-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--tls", action="store_true", help="IMAP within TLS, SMTP with STARTTLS")
    parser.add_argument("--oauth", action="store_true", help="access tokens log in too")
    options = parser.parse_args()
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's; it warns of passwords without TLS.
    mail = MailSandbox(
        options.host,
        smtp_port=options.smtp_port,
        imap_port=options.imap_port,
        tls=options.tls,
        oauth=options.oauth,
    )
    asyncio.run(serve(mail, options.port))


async def serve(mail: MailSandbox, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    async with mail, listening(mail.host, port, control_routes(mail), token_routes(mail.tokens)) as url:
        where: dict[str, str | int] = {"url": url, "smtp_port": mail.smtp_port, "imap_port": mail.imap_port}
        within_tls: dict[str, str | int] = {"smtps_port": mail.smtps_port, "trust": mail.trust} if mail.trust else {}
        await standing(where | {"bot": mail.bot, "password": mail.password} | within_tls)


if __name__ == "__main__":
    main()
