"""Every method of the Web API that is played here, with the scopes of which a bot token needs one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.slack.methods import auth, chat, conversations, files, sessions, streams, users, views
from sandbox.slack.methods.call import Method


@dataclass(frozen=True)
class Entry:
    """A method. No scopes: none needed, or they depend on the conversation and the method asks itself."""

    method: Method
    scopes: tuple[str, ...] = ()


_WRITE = ("chat:write",)
_READ_ANY = ("im:write", "mpim:write", "channels:manage", "groups:write")

# These read a query or a form; of JSON they see nothing, and answer as if nothing had been said.
FORM_ONLY = frozenset(
    {
        "auth.teams.list",
        "bots.info",
        "conversations.history",
        "conversations.info",
        "conversations.list",
        "conversations.replies",
        "files.completeUploadExternal",
        "files.getUploadURLExternal",
        "files.info",
        "users.info",
        "users.list",
        "users.lookupByEmail",
    }
)

METHODS: Mapping[str, Entry] = {
    "agents.sessions.setStatus": Entry(sessions.set_status, _WRITE),
    "assistant.threads.setStatus": Entry(sessions.set_text, (*_WRITE, "assistant:write")),
    "auth.revoke": Entry(auth.revoke),
    "auth.teams.list": Entry(auth.list_teams),
    "auth.test": Entry(auth.test),
    "bots.info": Entry(users.bot_info, ("users:read",)),
    "chat.appendStream": Entry(streams.append, _WRITE),
    "chat.delete": Entry(chat.delete, _WRITE),
    "chat.postEphemeral": Entry(chat.post_ephemeral, _WRITE),
    "chat.postMessage": Entry(chat.post_message, _WRITE),
    "chat.startStream": Entry(streams.start, _WRITE),
    "chat.stopStream": Entry(streams.stop, _WRITE),
    "chat.update": Entry(chat.update, _WRITE),
    "conversations.history": Entry(conversations.history),
    "conversations.info": Entry(conversations.info),
    "conversations.list": Entry(conversations.list_conversations),
    "conversations.open": Entry(conversations.open_conversation, _READ_ANY),
    "conversations.replies": Entry(conversations.replies),
    "files.completeUploadExternal": Entry(files.complete_upload, ("files:write",)),
    "files.getUploadURLExternal": Entry(files.upload_url, ("files:write",)),
    "files.info": Entry(files.info, ("files:read",)),
    "reactions.add": Entry(files.add_reaction, ("reactions:write",)),
    "users.info": Entry(users.info, ("users:read",)),
    "users.list": Entry(users.list_users, ("users:read",)),
    "users.lookupByEmail": Entry(users.lookup_by_email, ("users:read.email",)),
    "views.open": Entry(views.open_view),
    "views.publish": Entry(views.publish),
    "views.push": Entry(views.push),
    "views.update": Entry(views.update),
}
