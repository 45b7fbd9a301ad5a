"""Interaction: presses, forms sent off and slash commands, pure. Whatever the shapes, only Unreadable comes out.

The same reader takes what the gateway sends and what Discord posts. An option of a select of ours has its number as its
value, counted from 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from pydantic import SecretStr

from adapters.discord.buttons import TO, Carried, carried
from adapters.discord.meaning import Acted, Changed, Chose, Interaction, Modal, Opens, Ping, Room, Slash, Us, Verb
from adapters.discord.said import plain, shown
from adapters.discord.where import CHANNEL, seal_of
from adapters.discord.wire import author, ident, number, room_of, texts, user_of
from adapters.errors import Unreadable
from adapters.heard import Filled, Ignored, Pressed
from adapters.wire import Json, child, children, required, words
from agent_core.values import Author, Decision

_PING, _COMMAND, _COMPONENT, _AUTOCOMPLETE, _MODAL = 1, 2, 3, 4, 5
_CHAT_INPUT = 1
_BUTTON, _SELECT = 2, 3
# Neither a server nor the direct messages with us: somewhere they took us along to, and we cannot write.
_PRIVATE, _GROUP = 2, 3
_OURS = "hp:"
_MODALS: Mapping[str, Modal] = {name: name for name in get_args(Modal)}
_DECISIONS: Mapping[str, Decision] = {"deny": "deny", "ask": "ask", "instead": "answer", "delegate": "delegate"}
_VERBS: Mapping[str, Verb] = {"ask": "ask", "status": "status", "stop": "stop"}
_INDEX = re.compile(r"[0-9]{1,2}")
_TOKEN = re.compile(r"[A-Za-z0-9._~=+-]{1,1000}")


@dataclass(frozen=True)
class _Act:
    """What every kind has in common: its own id, who did it, and the place as tickets are sealed for it."""

    id: str
    author: Author
    seal: str


def read(payload: Json, us: Us, evidence: str) -> tuple[Acted, Interaction | None]:
    """What an interaction means, and how it is answered. Raises Unreadable.

    There is nothing to answer it by only if it is a ping, or another application's. `evidence` is how we know who did.
    """
    if ident(payload, "application_id") != us.application:
        return Ignored(kind="other-app", detail=ident(payload, "application_id")), None
    kind = number(payload, "type")
    if kind == _PING:
        return Ping(), None
    found = _interaction(payload)
    if unheard := _unheard(payload):
        return unheard, found
    reader = _READERS.get(kind or 0)
    if reader is None:
        return Ignored(kind="unknown", detail=f"interaction type {kind}"[:80]), found
    act = _Act(
        id=f"{CHANNEL}:{found.id}",
        author=author(found.user, child(payload, "member"), found.room.guild, evidence),
        seal=seal_of(found.room.guild, found.user),
    )
    return reader(child(payload, "data"), act), found


def _interaction(payload: Json) -> Interaction:
    token = words(payload, "token")
    if not _TOKEN.fullmatch(token):
        raise Unreadable("the interaction's token is missing or is none")
    return Interaction(
        id=required(ident(payload, "id"), "the interaction's id"),
        application=required(ident(payload, "application_id"), "the application"),
        token=SecretStr(token),
        room=_room(payload),
        user=required(ident(user_of(payload), "id"), "the user"),
        message=ident(payload, "message", "id"),
    )


def _room(payload: Json) -> Room:
    """Where it happened. What the interaction says of its server outranks what its channel says."""
    guild = ident(payload, "guild_id") or ident(payload, "guild", "id")
    channel = {"id": ident(payload, "channel_id"), **child(payload, "channel")}
    return room_of(channel | {"guild_id": guild} if guild else channel)


def _unheard(payload: Json) -> Ignored | None:
    """Why nobody whom we hear did this, or where we do not hear."""
    if user_of(payload).get("bot"):
        return Ignored(kind="bot", detail="done by an app or bot")
    if number(payload, "context") == _PRIVATE or number(payload, "channel", "type") == _GROUP:
        return Ignored(kind="private-channel", detail="among people who took the app along")
    return None


# --- buttons and selects


def _component(data: Json, act: _Act) -> Acted:
    carries = words(data, "custom_id")
    found = carried(carries)
    if found is None:
        return Ignored(kind="no-ticket" if carries.startswith(_OURS) else "unknown-button", detail=carries[:100])
    if found.word == "choose":
        return _chosen(data, found, act)
    if number(data, "component_type") != _BUTTON or found.index is not None:
        return Ignored(kind="unknown-button", detail=found.word)
    if kind := _MODALS.get(found.word):
        return Opens(
            kind=kind, carried=carries, ticket=found.ticket, digest=found.digest, seal=act.seal, author=act.author
        )
    return Pressed(
        id=act.id,
        author=act.author,
        ticket=found.ticket,
        seal=act.seal,
        decision="undo" if found.word == "undo" else "approve",
        digest=found.digest,
    )


def _chosen(data: Json, found: Carried, act: _Act) -> Chose | Ignored:
    """A choice by its own button, or by the options of a select."""
    kind = number(data, "component_type")
    if kind == _BUTTON and found.index is not None:
        indexes: tuple[int, ...] = (found.index,)
    elif kind == _SELECT and found.index is None:
        values = tuple(dict.fromkeys(texts(data, "values")))
        if not values or not all(_INDEX.fullmatch(value) for value in values):
            return Ignored(kind="unknown-choice", detail=f"{len(values)} values")
        indexes = tuple(int(value) for value in values)
    else:
        return Ignored(kind="unknown-button", detail=found.word)
    return Chose(id=act.id, author=act.author, ticket=found.ticket, seal=act.seal, indexes=indexes)


# --- forms


def _sent_off(data: Json, act: _Act) -> Acted:
    carries = words(data, "custom_id")
    found = carried(carries)
    if found is None:
        return Ignored(kind="no-ticket" if carries.startswith(_OURS) else "unknown-modal", detail=carries[:100])
    values = tuple(_values(data))
    if found.index is not None or found.word not in _MODALS:
        return Ignored(kind="unknown-modal", detail=found.word)
    if decision := _DECISIONS.get(found.word):
        return Pressed(
            id=act.id,
            author=act.author,
            ticket=found.ticket,
            seal=act.seal,
            decision=decision,
            digest=found.digest,
            reason="\n".join(text for name, text in values if name != TO),
            to="".join(text for name, text in values if name == TO),
        )
    if found.word == "edit":
        return Changed(
            id=act.id, author=act.author, ticket=found.ticket, digest=found.digest, seal=act.seal, values=values
        )
    return Filled(id=act.id, author=act.author, ticket=found.ticket, seal=act.seal, values=values)


def _values(data: Json) -> Iterator[tuple[str, str]]:
    """What was filled in, by input, in their order; an input of several choices once for each. Blanks are left out."""
    for one in _inputs(data):
        name = words(one, "custom_id")
        yield from ((name, text) for text in (words(one, "value"), *texts(one, "values")) if name and text.strip())


def _inputs(data: Json) -> Iterator[Json]:
    """The inputs of a form: one in each label, or, as forms were built before, in rows."""
    for block in children(data, "components"):
        yield child(block, "component")
        yield from children(block, "components")


# --- commands


def _command(data: Json, act: _Act) -> Slash | Ignored:
    verb = _VERBS.get(words(data, "name"))
    if verb is None or number(data, "type") not in (None, _CHAT_INPUT):
        return Ignored(kind="unknown-command", detail=words(data, "name")[:100])
    said = next((words(one, "value") for one in children(data, "options") if one.get("name") == "what"), "")
    return Slash(id=act.id, verb=verb, text=plain(said, _names(data)), author=act.author)


def _names(data: Json) -> dict[str, str]:
    return {user: shown(words(found, "username")) for user, found in child(data, "resolved", "users").items()}


def _autocomplete(data: Json, act: _Act) -> Ignored:
    return Ignored(kind="autocomplete", detail=words(data, "name")[:100])


_READERS: Mapping[int, Callable[[Json, _Act], Acted]] = {
    _COMMAND: _command,
    _COMPONENT: _component,
    _AUTOCOMPLETE: _autocomplete,
    _MODAL: _sent_off,
}
