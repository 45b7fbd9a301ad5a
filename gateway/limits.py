"""Limits at the web's doorstep: a body is read whole, up to 1 MiB and within 5 seconds, before anyone looks at it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problem import problem

MAX_BODY = 1024 * 1024
READ_SECONDS = 5.0


class BodyLimit:
    """Middleware: 413 for a body that is too large, 408 for one that comes too slowly."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, then pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await asyncio.wait_for(_read(receive), READ_SECONDS)
        except TimeoutError:
            await problem(408, "urn:holdpoint:body-too-slow", "the body came too slowly")(scope, receive, send)
        except _TooLarge:
            await problem(413, "urn:holdpoint:body-too-large", "the body is larger than 1 MiB")(scope, receive, send)
        except _Gone:
            return  # Half a body may be well-formed, and must not be taken for a whole one.
        else:
            await self._app(scope, _again(body, receive), send)


class _TooLarge(Exception):
    """More than `MAX_BODY`."""


class _Gone(Exception):
    """The caller left before the body was whole."""


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise _TooLarge
        if not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """What the application reads: the body at once, then what the connection says."""
    first: Iterator[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def read() -> Message:
        return next(first, None) or await receive()

    return read
