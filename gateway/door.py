"""The door: what the web role is given to answer with. Nothing here can act as anybody but the caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.base import Desk, WebhookAdapter
from agent_core.tools import Tool
from gateway.access import Access
from gateway.inbound import Inbound
from gateway.keyring import Keyring
from gateway.limits import Admits
from gateway.ports import ThreadStore
from gateway.storage import Guard
from gateway.threads import Threads

if TYPE_CHECKING:
    from gateway.slack_install import SlackInstalling


@dataclass(frozen=True)
class Hook:
    """A channel whose platform posts to us, and the desk that takes what it hears."""

    adapter: WebhookAdapter
    desk: Desk


@dataclass(frozen=True)
class Door:
    """`durability` is the class in force; `public_url` is where people reach us; `hooks` by channel.
    `admits` is where more may be posted than elsewhere.

    `installing` is there where any workspace may install our Slack app; `tools` by name, for changed arguments.
    """

    store: ThreadStore
    threads: Threads
    access: Access
    inbound: Inbound
    keyring: Keyring
    guard: Guard
    durability: str
    public_url: str
    hooks: Mapping[str, Hook] = field(default_factory=dict)
    admits: Admits = field(default_factory=dict)
    installing: SlackInstalling | None = None
    tools: Mapping[str, Tool] = field(default_factory=dict)
