"""A house that asks Bo a lot: the real sender and limits over a real store, and channels that keep their parcels."""

from __future__ import annotations

from dataclasses import dataclass, field

from adapters.base import Capabilities, Parcel, Receipt
from adapters.errors import Rejected
from adapters.heard import Address
from agent_core.deliveries import Delivery
from agent_core.events import ApprovalRequest, Event
from agent_core.policy.limits import Limits
from agent_core.values import Risk
from gateway.entry import encode
from gateway.load import Load
from gateway.ports import Commit, NewEffect
from gateway.routing import Envelope
from gateway.sender import Sender
from gateway.store.errors import StoreDown
from gateway.store.load import RedisLoad
from tests.contract.bench import Bench
from tests.contract.exchange import BO, BO_MAIL, Exchange, approval, exchange_at

TEXTS = Capabilities(finds=True, shared=True, proof="restricted")
MAILS = Capabilities(subjects=True)
CHAT = Capabilities(edits=True, finds=True)


@dataclass
class Channel:
    """A channel that keeps its parcels. `fails`: what becomes of the next ones, `after` they went out or before."""

    channel: str
    capabilities: Capabilities
    parcels: list[Parcel] = field(default_factory=list)
    fails: list[str] = field(default_factory=list)

    def address_of(self, identity: str) -> Address:
        return Address(channel=self.channel, ref=identity.partition(":")[2])

    async def send(self, parcel: Parcel) -> Receipt:
        how = self.fails.pop(0) if self.fails else ""
        if how == "killed before":
            raise StoreDown("this sender is gone")
        if how == "rejected":
            raise Rejected("no such mailbox")
        self.parcels.append(parcel)
        if how == "killed after":
            raise StoreDown("this sender is gone")
        return Receipt(provider_id=f"far-{parcel.effect_id}")


@dataclass(frozen=True)
class Busy:
    """Threads that ask Bo things, and whoever carries these to him."""

    at: Exchange
    limits: Limits
    channels: dict[str, Channel]

    @property
    def bench(self) -> Bench:
        return self.at.bench

    @property
    def sender(self) -> Sender:
        """One of any number; they share nothing but the store."""
        can = {name: channel.capabilities for name, channel in self.channels.items()}
        load = Load(self.limits, RedisLoad(self.bench.redis), self.at.book, self.at.inbound.roster, can)
        return Sender(
            store=self.bench.store,
            adapters=self.channels,
            keyring=self.at.inbound.keyring,
            inbound=self.at.inbound,
            public_url="https://holdpoint.example.test",
            book=self.at.book,
            load=load,
        )

    async def ask(self, id: str, *, to: str = BO_MAIL, risk: Risk = "low", thread: str = "") -> ApprovalRequest:
        """A thread, of its own if none is named, puts a request to Bo there."""
        request = approval(id).model_copy(update={"risk": risk})
        await self.put(request, thread or f"t-{id}", to)
        return request

    async def put(self, event: Event, thread: str, to: str) -> None:
        """Commit an event whose message goes there."""
        channel = self.channels[to.partition(":")[0]]
        role = "decide" if isinstance(event, ApprovalRequest) else "watch"
        envelope = Envelope(identity=to, address=channel.address_of(to), role=role).model_dump_json().encode()
        effect = NewEffect(f"fx-{event.id}", channel.channel, "lane", 0, envelope)
        store = self.bench.store
        await store.ingest(thread, f"said:{event.id}", b'{"event":{"type":"timer_fired","id":"x","name":"x"}}')
        (claim,) = await store.claim(most=1)
        await store.commit(claim, Commit(f"turn:{event.id}", claim.seq, (encode(event),), effects=(effect,)))

    async def carry(self, channel: str = "email") -> list[Parcel]:
        """Whatever is due there is carried, until nothing is; what was sent meanwhile."""
        before = len(self.channels[channel].parcels)
        while grants := await self.bench.store.fx_claim(channel, most=10):
            for grant in grants:
                await self.sender.carry(grant)
        return self.channels[channel].parcels[before:]

    async def ended(self, id: str) -> list[tuple[str, str]]:
        """How the card of a request ended, and by what name of the far end."""
        events = await self.at.events(f"t-{id}", Delivery)
        return [(one.outcome, one.provider_id) for one in events if one.effect_id == f"fx-{id}"]


def busy(bench: Bench, limits: Limits) -> Busy:
    named = {"email": MAILS, "sms": TEXTS, "slack": CHAT}
    return Busy(exchange_at(bench), limits, {name: Channel(name, can) for name, can in named.items()})


def asks(parcel: Parcel) -> list[str]:
    """The requests a message puts to somebody."""
    return [parcel.event.id, *(one.request.id for one in parcel.together)]


__all__ = ["BO", "BO_MAIL", "Busy", "Channel", "asks", "busy"]
