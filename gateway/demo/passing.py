"""Passing on: what a person does and sees in a sandbox, at the page's own origin. Its port is not the page's."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Set

import httpx
from fastapi import APIRouter, FastAPI, HTTPException, Request, Response

# Longer than any platform waits for the app's answer.
PATIENCE = 30.0


def passed_on(url: str, name: str, *, shown: Set[str], done: Set[str]) -> APIRouter:
    """Routes to the `/_control` of a sandbox, whose name is for people: what is `shown`, and what may be `done`."""
    there = httpx.AsyncClient(base_url=f"{url}/_control", timeout=PATIENCE, trust_env=False)

    @contextlib.asynccontextmanager
    async def closing(_: FastAPI) -> AsyncIterator[None]:
        async with there:
            yield

    router = APIRouter(lifespan=closing)

    @router.get("/{order}")
    async def show(order: str, request: Request) -> Response:
        return await ask(order, request, shown)

    @router.post("/{order}")
    async def do(order: str, request: Request) -> Response:
        return await ask(order, request, done)

    async def ask(order: str, request: Request, allowed: Set[str]) -> Response:
        if order not in allowed:
            raise HTTPException(404)
        query, body = request.url.query, await request.body()
        try:
            answer = await there.request(request.method, f"/{order}", params=query, content=body)
        except httpx.HTTPError as error:
            raise HTTPException(504, f"the local {name} does not answer") from error
        return Response(answer.content, answer.status_code, media_type="application/json")

    return router
