"""REST, the document: it is valid OpenAPI, names every route, and whatever is sent, right or wrong, is answered.

Calls are made up by schemathesis from the document, well-formed ones and broken ones, and by hypothesis from JSON.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, given, settings, strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gateway.problem import KINDS
from gateway.web import web
from tests.doors.scene import EVERYTHING, Scene, scene

Operation = APIOperation[Any, Any, Any, Any]
AnyCase = schemathesis.Case[Any]
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
calmly = settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
fields = st.sampled_from(["text", "decision", "digest", "reason", "author", "id"])
bodies = anything | st.dictionaries(fields, anything | st.sampled_from(["approve", "deny"]))


@pytest.fixture(scope="module")
async def at(anyio_backend: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """A house in which nobody but the web role is at work: what is accepted is only logged."""
    async with scene(tmp_path_factory.mktemp("s"), roles=("web",)) as made:
        yield made


@pytest.fixture(scope="module")
async def thread(at: Scene) -> str:
    """A thread with an open request."""
    async with at.caller("ana") as ana, at.at_work("worker", "runner"):
        thread = await ana.launch("Please deploy 1.4.1 to staging.")
        await ana.request(thread)
        return thread


@pytest.fixture(scope="module")
async def authorization(at: Scene) -> dict[str, str]:
    """The header that opens every route."""
    return {"Authorization": f"Bearer {await at.house.access.create('bo', EVERYTHING, days=1)}"}


async def document(at: Scene) -> Any:
    """The document as callers get it."""
    async with httpx.AsyncClient(base_url=at.url) as http:
        return (await http.get("/openapi.json")).json()


async def test_the_document_is_valid_and_names_every_route(at: Scene) -> None:
    described = await document(at)
    schemathesis.openapi.from_dict(described).validate()
    app = web(at.house.door())
    routers = [route.original_router for route in app.routes if hasattr(route, "original_router")]
    served = {route.path for router in (app, *routers) for route in router.routes if isinstance(route, APIRoute)}
    apart = {"/d/{ticket}", "/{channel}/events", "/static/holdpoint.css", "/favicon.ico"}
    assert set(described["paths"]) == served - apart
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            assert operation["description"], f"{method} {path}"
            assert ("security" in operation) == path.startswith("/v1/"), f"{method} {path}"


@pytest.mark.parametrize(
    ("mode", "real"),
    [(GenerationMode.POSITIVE, True), (GenerationMode.NEGATIVE, True), (GenerationMode.NEGATIVE, False)],
    ids=["well-formed", "broken", "broken-anywhere"],
)
async def test_every_operation_answers_as_documented(
    at: Scene, thread: str, authorization: dict[str, str], mode: GenerationMode, real: bool
) -> None:
    schema = schemathesis.openapi.from_dict(await document(at))

    def call(operation: Operation) -> None:
        fixed = {"thread_id": thread} if real and "{thread_id}" in operation.path else None

        @calmly
        @given(case=operation.as_strategy(mode, path_parameters=fixed))
        def answered(case: AnyCase) -> None:
            answer = case.call(base_url=at.url, headers=authorization)
            assert answer.status_code < 500, answer.text
            case.validate_response(answer, checks=CHECKS)

        answered()

    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) == 9
    for operation in operations:
        if operation.path != "/health" or mode is GenerationMode.POSITIVE:  # It takes nothing that could be wrong.
            await asyncio.to_thread(call, operation)


async def test_any_json_at_all_is_answered(at: Scene, thread: str, authorization: dict[str, str]) -> None:
    async with at.caller("ana") as ana:
        request = (await ana.request(thread))["id"]
    paths = ("/threads", f"/threads/{thread}/messages", f"/threads/{thread}/requests/{request}/response")

    def call() -> None:
        with httpx.Client(base_url=f"{at.url}/v1", headers=authorization) as http:

            @settings(calmly, max_examples=100)
            @given(path=st.sampled_from(paths), body=bodies)
            def answered(path: str, body: object) -> None:
                answer = http.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
                assert answer.status_code in (202, 422), answer.text
                assert answer.status_code == 202 or answer.json()["type"] in KINDS

            answered()

    await asyncio.to_thread(call)
