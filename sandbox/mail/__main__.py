"""`python -m sandbox.mail --port N`: the mail sandbox as a process of its own, with `/_control` by HTTP.

Prints one line of JSON when it listens: `{"url", "smtp_port", "imap_port", "bot", "password"}`. SIGTERM or SIGINT
ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from fastapi import FastAPI

from sandbox.mail.control import control_routes
from sandbox.mail.server import MailSandbox
from sandbox.standing import standing


def main() -> None:
    """Read the command line and serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.mail", description="Mailboxes on loopback.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="of /_control; 0 takes a free one")
    parser.add_argument("--smtp-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--imap-port", type=int, default=0, help="0 takes a free one")
    options = parser.parse_args()
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's; it warns of passwords without TLS.
    mail = MailSandbox(options.host, smtp_port=options.smtp_port, imap_port=options.imap_port)
    asyncio.run(serve(mail, options.port))


async def serve(mail: MailSandbox, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    async with mail, _control(mail, port) as url:
        where: dict[str, str | int] = {"url": url, "smtp_port": mail.smtp_port, "imap_port": mail.imap_port}
        await standing(where | {"bot": mail.bot, "password": mail.password})


@contextlib.asynccontextmanager
async def _control(mail: MailSandbox, port: int) -> AsyncIterator[str]:
    """`/_control`, listening; its URL."""
    app = FastAPI(title="Mail sandbox", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(control_routes(mail))
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = _Server(config)
    with socket.create_server((mail.host, port)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]), name="sandbox mail control")
        try:
            yield f"http://{mail.host}:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    """A server that leaves the process's signals to whoever owns the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


if __name__ == "__main__":
    main()
