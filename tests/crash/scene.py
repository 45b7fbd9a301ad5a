"""The scene of a crash test: one house, many processes. Sandbox servers and a store that outlive the processes we kill.

Everything a process needs to build its house is in a `Place`, which can be handed to a forked process.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from adapters.email.account import Server
from config.settings import EmailChannel, MailServer, ModelSettings, Settings, StoreSettings
from gateway.store.client import connect
from gateway.store.embedded import command
from sandbox.mail import MailSandbox
from sandbox.model import ModelSandbox

LEASE_SECONDS = 3.0
POLICY = """
rules:
  - {tool: deploy, approvers: [bo], expires_in: %s}
escalate_to: [bo]
"""


@dataclass(frozen=True)
class Place:
    """Where everything is: picklable, and enough to build the house."""

    directory: Path
    store: str
    web_port: int
    smtp: Server
    imap: Server
    bot: str
    authserv_id: str
    model_url: str
    expires_in: str = "PT1H"

    def settings(self) -> Settings:
        """The settings of this place."""
        policies = self.directory / "policies.yaml"
        policies.write_text(POLICY % self.expires_in)
        return Settings(
            state_dir=self.directory,
            environment_dir=self.directory / "environment",
            policies_file=policies,
            secret_key=SecretStr("a secret for tests only"),
            public_url=f"http://127.0.0.1:{self.web_port}",
            port=self.web_port,
            store=StoreSettings(url=SecretStr(self.store), partitions=2, lease_seconds=LEASE_SECONDS),
            model=ModelSettings(base_url=self.model_url, api_key=SecretStr("sandbox"), name="scripted"),
            email=EmailChannel(
                address=self.bot,
                authserv_ids=(self.authserv_id,),
                imap=_mail_server(self.imap),
                smtp=_mail_server(self.smtp),
                poll_seconds=2,
                per_hour=1_000,  # one sandbox serves every killing of an hour
            ),
        )


def _mail_server(server: Server) -> MailServer:
    return MailServer(
        host=server.host,
        port=server.port,
        tls=server.tls,
        username=server.username,
        password=SecretStr(server.password),
    )


def place(directory: Path, store: str, web_port: int, mail: MailSandbox, model: ModelSandbox, expires: str) -> Place:
    """A place in these sandboxes."""

    def server(port: int) -> Server:
        return Server(mail.host, port, mail.bot, mail.password, tls=False)

    return Place(
        directory=directory,
        store=store,
        web_port=web_port,
        smtp=server(mail.smtp_port),
        imap=server(mail.imap_port),
        bot=mail.bot,
        authserv_id=mail.authserv_id,
        model_url=model.base_url,
        expires_in=expires,
    )


class Valkey:
    """A store server in a process of its own, that can be killed and started again on the same data."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._socket = directory / "v.sock"
        self.url = f"unix://{self._socket}"

    async def start(self) -> None:
        """Start, and wait until it answers."""
        self._process = subprocess.Popen(command(self._directory, self._socket), stdout=subprocess.DEVNULL)
        redis = connect(self.url, connections=1)
        for _ in range(200):
            with contextlib.suppress(Exception):
                if await redis.ping():
                    break
            await asyncio.sleep(0.02)
        await redis.aclose()

    def kill(self) -> None:
        """kill -9."""
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """An orderly end."""
        self._process.terminate()
        self._process.wait()


@contextlib.asynccontextmanager
async def valkey(directory: Path) -> AsyncIterator[Valkey]:
    """A running server."""
    server = Valkey(directory)
    await server.start()
    try:
        yield server
    finally:
        server.stop()
