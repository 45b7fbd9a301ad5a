"""/api/<method>: arguments from query, JSON or form, the token, the faults, the limits, the answer, the journal.

Every refusal is `{"ok": false, "error": ...}` with HTTP 200, but for 429. https://docs.slack.dev/apis/web-api
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import math
from collections import defaultdict, deque

from aiohttp import web

from sandbox.slack.core import Core
from sandbox.slack.errors import RateLimited, Refusal
from sandbox.slack.fault import API_FAULTS, Fault
from sandbox.slack.methods import auth
from sandbox.slack.methods.call import Call
from sandbox.slack.methods.table import FORM_ONLY, METHODS
from sandbox.slack.record import ApiCall, Stray
from sandbox.slack.shapes import Json

NOTICE = 0.05  # seconds until a server notices that its client has just gone
_REFUSALS = {"token_revoked": "token_revoked", "scope_missing": "missing_scope"}


class Api:
    """The Web API over one core. `per_second`: messages a conversation takes a second, or no such limit."""

    def __init__(self, core: Core, per_second: int | None) -> None:
        self._core = core
        self._per_second = per_second
        self._posted: defaultdict[str, deque[float]] = defaultdict(deque)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        arguments = await _arguments(request)
        token = _token(request, arguments)
        method = request.match_info["method"]
        kept = {name: value for name, value in arguments.items() if name != "token"}
        call = ApiCall(len(self._core.record.calls) + 1, method, request.method, kept, token)
        self._core.record.calls.append(call)
        fault = self._core.faults.take(API_FAULTS, method)
        if fault is not None:
            call.fault = fault.kind
            instead = await self._instead(fault, request, call)
            if instead is not None:
                return instead
        response = await self._answer(call, request)
        if fault is not None and fault.kind == "lost_reply":
            call.status = 0
            return _drop(request)
        return response

    async def _instead(self, fault: Fault, request: web.Request, call: ApiCall) -> web.StreamResponse | None:
        """What a fault answers instead of Slack; None if the call goes on."""
        match fault.kind:
            case "rate_limited":
                return _reply(call, RateLimited(fault.seconds))
            case "server_error" | "unavailable":
                call.status = 500 if fault.kind == "server_error" else 503
                return web.Response(status=call.status, text="<html>trouble</html>", content_type="text/html")
            case "drop_before":
                return _drop(request)
            case "hang":
                await self._core.faults.wait(fault.seconds)
                await asyncio.sleep(NOTICE)
                return _drop(request) if request.transport is None or request.transport.is_closing() else None
            case "error" | "token_revoked" | "scope_missing":
                needed = {"needed": "chat:write", "provided": ""} if fault.kind == "scope_missing" else {}
                return _reply(call, Refusal(_REFUSALS.get(fault.kind, fault.error), **needed))
        return None

    async def _answer(self, call: ApiCall, request: web.Request) -> web.StreamResponse:
        try:
            answer = await self._result(call, _basic(request))
        except (Refusal, RateLimited) as refusal:
            return _reply(call, refusal)
        call.status, call.answer = 200, answer
        return web.json_response(answer, headers=self._scopes(call))

    async def _result(self, call: ApiCall, basic: tuple[str, str]) -> Json:
        if call.method == "oauth.v2.access":
            return auth.access(self._core, call.arguments, basic)
        entry = METHODS.get(call.method)
        if entry is None and call.method != "apps.connections.open":
            self._core.record.strays.append(Stray(call.verb, f"/api/{call.method}"))
            raise Refusal("unknown_method", req_method=call.method)
        token = self._core.tokens.check(call.token)
        if entry is None or token.kind == "app":
            if entry is not None or token.kind != "app":
                raise Refusal("not_allowed_token_type")
            return auth.open_connection(self._core)
        seen = Call(self._core, call.arguments, self._core.world.installations[token.team_id])
        seen.needs(*entry.scopes)
        if call.method == "chat.postMessage":
            self._throttle(seen.text("channel"))
        return await entry.method(seen)

    def _scopes(self, call: ApiCall) -> dict[str, str]:
        """What Slack says beside every answer: the scopes a bot token has, and those the method wants."""
        entry, team_id = METHODS.get(call.method), self._core.tokens.team_of(call.token)
        if entry is None or not team_id:
            return {}
        granted = self._core.world.installations[team_id].scopes
        return {"X-OAuth-Scopes": ",".join(sorted(granted)), "X-Accepted-OAuth-Scopes": ",".join(entry.scopes)}

    def _throttle(self, channel: str) -> None:
        """Refuse a conversation more messages in a second than it takes."""
        if self._per_second is None:
            return
        now, posted = self._core.clock.now(), self._posted[channel]
        while posted and now - posted[0] >= 1:
            posted.popleft()
        if len(posted) >= self._per_second:
            raise RateLimited(1)
        posted.append(now)


def _reply(call: ApiCall, refusal: Refusal | RateLimited) -> web.Response:
    if isinstance(refusal, RateLimited):
        call.status, call.answer = 429, {"ok": False, "error": "ratelimited"}
        headers = {"Retry-After": str(math.ceil(refusal.seconds))}
        return web.json_response(call.answer, status=429, headers=headers)
    call.status, call.answer = 200, refusal.body
    return web.json_response(refusal.body)


def _drop(request: web.Request) -> web.Response:
    """Break the connection; the response goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _arguments(request: web.Request) -> Json:
    """The arguments of query and body together; the body wins."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        if request.match_info["method"] in FORM_ONLY:
            return arguments
        with contextlib.suppress(ValueError):
            body = json.loads(await request.text() or "{}")
            arguments |= body if isinstance(body, dict) else {}
    elif request.method == "POST" and request.can_read_body:
        arguments |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return arguments


def _token(request: web.Request, arguments: Json) -> str:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else str(arguments.get("token", ""))


def _basic(request: web.Request) -> tuple[str, str]:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    with contextlib.suppress(ValueError):
        name, _, password = base64.b64decode(value).decode().partition(":")
        return name, password
    return "", ""
