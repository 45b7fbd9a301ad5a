"""The core is pure: a turn neither looks at the clock, nor reads or writes anything, nor throws dice."""

from __future__ import annotations

import datetime as datetime_module
import os
import random
import secrets
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest

from agent_core.agent import Agent, Thought
from agent_core.context import render
from agent_core.steps import Ask, Say
from agent_core.thread import Thread
from agent_core.turn import run_turn
from agent_core.values import FormField
from tests.unit.core.crowds import AGENT as CROWD, LADDER, STATES, TWO, Crowd
from tests.unit.core.moves import Tells, Waits
from tests.unit.core.story import (
    ANA,
    ANA_BY_TEXT,
    BO,
    BO_BY_TEXT,
    CY,
    DEPLOY,
    LOOK,
    PEOPLE,
    TIDY,
    UNDOABLE,
    Story,
    at_once,
)

OUTSIDE = ("open", "os.", "socket.", "subprocess.", "import", "shutil.", "tempfile.", "urllib.", "glob.", "ctypes.")
DICE = [
    (time, ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "localtime", "gmtime")),
    (random, ("random", "randint", "choice", "getrandbits", "shuffle")),
    (secrets, ("token_hex", "token_bytes", "token_urlsafe", "choice", "randbelow")),
    (uuid, ("uuid1", "uuid4")),
    (os, ("urandom", "getpid")),
    (socket, ("socket", "getaddrinfo")),
]
_guarded = threading.local()


class Impure(BaseException):
    """The core did something that a function of its arguments does not do. Not an `Exception`: nothing swallows it."""


def _audit(event: str, args: tuple[object, ...]) -> None:
    if getattr(_guarded, "on", False) and event.startswith(OUTSIDE):
        raise Impure(f"{event} {args[:1]}")


@pytest.fixture(scope="module", autouse=True)
def _hook() -> None:
    sys.addaudithook(_audit)  # There is no way to take one out again; it sleeps while no guard is on.


class _NoClock(datetime_module.datetime):
    @classmethod
    def now(cls, tz: datetime_module.tzinfo | None = None) -> NoReturn:
        raise Impure("datetime.now")

    @classmethod
    def utcnow(cls) -> NoReturn:
        raise Impure("datetime.utcnow")


def _poison(name: str) -> Callable[..., NoReturn]:
    def poisoned(*_: object, **__: object) -> NoReturn:
        raise Impure(name)

    return poisoned


@contextmanager
def poisoned() -> Iterator[None]:
    """Until the end: the clock, the dice and the whole outside raise Impure."""
    with pytest.MonkeyPatch.context() as patch:
        for module, names in DICE:
            for name in names:
                patch.setattr(module, name, _poison(f"{module.__name__}.{name}"))
        for module in [m for n, m in sys.modules.items() if n.startswith("agent_core")]:
            if getattr(module, "datetime", None) is datetime_module.datetime:
                patch.setattr(module, "datetime", _NoClock)
        patch.setattr(datetime_module, "datetime", _NoClock)
        _guarded.on = True
        try:
            yield
        finally:
            _guarded.on = False


def tell() -> Story:
    """Every kind of turn: asking, deciding, running, failing, stopping; and every context is rendered."""
    story = Story()
    story.says(ANA, "deploy 1.4.2")
    story.turn(Thought(outcome="invalid"), Ask(question="Where to?", choices=("staging", "production")))
    story.says(ANA, "production")
    story.turn(DEPLOY)
    story.says(BO, "approve 123456, but wait", answers=story.request.id)
    story.turn()
    story.says(BO, "approve 123456", answers=story.request.id)
    story.turn()
    story.ends(story.call, "ok", "done")
    story.turn(Say(text="Done."))
    story.says(ANA, "look around")
    story.turn(LOOK)
    story.ends(story.call, "unknown", "?")
    story.turn()
    story.says(ANA, "again")
    story.turn(DEPLOY)
    story.now = story.request.expires_at
    story.fires(story.request.id)
    story.turn(Say(text="Expired."))
    story.control("stop")
    story.turn()
    render(story.thread)
    return story


def tell_by_text() -> Story:
    """A form field by field, an approval that is taken back and given again, a card that goes another way."""
    story = Story(UNDOABLE, people=PEOPLE)
    story.says(ANA_BY_TEXT, "tidy up")
    story.turn(Ask(question="Where?", fields=(FormField(name="where", label="Where"), FormField(name="n", label="N"))))
    story.says(ANA_BY_TEXT, "here")
    story.turn()
    story.says(ANA_BY_TEXT, "2")
    story.turn(TIDY)
    story.lost(story.request.id, BO_BY_TEXT.identity)
    story.turn()
    for word in ("A 123456", "U 123456", "A 123456"):
        story.says(BO_BY_TEXT, word, story.request.id)
        story.turn()
    story.now = story.thread.held[0].until or story.now
    story.fires(f"undo:{story.request.id}")
    story.turn()
    render(story.thread)
    return story


def tell_in_a_crowd() -> Story:
    """A tool that tells first, several people, a ladder, a question back, and what the policy allows by itself."""
    story = Crowd(TWO, CROWD)
    story.says(ANA, "deploy 1.4.2")
    story.turn(DEPLOY)
    Tells("ok", STATES[0]).play(story)
    story.turn()
    story.clicks(BO, story.request.id, "ask", reason="why?")
    story.clicks(BO, story.request.id, "approve")
    story.turn()
    story.clicks(CY, story.request.id, "approve")
    story.turn()
    story.ends(story.call, "ok", "done")
    story.turn(TIDY)
    story.ends(story.call, "ok", "done")
    story.turn(Say(text="Done."))
    story.change(LADDER)
    story.says(ANA, "again")
    story.turn(DEPLOY)
    Tells("ok", STATES[1]).play(story)
    story.turn()
    Waits(6).play(story)
    story.turn()
    render(story.thread)
    return story


def test_the_core_plays_a_whole_story_with_clock_dice_and_the_outside_poisoned() -> None:
    tell()  # Imports and caches that come with a first time are not the core's doing.
    tell_by_text()
    tell_in_a_crowd()
    with poisoned():
        story, by_text, crowd = tell(), tell_by_text(), tell_in_a_crowd()

    assert len(story.log) > 30
    assert {"previewed", "vote", "request_raised", "allowed", "tool_call"} <= {event.type for event in crowd.log}
    assert {"field_request", "approval_held", "redirect", "tool_call"} <= {event.type for event in by_text.log}


def test_the_same_story_is_told_in_the_same_bytes() -> None:
    for telling in (tell, tell_by_text, tell_in_a_crowd):
        first, second = telling(), telling()
        assert [e.model_dump_json() for e in first.log] == [e.model_dump_json() for e in second.log]


IMPURITIES: dict[str, Callable[[], Any]] = {
    "time.time": lambda: time.time(),
    "datetime.now": lambda: datetime_module.datetime.now(),
    "open": lambda: open(__file__),  # noqa: SIM115
    "a path": lambda: Path(__file__).read_text(encoding="utf-8"),
    "a folder": lambda: os.listdir("."),
    "os.urandom": lambda: os.urandom(1),
    "random": lambda: random.random(),
    "secrets": lambda: secrets.token_hex(),
    "uuid4": lambda: uuid.uuid4(),
    "a socket": lambda: socket.socket(),
    "a connection": lambda: socket.create_connection(("127.0.0.1", 9)),
    "a process": lambda: os.system("true"),
}


@pytest.mark.parametrize("what", IMPURITIES)
def test_the_poison_works(what: str) -> None:
    """A turn whose model does one of these is caught, so one whose core did would be."""

    class Model:
        async def next_step(self, agent: Agent, thread: Thread) -> Thought:
            IMPURITIES[what]()
            return Thought(outcome="step", step=Say(text="hello"))

    story = Story()
    story.says(ANA, "hello")
    turn = run_turn(story.thread, story.setting(story.now), Model())

    with poisoned(), pytest.raises(Impure):
        at_once(turn)
