"""Payload: the events of Discord's gateway that say something, read without side effects.

Whatever the payload, only Unreadable comes out. Interactions, which must be answered as well, are `interaction`'s.
"""

from __future__ import annotations

from adapters.discord import message
from adapters.discord.meaning import Room, Spoken, Us
from adapters.discord.wire import ident
from adapters.heard import Ignored
from adapters.wire import Json

CREATED, UPDATED, DELETED, DELETED_MANY = "MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK"
INTERACTION = "INTERACTION_CREATE"
SPOKEN = frozenset({CREATED, UPDATED, DELETED, DELETED_MANY})


def spoken(event: str, data: Json, us: Us, room: Room, evidence: str) -> Spoken:
    """What the event of this name says, or why it is not for us. Raises Unreadable."""
    if event == CREATED:
        return message.read(data, us, room, evidence)
    if event == UPDATED:
        return message.revised(data, us, room, evidence)
    if event in SPOKEN:
        return Ignored(kind="deleted", detail=ident(data, "id"))
    return Ignored(kind="unknown-event", detail=event[:80])
