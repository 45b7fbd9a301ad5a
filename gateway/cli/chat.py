"""`holdpoint chat`: a conversation in a terminal, over the REST door. Whoever may approve can do it here as well."""

from __future__ import annotations

import asyncio
import sys
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from adapters.base import Role
from adapters.console.render import lines
from agent_core.events import EVENT, ApprovalRequest, InputRequest, Outbound, Request, RequestClosed
from gateway.cli.client import ask
from gateway.told import about

app = typer.Typer()

POLL_SECONDS = 0.5
HELP = "Type to talk. /approve [why], /deny why, /ask question, /answer words, /delegate person [why], /quit."
DECISIONS = ("/approve", "/deny", "/ask", "/answer", "/delegate")


@app.command()
def chat(
    thread: Annotated[str, typer.Option(help="Join this thread instead of beginning one.")] = "",
) -> None:
    """Talk to the agent, or decide, as the person your token belongs to."""
    typer.echo(HELP)
    asyncio.run(_Chat(thread).run())


class _Chat:
    """One terminal in one thread: what was shown last, and which requests are open."""

    def __init__(self, thread_id: str) -> None:
        self._thread_id = thread_id
        self._seen = 0
        self._requests: dict[str, Request] = {}

    async def run(self) -> None:
        """Until the person leaves."""
        watching = asyncio.create_task(self._watch())
        try:
            while (line := (await asyncio.to_thread(sys.stdin.readline))) and line.strip() != "/quit":
                if line.strip():
                    await self._said(line.strip())
            if not sys.stdin.isatty():
                await asyncio.sleep(POLL_SECONDS * 4)
        finally:
            watching.cancel()

    async def _said(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if word in DECISIONS:
            await self._decide(word[1:], rest)
        elif not self._thread_id:
            taken = await self._ask("POST", "/threads", json={"text": line})
            self._thread_id = taken["thread_id"]
            typer.echo(f"[thread {self._thread_id}]")
        else:
            await self._ask("POST", f"/threads/{self._thread_id}/messages", json={"text": line})

    async def _decide(self, decision: str, words: str) -> None:
        """Decide the one open approval; with several, `holdpoint threads respond` names one."""
        waiting = [r for r in self._requests.values() if isinstance(r, ApprovalRequest)]
        if len(waiting) != 1:
            typer.echo(f"[{len(waiting)} requests are open; use `holdpoint threads respond`]")
            return
        if decision not in ("approve", "deny") and not words.strip():
            typer.echo(f"[/{decision} what? Put the words behind it]")
            return
        path = f"/threads/{self._thread_id}/requests/{waiting[0].id}/response"
        to, _, why = words.partition(" ") if decision == "delegate" else ("", "", words)
        given = {"decision": decision, "reason": why, "to": to}
        await self._ask("POST", path, json={**given, "digest": waiting[0].digest})

    async def _watch(self) -> None:
        while True:
            if self._thread_id:
                path = f"/threads/{self._thread_id}/events"
                for event in await self._ask("GET", path, params={"after": self._seen}):
                    self._seen += 1
                    self._show(event)
            await asyncio.sleep(POLL_SECONDS)

    def _show(self, raw: Any) -> None:
        try:
            event = EVENT.validate_python(raw)
        except ValidationError:
            typer.echo("[an event this version does not know]")
            return
        if not isinstance(event, Outbound):
            return
        role: Role = "decide" if isinstance(event, ApprovalRequest | InputRequest) else "watch"
        typer.echo(lines(event, role=role, request=self._requests.get(about(event))))
        if isinstance(event, ApprovalRequest | InputRequest):
            self._requests[event.id] = event
        elif isinstance(event, RequestClosed):
            self._requests.pop(event.request_id, None)

    async def _ask(self, method: str, path: str, **given: Any) -> Any:
        return await asyncio.to_thread(ask, method, path, **given)
