"""What a thread shows of an agent at work: agents.sessions.setStatus, and the older assistant.threads.setStatus.

https://docs.slack.dev/ai/agent-sessions. The older status goes when the app posts, or after two minutes.
"""

from __future__ import annotations

from sandbox.slack.core import Session
from sandbox.slack.errors import Refusal, invalid_arguments
from sandbox.slack.methods.call import Call
from sandbox.slack.methods.streams import STATUSES
from sandbox.slack.shapes import Json
from sandbox.slack.world import Channel

TITLE_MOST, LOADING_MOST = 200, 10


async def set_status(call: Call) -> Json:
    """agents.sessions.setStatus: `title` and `initiator_user_id` count only when the session is made."""
    channel = call.channel("channel_id")
    if call.bot.id not in channel.members:
        raise Refusal("not_authorized")
    if not call.text("thread_ts"):
        raise Refusal("thread_ts_required")
    if call.text("status") not in STATUSES:
        raise Refusal("invalid_status")
    if len(call.text("title")) > TITLE_MOST:
        raise invalid_arguments("must be less than 201 characters [json-pointer:/title]")
    if call.text("initiator_user_id"):
        call.user("initiator_user_id")
    key = channel.id, call.text("thread_ts")
    if key not in call.core.sessions:
        call.core.sessions[key] = Session(title=call.text("title"))
    session = call.core.sessions[key]
    session.status, session.text = call.text("status"), ""
    answer: Json = {"ok": True, "status": session.status, "title": session.title}
    if "agent_session_stopped" not in call.core.app.events:
        answer["warning"] = "missing_agent_session_stopped_event_subscription"
    return answer


async def set_text(call: Call) -> Json:
    """assistant.threads.setStatus: an empty status clears."""
    call.require("thread_ts")
    channel = call.channel("channel_id")
    _thread(call, channel)
    loading = call.json("loading_messages", "invalid_arguments") or []
    if not isinstance(loading, list) or len(loading) > LOADING_MOST:
        raise invalid_arguments("no more than 10 items allowed [json-pointer:/loading_messages]")
    session = call.core.sessions.setdefault((channel.id, call.text("thread_ts")), Session())
    session.text, session.text_since = call.text("status"), call.core.clock.now()
    return {"ok": True}


def _thread(call: Call, channel: Channel) -> None:
    if channel.message(call.text("thread_ts")) is None:
        raise Refusal("invalid_thread_ts")
