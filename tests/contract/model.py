"""The store as people understand it: threads, workers, tools and gates in a few fields, and what is due to whom.

It is written from the promises and knows nothing of ready sets, lanes, scripts or keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.ports import ApprovalState, Begun, NewEffect
from tests.contract.bench import stamped


@dataclass
class Gate:
    """An approval; `used` is the tool it was used for."""

    digest: str
    state: ApprovalState = "pending"
    start_by: int = 0
    used: str = ""


@dataclass
class Work:
    """A tool's run. `token` and `until` are its last runner's; `why` is why it was refused, if it was.

    Until it has `begun`, it has not started, and is like one that no runner ever had.
    """

    effect: NewEffect
    token: str = ""
    until: int = 0
    attempts: int = 0
    begun: bool = False
    why: str = ""
    stopped: bool = False
    ended: bool = False

    @property
    def may_wait(self) -> bool:
        """Whether a pause holds it: not what may be running, and not what only has to be refused once more."""
        return not self.begun and not self.why


@dataclass
class Known:
    """A thread. `token` and `until` are its worker's, if it has one."""

    log: list[bytes] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    unread: bool = False
    token: str = ""
    until: int = 0
    held: bool = False
    gates: dict[str, Gate] = field(default_factory=dict)
    work: list[Work] = field(default_factory=list)

    def told(self, text: bytes, now: int) -> None:
        """Something is in the log that the worker has not seen."""
        self.log.append(stamped(text, now))
        self.unread = True

    def needs_a_worker(self, now: int) -> bool:
        """Whether somebody must work on it and nobody in time does."""
        return self.until <= now and (self.unread or bool(self.token))

    def stop(self) -> None:
        """No tool that waits may start any more."""
        for work in self.work:
            work.stopped = work.stopped or not work.begun

    def due_tool(self, now: int) -> Work | None:
        """The first tool that has not ended, if a runner may have it now."""
        head = next((work for work in self.work if not work.ended), None)
        if head is None:
            return None
        free = head.until <= now if head.token else True
        return head if free and not (self.held and head.may_wait) else None

    def verdict(self, work: Work, now: int) -> tuple[str, str]:
        """How a tool that is due is given out: mode and why."""
        if work.begun:
            return "recover", ""
        why = work.why or self._refusal(work, now)
        return ("refused", why) if why else ("start", "")

    def word(self, work: Work, token: str) -> Begun:
        """What a runner hears that holds this token and says that the tool begins."""
        if work.ended or work.token != token:
            return "lost"
        if not work.may_wait:
            return "begun"
        return "stopped" if work.stopped else "lost" if self.held else "begun"

    def _refusal(self, work: Work, now: int) -> str:
        if work.stopped:
            return "stopped"
        if not work.effect.approval:
            return ""
        gate = self.gates.get(work.effect.approval)
        if gate is None or gate.state != "approved":
            return "not_approved"
        if gate.digest != work.effect.digest:
            return "changed"
        if gate.used not in ("", work.effect.id):
            return "used"
        return "lapsed" if now >= gate.start_by else ""


def due_tools(threads: Iterable[Known], now: int) -> dict[str, tuple[Known, Work]]:
    """The tools that may be given out now, by id."""
    heads = ((known, known.due_tool(now)) for known in threads)
    return {head.effect.id: (known, head) for known, head in heads if head}
