"""Words: what the person who wrote a mail says in it now, what they quote, and why it may not be what they meant."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import Message

from adapters.email.found import Words
from adapters.email.text.charset import text_of
from adapters.email.text.disagreement import disagree
from adapters.email.text.footers import without_footers
from adapters.email.text.lines import Line, joined, tokens
from adapters.email.text.page import page_lines
from adapters.email.text.pieces import incomplete, mended, pieces, sealed
from adapters.email.text.plain import plain_lines
from adapters.email.text.quotes import told_apart
from agent_core.values import Doubt


def words(mail: Message, sent: Sequence[str] = ()) -> Words:
    """What a mail says. `sent`: the plain texts, whole, of mails of ours that it answers."""
    mail = mended(mail)
    parts, others = pieces(mail, "text/plain"), pieces(mail, "text/html")
    plain, told = _view(parts, sent)
    page, contained = (plain, told) if others == parts else _view(others, sent)
    chosen = page if contained or not any(line.text for line in plain) else plain
    reply = joined(chosen, "own")
    doubt: Doubt = ""
    if sealed(mail):
        doubt = "encrypted"
    elif "\ufffd" in reply:
        doubt = "unreadable"
    elif incomplete(mail, [*parts, *others]):
        doubt = "cut"
    elif disagree(plain, page):
        doubt = "two_texts"
    quoted = joined(chosen, "quoted", "rest", "signed")
    return Words(reply=reply, quoted=quoted, doubt=doubt, below=not _on_top(chosen))


def _on_top(lines: Sequence[Line]) -> bool:
    """Whether nothing but the person's own words stands above any of them: what is below a quote may be its rest."""
    own = [line.place == "own" for line in lines if line.text]
    return own == sorted(own, reverse=True)


def _view(parts: Sequence[Message], sent: Sequence[str]) -> tuple[list[Line], bool]:
    """The lines of these parts with whose they are, one part below the other; and whether markup told."""
    lines: list[Line] = []
    contained = False
    before: list[str] = []
    for part in parts:
        shown, told = (
            page_lines(text_of(part)) if part.get_content_type() == "text/html" else (plain_lines(part), False)
        )
        said = tokens(" ".join(line.text for line in shown))
        if said and said != before:  # The same again is an alternative put beside the first by mistake.
            lines += [*shown, Line("")]
            contained, before = contained or told, said
    return without_footers(told_apart(lines, sent)), contained
