"""The runner: starts approved tools, at most once each, and logs what came of them. Has the only tool credentials.

The store's gate has let the call through when it arrives here; the runner checks once more that the bytes it is about
to run are the bytes that were approved. A call that may have run already is not run again unless its tool says that
does no harm: it ends `unknown`, which goes to a human.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import structlog

from agent_core.approvals import digest
from agent_core.events import ToolCall, ToolResult
from agent_core.tools import Executor, Tool, ToolFailed
from gateway.entry import decode, encode
from gateway.errors import LeaseLost
from gateway.lease import keeping, take_turns
from gateway.ports import TOOL_LANE, EffectState, Grant, Settled, ThreadStore
from gateway.store.errors import StoreError

log = structlog.get_logger(__name__)

MAX_TOLD = 32_000  # characters
REFUSED = {
    "not_approved": "it was not approved",
    "changed": "it is not what was approved",
    "used": "its approval was used already",
    "lapsed": "its approval is too old; ask again",
    "stopped": "the thread was stopped first",
}
Outcome = Literal["ok", "failed", "unknown", "refused"]
_STATES: Mapping[Outcome, EffectState] = {"ok": "sent", "failed": "failed", "unknown": "unknown", "refused": "refused"}


@dataclass(frozen=True)
class Ran:
    """What came of one call."""

    outcome: Outcome
    content: str


@dataclass(frozen=True)
class Runner:
    """`tools` are the schemas, `executors` what they do; a run may take `timeout` seconds."""

    store: ThreadStore
    tools: Mapping[str, Tool]
    executors: Mapping[str, Executor]
    tenant: str = "default"
    concurrency: int = 4
    timeout: float = 600.0
    renew_every: float = 10.0
    poll: float = 1.0

    async def run(self, stopping: asyncio.Event) -> None:
        """Run tools until `stopping`; those under way are finished."""
        await take_turns(
            lambda most: self.store.fx_claim(TOOL_LANE, most=most),
            self.perform,
            lambda: self.store.wait_for_work(TOOL_LANE, timeout=self.poll),
            concurrency=self.concurrency,
            stopping=stopping,
        )

    async def perform(self, grant: Grant) -> None:
        """Run one call and settle it."""
        event = decode(grant.record).event
        assert isinstance(event, ToolCall)
        try:
            async with keeping(lambda: self.store.fx_renew(grant), every=self.renew_every):
                ran = await self._outcome(grant, event)
                result = ToolResult(id=f"result:{grant.id}", call_id=event.id, outcome=ran.outcome, content=ran.content)
                await self.store.fx_done(grant, Settled(_STATES[ran.outcome], encode(result), wakes=True))
            log.info("tool settled", effect=grant.id, thread=grant.thread_id, tool=event.call.tool, outcome=ran.outcome)
        except (LeaseLost, StoreError) as error:
            log.warning("tool abandoned", effect=grant.id, error=type(error).__name__)

    async def _outcome(self, grant: Grant, event: ToolCall) -> Ran:
        tool = self.tools.get(event.call.tool)
        executor = self.executors.get(event.call.tool)
        if grant.mode == "refused":
            return Ran("refused", REFUSED.get(grant.why, grant.why))
        if tool is None or executor is None or tool.version != event.call.version:
            return Ran("refused", f"there is no tool {event.call.tool} of version {event.call.version} here any more")
        if not self._as_approved(grant, event, tool):
            return Ran("refused", REFUSED["changed"])
        if grant.mode == "recover" and not tool.repeatable:
            return Ran("unknown", f"{tool.name} was started, and whether it finished is not known")
        return await self._execute(grant, event, tool, executor)

    def _as_approved(self, grant: Grant, event: ToolCall, tool: Tool) -> bool:
        """Whether these bytes are the approved ones; a tool that needs no approval has none to match."""
        if not tool.approval:
            return True
        actual = digest(tenant=self.tenant, thread_id=grant.thread_id, call=event.call, policy=event.policy)
        return bool(event.approval) and event.approval == grant.approval and actual == event.digest == grant.digest

    async def _execute(self, grant: Grant, event: ToolCall, tool: Tool, executor: Executor) -> Ran:
        try:
            async with asyncio.timeout(self.timeout):
                arguments = tool.arguments.model_validate_json(event.call.arguments)
                return Ran("ok", _told(await executor(arguments, key=grant.id)))
        except ToolFailed as error:
            return Ran("failed", _told(str(error)))
        except TimeoutError:
            return Ran("unknown", f"{tool.name} did not finish in {self.timeout:.0f} s")
        except Exception as error:
            log.exception("tool broke", effect=grant.id, tool=tool.name, error=type(error).__name__)
            return Ran("unknown", f"{tool.name} broke off: {type(error).__name__}")


def _told(content: object) -> str:
    """What a tool tells the agent: text, and no more of it than a thread can carry along. Raises TypeError."""
    if not isinstance(content, str):
        raise TypeError("a tool must return text")
    left_out = len(content) - MAX_TOLD
    return content if left_out <= 0 else f"{content[:MAX_TOLD]}\n[{left_out} more characters were left out]"
