"""Hooks: where platforms post to us, `/<channel>/events`. Each adapter judges its own platform's signature."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response

from adapters.base import HttpCall
from gateway.door import Door

router = APIRouter(include_in_schema=False)


@router.post("/{channel}/events")
async def hook(channel: str, request: Request) -> Response:
    """Pass a platform's request to its adapter; answered only when what it says is stored."""
    door: Door = request.app.state.door
    found = door.hooks.get(channel)
    if found is None:
        raise HTTPException(404, "there is no such channel")
    call = HttpCall(await request.body(), dict(request.headers), request.url.query)
    reply = await found.adapter.receive(call, found.desk)
    return Response(reply.body, reply.status, dict(reply.headers))
