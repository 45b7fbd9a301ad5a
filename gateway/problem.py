"""Problems: what went wrong at the REST door, as `application/problem+json` (RFC 9457), with a type to act on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from starlette.responses import JSONResponse

from agent_core.values import Frozen

MEDIA_TYPE = "application/problem+json"
Kind = Literal[
    "urn:holdpoint:token-needed",
    "urn:holdpoint:scope-missing",
    "urn:holdpoint:no-such-thread",
    "urn:holdpoint:nothing-here",
    "urn:holdpoint:not-this-method",
    "urn:holdpoint:not-valid",
    "urn:holdpoint:body-too-large",
    "urn:holdpoint:body-too-slow",
    "urn:holdpoint:not-stored",
    "urn:holdpoint:refused",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
_OF_STATUS: Mapping[int, Kind] = {
    401: "urn:holdpoint:token-needed",
    403: "urn:holdpoint:scope-missing",
    404: "urn:holdpoint:nothing-here",
    405: "urn:holdpoint:not-this-method",
}


class Problem(Frozen):
    """`type` is for programs, `detail` for people. Nothing was done."""

    type: Kind
    status: int
    detail: str


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "A problem: nothing was done.",
        "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}},
    }
}


def problem(status: int, kind: Kind, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The answer that says so."""
    body = Problem(type=kind, status=status, detail=detail)
    return JSONResponse(body.model_dump(), status, headers, media_type=MEDIA_TYPE)


def kind_of(status: int) -> Kind:
    """The type of a problem of which only the status is known."""
    return _OF_STATUS.get(status, "urn:holdpoint:refused")
