"""Deliveries: how messages to people ended, and which way they went instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import AwareDatetime

from agent_core.values import Fact, Text


class Delivery(Fact):
    """How a message to somebody ended. `cause` is the event it carried, `provider_id` the far end's own id.

    `sent` is the far end's word that it took it, `delivered` that it arrived; either may be followed by `failed`.
    `waiting` is no end: there is no room for it yet, as they were asked so much of late.
    `again`: the same way may well work later.
    """

    type: Literal["delivery"] = "delivery"
    effect_id: str
    cause: str
    to: str
    outcome: Literal["sent", "delivered", "failed", "unknown", "refused", "dead", "waiting"]
    provider_id: str = ""
    detail: Text = ""
    again: bool = False


class Redirect(Fact):
    """The event `cause`, which did not reach `instead_of`, goes to `to`: another identity of the same person.

    With a `due` it is the same one once more, from that moment on.
    """

    type: Literal["redirect"] = "redirect"
    cause: str
    instead_of: str
    to: str
    due: AwareDatetime | None = None


def one_person(redirects: Sequence[Redirect], identity: str) -> frozenset[str]:
    """The identity, and those that something went to instead of it, or instead of which something went to it."""
    found = {identity}
    for one in (*redirects, *reversed(redirects)):
        if {one.instead_of, one.to} & found:
            found |= {one.instead_of, one.to}
    return frozenset(found)
