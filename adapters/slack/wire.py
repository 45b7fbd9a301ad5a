"""Wire: careful reading of what Slack posts, pure. Whatever the bytes or shapes, only Unreadable comes out."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from urllib.parse import parse_qsl

from adapters.errors import Unreadable
from adapters.slack.meaning import Us, Whose
from adapters.wire import Json, child, children, required, words
from agent_core.values import Author

CHANNEL = "slack"
EVIDENCE = "slack signature"
READ = "read from slack"
UNKNOWN_TEAM = "?"
# What we read ourselves is marked so; what Slack posts has no such field.
READ_BACK = "holdpoint_read"

_MAX_FIELDS = 100
_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_STAMP = re.compile(r"[0-9]{1,16}\.[0-9]{1,16}")


def unwrap(body: bytes) -> Json:
    """The payload in a request's body (JSON, a form's `payload`, or a form) or in a socket's envelope."""
    try:
        text = body.decode("utf-8").strip()
        if text[:1] in ("{", "["):
            return _opened(_object(text))
        form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS))
    except ValueError as error:
        raise Unreadable("the body is neither JSON nor a form") from error
    return _object(form["payload"]) if "payload" in form else form


def wrapped(payload: Json) -> bytes:
    """The payload as bytes that can be kept; `unwrap` reads them again. Raises Unreadable."""
    try:
        return json.dumps(payload).encode()
    except (ValueError, RecursionError) as error:
        raise Unreadable("the payload cannot be written down") from error


def _object(text: str) -> Json:
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("the body is not JSON") from error
    if not isinstance(found, dict):
        raise Unreadable("the body is not an object")
    return found


def _opened(envelope: Json) -> Json:
    return child(envelope, "payload") if "envelope_id" in envelope else envelope


def ident(data: object, *path: str) -> str:
    """The id at a path, of characters that are safe inside an identity; empty when there is none."""
    found = words(data, *path)
    if found and not _ID.fullmatch(found):
        raise Unreadable(f"{'.'.join(path)} is not an id")
    return found


def stamp(data: object, *path: str) -> str:
    """The time stamp at a path, by which Slack names messages; empty when there is none."""
    found = words(data, *path)
    if found and not _STAMP.fullmatch(found):
        raise Unreadable(f"{'.'.join(path)} is not a time stamp")
    return found


def moment(ts: str) -> int:
    """A time stamp of Slack in microseconds."""
    seconds, _, rest = ts.partition(".")
    return int(seconds) * 1_000_000 + int(f"{rest:0<6}"[:6])


def written(micros: int) -> str:
    """A moment as Slack writes it."""
    return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"


# --- whose it is, and who said it


def whose(payload: Json) -> Whose:
    """The installation a payload was delivered for: what Slack authorised outranks where it happened.

    Raises Unreadable.
    """
    if granted := _granted(payload):
        return Whose(
            team=ident(granted, "team_id"),
            enterprise=ident(granted, "enterprise_id"),
            org_wide=granted.get("is_enterprise_install") is True,
        )
    return Whose(
        team=_first(payload, _TEAM_PATHS),
        enterprise=_first(payload, _ENTERPRISE_PATHS),
        org_wide=payload.get("is_enterprise_install") in (True, "true"),
    )


# A modal opened across a shared channel is the workspace's in which the app is installed, not the person's.
_TEAM_PATHS = (
    ("view", "app_installed_team_id"),
    ("context_team_id",),
    ("team", "id"),
    ("team_id",),
    ("user", "team_id"),
    ("view", "team_id"),
)
_ENTERPRISE_PATHS = (
    ("context_enterprise_id",),
    ("enterprise", "id"),
    ("team", "enterprise_id"),
    ("enterprise_id",),
)


def _first(payload: Json, paths: Sequence[tuple[str, ...]]) -> str:
    return next((found for path in paths if (found := ident(payload, *path))), "")


def _granted(payload: Json) -> Json | None:
    grants = children(payload, "authorizations")
    return next((grant for grant in grants if grant.get("is_bot") is True), grants[0] if grants else None)


def team_of(payload: Json, us: Us) -> str:
    """The workspace a payload is for: ours under our own name, or else the other's. Raises Unreadable."""
    found = whose(payload)
    named = required(found.team or found.enterprise, "the workspace")
    return us.team if us.team and us.team in (found.team, found.enterprise) else named


def event_key(payload: Json, us: Us) -> str:
    """An event's own id, the same in every delivery of it. Raises Unreadable."""
    named = ident(payload, "event_id") or required(stamp(payload, "event", "event_ts"), "the time stamp")
    return f"{CHANNEL}:{team_of(payload, us)}/{named}"


def seal_of(payload: Json, us: Us) -> str:
    """The place a button was pressed in, as tickets are sealed for it."""
    return f"{CHANNEL}:{team_of(payload, us)}"


def author(user: str, claimed: str, payload: Json, us: Us) -> Author:
    """Who did it, under their own team: in a shared channel a stranger's id must not be read as one of ours."""
    home = _home(claimed, payload, us)
    if home == UNKNOWN_TEAM:
        return Author(identity=f"{CHANNEL}:{home}/{user}", evidence="slack does not say whose person this is")
    evidence = READ if payload.get(READ_BACK) is True else EVIDENCE
    return Author(identity=f"{CHANNEL}:{home}/{user}", assurance="verified", evidence=evidence)


def _home(claimed: str, payload: Json, us: Us) -> str:
    if not claimed:
        return UNKNOWN_TEAM if payload.get("is_ext_shared_channel") is True else team_of(payload, us)
    return us.team if claimed in _our_teams(payload, us) else claimed


def _our_teams(payload: Json, us: Us) -> frozenset[str]:
    """The names of our own people's teams. A workspace is our org's only where one object of Slack's says both."""
    pairs = (
        (ident(payload, "context_team_id"), ident(payload, "context_enterprise_id")),
        (ident(payload, "team_id"), ident(payload, "enterprise_id")),
        (ident(payload, "team", "id"), ident(payload, "team", "enterprise_id")),
    )
    ours = {us.team, us.enterprise, *us.workspaces, *(team for team, org in pairs if org == us.team)}
    if us.app_id and words(payload, "message", "app_id") == us.app_id:
        ours.add(ident(payload, "message", "team"))
    return frozenset(ours - {""})
