"""files.* and reactions.add: the three steps of an upload, looking at a file, a reaction.

https://docs.slack.dev/messaging/working-with-files. Here a file is shared at once; at Slack a moment later. The two
methods of an upload read a form, and no JSON.
"""

from __future__ import annotations

from sandbox.slack.appearance import file_object, full_file_object
from sandbox.slack.errors import Refusal
from sandbox.slack.ids import secret
from sandbox.slack.methods.call import Call
from sandbox.slack.methods.chat import thread_of
from sandbox.slack.shapes import Json
from sandbox.slack.world import Message, StoredFile

ALT_TEXT_MOST = 1_000


async def upload_url(call: Call) -> Json:
    """files.getUploadURLExternal."""
    call.require("filename", "length")
    if call.number("length", 0) <= 0:
        raise Refusal("missing_argument")
    if len(call.text("alt_txt")) > ALT_TEXT_MOST:
        raise Refusal("alt_txt_too_large")
    core = call.core
    file = StoredFile(core.ids.named("F"), call.team_id, call.bot.id, call.text("filename"), 0, secret(32))
    file.length, file.alt_text = call.number("length", 0), call.text("alt_txt")
    core.world.files[file.id] = file
    return {"ok": True, "upload_url": f"{core.url}/upload/v1/{file.secret}", "file_id": file.id}


async def complete_upload(call: Call) -> Json:
    """files.completeUploadExternal: shares what was uploaded, in a conversation or a thread of it."""
    listed = call.json("files", "invalid_arguments")
    if not isinstance(listed, list) or not listed:
        raise Refusal("invalid_arguments")
    files = [_uploaded(call, one) for one in listed]
    if name := call.text("channel_id"):
        _share(call, name, files)
    for file in files:
        file.shared = True
    return {"ok": True, "files": [file_object(one, call.core.url) for one in files]}


async def info(call: Call) -> Json:
    """files.info."""
    call.require("file")
    file = call.core.world.files.get(call.text("file"))
    if file is None or file.content is None:
        raise Refusal("file_not_found")
    return {"ok": True, "file": full_file_object(file, call.core.url), "comments": []}


async def add_reaction(call: Call) -> Json:
    """reactions.add."""
    call.require("name", "timestamp")
    channel = call.channel()
    message = channel.message(call.text("timestamp"))
    if message is None or message.ephemeral_for:
        raise Refusal("message_not_found")
    users = message.reactions.setdefault(call.text("name").strip(":"), [])
    if call.bot.id in users:
        raise Refusal("already_reacted")
    users.append(call.bot.id)
    return {"ok": True}


def _uploaded(call: Call, listed: object) -> StoredFile:
    file = call.core.world.files.get(listed.get("id", "")) if isinstance(listed, dict) else None
    if file is None or file.content is None or file.shared or file.team_id != call.team_id:
        raise Refusal("file_not_found")
    assert isinstance(listed, dict)
    file.title = str(listed.get("title") or file.name)
    return file


def _share(call: Call, name: str, files: list[StoredFile]) -> None:
    channel = call.core.channel(call.team_id, name)
    if channel is None:
        raise Refusal("channel_not_found")
    if call.bot.id not in channel.members:
        raise Refusal("not_in_channel")
    core, bot = call.core, call.installation
    message = Message(core.ids.ts(), channel.id, call.team_id, bot.bot_user, call.text("initial_comment"))
    message.thread_ts, message.subtype = thread_of(call, channel), "file_share"
    message.bot_id, message.app_id = bot.bot_id, core.app.id
    message.files = [file_object(one, core.url) for one in files]
    core.post(message)
