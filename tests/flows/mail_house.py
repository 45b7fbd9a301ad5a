"""The whole house with a mail server as its only far end: a real store, every role, a scripted model.

Ana asks, Bo approves; Bo has a second mailbox, where Cy's is otherwise. Time goes on when a test says so.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import SecretStr

from agent_core.events import ApprovalResponse, Event
from config.settings import EmailChannel, MailServer, ModelSettings, Settings, StoreSettings
from gateway.app import House, house
from gateway.demo.world import Clock
from gateway.entry import decode
from gateway.serve import ROLES
from sandbox.mail import Letter, MailSandbox
from sandbox.model import ModelSandbox
from tests.doors.scene import free_port, listening, serving, until
from tests.flows.slack_house import script

T = TypeVar("T", bound=Event)
ANA, BO, CY, MALLORY = "ana@example.test", "bo@example.test", "cy@example.test", "mallory@evil.test"
CARD = "May this run?"
SECRET = "a secret of the post"
PEOPLE = {"ana": [f"email:{ANA}"], "bo": [f"email:{BO}", f"email:{CY}"]}


@dataclass(frozen=True)
class MailHouse:
    """Everything, up and serving. `read` is how many letters each has looked at."""

    mail: MailSandbox
    clock: Clock
    settings: Settings
    house: House
    read: dict[str, int] = field(default_factory=dict)

    async def asks(self, text: str = "Please deploy 1.4.2 to production.", **more: Any) -> Letter:
        """Ana asks for a deployment; the card Bo gets."""
        await self.mail.send_as(ANA, self.mail.bot, "Deployment", text, **more)
        return await self.letter(BO, CARD)

    async def letter(self, address: str, *containing: str) -> Letter:
        """The next unread letter to somebody that says all this."""

        async def there() -> Letter | None:
            letters = self.mail.letters(address)
            for place in range(self.read.get(address, 0), len(letters)):
                if all(words in letters[place].text for words in containing):
                    self.read[address] = place + 1
                    return letters[place]
            return None

        return await until(there)

    async def running(self, version: str) -> None:
        """Production runs this version, in the end."""
        place = self.settings.environment_dir / "production.json"

        async def runs() -> bool:
            return f'"{version}"' in place.read_text()

        await until(runs)

    @property
    def production(self) -> str:
        """What runs there now."""
        found = re.search(r'"version": ?"([^"]+)"', (self.settings.environment_dir / "production.json").read_text())
        assert found
        return found[1]

    async def events(self, kind: type[T]) -> list[T]:
        """Everything of a kind, in all logs."""
        store, found = self.house.opened.threads, []
        for one in await self.house.threads.latest(most=50, before=None):
            found += [decode(record).event for record in await store.read(one.id, after=0)]
        return [event for event in found if isinstance(event, kind)]

    async def decided(self) -> list[ApprovalResponse]:
        """Every decision anybody made."""
        return await self.events(ApprovalResponse)

    async def heard_out(self) -> None:
        """Until everything that came was understood."""
        source = self.house.channels.read[0].sources[0].name

        async def empty() -> bool:
            position = await self.house.opened.mailroom.position(source)
            newest = max((letter.uid for letter in self.mail.letters(self.mail.bot)), default=0)
            done = position is not None and position.uid >= newest
            return done and not await self.house.opened.mailroom.waiting(source)

        await until(empty)


@contextlib.asynccontextmanager
async def mail_house(
    directory: Path, *, policy: Mapping[str, Any] | None = None, rules: Sequence[Any] = (), **email: Any
) -> AsyncIterator[MailHouse]:
    """A house with a mailbox: `policy` is what else it says, `rules` what else the model does, `email` its settings."""
    async with MailSandbox() as mail, ModelSandbox(script(list(rules))) as model:
        clock, settings = Clock(), _settings(directory, mail, model, policy or {}, email)
        async with house(settings, clock=clock) as ready, serving(ready, ROLES):
            await listening(settings.port)
            yield MailHouse(mail, clock, settings, ready)


def _settings(
    directory: Path, mail: MailSandbox, model: ModelSandbox, policy: Mapping[str, Any], email: Mapping[str, Any]
) -> Settings:
    port, people, policies = free_port(), directory / "people.yaml", directory / "policies.yaml"
    everyone = [{"id": name, "name": name.capitalize(), "identities": found} for name, found in PEOPLE.items()]
    people.write_text(yaml.safe_dump({"people": everyone}))
    rules = [{"tool": tool, "approvers": ["bo"]} for tool in ("deploy", "rollback")]
    policies.write_text(yaml.safe_dump({"rules": rules, "escalate_to": ["bo"], **policy}))

    def server(port: int) -> MailServer:
        return MailServer(host=mail.host, port=port, tls=False, username=mail.bot, password=SecretStr(mail.password))

    given = {"imap": server(mail.imap_port), "smtp": server(mail.smtp_port), "poll_seconds": 2, **email}
    return Settings(
        state_dir=directory,
        environment_dir=directory / "environment",
        people_file=people,
        policies_file=policies,
        public_url=f"http://127.0.0.1:{port}",
        port=port,
        store=StoreSettings(partitions=1),
        model=ModelSettings(base_url=model.base_url, api_key=SecretStr("sandbox"), name="scripted"),
        email=EmailChannel(address=mail.bot, authserv_ids=(mail.authserv_id,), **given),
    )


def code(letter: Letter) -> str:
    """The code of the request in a letter."""
    found = re.search(r"\bAPPROVE (\d{6})\b", letter.text)
    assert found, f"there is no code in: {letter.text}"
    return found[1]
