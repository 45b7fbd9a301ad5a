"""chat.startStream, appendStream, stopStream: a message that grows, in a thread.

A stream ends by stopStream, by the person's stop button, or after a while (`stream_seconds`; Slack does not say after
how long, people measured about four to five minutes). It takes so much and no more; Slack does not say how much, people
measured 10,600 to 12,000 and found it counted in bytes (openclaw/openclaw#143882, CopilotKit/CopilotKit#6064).
Unsure: here the app hears of the message once, when it ends.
"""

from __future__ import annotations

from sandbox.slack.blocks import IN_MESSAGE, MARKDOWN_OF_ALL, message_blocks
from sandbox.slack.core import Session
from sandbox.slack.errors import Refusal
from sandbox.slack.methods.call import Call
from sandbox.slack.methods.chat import metadata_of, target, thread_of
from sandbox.slack.shapes import Blocks, Json
from sandbox.slack.world import Message, StreamMode

STATUSES = ("active", "processing", "suspended", "closed")
BYTES_OF_ALL = 12_000
CHUNKS = ("markdown_text", "task_update", "plan_update", "blocks")


async def start(call: Call) -> Json:
    """chat.startStream: outside DMs it must say for whom."""
    channel = target(call)
    call.require("thread_ts")
    if channel.kind != "im":
        for name in ("recipient_user_id", "recipient_team_id"):
            if not call.text(name):
                raise Refusal(f"missing_{name}")
    bot = call.installation
    message = Message(call.core.ids.ts(), channel.id, call.team_id, bot.bot_user, _given(call))
    message.thread_ts, message.streaming = thread_of(call, channel), "in_progress"
    message.bot_id, message.app_id = bot.bot_id, call.core.app.id
    _same_mode(call, message)
    call.core.post(message)
    call.core.streams[channel.id, message.ts] = call.core.clock.now()
    return {"ok": True, "channel": channel.id, "ts": message.ts}


async def append(call: Call) -> Json:
    """chat.appendStream."""
    call.require("ts")
    message = _stream(call)
    given = _given(call)
    _same_mode(call, message)
    if not given and not call.arguments.get("chunks"):
        raise Refusal("markdown_text_or_chunks_required")
    message.text = _grown(message, given)
    return {"ok": True, "channel": message.channel, "ts": message.ts}


async def stop(call: Call) -> Json:
    """chat.stopStream: may add text, blocks, metadata, and set the session's status."""
    call.require("ts")
    message = _stream(call)
    blocks = _blocks(call)
    metadata, given = metadata_of(call) or {}, _given(call)
    _same_mode(call, message)
    text = _grown(message, given)
    _set_status(call, message)
    message.text = text
    message.blocks, message.metadata, message.streaming = blocks, metadata, "completed"
    channel = call.core.world.channels[message.channel]
    call.core.tell(channel, call.core.message_event(message))
    return {"ok": True, "channel": message.channel, "ts": message.ts, "message": call.core.shown(message)}


def _stream(call: Call) -> Message:
    channel = call.channel()
    message = channel.message(call.text("ts"))
    if message is None:
        raise Refusal("message_not_found")
    if message.bot_id != call.installation.bot_id:
        raise Refusal("message_not_owned_by_app")
    if message.streaming == "stopped":
        raise Refusal("stopped_by_user")
    if not call.core.streams_still(message):
        raise Refusal("message_not_in_streaming_state")
    return message


def _grown(message: Message, given: str) -> str:
    text = message.text + given
    if len(text.encode()) > BYTES_OF_ALL:
        raise Refusal("msg_too_long")
    return text


def _same_mode(call: Call, message: Message) -> None:
    """A stream goes on as it began: with words, or with chunks."""
    mode: StreamMode = "chunks" if call.arguments.get("chunks") else "markdown_text"
    if not (call.text("markdown_text") or call.arguments.get("chunks")):
        return
    if message.stream_mode not in ("", mode):
        raise Refusal("streaming_mode_mismatch")
    message.stream_mode = mode


def _set_status(call: Call, message: Message) -> None:
    """Ending a stream makes the session `active` unless it says what else."""
    status, key = call.text("session_status"), (message.channel, message.root)
    if status and status not in STATUSES:
        raise Refusal("invalid_status")
    if status:
        call.core.sessions.setdefault(key, Session())
    if key in call.core.sessions:
        call.core.sessions[key].status = status or "active"


def _given(call: Call) -> str:
    """The words of `markdown_text`, or of the chunks."""
    text, chunks = call.text("markdown_text"), call.json("chunks", "invalid_chunks")
    if text and chunks:
        raise Refusal("cannot_provide_both_markdown_text_and_chunks")
    if chunks is not None and not isinstance(chunks, list):
        raise Refusal("invalid_chunks")
    for chunk in chunks or []:
        if not isinstance(chunk, dict) or chunk.get("type") not in CHUNKS:
            raise Refusal("invalid_chunks")
        if chunk["type"] == "markdown_text":
            text += str(chunk.get("text", ""))
    if len(text) > MARKDOWN_OF_ALL:
        raise Refusal("msg_too_long")
    return text


def _blocks(call: Call) -> Blocks:
    given = call.json("blocks", "invalid_blocks_format")
    if isinstance(given, list) and len(given) > IN_MESSAGE:
        raise Refusal("msg_blocks_too_many")
    return message_blocks(given) if given else []
