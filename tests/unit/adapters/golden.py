"""Golden files: what people were shown, as it was looked at and kept."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue


def matches(golden: Path, text: str) -> bool:
    """Whether the golden file shows the same; `UPDATE_GOLDEN=1` writes the file first, to be read before it is kept."""
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    return text == golden.read_text(encoding="utf-8")


def matches_as_data(golden: Path, shown: Sequence[Mapping[str, JsonValue]]) -> bool:
    """The same, of what a platform is sent."""
    return matches(golden, json.dumps([dict(one) for one in shown], indent=1, ensure_ascii=False) + "\n")
