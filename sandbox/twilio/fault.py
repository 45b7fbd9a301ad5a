"""Faults: the ways in which Twilio, a carrier, or the way there goes wrong; ordered by a test, used up one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from sandbox.hanging import Hanging

CallFault: TypeAlias = Literal[
    "error",  # the REST error `code`, with the status of `catalog`
    "rate_limited",  # 429 with code 20429, and Retry-After when `seconds` is more than 0
    "server_error",  # 500, no effect
    "unavailable",  # 503, no effect
    "hang",  # answered after `seconds` or when lifted; without effect if the client has gone by then
    "slow",  # has its effect at once, is answered after `seconds` or when lifted
    "drop_before",  # the connection breaks before the call had any effect
    "lost_reply",  # the call has its effect, then the connection breaks
]
CarrierFault: TypeAlias = Literal[
    "undelivered",  # the message ends so, with `code`
    "failed",  # the message ends so, with `code`
    "silent",  # it arrives, but nobody hears: it stays "sent" for ever
    "shuffled",  # its status callbacks arrive last first
]
WebhookFault: TypeAlias = Literal[
    "duplicate",  # the same request twice, each with its own idempotency token
    "delay",  # it sets out `seconds` late, or when lifted
    "answer_lost",  # it arrives, but the answer to it does not: it is tried again, with the same idempotency token
    "never",  # it does not set out
]
FaultKind: TypeAlias = CallFault | CarrierFault | WebhookFault
CALL_FAULTS: tuple[str, ...] = get_args(CallFault)
CARRIER_FAULTS: tuple[str, ...] = get_args(CarrierFault)
WEBHOOK_FAULTS: tuple[str, ...] = get_args(WebhookFault)


@dataclass(frozen=True)
class Fault:
    """One fault. `code` is the error code of `error`, `undelivered` and `failed`.

    `to` limits it to messages to this number (a REST call by its `To`), `method` a call to one HTTP method, `kind_of`
    a webhook to "message" or "status", `status` a status callback to that of one MessageStatus.
    """

    kind: FaultKind
    code: int = 30008
    seconds: float = 1.0
    to: str = ""
    method: str = ""
    kind_of: str = ""
    status: str = ""


Fits: TypeAlias = Callable[[Fault], bool]


class Faults:
    """Those still to come."""

    def __init__(self) -> None:
        self.ordered: list[Fault] = []
        self._hanging = Hanging()

    def take_call(self, method: str, to: str) -> Fault | None:
        """What goes wrong with this REST call."""
        return self._take(CALL_FAULTS, lambda one: one.method in ("", method) and one.to in ("", to))

    def take_carrier(self, kinds: tuple[str, ...], to: str) -> Fault | None:
        """What goes wrong with this message."""
        return self._take(kinds, lambda one: one.to in ("", to))

    def take_webhook(self, kind_of: str, status: str) -> Fault | None:
        """What goes wrong with this webhook."""
        return self._take(WEBHOOK_FAULTS, lambda one: one.kind_of in ("", kind_of) and one.status in ("", status))

    def _take(self, kinds: tuple[str, ...], fits: Fits) -> Fault | None:
        found = next((one for one in self.ordered if one.kind in kinds and fits(one)), None)
        if found is not None:
            self.ordered.remove(found)
        return found

    async def wait(self, seconds: float) -> None:
        """Wait this long, or until the faults are lifted."""
        await self._hanging.wait(seconds)

    def lift(self) -> None:
        """Nothing goes wrong any more; what hangs goes on."""
        self.ordered.clear()
        self._hanging.end()
