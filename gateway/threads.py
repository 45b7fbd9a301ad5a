"""Threads as the doors see them: launch, list, look, speak, pause, resume, stop, respond. One place for all doors."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.heard import Address, Received
from agent_core import forms
from agent_core.events import ApprovalResponse, Control, Event, InputRequest, InputResponse, Request, UserMessage
from agent_core.thread import Status, Thread
from agent_core.values import Author, Decision, Frozen
from gateway.entry import Conversation, decode, load
from gateway.errors import NoSuchThread
from gateway.inbound import Accepted, Inbound
from gateway.ports import ThreadStore, Verb

CHANNEL = "console"
PAGE = 1000


class ThreadShown(Frozen):
    """A thread at a glance. `open` are the requests somebody must answer, exactly as they were put."""

    id: str
    status: Status
    seq: int
    requester: Author | None
    open: tuple[Request, ...]


class ThreadListed(Frozen):
    """A thread in a list. `changed` is when something was last logged."""

    id: str
    changed: datetime
    seq: int
    held: bool


@dataclass(frozen=True)
class Threads:
    """The verbs, for somebody who is signed in. `key` makes a repeated call the same call."""

    store: ThreadStore
    inbound: Inbound
    tenant: str

    async def launch(self, person: str, text: str, key: str) -> Accepted:
        """Begin a thread with a message. Raises StoreError."""
        message = self._message(person, text, key)
        address = Address(channel=CHANNEL, ref=person)
        return await self.inbound.accept(Received(message=message, address=address, conversation=f"{person}/{key}"))

    async def say(self, person: str, thread_id: str, text: str, key: str) -> Accepted:
        """Say something in a thread. Raises NoSuchThread, StoreError."""
        await self._must_exist(thread_id)
        address = Address(channel=CHANNEL, ref=person)
        return await self.inbound.respond(thread_id, self._message(person, text, key), address)

    async def decide(
        self,
        person: str,
        thread_id: str,
        request_id: str,
        decision: Decision,
        *,
        reason: str,
        digest: str,
        key: str,
        arguments: str = "",
        to: str = "",
    ) -> Accepted:
        """Answer an approval request; the thread judges. `digest` is the one shown. Raises NoSuchThread, StoreError.

        `arguments` are the call's as changed, in JSON; `to` is the person the decision is handed to.
        """
        await self._must_exist(thread_id)
        said = ApprovalResponse(
            id=f"{CHANNEL}:{person}:{key}",
            request_id=request_id,
            author=self._author(person),
            decision=decision,
            reason=reason,
            digest=digest,
            arguments=arguments,
            to=to,
        )
        return await self.inbound.respond(thread_id, said)

    async def answer(self, person: str, thread_id: str, request_id: str, text: str, key: str) -> Accepted:
        """Answer an input request; its fields by a line `name: value` for each. Raises NoSuchThread, StoreError."""
        request = (await self.thread(thread_id)).open_request(request_id)
        values = forms.read(request.fields, text) if isinstance(request, InputRequest) else ()
        said = InputResponse(
            id=f"{CHANNEL}:{person}:{key}",
            request_id=request_id,
            author=self._author(person),
            text=text,
            values=values,
        )
        return await self.inbound.respond(thread_id, said)

    async def control(self, person: str, thread_id: str, verb: Verb, key: str) -> Accepted:
        """Pause, resume or stop. Raises NoSuchThread, StoreError."""
        await self._must_exist(thread_id)
        control = Control(id=f"{CHANNEL}:{person}:{key}", verb=verb, author=self._author(person))
        return await self.inbound.control(thread_id, control)

    async def latest(self, *, most: int, before: int | None) -> list[ThreadListed]:
        """Threads, latest changed first."""
        return [
            ThreadListed(id=v.id, changed=datetime.fromtimestamp(v.changed / 1000, UTC), seq=v.seq, held=v.held)
            for v in await self.store.threads(most=most, before=before)
        ]

    async def awaited(self) -> list[Thread]:
        """The threads in which something may wait for somebody."""
        found = []
        for thread_id in await self.store.timed():
            with contextlib.suppress(NoSuchThread):  # Its log is lost, and its timer is not.
                found.append(await self.thread(thread_id))
        return found

    async def get(self, thread_id: str) -> ThreadShown:
        """A thread at a glance. Raises NoSuchThread."""
        thread = await self.thread(thread_id)
        return ThreadShown(
            id=thread.id, status=thread.status, seq=thread.seq, requester=thread.requester, open=thread.open
        )

    async def thread(self, thread_id: str) -> Thread:
        """The folded thread. Raises NoSuchThread."""
        await self._must_exist(thread_id)
        snapshot = await self.store.snapshot(thread_id)
        found: Conversation = load(thread_id, self.tenant, snapshot.body if snapshot else None, ())
        while records := await self.store.read(thread_id, after=found.thread.seq, most=PAGE):
            found = found.heard(decode(record) for record in records)
        return found.thread

    async def events(self, thread_id: str, *, after: int, most: int = PAGE) -> list[Event]:
        """Events after a seq, oldest first. Raises NoSuchThread."""
        await self._must_exist(thread_id)
        return [decode(record).event for record in await self.store.read(thread_id, after=after, most=most)]

    async def _must_exist(self, thread_id: str) -> None:
        if not await self.store.exists(thread_id):
            raise NoSuchThread("there is no such thread")

    def _message(self, person: str, text: str, key: str) -> UserMessage:
        return UserMessage(id=f"{CHANNEL}:{person}:{key}", author=self._author(person), text=text)

    def _author(self, person: str) -> Author:
        return self.inbound.proven_author(f"{CHANNEL}:{person}", "api token")
