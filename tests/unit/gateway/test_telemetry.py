"""Telemetry: only named fields leave; no text of a message, an exception or a library does, whoever logs it."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from gateway import telemetry

CANARY = "canary-9c41"
log = structlog.get_logger(__name__)


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """Logging is one for the whole process: put it back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    loud = {name: logging.getLogger(name).level for name in telemetry._LOUD}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in loud.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """What was logged; nothing goes to standard output."""
    out, err = capsys.readouterr()
    assert out == ""
    return [json.loads(line) for line in err.splitlines()]


def test_a_named_field_leaves_and_any_other_does_not(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure(json=True)
    log.info("turn done", thread="t1", text=CANARY, body=CANARY, token=CANARY, arguments={"x": CANARY})
    (line,) = lines(capsys)
    assert (line["event"], line["thread"], line["level"]) == ("turn done", "t1", "info")
    assert set(line) == {"event", "thread", "level", "timestamp"}


@pytest.mark.parametrize("as_json", [True, False])
def test_an_exception_is_its_places_and_never_its_text(capsys: pytest.CaptureFixture[str], as_json: bool) -> None:
    telemetry.configure(json=as_json)
    secret = CANARY
    try:
        raise ValueError(f"no such thing: {secret}")
    except ValueError as error:
        log.exception("turn failed", error=type(error).__name__)
    said = capsys.readouterr().err
    assert "test_telemetry.py" in said
    assert "ValueError" in said
    assert CANARY not in said


def test_what_a_library_says_is_only_that_it_spoke(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure(json=True)
    library = logging.getLogger("some.library")
    library.info("not even this: %s", CANARY)
    library.warning("could not send %s", CANARY)
    try:
        raise RuntimeError(CANARY)
    except RuntimeError:
        library.exception("broke: %s", CANARY)
    warning, error = lines(capsys)
    assert (warning["logger"], warning["level"]) == ("some.library", "warning")
    assert (error["logger"], error["level"], error["error"]) == ("some.library", "error", "RuntimeError")
    assert error["exception"].startswith("test_telemetry.py:")
    assert CANARY not in json.dumps([warning, error])


def test_a_task_nobody_waited_for_does_not_tell_what_it_knew(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.configure(json=True)

    async def breaks() -> None:
        raise RuntimeError(CANARY)

    async def forget() -> None:
        asyncio.get_running_loop().create_task(breaks())
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(forget())
    (line,) = lines(capsys)
    assert (line["logger"], line["error"]) == ("asyncio", "RuntimeError")
    assert CANARY not in json.dumps(line)


def test_libraries_that_log_what_they_carry_are_silent_below_errors(
    capsys: pytest.CaptureFixture[str],
) -> None:  # EM-50
    telemetry.configure(json=True)
    for name in ("httpx", "uvicorn.access", "uvicorn.error", "mail.log", "aioimaplib.aioimaplib"):
        logging.getLogger(name).warning("%s", CANARY)
    assert lines(capsys) == []
