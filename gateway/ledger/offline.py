"""Offline: an export is checked by itself. Its lines chain, none is missing, and each call is the one of its hash."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from agent_core.approvals import digest
from agent_core.values import Call
from gateway.ledger.exporting import FORMAT, line_hash


def faults(lines: Iterable[str]) -> Iterator[str]:
    """What is wrong with an export, one line each; nothing when it is whole. After a break, no more is looked at."""
    last, number, ended = "", 0, False
    for number, text in enumerate(lines, start=1):
        try:
            line = json.loads(text)
            body = {name: value for name, value in line.items() if name != "hash"}
            follows = line_hash(last, body) == line["hash"]
        except (ValueError, KeyError, TypeError, AttributeError):
            yield f"line {number}: cannot be read"
            return
        if ended or line.get("line") != number or not follows:
            yield f"line {number}: does not follow from the one before"
            return
        last, ended = line["hash"], "trailer" in line
        yield from (f"line {number}: {why}" for why in (_end(line, number) if ended else _decision(line)))
    if not ended:
        yield f"line {number + 1}: the trailer is missing"


def _end(line: dict[str, Any], number: int) -> Iterator[str]:
    trailer = line["trailer"]
    if not isinstance(trailer, dict) or trailer.get("format") != FORMAT:
        yield f"this is not an export of format {FORMAT}"
    elif trailer.get("decisions") != number - 1:
        yield f"it speaks of {trailer.get('decisions')} decisions"


def _decision(line: dict[str, Any]) -> Iterator[str]:
    """The hashes of a decision, worked out anew."""
    try:
        one = line["decision"]
        run = one["run"]
        state = one["state"] if one["kind"] == "asked" else (run or {}).get("state", "")
        if _hashed(one, one["call"], one["policy"], state) != one["digest"]:
            yield f"{one['id']}: its call is not the one of its hash"
        if run and _hashed(one, run["call"], run["policy"], run["state"]) != run["digest"]:
            yield f"{one['id']}: what ran is not the call of its hash"
        if run and run["call"] != ((one["closed"] or {}).get("call") or one["call"]):
            yield f"{one['id']}: what ran is not what was approved"
        if run and len(run["starts"]) > 1:
            yield f"{one['id']}: it was started {len(run['starts'])} times"
    except (KeyError, TypeError, ValueError, AttributeError):
        yield "it is no decision"


def _hashed(one: dict[str, Any], call: dict[str, Any], policy: str, state: str) -> str:
    return digest(tenant=one["tenant"], thread_id=one["thread"], call=Call(**call), policy=policy, state=state)
