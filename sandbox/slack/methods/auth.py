"""auth.*, apps.connections.open, oauth.v2.access: who calls, a socket, and tokens for a code or a refresh token.

https://docs.slack.dev/reference/methods/auth.teams.list
"""

from __future__ import annotations

from sandbox.slack.core import Core
from sandbox.slack.errors import Refusal
from sandbox.slack.methods.call import Call
from sandbox.slack.shapes import Json
from sandbox.slack.tokens import LIFETIME, Granted
from sandbox.slack.world import Team


async def test(call: Call) -> Json:
    """auth.test."""
    team = call.core.world.teams[call.team_id]
    return {
        "ok": True,
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": call.bot.name,
        "team_id": team.id,
        "user_id": call.bot.id,
        "bot_id": call.installation.bot_id,
        "is_enterprise_install": call.installation.org_wide,
        **({"enterprise_id": team.enterprise} if team.enterprise else {}),
    }


async def revoke(call: Call) -> Json:
    """auth.revoke."""
    if call.flag("test"):
        return {"ok": True, "revoked": False}
    call.core.tokens.kill(call.team_id, "revoked")
    return {"ok": True, "revoked": True}


async def list_teams(call: Call) -> Json:
    """auth.teams.list: the workspaces this token serves, by pages; the cursor is where the next one begins."""
    own = call.core.world.teams[call.team_id]
    served = [one for one in call.core.world.teams.values() if one == own or _in_its_organisation(call, one)]
    begin, limit = call.number("cursor", 0), call.number("limit", 100)
    end = begin + limit
    page = [{"id": one.id, "name": one.name} for one in served[begin:end]]
    return {"ok": True, "teams": page, "response_metadata": {"next_cursor": str(end) if end < len(served) else ""}}


def _in_its_organisation(call: Call, team: Team) -> bool:
    return call.installation.org_wide and team.enterprise == call.core.world.teams[call.team_id].enterprise


def open_connection(core: Core) -> Json:
    """apps.connections.open: a URL good for one WebSocket."""
    if core.sockets.disabled:
        raise Refusal("link_disabled")
    where = core.url.replace("http://", "ws://")
    return {"ok": True, "url": f"{where}/link/?ticket={core.sockets.ticket()}&app_id={core.app.id}"}


def access(core: Core, arguments: Json, basic: tuple[str, str]) -> Json:
    """oauth.v2.access: for the `code` of an installation, or a `refresh_token`."""
    client_id, client_secret = basic if any(basic) else (arguments.get("client_id"), arguments.get("client_secret"))
    if client_id != core.app.client_id:
        raise Refusal("invalid_client_id")
    if client_secret != core.app.client_secret:
        raise Refusal("bad_client_secret")
    if arguments.get("grant_type") == "refresh_token":
        return _granted(core, *core.tokens.refresh(str(arguments.get("refresh_token", ""))))
    return _granted(core, *core.tokens.redeem(str(arguments.get("code", ""))))


def _granted(core: Core, team_id: str, granted: Granted) -> Json:
    installation, team = core.world.installations[team_id], core.world.teams[team_id]
    installation.installed = True
    answer: Json = {
        "ok": True,
        "app_id": core.app.id,
        "access_token": granted.access_token,
        "token_type": "bot",
        "scope": ",".join(sorted(installation.scopes)),
        "bot_user_id": installation.bot_user,
        "team": None if installation.org_wide else {"id": team.id, "name": team.name},
        "enterprise": {"id": team.enterprise, "name": team.enterprise.capitalize()} if team.enterprise else None,
        "is_enterprise_install": installation.org_wide,
        "authed_user": {"id": next(one.id for one in core.world.users.values() if one.team_id == team_id)},
    }
    if granted.refresh_token:
        answer |= {"refresh_token": granted.refresh_token, "expires_in": LIFETIME}
    return answer
