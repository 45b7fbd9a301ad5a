"""The console: people with a token who read their threads and decide by REST, as a terminal does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from adapters.console.render import lines
from agent_core.events import (
    EVENT,
    ApprovalRequest,
    Event,
    InputRequest,
    Notice,
    Outbound,
    RequestClosed,
    RequestRaised,
)
from gateway.access import Access
from gateway.told import about
from tests.stories.hands import Filled, Hands, Impossible, Means, Shown
from tests.stories.language import Channel

DECIDED: frozenset[Means] = frozenset({"approve", "deny", "undo", "ask", "answer", "delegate", "change"})
OURS = (ApprovalRequest, InputRequest)


@dataclass(frozen=True)
class _At:
    """Where a request is that somebody has on their terminal."""

    thread: str
    event: Outbound


@dataclass(frozen=True)
class _Call:
    """A call that was made, with the key that makes its repetition the same call."""

    name: str
    path: str
    body: dict[str, Any]
    key: str


@dataclass
class ConsoleHands:
    """Whoever signed in has a token of their own; what they can read is fetched after everything that happens."""

    url: str
    access: Access
    channel: Channel = "console"
    _tokens: dict[str, str] = field(default_factory=dict)
    _logs: dict[str, list[Event]] = field(default_factory=dict)
    _roots: dict[str, str] = field(default_factory=dict)
    _sent: list[_Call] = field(default_factory=list)
    _calls: int = 0

    def identity(self, name: str) -> str:
        """The person a token is for."""
        return f"console:{name}"

    def begin(self) -> None:
        """Nobody has a token."""
        self._tokens, self._logs, self._roots, self._sent = {}, {}, {}, []

    async def sign_in(self, name: str) -> None:
        """From now on they sit at a terminal."""
        self._tokens[name] = await self.access.create(name, ("read", "write", "approve"), days=1)

    async def start(self, name: str, text: str) -> None:
        """Begin a thread."""
        self._roots[name] = (await self._post(name, "/threads", {"text": text}))["thread_id"]

    async def go_on(self, name: str, text: str, root: str) -> None:
        """Say something in it."""
        await self._post(name, f"/threads/{self._roots[root]}/messages", {"text": text})

    async def reply(self, name: str, shown: Shown, text: str) -> None:
        """In the thread, for there is nothing else to answer with."""
        await self._post(name, f"/threads/{_at(shown).thread}/messages", {"text": text})

    async def decide(self, name: str, shown: Shown, means: Means, text: str, changed: dict[str, str]) -> None:
        """Answer the request as it was shown."""
        at = _at(shown)
        if not isinstance(at.event, ApprovalRequest):
            await self.reply(name, shown, text)
            return
        said: dict[str, Any] = {"decision": means, "digest": at.event.digest, "reason": text}
        if changed:
            said |= {"decision": "approve", "arguments": json.dumps(json.loads(at.event.call.arguments) | changed)}
        if means == "delegate":
            said["to"], _, said["reason"] = text.partition(" ")
        await self._post(name, f"/threads/{at.thread}/requests/{at.event.id}/response", said)

    async def stop(self, name: str, shown: Shown) -> None:
        """Stop the thread of it."""
        await self._post(name, f"/threads/{_at(shown).thread}/stop", {})

    async def fill(self, name: str, shown: Shown, filled: Filled) -> str:
        """A line for each field."""
        await self.reply(name, shown, "\n".join(f"{field}: {', '.join(values)}" for field, values in filled.items()))
        return ""

    def readable(self, name: str) -> list[Shown]:
        """The threads that are anything to them."""
        if name not in self._tokens:
            return []
        return [shown for thread, log in self._logs.items() for shown in _read(self.identity(name), thread, log)]

    def posted(self) -> list[str]:
        """Nothing is sent there."""
        return []

    async def again(self, number: int) -> None:
        """A program whose connection broke calls once more, with the key it had."""
        if self._sent:
            await self._make(self._sent[number % len(self._sent)])

    async def settled(self) -> None:
        """When the terminals show what there is."""
        for name in [*self._tokens][:1]:  # They all may read the same.
            async with self._http(name) as http:
                listed = (await http.get("/threads")).raise_for_status().json()
                self._logs = {one["id"]: await _log(http, one["id"]) for one in reversed(listed)}

    async def _post(self, name: str, path: str, body: dict[str, Any]) -> Any:
        # Numbered through all stories: the same key names the same thread, and platforms remember what came of it.
        self._calls += 1
        self._sent.append(_Call(name, path, body, str(self._calls)))
        return await self._make(self._sent[-1])

    async def _make(self, call: _Call) -> Any:
        async with self._http(call.name) as http:
            answer = await http.post(call.path, json=call.body, headers={"Idempotency-Key": call.key})
        if answer.status_code != 202:
            raise Impossible(f"the door says {answer.status_code}: {answer.text}")
        return answer.json()

    def _http(self, name: str) -> httpx.AsyncClient:
        if name not in self._tokens:
            raise Impossible(f"{name} has no token")
        proof = {"Authorization": f"Bearer {self._tokens[name]}"}
        return httpx.AsyncClient(base_url=f"{self.url}/v1", headers=proof, timeout=60)


async def _log(http: httpx.AsyncClient, thread: str) -> list[Event]:
    found = (await http.get(f"/threads/{thread}/events")).raise_for_status().json()
    return [EVENT.validate_python(event) for event in found]


def _at(shown: Shown) -> _At:
    assert isinstance(shown.source, _At)
    return shown.source


def _read(identity: str, thread: str, log: Sequence[Event]) -> Iterator[Shown]:
    """What a terminal shows somebody of a thread: all of it, but what was said to others alone."""
    requests = {event.id: event for event in log if isinstance(event, OURS)}
    closed = {event.request_id for event in log if isinstance(event, RequestClosed)}
    if identity not in _involved(log) and not _is_known(identity, log):
        return
    for event in log:
        if isinstance(event, Outbound) and not _is_for_others(event, identity):
            mine = isinstance(event, OURS) and event.id not in closed and identity in _asked(event, log)
            text = lines(event, role="decide" if mine else "watch", request=requests.get(about(event)))
            yield Shown(event.id, text, _offers(event) if mine else frozenset(), _At(thread, event))


def _offers(event: Outbound) -> frozenset[Means]:
    if isinstance(event, InputRequest):
        return frozenset({"fill"} if event.fields else {"choose"} if event.choices else ())
    return DECIDED


def _is_for_others(event: Outbound, identity: str) -> bool:
    return isinstance(event, Notice | InputRequest) and event.to != identity


def _involved(log: Sequence[Event]) -> set[str]:
    """Whom a thread is anything to: who speaks in it, or is asked."""
    spoke = {author.identity for event in log if (author := getattr(event, "author", None))}
    return spoke.union(*(_asked(event, log) for event in log if isinstance(event, OURS)))


def _is_known(identity: str, log: Sequence[Event]) -> bool:
    """Whether they spoke in it from elsewhere."""
    author = (getattr(event, "author", None) for event in log)
    return any(one and one.person and f"console:{one.person}" == identity for one in author)


def _asked(request: ApprovalRequest | InputRequest, log: Sequence[Event]) -> set[str]:
    if isinstance(request, InputRequest):
        return {request.to}
    raised = [one for one in log if isinstance(one, RequestRaised) and one.request_id == request.id]
    names = set(request.approvers).union(*(one.to for one in raised))
    return {f"console:{name}" for name in names}


_: type[Hands] = ConsoleHands
