"""Takeover: a human has the thread instead of the agent, talks to its people through us, and gives it back.

Who is in charge may: those who are told when the agent is at a loss, and whoever may decide something here. Words that
may not be what was meant change no hands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent_core.events import ApprovalRequest, Event, Handoff, Notice, Relayed, UserMessage
from agent_core.setting import Ids, Setting
from agent_core.spelling import plain
from agent_core.thread import Thread
from agent_core.values import NoticeKind

_WORDS = re.compile(r"(?P<take>take over)[.! ]*|(?P<back>hand back)\b[ ,.:;!-]*(?P<note>.*)", re.IGNORECASE | re.DOTALL)


def order_in(message: UserMessage) -> re.Match[str] | None:
    """The words by which a thread is taken over, or handed back with a note: the whole message, or its beginning."""
    return _WORDS.fullmatch(plain(message.text).strip())


def hand_over(
    thread: Thread, message: UserMessage, order: re.Match[str], setting: Setting, ids: Ids
) -> Iterator[Event]:
    """The thread changes hands, if who says so is in charge and means it; anybody else is told why it does not."""
    author = message.author
    if message.doubt:
        yield _told(message, author.identity, message.doubt, "", ids)
        return
    if not _in_charge(thread, message, setting):
        yield _told(message, author.identity, "not_in_charge", "", ids)
        return
    name, note = author.person or "", (order["note"] or "").strip()
    kind: NoticeKind = "taken_over" if order["take"] else "handed_back"
    yield Handoff(id=ids.next(), at=message.at, to="human" if order["take"] else "agent", author=author, note=note)
    others = {thread.requester.identity} if thread.requester else set()
    others |= {thread.taken_by.identity} if thread.taken_by else set()
    for identity in sorted(others - {author.identity}):
        yield _told(message, identity, kind, name, ids)
    yield _told(message, author.identity, kind, name, ids)


def relay(thread: Thread, message: UserMessage, ids: Ids) -> Iterator[Event]:
    """What is said while a human has the thread: by them to the others, and by anybody else to them."""
    having = thread.taken_by
    assert having is not None
    to = _talking(thread) if message.author.person == having.person else (having.identity,)
    if to:
        yield Relayed(id=ids.next(), at=message.at, to=to, author=message.author, text=message.text, cause=message.id)


def _talking(thread: Thread) -> tuple[str, ...]:
    """Whoever asked here, and whoever is owed an answer, but not who has the thread."""
    asked = (thread.requester,) if thread.requester else ()
    mine = thread.taken_by.person if thread.taken_by else None
    return tuple(dict.fromkeys(one.identity for one in (*asked, *thread.askers) if one.person != mine))


def _in_charge(thread: Thread, message: UserMessage, setting: Setting) -> bool:
    """Not who asks for something: they would be alone with their own request."""
    author = message.author
    asked = {debt.author.person for debt in thread.debts if debt.event != message.id}
    asked |= {thread.requester.person} if thread.requester else set()
    deciding = (name for r in thread.open if isinstance(r, ApprovalRequest) for name in r.approvers)
    proven = author.assurance in ("verified", "restricted")
    helping = setting.people.among(author, setting.policy.escalate_to)
    return proven and (helping or (setting.people.among(author, tuple(deciding)) and author.person not in asked))


def _told(message: UserMessage, to: str, kind: NoticeKind, detail: str, ids: Ids) -> Notice:
    cause = message.id if to == message.author.identity else ""
    return Notice(id=ids.next(), at=message.at, to=to, kind=kind, detail=detail, cause=cause)
