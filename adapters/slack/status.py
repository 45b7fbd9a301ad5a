"""Status: what a thread shows of the agent at work. The new way, the older one where that is missing, or nothing."""

from __future__ import annotations

from typing import Literal

from adapters.slack.api import Api, SlackRefused
from adapters.slack.install import Installation
from agent_core.events import AgentMessage, ApprovalRequest, Escalation, InputRequest, Outbound

Status = Literal["processing", "suspended", "active", "closed"]
# The methods of the two ways write one line on the screen; only one of them is used in a thread.
_OLD_WORDS = {"processing": "is at work …", "suspended": "is waiting for an answer …"}


async def show(api: Api, home: Installation, channel: str, thread_ts: str, event: Outbound) -> None:
    """The status that an event of ours leaves its thread in. Raises TryLater, OutcomeUnknown."""
    match event:
        case ApprovalRequest() | InputRequest():
            await set_status(api, home, channel, thread_ts, "suspended")
        case AgentMessage() | Escalation():
            await set_status(api, home, channel, thread_ts, "active")


async def set_status(api: Api, home: Installation, channel: str, thread_ts: str, status: Status) -> None:
    """Show a status; nothing where Slack knows of none. Raises TryLater, OutcomeUnknown."""
    if not thread_ts:
        return
    where = {"channel_id": channel, "thread_ts": thread_ts}
    try:
        await api.call(home.bot_token, "agents.sessions.setStatus", **where, status=status)
    except SlackRefused:
        await _the_older_way(api, home, where, status)


async def _the_older_way(api: Api, home: Installation, where: dict[str, str], status: Status) -> None:
    try:
        await api.call(home.bot_token, "assistant.threads.setStatus", **where, status=_OLD_WORDS.get(status, ""))
    except SlackRefused:
        return
