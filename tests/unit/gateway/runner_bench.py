"""A runner at a bench: one tool, one lease, and what the thread then hears; as much of a store as that takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from pydantic import BaseModel

from agent_core.approvals import digest
from agent_core.events import Preview, Previewed, ToolCall, ToolResult
from agent_core.people import People, Person
from agent_core.policy import grants
from agent_core.policy.rules import Policy, Rule
from agent_core.tools import Foreseen, Tool, call_of, tool
from gateway.consequences import millis
from gateway.entry import decode, encode
from gateway.people.changes import Change, Granted
from gateway.people.roster import Roster
from gateway.ports import PREVIEW_LANE, TOOL_LANE, Begun, Grant, GrantMode, Settled
from gateway.runner import Runner
from gateway.storage import RosterStore
from gateway.store.errors import StoreDown

ALLOWED = Policy(
    rules=(
        Rule(tool="deploy", approvers=("bo",), expires_in=timedelta(hours=1)),
        Rule(tool="erase", approvers=("bo",), expires_in=timedelta(hours=1), grants_up_to=timedelta(hours=8)),
        Rule(tool="ship", approvers=("bo",), expires_in=timedelta(hours=1), grants_up_to=timedelta(hours=8)),
    )
)
NOON = datetime(2026, 9, 21, 12, tzinfo=UTC)
LEAVE = grants.Grant(id="g1", tool="ship", to=("ana",), by="bo", since=NOON, until=NOON + timedelta(hours=8))
GIVEN = Granted(id="s1", at=NOON, by="bo", grant=LEAVE)
KNOWN = People(people=(Person(id="bo", name="Bo", identities=()), Person(id="ana", name="Ana", identities=())))


@tool(risk="low", approval=False, repeatable=True)
def look() -> None:
    """Look around."""


@tool(risk="high", approval=True, previews=True)
def deploy(version: str) -> None:
    """Deploy a version."""


@tool(risk="high", approval=True, repeatable=True, previews=True)
def erase() -> None:
    """Erase everything: twice is as good as once."""


@tool(risk="high", approval=True)
def ship(to: str) -> None:
    """Ship a parcel."""


TOOLS: Mapping[str, Tool] = {one.name: one for one in (look, deploy, erase, ship)}


class SaidOfPeople:
    """As much of a store as a roster needs to read; `away`, it gives no answer."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self.changes = list(changes)
        self.away = False

    async def since(self, seen: int) -> list[bytes]:
        """The changes after so many."""
        if self.away:
            raise StoreDown
        return [change.model_dump_json().encode() for change in self.changes[seen:]]


class OneTool:
    """As much of a store as a runner needs for one call."""

    def __init__(self, begun: Begun) -> None:
        self.ended: list[Settled] = []
        self.begun = begun

    async def fx_begin(self, grant: Grant) -> Begun:
        """Whether it may."""
        return self.begun

    async def fx_done(self, grant: Grant, settled: Settled) -> bool:
        """How the call ended."""
        self.ended.append(settled)
        return True


@dataclass
class World:
    """What there is, and what was done to it. `says` is what the tool returns, or tells of what it would do."""

    state: str = "1.4.0 runs"
    says: Any = "done"
    done: list[str] = field(default_factory=list)
    looked: int = 0
    policy: Policy = ALLOWED
    preview_timeout: float = 30.0
    said: SaidOfPeople = field(default_factory=lambda: SaidOfPeople([GIVEN]))
    now: datetime = NOON
    begun: Begun = "begun"

    async def execute(self, arguments: BaseModel, *, key: str) -> str:
        """Do it."""
        self.done.append(arguments.model_dump_json())
        self.state = f"{self.state}, then {key}"
        return self.says  # type: ignore[no-any-return]

    async def preview(self, arguments: BaseModel) -> Foreseen:
        """Look."""
        self.looked += 1
        return Foreseen(f"{self.state} now", self.state)

    def runner(self, store: Any) -> Runner:
        """A runner in this world."""
        return Runner(
            store=store,
            tools=TOOLS,
            executors=dict.fromkeys(TOOLS, self.execute),
            previewers=dict.fromkeys(TOOLS, self.preview),
            policy=self.policy,
            roster=Roster(KNOWN, cast("RosterStore", self.said)),
            preview_timeout=self.preview_timeout,
        )

    async def perform(self, event: ToolCall | Preview, mode: GrantMode = "start", why: str = "") -> Any:
        """What the thread hears of it."""
        [settled] = await self.ends(event, mode, why)
        assert settled.wakes
        return decode(settled.record[:-1] + b',"at":1}').event

    async def ends(self, event: ToolCall | Preview, mode: GrantMode = "start", why: str = "") -> list[Settled]:
        """How it was settled; not at all, when the store is away."""
        store = OneTool(self.begun)
        record = encode(event)[:-1] + b',"at":1}'
        lane, approval, bound = PREVIEW_LANE, "", ""
        if isinstance(event, ToolCall):
            lane, approval, bound = TOOL_LANE, event.approval, event.digest
        lease = Grant("fx1", "t1", lane, lane, mode, "1-a", millis(self.now), 1, b"", record, approval, bound, why)
        await self.runner(store).perform(lease)
        return store.ended

    async def run(self, call: ToolCall, mode: GrantMode = "start") -> ToolResult:
        """What came of a call."""
        result = await self.perform(call, mode)
        assert isinstance(result, ToolResult)
        return result

    async def ask(self, name: str = "deploy", arguments: str = '{"version":"1.4.2"}') -> Previewed:
        """What a tool says it would do."""
        told = await self.perform(Preview(id="p1", call=call_of(TOOLS[name], arguments)))
        assert isinstance(told, Previewed)
        assert told.preview_id == "p1"
        return told

    async def approved(
        self, name: str = "deploy", arguments: str = '{"version":"1.4.2"}', *, policy: Policy = ALLOWED
    ) -> ToolCall:
        """A call that was approved on what the tool says now, by these rules."""
        told = await self.ask(name, arguments)
        return gated(name, arguments, policy.version_for(call_of(TOOLS[name], arguments)), told.state)


def gated(name: str, arguments: str, policy: str, state: str, leave: str = "") -> ToolCall:
    """A call under an approval, or by a standing grant, all of it bound."""
    call = call_of(TOOLS[name], arguments)
    bound = digest(tenant="default", thread_id="t1", call=call, policy=policy, state=state)
    return ToolCall(id="c1", call=call, approval="r1", digest=bound, policy=policy, state=state, grant=leave)
