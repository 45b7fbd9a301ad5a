"""Which web pages may use `/_control`: the one it is told of, and no other page open in the same browser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from aiohttp import web

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def check_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse other pages' requests to `/_control`, and let the page read the answers to its own."""
    origin = request.headers.get("Origin", "")
    if not request.path.startswith("/_control/") or not origin:
        return await handler(request)
    if origin != request.app[PAGE]:
        return web.json_response({"detail": "this page may not"}, status=403)
    answer = web.Response(status=204) if request.method == "OPTIONS" else await handler(request)
    answer.headers.update(_shared_with(origin))
    return answer


def _shared_with(origin: str) -> Mapping[str, str]:
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": "GET, POST, DELETE",
        "Access-Control-Allow-Headers": "content-type",
        "Vary": "Origin",
    }


PAGE = web.AppKey("page", str)
