"""The server: the model's routes on a loopback port, in the caller's event loop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Self

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import JsonValue
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from sandbox.model.answer import Answer, answer
from sandbox.model.check import check_headers, parse_request
from sandbox.model.completion import completion
from sandbox.model.control import control_routes
from sandbox.model.fault import Fault
from sandbox.model.record import Exchange, Record
from sandbox.model.script import Script
from sandbox.model.wire import ApiError, ChatRequest


class ModelSandbox:
    """The scripted model, listening from `async with` on. `port` 0 takes a free one.

    async with ModelSandbox(load_script(path)) as model:
        client = AsyncOpenAI(base_url=model.base_url, api_key="any", max_retries=0)
    """

    def __init__(self, script: Script, host: str = "127.0.0.1", port: int = 0) -> None:
        self._record = Record(script)
        self._address = (host, port)
        config = uvicorn.Config(
            application(self._record), lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1
        )
        self._server = _Server(config)

    async def __aenter__(self) -> Self:
        self._socket = socket.create_server(self._address)
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="sandbox model")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._record.lift()
        await self._serving
        self._socket.close()

    @property
    def url(self) -> str:
        """Where the server listens, without a path."""
        host, port = self._socket.getsockname()[:2]
        return f"http://{host}:{port}"

    @property
    def base_url(self) -> str:
        """What an OpenAI client takes as its base URL."""
        return f"{self.url}/v1"

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Every request that came in, with its answer; oldest first."""
        return tuple(self._record.exchanges)

    @property
    def unmatched(self) -> tuple[Exchange, ...]:
        """The requests that no route or no rule fitted; a test that is right leaves none."""
        return self._record.unmatched

    def order(self, fault: Fault, *, count: int = 1) -> None:
        """The next `count` completions go wrong in this way."""
        self._record.faults.extend([fault] * count)

    def lift(self) -> None:
        """Switch all faults off; requests that hang are answered at once."""
        self._record.lift()

    def use(self, script: Script) -> None:
        """Answer from this script from now on."""
        self._record.script = script

    def forget(self) -> None:
        """Forget every request so far."""
        self._record.exchanges.clear()


class _Server(uvicorn.Server):
    """A server that leaves the process's signals to whoever owns the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def application(record: Record) -> FastAPI:
    """The routes over this record."""
    app = FastAPI(title="Scripted model", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(control_routes(record))

    @app.get("/v1/models")
    async def models(request: Request) -> Response:
        exchange = record.open("GET", "/v1/models", b"")
        try:
            check_headers(request.headers.get("authorization", ""), "application/json")
        except ApiError as error:
            return _reply(record, exchange, error.status, error.body)
        listed: list[JsonValue] = [
            {"id": name, "object": "model", "created": 0, "owned_by": "sandbox"} for name in record.script.models
        ]
        return _reply(record, exchange, 200, {"object": "list", "data": listed})

    @app.post("/v1/chat/completions")
    async def chat_completions(request: Request) -> Response:
        body = await request.body()
        exchange = record.open("POST", "/v1/chat/completions", body)
        try:
            check_headers(request.headers.get("authorization", ""), request.headers.get("content-type", ""))
            asked = parse_request(body)
        except ApiError as error:
            return _refuse(record, exchange, error)
        return await _deliver(record, exchange, asked)

    @app.exception_handler(HTTPException)
    async def nothing_here(request: Request, error: HTTPException) -> Response:
        return await _nothing_here(record, request, error)

    return app


async def _deliver(record: Record, exchange: Exchange, asked: ChatRequest) -> Response:
    """The answer as it travels: late, broken off, or plainly."""
    given = answer(record.script, asked, record.take_fault())
    exchange = exchange.model_copy(update={"rule": given.rule, "fault": given.fault, "problem": given.problem})
    record.update(exchange)
    if given.delivery.delay:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(record.released.wait(), given.delivery.delay)
    return _outcome(record, exchange, given, asked)


def _outcome(record: Record, exchange: Exchange, given: Answer, asked: ChatRequest) -> Response:
    outcome = given.delivery.outcome
    if isinstance(outcome, ApiError):
        return _refuse(record, exchange, outcome)
    content = completion(outcome, asked, datetime.now(UTC))
    if given.delivery.drop:
        return _BrokenResponse(content)
    return _reply(record, exchange, 200, content)


def _refuse(record: Record, exchange: Exchange, error: ApiError) -> Response:
    headers = {} if error.retry_after is None else {"retry-after": f"{error.retry_after:g}"}
    return _reply(record, exchange, error.status, error.body, headers)


def _reply(
    record: Record, exchange: Exchange, status: int, content: JsonValue, headers: dict[str, str] | None = None
) -> Response:
    record.update(exchange.model_copy(update={"status": status, "answer": content}))
    return JSONResponse(content, status, {"x-request-id": f"req_{uuid.uuid4().hex}", **(headers or {})})


async def _nothing_here(record: Record, request: Request, error: HTTPException) -> Response:
    """An unknown route or method, as the API answers it, and written down; `/_control` speaks for itself."""
    path = request.url.path
    if path.startswith("/_control"):
        return JSONResponse({"detail": error.detail}, error.status_code)
    exchange = record.open(request.method, path, await request.body())
    message = f"Invalid URL ({request.method} {path})"
    if error.status_code == 405:
        message = f"Not allowed to {request.method} on {path}."
    refusal = ApiError(error.status_code, message)
    return _refuse(record, exchange.model_copy(update={"problem": message}), refusal)


class _BrokenResponse(Response):
    """An answer that announces its whole length, sends half and ends: the server then cuts the connection."""

    def __init__(self, content: JsonValue) -> None:
        super().__init__(json.dumps(content), media_type="application/json")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
