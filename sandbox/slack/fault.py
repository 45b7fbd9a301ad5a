"""Faults: the ways in which Slack, or the way to it, goes wrong; ordered by a test, used up one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from sandbox.hanging import Hanging

ApiFault: TypeAlias = Literal[
    "rate_limited",  # 429 with Retry-After: `seconds`
    "server_error",  # 500, no effect
    "unavailable",  # 503, no effect
    "hang",  # answered after `seconds` or when lifted; without effect if the client has gone by then
    "drop_before",  # the connection breaks before the call had any effect
    "lost_reply",  # the call has its effect, then the connection breaks
    "error",  # `{"ok": false, "error": <error>}`, no effect
    "scope_missing",  # missing_scope, although granted
    "token_revoked",  # token_revoked, although live
]
DeliveryFault: TypeAlias = Literal[
    "duplicate",  # the same event, with the same event_id, twice
    "double_message",  # one gesture as two messages: two ts and event_ids, one client_msg_id
    "delay",  # the delivery sets out `seconds` late
    "stale_trigger",  # the trigger_id of the next interaction has expired on arrival
]
SocketFault: TypeAlias = Literal[
    "socket_drop",  # every open socket breaks, without a word
    "socket_deaf",  # the sockets now open stay open, but nothing comes through them any more
    "disconnect_warning",  # the socket says that it will close soon
    "disconnect_refresh",  # the socket says refresh_requested, and closes
    "disconnect_disabled",  # Socket Mode is switched off: link_disabled, and no new connections until lifted
]
FaultKind: TypeAlias = ApiFault | DeliveryFault | SocketFault
API_FAULTS: tuple[str, ...] = get_args(ApiFault)
DELIVERY_FAULTS: tuple[str, ...] = get_args(DeliveryFault)
SOCKET_FAULTS: tuple[str, ...] = get_args(SocketFault)


@dataclass(frozen=True)
class Fault:
    """One fault. `error` is what the fault `error` answers.

    `method` limits it: an API fault to one method; `duplicate` and `delay` to one type of event or interaction, or to
    one command.
    """

    kind: FaultKind
    method: str = ""
    seconds: float = 1.0
    error: str = "internal_error"


class Faults:
    """Those still to come. Socket faults act at once and are not kept here."""

    def __init__(self) -> None:
        self.ordered: list[Fault] = []
        self._hanging = Hanging()

    def take(self, kinds: tuple[str, ...], method: str = "") -> Fault | None:
        """The next fault of these kinds that fits this method, used up."""
        for fault in self.ordered:
            if fault.kind in kinds and fault.method in ("", method):
                self.ordered.remove(fault)
                return fault
        return None

    async def wait(self, seconds: float) -> None:
        """Wait this long, or until the faults are lifted."""
        await self._hanging.wait(seconds)

    def lift(self) -> None:
        """Nothing goes wrong any more; what hangs goes on."""
        self.ordered.clear()
        self._hanging.end()
