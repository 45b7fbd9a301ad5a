"""Said: what a person sent, as plain text: Discord's markup made readable, and what has no words named in brackets.

What is named so is data; nobody is called by it. A forwarded message is quoted line by line, so that no line of it can
pass for words of the person who forwarded it.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from adapters.discord.meaning import File
from adapters.discord.wire import ident, number
from adapters.errors import Unreadable
from adapters.text import one_line
from adapters.wire import Json, at, child, children, words

# Of one message with its files; Discord itself takes 4,000 characters of words at most.
MOST_WORDS = 32_000
VOICE = 1 << 13
_MOST_NAME = 200
_MOST_ANSWERS = 20
_LONGEST_VOICE = 86_400

# Code comes first: what stands in it is what it is.
_MARK = re.compile(
    r"(?P<ticks>`{1,3}).*?(?P=ticks)"
    r"|<@!?(?P<user>[0-9]{1,20})>|<@&(?P<role>[0-9]{1,20})>|<#(?P<channel>[0-9]{1,20})>"
    r"|<a?:(?P<emoji>[A-Za-z0-9_]{1,32}):[0-9]{1,20}>|<t:(?P<time>-?[0-9]{1,13})(?::[a-zA-Z])?>"
    r"|</(?P<command>[^<>:\n]{1,100}):[0-9]{1,20}>",
    re.DOTALL,
)


def plain(content: str, names: Mapping[str, str], us: str = "") -> str:
    """Content as a person reads it. A mention that only calls us, at the beginning, is left out.

    `names` are those of the users mentioned, by id; `us` is our own user's id. Of nothing but a call to us the call
    itself is left.
    """
    content = _cut(content)
    called = re.match(rf"(?:\s*<@!?{re.escape(us)}>[,:]?)+\s*", content) if us else None
    rest = content[called.end() :].strip() if called else content.strip()
    return _MARK.sub(lambda mark: _readable(mark, names), rest or content).strip()


def _readable(mark: re.Match[str], names: Mapping[str, str]) -> str:
    if user := mark["user"]:
        return f"@{names.get(user) or user}"
    if mark["role"]:
        return f"@role-{mark['role']}"
    if channel := mark["channel"]:
        return f"#{names.get(f'#{channel}') or channel}"
    if mark["emoji"]:
        return f":{mark['emoji']}:"
    if mark["command"]:
        return f"/{mark['command']}"
    return _moment(mark["time"], mark[0]) if mark["time"] else mark[0]


def _moment(seconds: str, otherwise: str) -> str:
    try:
        return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%d %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return otherwise


def _cut(said: str) -> str:
    more = len(said) - MOST_WORDS
    return said if more <= 0 else f"{said[:MOST_WORDS]}\n[{more:,} more characters, not read]"


def names_in(message: Json) -> dict[str, str]:
    """The names of those a message mentions, by id; a channel's by `#` and its id.

    Of people it is the name that is theirs alone: what they are shown as, anybody may be shown as.
    """
    people = {words(user, "id"): words(user, "username") for user in children(message, "mentions")}
    channels = {f"#{words(one, 'id')}": words(one, "name") for one in children(message, "mention_channels")}
    return {key: shown(name) for key, name in (people | channels).items() if name}


def text_of(message: Json, files: tuple[File, ...], us: str = "") -> str:
    """All that a message says, each thing on lines of its own; empty when there is nothing at all in it."""
    return "\n".join(filter(None, (plain(words(message, "content"), names_in(message), us), *_notes(message, files))))


def _notes(message: Json, files: tuple[File, ...]) -> Iterator[str]:
    """What came along with the words, and what came in place of words."""
    if (number(message, "flags") or 0) & VOICE:
        yield _voice(message)
    else:
        yield from (named(file) for file in files)
    yield from (f"[a sticker: {shown(words(one, 'name'))}]" for one in children(message, "sticker_items"))
    if at(message, "poll"):
        yield _poll(child(message, "poll"))
    yield from (_forwarded(child(one, "message")) for one in children(message, "message_snapshots"))


def named(file: File) -> str:
    """A file in a line of text: name, type and size."""
    size = "size unknown" if file.size is None else f"{file.size:,} bytes"
    return f"[file {shown(file.name or file.id)}, {one_line(file.media_type) or 'type unknown'}, {size}]"


def _voice(message: Json) -> str:
    lengths = (at(file, "duration_secs") for file in children(message, "attachments"))
    length = next((one for one in lengths if isinstance(one, int | float) and 0 <= one < _LONGEST_VOICE), None)
    return "[a voice message, not heard]" if length is None else f"[a voice message, {length:.0f} s, not heard]"


def _poll(poll: Json) -> str:
    answers = [shown(words(one, "poll_media", "text")) for one in children(poll, "answers")[:_MOST_ANSWERS]]
    return f"[a poll: {shown(words(poll, 'question', 'text'))} {' / '.join(answers)}]"


def _forwarded(message: Json) -> str:
    notes = [named(file) for file in files(message)]
    notes += [f"[a sticker: {shown(words(one, 'name'))}]" for one in children(message, "sticker_items")]
    lines = (*plain(words(message, "content"), names_in(message)).splitlines(), *notes)
    return "\n".join(("[a forwarded message:]", *(f"> {line}" for line in lines or ("[nothing that can be read]",))))


def files(message: Json) -> tuple[File, ...]:
    """The files of a message. However odd one is, nobody's words are lost for it."""
    return tuple(_file(found) for found in children(message, "attachments"))


def _file(found: Json) -> File:
    size = number(found, "size")
    return File(
        id=_plain_id(found),
        name=words(found, "filename"),
        media_type=words(found, "content_type"),
        size=size if size is not None and 0 <= size < 1 << 53 else None,
        url=words(found, "url"),
    )


def _plain_id(found: Json) -> str:
    with contextlib.suppress(Unreadable):
        return ident(found, "id")
    return ""


def shown(given: str) -> str:
    """A name given by others, on one line, not too long, and never empty."""
    name = one_line(given.strip())
    return (name if len(name) <= _MOST_NAME else f"{name[:_MOST_NAME]}… (cut)") or "unnamed"
