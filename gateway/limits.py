"""Limits at the web's doorstep: a body is read whole, up to 1 MiB and within 5 seconds, before anyone looks at it.

Where more may come, as mails do, whoever takes it says by the headers how much, and gives it more time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problem import problem

MAX_BODY = 1024 * 1024
READ_SECONDS = 5.0
LONG_SECONDS = 60.0

# By path: how large a body may be, in bytes, that comes with these headers.
Admits = Mapping[str, Callable[[Mapping[str, str]], int]]


class BodyLimit:
    """Middleware: 413 for a body that is too large, 408 for one that comes too slowly."""

    def __init__(self, app: ASGIApp, larger: Admits) -> None:
        self._app = app
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read, then pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most(scope)
        try:
            body = await asyncio.wait_for(_read(receive, most), READ_SECONDS if most == MAX_BODY else LONG_SECONDS)
        except TimeoutError:
            await problem(408, "urn:holdpoint:body-too-slow", "the body came too slowly")(scope, receive, send)
        except _TooLarge:
            await problem(413, "urn:holdpoint:body-too-large", f"the body is larger than {most // 2**20} MiB")(
                scope, receive, send
            )
        except _Gone:
            return  # Half a body may be well-formed, and must not be taken for a whole one.
        else:
            await self._app(scope, _again(body, receive), send)

    def _most(self, scope: Scope) -> int:
        admits = self._larger.get(scope["path"])
        return max(MAX_BODY, admits(Headers(scope=scope))) if admits else MAX_BODY


class _TooLarge(Exception):
    """More than may come."""


class _Gone(Exception):
    """The caller left before the body was whole."""


async def _read(receive: Receive, most: int) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        body += message.get("body", b"")
        if len(body) > most:
            raise _TooLarge
        if not message.get("more_body", False):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """What the application reads: the body at once, then what the connection says."""
    first: Iterator[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def read() -> Message:
        return next(first, None) or await receive()

    return read
