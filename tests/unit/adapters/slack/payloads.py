"""Payloads as Slack posts them, from the fixtures, and who we are in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from adapters.slack.meaning import Meaning, Us
from adapters.slack.payload import understand

FIXTURES = Path(__file__).parents[3] / "fixtures" / "slack"
NAMES = tuple(sorted(path.stem for path in FIXTURES.glob("*.json")))

US = Us(app_id="A0HOLDPOINT", team="T0ACME", bot_user="U0HOLDPOINT", bot_id="B0HOLDPOINT")
ORG = US.model_copy(update={"team": "E0ACME"})

TICKET = "dGlja2V0LXRoYXQtbG9va3MtcmFuZG9t.c2lnbmF0dXJl"
DIGEST = "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2


def payload(name: str) -> dict[str, Any]:
    """A fresh copy of a fixture."""
    loaded: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return loaded


def read(name: str, us: Us = US) -> Meaning:
    """A fixture as we understand it."""
    return understand(payload(name), us)
