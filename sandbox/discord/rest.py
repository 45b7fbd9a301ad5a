"""The REST API: the journal, the faults, the token, the rate limits, and then the route that was asked for.

https://docs.discord.com/developers/reference
"""

from __future__ import annotations

import asyncio
import hmac
import json
import socket
import struct
from collections.abc import Iterable
from typing import Any, TypeAlias

from aiohttp import web

from sandbox.discord.core import Core
from sandbox.discord.errors import WORDS, Exhausted, Refusal, not_found, unauthorized
from sandbox.discord.fault import Fault
from sandbox.discord.ratelimit import VIA, Limits, Spent, TooMany
from sandbox.discord.reading import read
from sandbox.discord.record import Call, Stray
from sandbox.discord.routes import Asked, Route, Routes, Upload, major

NOTICE = 0.05  # seconds until a server notices that its client has just gone


# The files of a request, or why it cannot be read; that is said only to who may ask at all.
Sent: TypeAlias = dict[int, Upload] | Refusal


class Rest:
    """The API over one core."""

    def __init__(self, core: Core, routes: Iterable[Route], limits: Limits) -> None:
        self._core = core
        self._routes = Routes(routes)
        self._limits = limits

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One request below /api/v10."""
        path = "/" + request.match_info["path"]
        call = Call(len(self._core.record.calls) + 1, request.method, path, dict(request.query))
        self._core.record.calls.append(call)
        sent = await _sent(request, call)
        fault = self._core.faults.take(request.method, path)
        if fault is not None:
            call.fault = fault.kind
            instead = await self._instead(fault, request, call)
            if instead is not None:
                return instead
        response = self._answer(request, call, sent)
        if fault is not None and fault.kind == "lost":
            call.status = 0
            return _drop(request)
        return response

    async def nothing_here(self, request: web.Request) -> web.StreamResponse:
        """A request to what is not below /api/v10."""
        if not request.path.startswith("/_control/"):
            self._core.record.strays.append(Stray(request.method, request.path))
        return web.Response(status=404, body=_bytes(not_found().body), headers=_JSON)

    async def _instead(self, fault: Fault, request: web.Request, call: Call) -> web.StreamResponse | None:
        """What a fault answers instead of Discord; None if the call goes on."""
        match fault.kind:
            case "rate_limit":
                return _limited(call, TooMany(fault.seconds, fault.scope, fault.via))
            case "error" if fault.status == 500 and fault.code and Refusal(fault.code).status == 429:
                return _limited(call, TooMany(fault.seconds, code=fault.code, words=WORDS[fault.code][1]))
            case "error":
                return _refused(call, _error(fault))
            case "drop":
                return _drop(request)
            case "hang":
                await self._core.faults.wait(fault.seconds)
                await asyncio.sleep(NOTICE)
                return _drop(request) if request.transport is None or request.transport.is_closing() else None
        return None

    def _answer(self, request: web.Request, call: Call, sent: Sent) -> web.StreamResponse:
        found = self._routes.find(call.method, call.path)
        if found is None:
            return self._stray(call)
        route, parts = found
        if not route.open and not self._known(request):
            return _refused(call, unauthorized())
        if not route.open and (whole := self._limits.spend_whole()).over:
            return _limited(call, TooMany(whole.after, "global"))
        spent = self._limits.spend(route.bucket, major(parts))
        if spent.over:
            return _limited(call, TooMany(spent.after), spent)
        return self._act(route, parts, call, sent, spent)

    def _act(self, route: Route, parts: dict[str, str], call: Call, sent: Sent, spent: Spent) -> web.StreamResponse:
        try:
            if isinstance(sent, Refusal):
                raise sent
            answer = route.act(Asked(self._core, parts, call.query, call.body, sent))
        except Refusal as refusal:
            return _refused(call, refusal, spent)
        except Exhausted as exhausted:
            return _limited(call, TooMany(exhausted.after, code=exhausted.code, words=str(exhausted)), spent)
        call.status, call.answer = answer.code, answer.body
        body = None if answer.body is None else _bytes(answer.body)
        return web.Response(status=answer.code, body=body, headers=_headers(spent, body is not None))

    def _known(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bot {self._core.world.app.token}".encode())

    def _stray(self, call: Call) -> web.Response:
        self._core.record.strays.append(Stray(call.method, call.path))
        if self._routes.has(call.path):
            return _refused(call, Refusal(0, status=405, words="405: Method Not Allowed"))
        return _refused(call, not_found())


async def _sent(request: web.Request, call: Call) -> Sent:
    """Read what was sent, into the journal too."""
    try:
        call.body, files = await read(request)
    except Refusal as refusal:
        return refusal
    call.files = tuple(one.name for one in files.values())
    return files


_RESET = struct.pack("ii", 1, 0)
_JSON = {"Content-Type": "application/json"}


def _bytes(body: Any) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


def _headers(spent: Spent | None, json_: bool = True) -> dict[str, str]:
    return {"Via": VIA} | (_JSON if json_ else {}) | (spent.headers if spent else {})


def _refused(call: Call, refusal: Refusal, spent: Spent | None = None) -> web.Response:
    call.status, call.code, call.answer = refusal.status, refusal.code, refusal.body
    return web.Response(status=refusal.status, body=_bytes(refusal.body), headers=_headers(spent))


def _limited(call: Call, told: TooMany, spent: Spent | None = None) -> web.Response:
    call.status, call.code = 429, told.code
    if not told.via:
        return web.Response(status=429, text="error code: 1015", headers=told.headers)
    call.answer = told.body
    return web.Response(status=429, body=_bytes(told.body), headers=_headers(spent) | told.headers)


def _error(fault: Fault) -> Refusal:
    """An error by its code; one without a code by its status alone."""
    if fault.code:
        return Refusal(fault.code, status=fault.status if fault.status != 500 else 0)
    return Refusal(0, status=fault.status, words=f"{fault.status}: Internal Server Error")


def _drop(request: web.Request) -> web.Response:
    """Reset the connection; the response goes nowhere."""
    if request.transport is not None:
        wire = request.transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        request.transport.abort()
    return web.Response()
