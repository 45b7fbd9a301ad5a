"""How the API shows users, bots, conversations, messages and files: the objects in answers and events.

Shapes after https://docs.slack.dev/reference/objects and the samples of Slack's Java SDK (json-logs/samples).
"""

from __future__ import annotations

import mimetypes

from sandbox.slack.app import App
from sandbox.slack.shapes import Json
from sandbox.slack.world import Channel, Installation, Message, StoredFile, User, World


def user_object(user: User, *, team_id: str, with_email: bool) -> Json:
    """A user as `users.info` answers a token of this workspace; the e-mail only with `users:read.email`."""
    profile: Json = {
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "team": user.team_id,
    }
    if with_email and user.email and user.team_id == team_id:
        profile["email"] = user.email
    shown: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": False,
        "tz": "Europe/Berlin",
        "tz_offset": 3600,
        "profile": profile,
        "is_admin": False,
        "is_owner": False,
        "is_restricted": user.kind == "guest",
        "is_ultra_restricted": user.kind == "guest",
        "is_bot": user.kind == "bot",
        "is_app_user": False,
        "updated": 1700000000,
    }
    if user.team_id != team_id:
        shown["is_stranger"] = True
    return shown


def channel_object(channel: Channel, *, member: bool) -> Json:
    """A conversation as `conversations.info` answers it; a DM names the other person instead of itself."""
    shown: Json = {
        "id": channel.id,
        "created": 1700000000,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "is_archived": channel.archived,
        "is_ext_shared": channel.shared,
        "context_team_id": channel.team_id,
    }
    if channel.kind != "im":
        shown |= {"name": channel.name, "name_normalized": channel.name, "is_member": member}
    return shown


def bot_profile(app: App, installation: Installation) -> Json:
    """Who an app's message is from."""
    return {
        "id": installation.bot_id,
        "app_id": app.id,
        "name": app.name,
        "team_id": installation.team_id,
        "deleted": False,
        "updated": 1700000000,
        "icons": {},
    }


def message_object(message: Message, world: World, app: App) -> Json:
    """A message as history, events and interaction payloads show it, without its channel."""
    shown: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
    shown["team"] = message.team
    if message.bot_id:
        shown |= {"bot_id": message.bot_id, "app_id": message.app_id}
        shown["bot_profile"] = bot_profile(app, world.installations[message.team])
    for name in ("subtype", "client_msg_id", "blocks", "thread_ts", "edited", "files"):
        if value := getattr(message, name):
            shown[name] = value
    if message.files:
        shown |= {"upload": False, "display_as_bot": False}
    if message.is_reply:
        root = world.channels[message.channel].message(message.thread_ts)
        shown["parent_user_id"] = root.user if root else ""
    if message.streaming:
        shown["streaming_state"] = message.streaming
    if message.reactions:
        shown["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
        ]
    return shown


def thread_summary(message: Message, channel: Channel) -> Json:
    """What history adds to a message that opened a thread."""
    replies = [
        one for one in channel.messages if one.thread_ts == message.ts and one.is_reply and not one.ephemeral_for
    ]
    if not replies:
        return {}
    users = list(dict.fromkeys(one.user for one in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users": users,
        "reply_users_count": len(users),
        "latest_reply": replies[-1].ts,
    }


def file_object(file: StoredFile, url: str) -> Json:
    """A file. In a Slack Connect channel its author's workspace keeps the details: `file_access: check_file_info`."""
    if file.connect:
        return {"id": file.id, "created": 1700000000, "mode": "file_access", "file_access": "check_file_info"}
    return full_file_object(file, url)


def full_file_object(file: StoredFile, url: str) -> Json:
    """A file with all its details, as `files.info` answers it."""
    kind = file.name.rpartition(".")[2].lower() if "." in file.name else "text"
    where = f"{url}/files-pri/{file.team_id}-{file.id}"
    shown = {
        "id": file.id,
        "created": 1700000000,
        "timestamp": 1700000000,
        "name": file.name,
        "title": file.title or file.name,
        "mimetype": mimetypes.guess_type(file.name)[0] or "application/octet-stream",
        "filetype": kind,
        "pretty_type": kind.upper(),
        "user": file.user,
        "user_team": file.team_id,
        "editable": False,
        "size": file.length,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": True,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{where}/{file.name}",
        "url_private_download": f"{where}/download/{file.name}",
        "permalink": f"{url}/files/{file.user}/{file.id}/{file.name}",
        "has_rich_preview": False,
        "file_access": "visible",
    }
    return shown | ({"alt_txt": file.alt_text} if file.alt_text else {})
