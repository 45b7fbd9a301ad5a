"""Limits at the doorstep: a body is passed on whole or not at all, however it is cut into pieces."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given, settings, strategies as st
from starlette.types import Message, Receive, Scope, Send

from gateway import limits
from gateway.limits import MAX_BODY, BodyLimit


def _admitted(headers: Mapping[str, str]) -> int:
    """Twice as much for who has the key, and nothing for others."""
    return 2 * MAX_BODY if headers["key"] == "ours" else 0


class Caller:
    """The far end of one connection, and the application behind the limit: what each of them got."""

    def __init__(
        self, messages: Iterable[Message], *, then_silent: bool = False, path: str = "/", key: bytes = b""
    ) -> None:
        self._path = path
        self._key = key
        self._messages = iter(messages)
        self._then_silent = then_silent
        self.answers: list[Message] = []
        self.passed_on: list[Message] = []

    async def __call__(self) -> int | None:
        """Send everything; the status that came back, if any."""
        scope = {"type": "http", "method": "POST", "path": self._path, "headers": [(b"key", self._key)]}
        await BodyLimit(self._app, {"/mails": _admitted})(scope, self._receive, self._send)
        return next((message["status"] for message in self.answers if "status" in message), None)

    @property
    def body(self) -> bytes:
        """What the application read."""
        return b"".join(message.get("body", b"") for message in self.passed_on)

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.passed_on += [await receive(), await receive()]

    async def _receive(self) -> Message:
        message = next(self._messages, None)
        if message is None and self._then_silent:
            await asyncio.Event().wait()
        return message or {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.answers.append(message)


def pieces(*parts: bytes) -> list[Message]:
    """A body in parts."""
    last = len(parts) - 1
    return [{"type": "http.request", "body": part, "more_body": n < last} for n, part in enumerate(parts)]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=50), min_size=1, max_size=8))
def test_a_body_is_passed_on_whole_and_then_the_connection_speaks(parts: list[bytes]) -> None:
    caller = Caller(pieces(*parts))
    assert asyncio.run(caller()) is None
    assert caller.body == b"".join(parts)
    assert [message["type"] for message in caller.passed_on] == ["http.request", "http.disconnect"]
    assert caller.passed_on[0]["more_body"] is False


async def test_the_largest_body_fits_and_one_byte_more_does_not() -> None:
    whole = Caller(pieces(b"x" * (MAX_BODY - 1), b"x"))
    assert await whole() is None
    assert len(whole.body) == MAX_BODY
    more = Caller([*pieces(b"x" * MAX_BODY, b"x"), {"type": "http.request", "body": b"never read"}])
    assert await more() == 413
    assert more.passed_on == []
    assert json.loads(more.answers[1]["body"])["type"] == "urn:holdpoint:body-too-large"


@pytest.mark.parametrize(("path", "key", "most"), [("/mails", b"ours", 2), ("/mails", b"", 1), ("/", b"ours", 1)])
async def test_more_may_come_where_mails_are_posted_from_who_has_the_key(path: str, key: bytes, most: int) -> None:
    whole = Caller(pieces(b"x" * MAX_BODY * most), path=path, key=key)
    assert await whole() is None
    assert len(whole.body) == MAX_BODY * most
    more = Caller(pieces(b"x" * MAX_BODY * most, b"x"), path=path, key=key)
    assert await more() == 413


async def test_an_endless_body_is_cut_off() -> None:
    endless: list[Message] = [{"type": "http.request", "body": b"x" * 65_536, "more_body": True}] * 17
    caller = Caller(endless, then_silent=True)
    assert await caller() == 413


@pytest.mark.parametrize("sent", [[], pieces(b"{", b"")[:1]], ids=["nothing", "a beginning"])
async def test_a_body_that_does_not_come_is_not_waited_for(
    sent: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "READ_SECONDS", 0.01)
    caller = Caller(sent, then_silent=True)
    assert await caller() == 408
    assert caller.passed_on == []
    assert json.loads(caller.answers[1]["body"])["type"] == "urn:holdpoint:body-too-slow"


async def test_half_a_body_of_somebody_who_left_reaches_nobody() -> None:
    caller = Caller(pieces(b"decision=approve&reason=not", b" really")[:1])
    assert await caller() is None
    assert caller.passed_on == []
    assert caller.answers == []


async def test_what_is_not_http_passes_untouched() -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    async def never() -> Message:
        raise AssertionError("nothing is read here")

    async def nowhere(message: Message) -> None:
        raise AssertionError("nothing is sent here")

    await BodyLimit(app, {})({"type": "lifespan"}, never, nowhere)
    assert seen == [{"type": "lifespan"}]
