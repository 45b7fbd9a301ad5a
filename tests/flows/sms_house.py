"""The whole house with a local Twilio and a mail server as its far ends: a real store, every role, a scripted model.

Ana, Bo and Cy have a phone and a mailbox each. All clocks are one: the store's, the adapter's, Twilio's, and that of
what the server forgets by itself go on together when a test says that time has passed.
"""

from __future__ import annotations

import contextlib
import copy
import json
import re
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import SecretStr

from agent_core.events import Event
from config.settings import Settings, TextLimits, TwilioLine
from gateway.app import House, house
from gateway.contacts import KnownContacts
from gateway.demo.world import Clock
from gateway.serve import ROLES
from gateway.store.partition import prefixes
from sandbox.mail import Letter, MailSandbox
from sandbox.model import ModelSandbox
from sandbox.twilio import Message, Phone, Sms, TwilioSandbox
from tests.doors.scene import Scene, listening, serving, until
from tests.flows.house_settings import settings_of
from tests.flows.slack_house import SURVEY, script

E = TypeVar("E", bound=Event)
T = TypeVar("T")
NUMBERS = {"ana": "+447700900001", "bo": "+447700900002", "cy": "+447700900003"}
CARD = "May this run?"
# The end of a form, however much was said until it was complete.
FILLED_IN = {"last_event": "<input_response [^>]*>(?P<said>.*: .*)</input_response>"}
HEARD = {"name": "filled in", "when": FILLED_IN, "then": {"say": "Noted: {said}"}}
# Nobody waits here for the pause between two texts; what is about it sets its own.
LIMITS = TextLimits(seconds=0, per_hour=1_000)


@dataclass(frozen=True)
class SmsHouse:
    """Everything, up and serving. `read` is what each person has seen of their texts and letters so far."""

    twilio: TwilioSandbox
    mail: MailSandbox
    model: ModelSandbox
    clock: Clock
    settings: Settings
    house: House
    read: dict[str, set[str]] = field(default_factory=dict)

    # --- people

    def phone(self, name: str) -> Phone:
        """Somebody's phone."""
        return self.twilio.phone(NUMBERS[name])

    def text(self, name: str, body: str) -> Message:
        """Somebody writes an SMS."""
        return self.phone(name).text(body)

    async def sms(self, name: str, *containing: str) -> Sms:
        """The next unread text of ours to somebody that says all this, on SMS or WhatsApp."""
        return await self._next(name, lambda: {one.sid: (one, one.body) for one in self.unread(name)}, containing)

    def unread(self, name: str) -> list[Sms]:
        """What we sent to somebody's phone that no test has looked at; what the carrier answers is not ours."""
        return [one for one in self.phone(name).inbox if one.sid and one.sid not in self._seen(name)]

    async def letter(self, name: str, *containing: str) -> Letter:
        """The next unread letter to somebody that says all this."""
        return await self._next(name, lambda: {it.message_id: (it, it.text) for it in self.letters(name)}, containing)

    def letters(self, name: str) -> list[Letter]:
        """The mails to somebody that no test has looked at."""
        return [one for one in self.mail.letters(mailbox(name)) if one.message_id not in self._seen(name)]

    @property
    def scene(self) -> Scene:
        """The doors of the house: people who call it by REST."""
        return Scene(self.house, self.model, self.clock, self.settings.public_url)

    # --- what is asked

    async def ask(self, version: str = "1.4.2", *, by: str = "ana", to: str = "production") -> str:
        """Somebody asks for a deployment at a terminal; the id of the thread, which is a new one."""
        return await self.say(f"Please deploy {version} to {to}.", by=by)

    async def say(self, words: str, *, by: str = "ana") -> str:
        """Somebody begins a thread at a terminal; its id."""
        return (await self.house.threads.launch(by, words, uuid.uuid4().hex)).thread_id

    async def card(self, name: str, *containing: str) -> Sms:
        """The next request that somebody is asked to decide by text."""
        return await self.sms(name, CARD, *containing)

    # --- what is so

    def own_thread(self, name: str, channel: str = "sms") -> str:
        """The id of the thread that somebody's number has for itself."""
        ours = self.twilio.number if channel == "sms" else self.twilio.whatsapp_number
        return self.house.keyring.thread_id(channel, f"{ours}/{NUMBERS[name]}")

    async def events(self, thread: str, kind: type[E]) -> list[E]:
        """The log of a thread: the events of one type."""
        if not await self.house.opened.threads.exists(thread):
            return []
        found = await self.house.threads.events(thread, after=0)
        return [event for event in found if isinstance(event, kind)]

    async def logged(self, thread: str, kind: type[E], number: int = 1) -> list[E]:
        """The same, once there are so many."""

        async def look() -> list[E] | None:
            found = await self.events(thread, kind)
            return found if len(found) >= number else None

        return await until(look)

    def history(self) -> list[str]:
        """Every deployment that was ever started, oldest first: `1.4.2 production`."""
        log = self.settings.environment_dir / "history.log"
        runs = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [f"{run['version']} {run['environment']}" for run in runs]

    # --- time

    async def move_on(self, **by: float) -> None:
        """Let time pass for everybody, `hours=25` or `seconds=30`: also for what the server forgets by itself."""
        passed = timedelta(**by)
        redis = self.house.opened.guard.redis
        async for key in redis.scan_iter(count=1_000):
            if (left := await redis.pttl(key)) > 0:
                await redis.pexpire(key, max(left - int(passed.total_seconds() * 1000), 0))
        self.clock.move_on(hours=passed / timedelta(hours=1))
        self.twilio.clock.forward(passed.total_seconds())

    async def settled(self) -> None:
        """Until nobody has anything left to do: no thread, no lane, no webhook. What is late is waited for."""

        async def look() -> bool:
            webhooks = len(self.twilio.deliveries)
            await self.twilio.settled()
            idle = not await self._at_work()
            return idle and len(self.twilio.deliveries) == webhooks

        await until(look)

    async def _at_work(self) -> int:
        """How many threads and lanes are ready or leased."""
        redis, (prefix,) = self.house.opened.guard.redis, prefixes(1)
        lanes = [key async for key in redis.scan_iter(match=f"{prefix}:ob*", count=1_000)]
        async with redis.pipeline(transaction=True) as pipe:
            for key in (f"{prefix}:rq", f"{prefix}:ls", *lanes):
                pipe.zcard(key)
            return sum(await pipe.execute())

    def _seen(self, name: str) -> set[str]:
        return self.read.setdefault(name, set())

    async def _next(self, name: str, unread: Callable[[], dict[str, tuple[T, str]]], containing: Sequence[str]) -> T:
        async def look() -> tuple[str, T] | None:
            found = unread().items()
            return next(((id, one) for id, (one, said) in found if all(part in said for part in containing)), None)

        try:
            id, found = await until(look)
        except TimeoutError:
            raise AssertionError(f"{name} got no {containing}, but {[said for _, said in unread().values()]}") from None
        self._seen(name).add(id)
        return found


@contextlib.asynccontextmanager
async def sms_house(
    directory: Path,
    *,
    policy: Mapping[str, Any] | None = None,
    whatsapp: bool = False,
    roles: Iterable[str] = ROLES,
    line: Mapping[str, Any] | None = None,
    consent: Iterable[str] = tuple(NUMBERS),
    people: Mapping[str, Sequence[str]] | None = None,
) -> AsyncIterator[SmsHouse]:
    """A town with phones; `consent` are those who agreed to be written to.

    `policy` as `policy_of` makes it, `roles` work from the beginning, `line` is what else is set for the numbers,
    `people` the identities of those who have others than usual.
    """
    async with MailSandbox() as mail, TwilioSandbox() as twilio, ModelSandbox(script([HEARD, *SURVEY])) as model:
        clock, settings = Clock(), settings_of(directory, mail, model, policy or policy_of())
        settings = with_lines(settings, twilio, whatsapp, line or {}, people or {})
        for name, number in NUMBERS.items():
            twilio.phone(number, name.capitalize())
        for channel in channels(whatsapp):
            twilio.deliver_to(channel, f"{settings.public_url}/{channel}/events")
        async with house(settings, clock=clock) as ready, serving(ready, roles):
            if "web" in roles:
                await listening(settings.port)
            await agreed(ready, consent, clock)
            yield SmsHouse(twilio, mail, model, clock, settings, ready)
        assert twilio.strays == []


async def agreed(ready: House, names: Iterable[str], clock: Clock) -> None:
    """An operator notes that these people want to hear from us, on all their channels."""
    contacts = KnownContacts(ready.opened.contacts, ready.people)
    for name in names:
        for channel in channels(ready.settings.whatsapp is not None):
            moment = datetime.fromtimestamp(clock() / 1000, UTC)
            await contacts.consented(f"{channel}:{NUMBERS[name]}", "signed at the desk", moment)


def policy_of(
    *approvers: str,
    via: Sequence[str] = ("sms",),
    text_up_to: str = "high",
    escalate_to: Sequence[str] = ("bo",),
    **rule: Any,
) -> dict[str, Any]:
    """These may approve deployments and rollbacks (Bo, if nobody is named), by default on their phones."""
    shared = {"approvers": list(approvers or ("bo",)), "via": list(via), **rule}
    # Each has its own: what a YAML file says is not repeated by an alias.
    rules = [{"tool": tool, **copy.deepcopy(shared)} for tool in ("deploy", "rollback")]
    return {"rules": rules, "text_up_to": text_up_to, "escalate_to": list(escalate_to)}


def with_lines(
    settings: Settings,
    twilio: TwilioSandbox,
    whatsapp: bool,
    more: Mapping[str, Any],
    people: Mapping[str, Sequence[str]],
) -> Settings:
    """The settings with a line for SMS, and one for WhatsApp if wanted; the people with their phones."""
    reached = {name: list(people.get(name) or usual(name, whatsapp)) for name in NUMBERS}
    everyone = [{"id": name, "name": name.capitalize(), "identities": found} for name, found in reached.items()]
    settings.people_file.write_text(yaml.safe_dump({"people": everyone}))

    def line(sender: str) -> TwilioLine:
        given: dict[str, Any] = {"region": "GB", "countries": ("GB",), "limits": LIMITS, **more}
        tokens = (SecretStr(twilio.auth_token),)
        return TwilioLine(
            account_sid=twilio.account_sid, auth_tokens=tokens, sender=sender, base_url=twilio.url, **given
        )

    lines = {"sms": line(twilio.number), "whatsapp": line(twilio.whatsapp_number) if whatsapp else None}
    return settings.model_copy(update=lines)


def usual(name: str, whatsapp: bool = False) -> tuple[str, ...]:
    """Somebody's identities: their phone before their mailbox."""
    phones = [f"{channel}:{NUMBERS[name]}" for channel in channels(whatsapp)]
    return (*phones, f"email:{mailbox(name)}", f"console:{name}")


def channels(whatsapp: bool) -> tuple[Any, ...]:
    """Those with a line at Twilio."""
    return ("sms", "whatsapp") if whatsapp else ("sms",)


def mailbox(name: str) -> str:
    """Somebody's address."""
    return f"{name}@example.test"


def code(told: Sms | Letter) -> str:
    """The code of the request in a text or a letter."""
    said = told.body if isinstance(told, Sms) else told.text
    found = re.search(r"\b(?:A|APPROVE|UNDO) (\d{6})\b", said)
    assert found, f"there is no code in: {said}"
    return found[1]
