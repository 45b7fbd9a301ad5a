"""Control: routes below `/_control`, by which pages and other processes play the people of a sandbox."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
Order = TypeVar("Order", bound=BaseModel)


class Impossible(Exception):
    """There is nothing that a gesture or an order could act on."""


def reads(read: Callable[[web.Request], Any]) -> Handler:
    """A route that shows something: 404 where there is nothing to show."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(read(request))
        except Impossible as error:
            return web.json_response({"detail": str(error)}, status=404)

    return handle


def post(router: web.UrlDispatcher, path: str, model: type[Order], act: Callable[[Order], Awaitable[object]]) -> None:
    """A route that does something: 422 for an order that is none, 404 where there is nothing to act on."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            order = model.model_validate_json(await request.read() or b"{}")
            return web.json_response(await act(order))
        except ValidationError as error:
            return web.json_response({"detail": json.loads(error.json(include_url=False))}, status=422)
        except Impossible as error:
            return web.json_response({"detail": str(error)}, status=404)

    router.add_post(f"/_control/{path}", handle)
