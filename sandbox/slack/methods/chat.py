"""chat.*: posting, changing and deleting messages.

Texts: above 4,040 characters Slack splits a message without blocks, above 40,000 it cuts
(https://docs.slack.dev/changelog/2018-truncating-really-long-messages); chat.update refuses more than 4,000.
Unsure: what a `thread_ts` that names no message, or names a reply, is answered with; here `thread_not_found`.
"""

from __future__ import annotations

from sandbox.slack.blocks import MARKDOWN_OF_ALL, message_blocks
from sandbox.slack.errors import Refusal
from sandbox.slack.methods.call import Call
from sandbox.slack.shapes import Blocks, Json
from sandbox.slack.world import Channel, Message

SPLIT_ABOVE, PART, CUT_ABOVE, UPDATE_MOST = 4_040, 4_000, 40_000, 4_000
METADATA_MOST = 8_192


async def post_message(call: Call) -> Json:
    """chat.postMessage."""
    channel = target(call)
    text, blocks = content(call)
    metadata = metadata_of(call) or {}
    thread_ts = thread_of(call, channel)
    parts = [text[:CUT_ABOVE]]
    if not blocks and len(text) > SPLIT_ABOVE:
        parts = [text[start : start + PART] for start in range(0, min(len(text), CUT_ABOVE), PART)]
    posted = [_bot_message(call, channel, part, blocks, thread_ts) for part in parts]
    posted[0].metadata = metadata
    if thread_ts and call.flag("reply_broadcast"):
        posted[0].subtype = "thread_broadcast"
    for message in posted:
        call.core.post(message)
    _clear_status(call, channel, thread_ts)
    return {"ok": True, "channel": channel.id, "ts": posted[0].ts, "message": call.core.shown(posted[0])}


async def post_ephemeral(call: Call) -> Json:
    """chat.postEphemeral: one person of the conversation sees it, and nothing keeps it.

    In a thread it is shown only if the thread has replies already; if not, it is lost although the answer is ok.
    """
    channel = target(call)
    user = call.user()
    if user.id not in channel.members:
        raise Refusal("user_not_in_channel")
    text, blocks = content(call)
    thread_ts = thread_of(call, channel)
    message = _bot_message(call, channel, text[:CUT_ABOVE], blocks, thread_ts)
    message.ephemeral_for = user.id
    if not thread_ts or any(one.thread_ts == thread_ts and not one.ephemeral_for for one in channel.messages):
        call.core.post(message)
    return {"ok": True, "message_ts": message.ts}


async def update(call: Call) -> Json:
    """chat.update: text without blocks takes the blocks away; metadata stays unless given."""
    call.require("ts")
    channel = call.channel()
    message = own_message(call, channel, "cant_update_message")
    if channel.archived:
        raise Refusal("is_inactive")
    if call.core.streams_still(message):
        raise Refusal("streaming_state_conflict")
    text, blocks = content(call)
    if len(text) > UPDATE_MOST:
        raise Refusal("msg_too_long")
    metadata = metadata_of(call)
    before = call.core.shown(message)
    if call.text("text") or call.text("markdown_text"):
        message.text = text
        message.blocks = blocks
    message.blocks = blocks or message.blocks
    if not blocks:
        message.edited = {"user": call.bot.id, "ts": call.core.ids.ts()}
    if metadata is not None:
        message.metadata = metadata
    call.core.change(message, before)
    shown = call.core.shown(message)
    return {"ok": True, "channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


async def delete(call: Call) -> Json:
    """chat.delete."""
    call.require("ts")
    channel = call.channel()
    message = own_message(call, channel, "cant_delete_message")
    call.core.remove(message)
    return {"ok": True, "channel": channel.id, "ts": message.ts}


def target(call: Call) -> Channel:
    """The conversation to write to: by id, by name, or a person's id for the DM with them."""
    call.require("channel")
    name = call.text("channel")
    if name in call.core.world.users and name != call.bot.id:
        call.user("channel")
        return call.core.direct(call.team_id, name)
    channel = call.channel()
    if channel.archived:
        raise Refusal("is_archived")
    if call.bot.id not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def content(call: Call) -> tuple[str, Blocks]:
    """The text and blocks of a message."""
    given = call.json("blocks", "invalid_blocks_format")
    blocks = message_blocks(given) if given else []
    text, markdown = call.text("text"), call.text("markdown_text")
    if markdown and (text or blocks):
        raise Refusal("markdown_text_conflict")
    if len(markdown) > MARKDOWN_OF_ALL:
        raise Refusal("msg_too_long")
    if not (text.strip() or markdown.strip() or blocks or call.arguments.get("attachments")):
        raise Refusal("no_text")
    return text or markdown, message_blocks([{"type": "markdown", "text": markdown}]) if markdown else blocks


def thread_of(call: Call, channel: Channel) -> str:
    """The thread to answer in: the ts of its first message."""
    thread_ts = call.text("thread_ts")
    if not thread_ts:
        return ""
    root = channel.message(thread_ts)
    if root is None or root.is_reply:
        raise Refusal("thread_not_found")
    if root.ephemeral_for:
        raise Refusal("cannot_reply_to_message")
    return thread_ts


def metadata_of(call: Call) -> Json | None:
    """The metadata of a message: None when not given, empty to take it away."""
    given = call.json("metadata", "invalid_metadata_format")
    if given is None or given == {}:
        return None if given is None else {}
    if not isinstance(given, dict) or set(given) != {"event_type", "event_payload"}:
        raise Refusal("invalid_metadata_format")
    if not isinstance(given["event_type"], str) or not isinstance(given["event_payload"], dict):
        raise Refusal("invalid_metadata_schema")
    if len(str(given)) > METADATA_MOST:
        raise Refusal("metadata_too_large")
    return given


def own_message(call: Call, channel: Channel, error: str) -> Message:
    """A message of ours that stands in a conversation; ephemeral ones do not."""
    message = channel.message(call.text("ts"))
    if message is None or message.ephemeral_for:
        raise Refusal("message_not_found")
    if message.bot_id != call.installation.bot_id:
        raise Refusal(error)
    return message


def _bot_message(call: Call, channel: Channel, text: str, blocks: Blocks, thread_ts: str) -> Message:
    ts, bot = call.core.ids.ts(), call.installation
    message = Message(ts, channel.id, call.team_id, bot.bot_user, text, blocks, thread_ts)
    message.bot_id, message.app_id = bot.bot_id, call.core.app.id
    return message


def _clear_status(call: Call, channel: Channel, thread_ts: str) -> None:
    """A message of the app ends the older kind of status."""
    session = call.core.sessions.get((channel.id, thread_ts))
    if session is not None:
        session.text = ""
