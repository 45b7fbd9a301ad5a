"""How `/_control` shows what no API of Discord's has: rooms, open forms, deliveries. Pure."""

from __future__ import annotations

from dataclasses import asdict

from sandbox.discord.courier import Delivery
from sandbox.discord.forms import Form
from sandbox.discord.shapes import Json
from sandbox.discord.world import DIRECT, Channel


def room_shown(channel: Channel) -> Json:
    """A room somebody can be in."""
    kind = "direct" if channel.type == DIRECT else "thread" if channel.is_thread else "channel"
    shown = {"id": channel.id, "name": channel.name, "kind": kind, "parent": channel.parent_id}
    return shown | {"archived": channel.archived, "locked": channel.locked}


def form_shown(form: Form) -> Json:
    """A form that lies open."""
    fields = [asdict(one) for one in form.fields]
    return {"title": form.title, "custom_id": form.custom_id, "fields": fields}


def delivery_shown(delivery: Delivery) -> Json:
    """Something the app was told."""
    return asdict(delivery)
