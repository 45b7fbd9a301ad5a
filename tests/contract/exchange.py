"""An exchange: two people with numbers, threads that ask them things, and the desk that hears what they text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from adapters.heard import Address, Lost, Received, Returned
from adapters.sms.keywords import typed
from agent_core.events import ApprovalRequest, Event, FieldRequest, InputRequest, RequestClosed, UserMessage
from agent_core.people import People, Person
from agent_core.values import Author, Call, FormField, Proof
from gateway.asked import Book
from gateway.desk import FrontDesk
from gateway.entry import decode, encode
from gateway.inbound import Inbound
from gateway.keyring import Keyring, Place
from gateway.line import SharedLine
from gateway.people.roster import Roster
from gateway.store.access import RedisGuard
from gateway.store.asked import RedisAsked
from gateway.store.blobs import RedisBlobs
from gateway.store.installations import RedisInstallations
from gateway.store.links import RedisLinks
from gateway.store.places import RedisPlaces
from gateway.threads import Threads
from tests.contract.bench import NOON, PARTITIONS, Bench

OURS = "+447700900100"
ANA, BO, BO_TOO = "sms:+447700900001", "sms:+447700900002", "sms:+447700900003"
BO_MAIL = "email:bo@example.test"
PEOPLE = People(
    people=(
        Person(id="ana", name="Ana", identities=(ANA,)),
        Person(id="bo", name="Bo", identities=(BO, BO_TOO, BO_MAIL)),
    )
)
NOW = datetime.fromtimestamp(NOON / 1000, UTC)
Asks = ApprovalRequest | InputRequest | FieldRequest
E = TypeVar("E", bound=Event)


def approval(id: str, *, needs: Proof = "restricted") -> ApprovalRequest:
    """Something for Bo to approve."""
    return ApprovalRequest(
        id=id,
        call=Call(tool="deploy", version="1", arguments='{"version":"1.4.1"}'),
        risk="low",
        digest="d" * 64,
        requester=Author(identity=ANA, person="ana", assurance="restricted"),
        approvers=("bo",),
        policy="p1",
        expires_at=NOW + timedelta(days=1),
        needs=needs,
    )


def question(id: str, to: str = BO) -> InputRequest:
    """Something the agent wants to know."""
    return InputRequest(id=id, to=to, question="Which order?", expires_at=NOW + timedelta(days=1))


def field(id: str, form: str, to: str = BO) -> FieldRequest:
    """A field of a form that is asked for."""
    return FieldRequest(id=id, request_id=form, to=to, field=FormField(name="day", label="Which day"))


def inbound_at(bench: Bench, people: People = PEOPLE, keyring: Keyring | None = None) -> Inbound:
    """The one way in."""
    return Inbound(
        bench.store,
        RedisBlobs(bench.redis, PARTITIONS),
        RedisLinks(bench.redis, PARTITIONS),
        RedisPlaces(bench.redis),
        keyring or Keyring(b"a secret for tests only"),
        Roster(people),
    )


@dataclass(frozen=True)
class SameCodes(Keyring):
    """A keyring by which every request has the same code."""

    def code(self, place: Place, owner: str) -> str:
        return "123456"


@dataclass(frozen=True)
class Exchange:
    """The desk of a channel where all threads share a conversation with a person."""

    bench: Bench
    inbound: Inbound

    @property
    def book(self) -> Book:
        return Book(RedisAsked(self.bench.redis, PARTITIONS), Threads(self.bench.store, self.inbound, "default"))

    @property
    def desk(self) -> FrontDesk:
        line = SharedLine(self.book, self.inbound, RedisGuard(self.bench.redis))
        turns = RedisInstallations(self.bench.redis)
        return FrontDesk("sms", self.inbound, self.book.threads, self.inbound.keyring, {}, turns, line)

    # --- what the house does

    async def ask(self, thread: str, event: Asks, to: str = BO) -> str:
        """Put something to somebody; returns the code it is answered with."""
        self.bench.clock.forward(1)
        await self.log(thread, event)
        place = Place(thread_id=thread, request_id=event.request_id if isinstance(event, FieldRequest) else event.id)
        at = datetime.fromtimestamp(self.bench.clock.now / 1000, UTC)
        await self.book.note(to, place, f"fx-{event.id}", event, at)
        return self.inbound.keyring.code(place, self.inbound.owner(to))

    async def close(self, thread: str, request_id: str) -> None:
        """A request has its end."""
        await self.log(thread, RequestClosed(id=f"end-{request_id}", request_id=request_id, outcome="denied"))

    async def log(self, thread: str, event: Event) -> None:
        await self.bench.store.ingest(thread, f"log:{event.id}", encode(event))

    # --- what people do

    async def text(self, id: str, text: str, by: str = BO) -> str | None:
        """Somebody texts; returns the thread they are heard in, None if they are not."""
        before = await self.heard()
        taken = await self.desk.take(self.said(id, text, by))
        after = await self.heard()
        new = [thread for thread, said in after.items() for one in said[len(before.get(thread, [])) :] if one]
        assert len(new) <= 1
        assert taken or not new
        return new[0] if new else None

    def said(self, id: str, text: str, by: str = BO) -> Received:
        """A message as its adapter reads it."""
        number = by.partition(":")[2]
        code, meant = typed(text)
        message = UserMessage(id=id, author=Author(identity=by, assurance="restricted"), text=meant)
        address = Address(channel="sms", ref=number)
        return Received(message=message, address=address, conversation=f"{OURS}/{number}", code=code)

    async def heard(self) -> dict[str, list[UserMessage]]:
        """What was heard, by thread."""
        threads = [view.id for view in await self.bench.store.threads()]
        return {thread: await self.events(thread, UserMessage) for thread in threads}

    async def answered(self, thread: str) -> str | None:
        """The request that the last message of a thread proved to know."""
        return (await self.events(thread, UserMessage))[-1].answers

    async def lost(self, id: str, by: str = BO) -> None:
        await self.desk.take(Lost(id=id, identity=by, why="opted out"))

    async def returned(self, thread: str, id: str, *, arrived: bool, why: str = "") -> bool:
        told = Returned(id=id, effect_id="fx1", thread_id=thread, cause="r1", to=BO, arrived=arrived, why=why)
        return await self.desk.take(told)

    async def events(self, thread: str, kind: type[E]) -> list[E]:
        """The events of a kind in a thread."""
        found = [decode(record).event for record in await self.bench.store.read(thread)]
        return [event for event in found if isinstance(event, kind)]

    def own(self, by: str = BO) -> str:
        """The thread of somebody's own."""
        return self.inbound.keyring.thread_id("sms", f"{OURS}/{by.partition(':')[2]}")


def exchange_at(bench: Bench, keyring: Keyring | None = None) -> Exchange:
    return Exchange(bench, inbound_at(bench, keyring=keyring))
