"""views.*: modals, opened by a fresh trigger_id and stacked up to three, and the Home tab.

Unsure: views.open while a modal is open; here the new one takes the place of the whole stack.
"""

from __future__ import annotations

from sandbox.slack.errors import Refusal
from sandbox.slack.methods.call import Call
from sandbox.slack.shapes import Json
from sandbox.slack.surface import STACK, View, checked, new_hash


async def open_view(call: Call) -> Json:
    """views.open: a modal for whoever made the gesture, in place of the modals that were there."""
    definition = _definition(call, "modal")
    user = _exchange(call)
    view = _new(call, user, definition)
    view.root = view.id
    call.core.modals[user] = [view]
    return _answer(call, view)


async def push(call: Call) -> Json:
    """views.push: a modal on top of the one the gesture was made in."""
    definition = _definition(call, "modal")
    user = _exchange(call)
    stack = call.core.modals.get(user, [])
    if not stack:
        raise Refusal("not_found")
    view = stacked(call, user, definition)
    return _answer(call, view)


async def update(call: Call) -> Json:
    """views.update: by view_id or external_id; a `hash` that is not the last one is refused."""
    definition = _definition(call, "modal")
    view = _find(call)
    if call.text("hash") and call.text("hash") != view.hash:
        raise Refusal("hash_conflict")
    view.replace(definition, call.core.clock.now())
    return _answer(call, view)


async def publish(call: Call) -> Json:
    """views.publish: the Home tab of one person."""
    definition = _definition(call, "home")
    user = call.user("user_id")
    old = call.core.homes.get(user.id)
    if call.text("hash") and (old is None or call.text("hash") != old.hash):
        raise Refusal("hash_conflict")
    if old is not None:
        old.replace(definition, call.core.clock.now())
        return _answer(call, old)
    view = _new(call, user.id, definition)
    view.root = view.id
    call.core.homes[user.id] = view
    return _answer(call, view)


def stacked(call: Call, user: str, definition: Json) -> View:
    """The view put on top of somebody's stack."""
    stack = call.core.modals[user]
    if len(stack) >= STACK:
        raise Refusal("push_limit_reached")
    view = _new(call, user, definition)
    view.root, view.previous = stack[0].id, stack[-1].id
    stack.append(view)
    return view


def _definition(call: Call, kind: str) -> Json:
    call.require("view")
    definition = checked(call.json("view", "invalid_arguments"), kind)
    external = definition.get("external_id")
    shown = [one for stack in call.core.modals.values() for one in stack]
    taken = [one for one in shown if external and one.definition.get("external_id") == external]
    if taken and taken[0].id != call.text("view_id") and call.text("external_id") != external:
        raise Refusal("duplicate_external_id")
    return definition


def _exchange(call: Call) -> str:
    call.require("trigger_id")
    return call.core.tickets.exchange(call.text("trigger_id")).user


def _find(call: Call) -> View:
    view_id, external = call.text("view_id"), call.text("external_id")
    if not view_id and not external:
        call.require("view_id")
    for stack in call.core.modals.values():
        for view in stack:
            if view.id == view_id or (external and view.definition.get("external_id") == external):
                return view
    raise Refusal("not_found")


def _new(call: Call, user: str, definition: Json) -> View:
    return View(call.core.ids.named("V"), call.team_id, user, definition, new_hash(call.core.clock.now()), "")


def _answer(call: Call, view: View) -> Json:
    return {"ok": True, "view": call.core.shown_view(view)}
