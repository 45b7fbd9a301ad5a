"""A client of the REST door, for the command line: `HOLDPOINT_URL` and `HOLDPOINT_TOKEN` say where and as whom."""

from __future__ import annotations

import os
from typing import Any

import httpx

DEFAULT_URL = "http://127.0.0.1:8080"


def ask(method: str, path: str, **given: Any) -> Any:
    """The answer's JSON. Raises SystemExit with the problem in one line."""
    url, token = os.environ.get("HOLDPOINT_URL", DEFAULT_URL), os.environ.get("HOLDPOINT_TOKEN", "")
    if not token:
        raise SystemExit("holdpoint: set HOLDPOINT_TOKEN; `holdpoint tokens create` makes one")
    try:
        answer = httpx.request(method, f"{url}/v1{path}", headers={"Authorization": f"Bearer {token}"}, **given)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SystemExit(f"holdpoint: {url} does not answer: {type(error).__name__}") from None
    try:
        said = answer.json()
    except ValueError:
        raise SystemExit(f"holdpoint: {url} answers {answer.status_code}, but not as Holdpoint does") from None
    if answer.is_error:
        raise SystemExit(f"holdpoint: {said.get('detail') or answer.status_code}")
    return said
