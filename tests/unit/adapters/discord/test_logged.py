"""What is logged of Discord reaches the log: a field that telemetry does not know would be dropped without a word."""

from __future__ import annotations

import ast
from pathlib import Path

import adapters.discord
from gateway.telemetry import ALLOWED

LEVELS = {"debug", "info", "warning", "error", "exception"}


def fields(source: str) -> set[str]:
    """The names of what is logged besides the event."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    logged = [
        call
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in LEVELS
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "log"
    ]
    return {str(keyword.arg) for call in logged for keyword in call.keywords}


def test_every_field_that_is_logged_can_be_read_there() -> None:
    files = Path(str(adapters.discord.__file__)).parent.glob("*.py")
    found = set[str]().union(*(fields(file.read_text()) for file in files))
    assert "source" in found
    assert found - ALLOWED == set()
