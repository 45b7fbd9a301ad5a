"""Settings of a house whose far ends are a mail server and a scripted model, before it has any other line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import SecretStr

from config.settings import EmailChannel, MailServer, ModelSettings, Settings, StoreSettings
from sandbox.mail import MailSandbox
from sandbox.model import ModelSandbox
from tests.doors.scene import free_port


def settings_of(directory: Path, mail: MailSandbox, model: ModelSandbox, policy: Mapping[str, Any]) -> Settings:
    """The settings of a house in a directory, but for its lines."""
    port, people, policies = free_port(), directory / "people.yaml", directory / "policies.yaml"
    policies.write_text(yaml.safe_dump(dict(policy)))

    def server(port: int) -> MailServer:
        return MailServer(host=mail.host, port=port, tls=False, username=mail.bot, password=SecretStr(mail.password))

    imap, smtp = server(mail.imap_port), server(mail.smtp_port)
    return Settings(
        state_dir=directory,
        environment_dir=directory / "environment",
        people_file=people,
        policies_file=policies,
        public_url=f"http://127.0.0.1:{port}",
        port=port,
        store=StoreSettings(partitions=1),
        model=ModelSettings(base_url=model.base_url, api_key=SecretStr("sandbox"), name="scripted"),
        email=EmailChannel(address=mail.bot, authserv_ids=(mail.authserv_id,), imap=imap, smtp=smtp),
    )
