"""Views: what views.open refuses, a modal as Slack keeps it, and what was entered in its inputs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.slack import schema
from sandbox.slack.blocks import IN_VIEW, complaints, stored
from sandbox.slack.errors import Refusal, invalid_arguments
from sandbox.slack.ids import secret
from sandbox.slack.schema import complaint
from sandbox.slack.shapes import Json

LARGEST = 250_000
STACK = 3
_NAMES = {
    "modal": (
        *("type", "title", "blocks", "close", "submit", "private_metadata", "callback_id", "clear_on_close"),
        *("notify_on_close", "external_id", "submit_disabled"),
    ),
    "home": ("type", "blocks", "private_metadata", "callback_id", "external_id"),
}


def checked(view: object, kind: str) -> Json:
    """The view, if it may be shown as a `modal` or on the `home` tab."""
    if not isinstance(view, dict):
        raise invalid_arguments(complaint("missing required field: view", "/view"))
    found = list(_complaints(view, kind))
    if found:
        raise invalid_arguments(*found)
    if len(json.dumps(view)) > LARGEST:
        raise Refusal("view_too_large")
    return view | {"blocks": stored(view["blocks"])}


def _complaints(view: Json, kind: str) -> Iterator[str]:
    if view.get("type") != kind:
        yield complaint(f"unsupported type: {view.get('type')}", "/view")
        return
    yield from schema.known(view, _NAMES[kind], "/view")
    if kind == "modal":
        yield from schema.text(view, "title", 24, "/view")
        yield from schema.optional_text(view, "submit", 24, "/view")
        yield from schema.optional_text(view, "close", 24, "/view")
        inputs = any(isinstance(one, dict) and one.get("type") == "input" for one in schema.listed(view.get("blocks")))
        if inputs and "submit" not in view:
            yield complaint("missing required field: submit", "/view")
    yield from schema.optional(view, "private_metadata", 3000, "/view")
    yield from schema.optional(view, "callback_id", 255, "/view")
    yield from schema.optional(view, "external_id", 255, "/view")
    yield from schema.required(view, "blocks", "/view")
    yield from complaints(view.get("blocks", []), "/view/blocks", most=IN_VIEW)


@dataclass
class View:
    """A view on somebody's screen. `definition` is what the app sent, `values` what is entered: block, then action."""

    id: str
    team_id: str
    user: str
    definition: Json
    hash: str
    root: str
    previous: str | None = None
    values: dict[str, Json] = field(default_factory=dict)

    def replace(self, definition: Json, seconds: float) -> None:
        """Another definition: what was entered stays where block and action are the same."""
        self.definition = definition
        self.hash = new_hash(seconds)
        kept = {(block["block_id"], one.get("action_id")) for block in definition["blocks"] for one in inputs(block)}
        self.values = {
            block: {action: value for action, value in entered.items() if (block, action) in kept}
            for block, entered in self.values.items()
        }

    def shown(self, app_id: str, bot_id: str) -> Json:
        """The view object of answers and payloads."""
        defaults = {"private_metadata": "", "callback_id": "", "external_id": ""}
        modal = {"close": None, "submit": None, "clear_on_close": False, "notify_on_close": False}
        return {
            "id": self.id,
            "team_id": self.team_id,
            **defaults,
            **(modal if self.definition["type"] == "modal" else {}),
            **self.definition,
            "state": {"values": self.values},
            "hash": self.hash,
            "previous_view_id": self.previous,
            "root_view_id": self.root,
            "app_id": app_id,
            "app_installed_team_id": self.team_id,
            "bot_id": bot_id,
        }


def new_hash(seconds: float) -> str:
    """What tells one state of a view from the next."""
    return f"{int(seconds)}.{secret(8)}"


def inputs(block: Json) -> list[Json]:
    """The elements of a block that somebody can use."""
    if "element" in block:
        return [block["element"]]
    listed = [one for one in block.get("elements", []) if "action_id" in one]
    return listed + ([block["accessory"]] if "action_id" in block.get("accessory", {}) else [])
