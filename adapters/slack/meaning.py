"""Meanings: what a payload of Slack can say to us, beyond what every channel hears.

`Us` is who we are in the workspace a payload came from; `understand` in payload.py reads against it.
"""

from __future__ import annotations

from typing import Literal

from adapters.heard import Filled, Ignored, Ordered, Pressed, Received, Revised
from agent_core.values import Author, Frozen, Text, WhyNot

Modal = Literal["deny", "edit", "answer", "ask", "instead", "delegate"]
Verb = Literal["ask", "status", "stop", "help"]


class Us(Frozen):
    """Our app as installed: `team` is the workspace, or the org where the app is installed org-wide.

    `enterprise` is the org the workspace belongs to, if any; its members are ours too. `workspaces` are those of the
    org that an org-wide app is granted: without them a member who sends off a modal may look like a stranger.
    """

    app_id: str
    team: str
    bot_user: str
    bot_id: str
    enterprise: str = ""
    workspaces: tuple[str, ...] = ()


class Whose(Frozen):
    """Whose a payload is: the key of the installation it was delivered for. Empty where Slack does not say."""

    team: str = ""
    enterprise: str = ""
    org_wide: bool = False


class Place(Frozen):
    """Where somebody pressed or commanded, so that they can be answered there. Empty where there is no such thing."""

    team: str
    user: str
    channel: str = ""
    message_ts: str = ""
    thread_ts: str = ""
    response_url: str = ""


class File(Frozen):
    """A file somebody attached; `size` in bytes, None where Slack does not say; `why_not` if it cannot be fetched.

    `asks`: Slack wants `files.info` asked before it tells more.
    """

    id: str
    name: Text = ""
    mimetype: Text = ""
    size: int | None = None
    url: str = ""
    asks: bool = False
    why_not: WhyNot | None = None


class Opens(Frozen):
    """A button that opens a modal; `value` is what the button carried, and the modal is to carry on."""

    kind: Modal
    trigger_id: str
    value: str
    ticket: str
    digest: str
    seal: str
    author: Author
    place: Place


class Chose(Frozen):
    """A person answered a question by pressing its choice number `index`, counted from 0."""

    id: str
    author: Author
    ticket: str
    digest: str
    seal: str
    index: int


class Changed(Frozen):
    """A person sent off the modal of changed arguments: the text of its inputs by block, in their order."""

    id: str
    author: Author
    ticket: str
    digest: str
    seal: str
    values: tuple[tuple[str, Text], ...]


class Amiss(Frozen):
    """A modal that cannot be taken as filled in: a sentence for each block, shown at its field."""

    problems: tuple[tuple[str, str], ...]


class Slash(Frozen):
    """The slash command. `ask` has its question in `text`; a word we do not know is `help` with that word in `text`."""

    id: str
    verb: Verb
    text: Text
    author: Author
    seal: str
    trigger_id: str
    place: Place


class HomeOpened(Frozen):
    """A person looks at the app's Home tab."""

    team: str
    user: str
    author: Author
    seal: str


class TalkOpened(Frozen):
    """A person opened the direct messages with us; `thread_ts` only where Slack began a thread for it (older apps)."""

    team: str
    user: str
    channel: str
    thread_ts: str = ""


class StreamsStopped(Frozen):
    """A person pressed Slack's own stop button: the order, and the messages Slack stopped streaming."""

    order: Ordered
    channel: str
    thread_ts: str
    streams: tuple[str, ...] = ()


class Challenge(Frozen):
    """Slack asks whether this URL is ours; `text` is the answer."""

    text: str


class Uninstalled(Frozen):
    """The app was removed from the workspace or org, or its bot token revoked."""

    team: str
    why: Literal["app_uninstalled", "tokens_revoked"]


class RateLimited(Frozen):
    """Slack holds back events of a workspace; `minute` is when that began, in Unix time."""

    team: str
    minute: int = 0


SlackOnly = (
    Opens
    | Chose
    | Changed
    | Amiss
    | Slash
    | HomeOpened
    | TalkOpened
    | StreamsStopped
    | Challenge
    | Uninstalled
    | RateLimited
)
Meaning = Received | Revised | Pressed | Filled | Ordered | Ignored | SlackOnly
