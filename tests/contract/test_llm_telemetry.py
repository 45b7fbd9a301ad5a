"""What telemetry gets to see of a model call: that there was one, not what was said."""

from __future__ import annotations

from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from opentelemetry.trace.status import Status, StatusCode
from opentelemetry.util.types import Attributes

from sandbox.model import ModelSandbox, parse_script
from tests.contract.llm_scene import AGENT, SAY, THREAD, open_model, provider


class _Span(NonRecordingSpan):
    """A span that writes down all it is told."""

    def __init__(self, seen: list[str]) -> None:
        super().__init__(SpanContext(1, 1, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED)))
        self.seen = seen

    def is_recording(self) -> bool:
        return True

    def set_attribute(self, key: str, value: object) -> None:
        self.seen.append(f"{key}={value}")

    def set_attributes(self, attributes: Any) -> None:
        self.seen.append(f"{dict(attributes)}")

    def add_event(self, name: str, attributes: Attributes = None, timestamp: int | None = None) -> None:
        self.seen.append(f"{name} {dict(attributes or {})}")

    def record_exception(self, exception: BaseException, *rest: Any, **more: Any) -> None:
        self.seen.append(f"{exception!r} {exception} {rest} {more}")

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        self.seen.append(f"{status} {getattr(status, 'description', '')} {description}")


class _Tracer(trace.NoOpTracer):
    def __init__(self, seen: list[str]) -> None:
        self.seen = seen

    def start_span(self, name: str, *rest: Any, **more: Any) -> _Span:
        self.seen.append(f"{name} {more.get('attributes')}")
        return _Span(self.seen)

    def start_as_current_span(self, name: str, *rest: Any, **more: Any) -> Any:
        recorded = {key: more[key] for key in ("record_exception", "set_status_on_exception") if key in more}
        return trace.use_span(self.start_span(name, *rest, **more), **recorded)


class _Provider(trace.NoOpTracerProvider):
    def __init__(self, seen: list[str]) -> None:
        self.seen = seen

    def get_tracer(self, *_: Any, **__: Any) -> _Tracer:
        return _Tracer(self.seen)


@pytest.mark.parametrize("goes_wrong", [False, True])
async def test_traces_hold_neither_what_was_said_nor_what_was_answered(
    monkeypatch: pytest.MonkeyPatch, goes_wrong: bool
) -> None:
    seen: list[str] = []
    monkeypatch.setattr("pydantic_ai.models.instrumented.get_tracer_provider", lambda: _Provider(seen))
    echo = b'{"error": {"message": ECHO}}'
    async with (
        ModelSandbox(parse_script(SAY)) as server,
        provider(echo, b"400 Bad Request") as broken,
        open_model(broken if goes_wrong else server.base_url) as model,
    ):
        thought = await model.next_step(AGENT, THREAD)

    told = "\n".join(seen)
    assert thought.outcome == ("unavailable" if goes_wrong else "step")
    assert "scripted" in told
    for private in ("canary", "You are a test", "welcome"):
        assert private not in told
