"""users.* and bots.info: who somebody is. The e-mail address comes only with the scope `users:read.email`."""

from __future__ import annotations

from sandbox.slack.appearance import user_object
from sandbox.slack.errors import Refusal
from sandbox.slack.methods.call import Call
from sandbox.slack.shapes import Json
from sandbox.slack.world import User


async def info(call: Call) -> Json:
    """users.info."""
    return {"ok": True, "user": _shown(call, call.user())}


async def list_users(call: Call) -> Json:
    """users.list, in one page."""
    members = [one for one in call.core.world.users.values() if one.team_id == call.team_id]
    shown = [_shown(call, one) for one in members]
    return {"ok": True, "members": shown, "cache_ts": 1700000000, "response_metadata": {"next_cursor": ""}}


async def lookup_by_email(call: Call) -> Json:
    """users.lookupByEmail: of this workspace only."""
    call.require("email")
    email = call.text("email").lower()
    for user in call.core.world.users.values():
        if user.team_id == call.team_id and user.email.lower() == email and user.kind != "bot":
            return {"ok": True, "user": _shown(call, user)}
    raise Refusal("users_not_found")


async def bot_info(call: Call) -> Json:
    """bots.info: our own bot, the only one here."""
    if call.text("bot") not in ("", call.installation.bot_id):
        raise Refusal("bot_not_found")
    shown = {
        "id": call.installation.bot_id,
        "deleted": False,
        "name": call.core.app.name,
        "updated": 1700000000,
        "app_id": call.core.app.id,
        "user_id": call.bot.id,
        "icons": {},
    }
    return {"ok": True, "bot": shown}


def _shown(call: Call, user: User) -> Json:
    with_email = "users:read.email" in call.installation.scopes
    return user_object(user, team_id=call.team_id, with_email=with_email)
