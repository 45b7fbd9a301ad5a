"""The runner: starts approved tools, at most once each, and logs what came of them. Has the only tool credentials.

The store's gate has let the call through when it arrives here; the runner checks once more that the bytes it is about
to run are the bytes that were approved, that the rules they were approved by are today's, that what people were shown
still holds, and that a standing grant by which it was allowed still stands. Only then it tells the store that it
begins: who is lost before has started nothing, and the call is looked at anew. A call that may have run already is not
run again unless its tool says that does no harm: it ends `unknown`, which goes to a human. Asked before, tools say what
they would do; that has a queue of its own, so that no question waits until a long tool is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import structlog

from agent_core.approvals import digest
from agent_core.events import Preview, Previewed, ToolCall, ToolResult
from agent_core.policy.grants import still_lets
from agent_core.policy.rules import Policy
from agent_core.tools import Executor, Previewer, Tool, ToolFailed
from gateway.entry import decode, encode
from gateway.errors import LeaseLost
from gateway.foresight import Foresight, bounded
from gateway.lease import keeping, take_turns
from gateway.people.roster import Roster
from gateway.ports import PREVIEW_LANE, TOOL_LANE, EffectState, Grant, Settled, ThreadStore
from gateway.store.errors import StoreError

log = structlog.get_logger(__name__)

MAX_TOLD = 32_000  # characters
MAX_SHOWN = 1_000
REFUSED = {
    "not_approved": "it was not approved",
    "changed": "it is not what was approved",
    "used": "its approval was used already",
    "lapsed": "its approval is too old; ask again",
    "stopped": "the thread was stopped first",
    "grant": "the leave it was given under has ended; ask again",
    "rules": "the rules for it have changed since; ask again",
    "stale": "what it was approved on has changed since; ask again. Now it would be so: ",
    "blind": "what it would do now cannot be told, and it may only start as it was approved: ",
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
    """`tools` are the schemas, `executors` what they do, `previewers` what tells what they would do.

    The `roster` knows which standing grants stand. A run may take `timeout` seconds, a preview `preview_timeout`.
    """

    store: ThreadStore
    tools: Mapping[str, Tool]
    executors: Mapping[str, Executor]
    previewers: Mapping[str, Previewer]
    policy: Policy
    roster: Roster
    tenant: str = "default"
    concurrency: int = 4
    timeout: float = 600.0
    preview_timeout: float = 30.0
    renew_every: float = 10.0
    poll: float = 1.0

    async def run(self, stopping: asyncio.Event) -> None:
        """Run tools, and ask them, until `stopping`; what is under way is finished."""
        async with asyncio.TaskGroup() as both:
            for queue in (TOOL_LANE, PREVIEW_LANE):
                both.create_task(self.serve(queue, stopping))

    async def serve(self, queue: str, stopping: asyncio.Event) -> None:
        """Do the work of one queue alone, `tool` or `preview`, until `stopping`."""
        await take_turns(
            lambda most: self.store.fx_claim(queue, most=most),
            self.perform,
            lambda: self.store.wait_for_work(queue, timeout=self.poll),
            concurrency=self.concurrency,
            stopping=stopping,
        )

    async def perform(self, grant: Grant) -> None:
        """Run one call, or ask what it would do, and settle it."""
        event = decode(grant.record).event
        assert isinstance(event, ToolCall | Preview)
        try:
            async with keeping(lambda: self.store.fx_renew(grant), every=self.renew_every):
                state, end = await (self._run(grant, event) if isinstance(event, ToolCall) else self._ask(grant, event))
                await self.store.fx_done(grant, Settled(state, encode(end), wakes=True))
            log.info("tool settled", effect=grant.id, thread=grant.thread_id, tool=event.call.tool, outcome=end.outcome)
        except (LeaseLost, StoreError) as error:
            log.warning("tool abandoned", effect=grant.id, error=type(error).__name__)

    # --- what it would do

    async def _ask(self, grant: Grant, event: Preview) -> tuple[EffectState, Previewed]:
        """Nothing can have come of it, so it is asked again, whoever was asked before."""
        told = await self._foresight.tell(event.call)
        end = Previewed(
            id=f"previewed:{grant.id}",
            preview_id=event.id,
            outcome=told.outcome,
            content=told.content,
            state=told.state,
        )
        return "sent", end

    @property
    def _foresight(self) -> Foresight:
        return Foresight(self.tools, self.previewers, self.preview_timeout)

    # --- running it

    async def _run(self, grant: Grant, event: ToolCall) -> tuple[EffectState, ToolResult]:
        ran = await self._outcome(grant, event)
        end = ToolResult(id=f"result:{grant.id}", call_id=event.id, outcome=ran.outcome, content=ran.content)
        return _STATES[ran.outcome], end

    async def _outcome(self, grant: Grant, event: ToolCall) -> Ran:
        tool = self.tools.get(event.call.tool)
        executor = self.executors.get(event.call.tool)
        if grant.mode == "refused":
            return Ran("refused", REFUSED.get(grant.why, grant.why))
        if tool is None or executor is None or tool.version != event.call.version:
            return Ran("refused", f"there is no tool {event.call.tool} of version {event.call.version} here any more")
        if not self._as_approved(grant, event):
            return Ran("refused", REFUSED["changed"])
        if grant.mode == "recover" and not tool.repeatable:
            return Ran("unknown", f"{tool.name} was started, and whether it finished is not known")
        if why := await self._out_of_force(grant, event, tool):
            return _not_again(why) if grant.mode == "recover" else Ran("refused", why)
        if await self._stopped(grant):
            return Ran("refused", REFUSED["stopped"])
        return await self._execute(grant, event, tool, executor)

    def _as_approved(self, grant: Grant, event: ToolCall) -> bool:
        """Whether these bytes are the approved ones, and the store's gate was that of this approval."""
        call, policy, state = event.call, event.policy, event.state
        if not event.approval:
            return not grant.approval
        actual = digest(tenant=self.tenant, thread_id=grant.thread_id, call=call, policy=policy, state=state)
        return event.approval == grant.approval and actual == event.digest == grant.digest

    async def _out_of_force(self, grant: Grant, event: ToolCall, tool: Tool) -> str:
        """Why it may not start any more. Who gave leave is asked last, for the tool may take its time to tell."""
        return (
            self._out_of_rules(event, tool) or await self._out_of_date(event) or await self._out_of_leave(grant, event)
        )

    def _out_of_rules(self, event: ToolCall, tool: Tool) -> str:
        """Why today's rules do not let it start; an approval counts for the rules it was given by."""
        if event.approval:
            return "" if event.policy == self.policy.version_for(event.call) else REFUSED["rules"]
        if tool.approval:
            return REFUSED["not_approved"]
        ruled = self.policy.speaks_of(event.call) and self.policy.rule_for(event.call).then != "auto"
        return REFUSED["rules"] if ruled else ""

    async def _out_of_date(self, event: ToolCall) -> str:
        """Why it may not start any more, or cannot be known to be what people were shown."""
        if not event.state:
            return ""
        now = await self._foresight.tell(event.call)
        if now.outcome == "failed":
            return REFUSED["blind"] + now.content
        return "" if now.state == event.state else REFUSED["stale"] + bounded(now.content, MAX_SHOWN)

    async def _out_of_leave(self, grant: Grant, event: ToolCall) -> str:
        """Why the standing grant it was allowed by does not let it start: run out, ended, or its giver has left.

        Raises StoreError: where nobody can say, it does not start.
        """
        if not event.grant:
            return ""
        known, at = await self.roster.fresh(), datetime.fromtimestamp(grant.now / 1000, UTC)
        rule = self.policy.rule_for(event.call)
        stands = still_lets(event.grant, event.call, known.in_force(at), rule, known.people, at)
        return "" if stands else REFUSED["grant"]

    async def _stopped(self, grant: Grant) -> bool:
        """Whether a stop came first; if not, the store knows from here on that it may have started.

        Raises LeaseLost, StoreError: then it has not.
        """
        begun = await self.store.fx_begin(grant)
        if begun == "lost":
            raise LeaseLost
        return begun == "stopped"

    async def _execute(self, grant: Grant, event: ToolCall, tool: Tool, executor: Executor) -> Ran:
        try:
            async with asyncio.timeout(self.timeout):
                arguments = tool.arguments.model_validate_json(event.call.arguments)
                return Ran("ok", bounded(await executor(arguments, key=grant.id), MAX_TOLD))
        except ToolFailed as error:
            return Ran("failed", bounded(str(error), MAX_TOLD))
        except TimeoutError:
            return Ran("unknown", f"{tool.name} did not finish in {self.timeout:.0f} s")
        except Exception as error:
            log.exception("tool broke", effect=grant.id, tool=tool.name, error=type(error).__name__)
            return Ran("unknown", f"{tool.name} broke off: {type(error).__name__}")


def _not_again(why: str) -> Ran:
    """A lost run: what does not hold any more may be its own doing, so nobody can say that it did not start."""
    return Ran("unknown", f"it may have been started, and was not started again: {why}")
