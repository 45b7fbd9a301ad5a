"""Payloads gone wrong: fixtures in which something is other than Slack sends it, and bodies that are odd throughout."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from tests.unit.adapters.slack.payloads import FIXTURES, NAMES
from tests.unit.adapters.spoiled import Spoiler

WRONG: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, float("nan"), float("inf"), 10**400, "", "x", "\ud800", "\u202e", "../..", "U0ANA\n",
    "T0ACME/U0BO", "1.1.1", "9" * 400, [], [None], ["x"], [{}], {}, {"id": None}, {"type": []}, [[[]]],
)  # fmt: skip
SPOILER = Spoiler(WRONG, ("<", ">", "|", "&", " ", "\x00", "\ud800", "/", ":"))


def gone_wrong(many: int, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """So many of them, each with the name of the fixture it was; the same for the same seed."""
    dice = random.Random(seed)
    bodies = [(name, (FIXTURES / f"{name}.json").read_text()) for name in NAMES]
    for number in range(many):
        name, body = bodies[number % len(bodies)]
        data = json.loads(body)
        SPOILER.spoil(data, dice, most=3)
        yield name, data


_HEAD = b'{"type":"event_callback","team_id":"T0ACME","api_app_id":"A0HOLDPOINT","event":{"type":"message",'
_SAID = b'"channel":"D0ANA","channel_type":"im","user":"U0ANA","ts":"1790000000.000100","text":"hi"'

# By what is odd: the body, and whether it can be read nevertheless.
ODD: dict[str, tuple[bytes, bool]] = {
    "nothing": (b"", True),
    "blanks": (b" \r\n\t", True),
    "no text": (b"\xff\xfe{}", False),
    "half of an object": (b'{"type": "event_callback"', False),
    "two objects": (b"{}{}", False),
    "a list": (b"[{}]", False),
    "a key twice": (_HEAD + _SAID + b',"text":"ho"}}', True),
    "NaN": (_HEAD + _SAID + b',"odd":[NaN,Infinity,-Infinity,1e999]}}', True),
    "a number of too many digits": (b'{"a":' + b"9" * 5000 + b"}", False),
    "a number of as many digits as can be": (_HEAD + _SAID + b',"odd":' + b"9" * 4300 + b"}}", True),
    "half a surrogate pair": (_HEAD + _SAID.replace(b"hi", b"\\ud83d") + b"}}", True),
    "half a pair in a key": (_HEAD + _SAID + b',"\\udc00":"\\ud800"}}', True),
    "a null byte": (_HEAD + _SAID.replace(b"hi", b"\\u0000") + b"}}", True),
    "a form whose payload is no JSON": (b"payload=%7Bnope", False),
    "a form whose payload is a list": (b"payload=%5B1%5D", False),
    "a form without a payload": (b"payload=", False),
    "two payloads": (b"payload=%7B%7D&payload=nope", False),
    "broken percents": (b"payload=%7B%22a%22%3A%ZZ%", False),
    "broken percents in a command": (b"command=%2Fholdpoint%&text=%C3%28%E0&user_id=U0ANA&trigger_id=1.2", True),
    "too many fields": (b"&".join(b"a=1" for _ in range(101)), False),
    "an envelope around nothing": (b'{"envelope_id":"1","payload":null}', True),
    "an envelope in an envelope": (b'{"envelope_id":"1","payload":{"envelope_id":"2","payload":{}}}', True),
}


def nested(depth: int) -> bytes:
    """A message with something in it that is so many levels deep."""
    return _HEAD + _SAID + b',"odd":' + b"[" * depth + b"]" * depth + b"}}"
