"""Linking: a person says that another identity is theirs, too, and proves it from there, by a code sent to it.

Only who is known for sure may say it, only of what is nobody's, and only what comes back with the code counts.
Who may not link learns nothing of whose an identity is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal, NamedTuple

from agent_core.asking import MAX_OPEN
from agent_core.belonging import IdentityLinked, IdentityUnlinked, RosterChanged
from agent_core.events import Event, InputRequest, InputResponse, Notice, RequestClosed, UserMessage
from agent_core.people import Person
from agent_core.setting import Ids, Setting
from agent_core.spelling import plain
from agent_core.thread import Thread
from agent_core.values import Author, NoticeKind

CONFIRM = "CONFIRM"
CONFIRM_WITHIN = timedelta(hours=24)
_LINE = re.compile(r"(?P<verb>link|unlink) +(?P<identity>[a-z]{2,20}:\S(?:.{0,250}\S)?)", re.IGNORECASE)
_NO_IDENTITY = "this is not an address that people are known by here"
_NOT_YOU = "only somebody known for sure can say whose an address is; write from where you are"
_NOT_FREE = "this address cannot be linked to you"


class Wish(NamedTuple):
    """What the first line of a message asks for, of an identity as they wrote it."""

    verb: Literal["link", "unlink"]
    identity: str


def wish_in(message: UserMessage) -> Wish | None:
    """`LINK sms:+44 7700 900123` or `UNLINK ...` on the first line, or below a subject, if it is not doubtful."""
    lines = [" ".join(line.split()) for line in plain(message.text).splitlines() if line.strip()]
    found = next((match for line in lines[:2] if (match := _LINE.fullmatch(line))), None)
    if found is None or message.doubt:
        return None
    return Wish("link" if found["verb"].lower() == "link" else "unlink", found["identity"])


def hear_wish(thread: Thread, message: UserMessage, wish: Wish, setting: Setting, ids: Ids) -> Iterator[Event]:
    """The question to the other identity, its end as one of theirs, or why neither."""
    channel, _, address = wish.identity.partition(":")
    identity = setting.identify(f"{channel.lower()}:{address}")
    person = _sure(message.author, setting)
    if person is None:
        yield _told(message.author, "not_linked", _NOT_YOU, message.id, ids)
    elif identity is None:
        yield _told(message.author, "not_linked", _NO_IDENTITY, message.id, ids)
    elif wish.verb == "unlink":
        yield from _let_go(message, identity, person, ids)
    else:
        yield from _ask(thread, message, identity, person, setting, ids)


def _sure(author: Author, setting: Setting) -> Person | None:
    """The person, if it is known for sure that it is them: a number alone may be somebody else's."""
    known = author.person and author.assurance == "verified" and setting.people.still(author)
    return setting.people.owner(author.identity) if known else None


def _let_go(message: UserMessage, identity: str, person: Person, ids: Ids) -> Iterator[Event]:
    if identity not in person.identities:
        yield _told(message.author, "not_linked", "this address is not one of yours", message.id, ids)
    elif len(person.identities) == 1:
        yield _told(message.author, "not_linked", "nobody could reach you any more", message.id, ids)
    else:
        by, cause = message.author, message.id
        yield IdentityUnlinked(id=ids.next(), identity=identity, person=person.id, by=by, cause=cause)


def _ask(
    thread: Thread, message: UserMessage, identity: str, person: Person, setting: Setting, ids: Ids
) -> Iterator[Event]:
    if why := _why_not(thread, identity, person, setting):
        yield _told(message.author, "not_linked", why, message.id, ids)
        return
    yield InputRequest(
        id=ids.next(),
        to=identity,
        question=f"{person.name} ({message.author.identity}) says that this address is theirs, too. If you are "
        f"{person.name}, and want what is said from here to count as yours, confirm it. Otherwise do nothing.",
        choices=(CONFIRM,),
        expires_at=setting.now + CONFIRM_WITHIN,
        links=message.author,
    )
    yield _told(message.author, "link_asked", identity, message.id, ids)


def _why_not(thread: Thread, identity: str, person: Person, setting: Setting) -> str:
    """Why the identity is not asked; empty if it is."""
    owner = setting.people.owner(identity)
    if identity in person.identities:
        return "this address is yours already"
    if owner or setting.people.is_room(identity) or identity.partition(":")[0] not in setting.reach:
        return _NOT_FREE
    if any(isinstance(one, InputRequest) and one.links for one in thread.open) or len(thread.open) >= MAX_OPEN:
        return "something else waits for an answer first"
    return ""


def confirmed(request: InputRequest, response: InputResponse, setting: Setting, ids: Ids) -> Iterator[Event]:
    """What follows from the word that came back: whether it proves anything was seen to when it was read."""
    claimant = request.links
    assert claimant
    fits = response.author.identity == request.to and response.author.assurance in ("verified", "restricted")
    person = _sure(claimant, setting)
    if fits and person and not setting.people.owner(request.to):
        yield RequestClosed(
            id=ids.next(), at=response.at, request_id=request.id, outcome="answered", by=response.author
        )
        yield IdentityLinked(
            id=ids.next(), at=response.at, identity=request.to, person=person.id, by=claimant, proof=response.author
        )
    elif fits:
        yield RequestClosed(id=ids.next(), at=response.at, request_id=request.id, outcome="withdrawn")
        yield _told(claimant, "not_linked", _NOT_FREE, "", ids)
    else:
        yield _told(response.author, "not_verified", "", response.cause, ids, request.id)


def given_up(request: InputRequest, ids: Ids) -> Iterator[Event]:
    """Nobody confirmed it in time: who wanted it hears that."""
    if request.links:
        yield _told(request.links, "not_linked", f"nobody confirmed {request.to} in time", "", ids)


def announce(changed: RosterChanged, setting: Setting, ids: Ids) -> Iterator[Event]:
    """All identities of the person hear what is theirs now, or is no more; so does the one that was let go."""
    if changed.outcome == "refused":
        yield _told(changed.by, "not_linked", changed.why, "", ids)
        return
    person = setting.people.person(changed.person)
    everywhere = dict.fromkeys((*(person.identities if person else ()), changed.identity))
    for identity in everywhere:
        yield Notice(id=ids.next(), to=identity, kind=changed.outcome, detail=changed.identity)


def _told(to: Author, kind: NoticeKind, detail: str, cause: str, ids: Ids, about: str = "") -> Notice:
    return Notice(id=ids.next(), to=to.identity, kind=kind, about=about, detail=detail, cause=cause)
