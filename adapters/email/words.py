"""Words: what the person who wrote a mail says in it now, what they quote, and why it may not be what they meant."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import Message

from adapters.email.body import text_of
from adapters.email.found import Words
from adapters.email.reply import new_text, unbroken


def words(mail: Message, sent: Sequence[str] = ()) -> Words:
    """What a mail says. `sent`: the plain texts, whole, of mails of ours that it answers."""
    text = unbroken(text_of(mail))
    reply = new_text(text)
    ours = "\n".join(sent)
    return Words(
        reply=reply, quoted="\n".join(line for line in text.splitlines() if line in ours and line not in reply)
    )
