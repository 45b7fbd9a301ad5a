"""A strict grammar of From, written from RFC 5322 3.4 by itself: a parser of one letter after the other.

It knows one mailbox: `[name] <local@domain>` or `local@domain`, with comments and white space where they may be. A
name is words, quoted strings and comments; wider than the RFC is only that a word of a name may hold dots, colons and
at signs, as people's mail programs write them. Whatever else it meets makes it give up: `None`.
"""

from __future__ import annotations

import string

ATOM = set(string.ascii_letters + string.digits + "!#$%&'*+-/=?^_`{|}~")
NAME = ATOM | set(".:@[])")


class _GiveUp(Exception):
    """Not in the grammar."""


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def look(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def take(self) -> str:
        letter = self.look()
        if not letter:
            raise _GiveUp
        self.at += 1
        return letter

    def space(self) -> None:
        """White space and comments."""
        while self.look() and self.look() in " \t(":
            if self.take() == "(":
                self.comment()

    def comment(self) -> None:
        while (letter := self.take()) != ")":
            if letter == "(":
                self.comment()
            elif letter == "\\":
                self.take()

    def quoted(self) -> None:
        while (letter := self.take()) != '"':
            if letter == "\\":
                self.take()

    def name(self) -> None:
        """Whatever may stand before a bracket."""
        while self.look() and self.look() != "<":
            if self.look() in " \t(":
                self.space()
            elif self.look() == '"':
                self.take()
                self.quoted()
            elif self.look() in NAME or not self.look().isascii():
                self.take()
            else:
                raise _GiveUp

    def dotted(self) -> str:
        """Atoms with single dots between them; letters of other alphabets are taken as atoms here."""
        words = [self.atom()]
        while self.look() == ".":
            self.take()
            words.append(self.atom())
        return ".".join(words)

    def atom(self) -> str:
        start = self.at
        while self.look() and (self.look() in ATOM or not self.look().isascii()):
            self.at += 1
        if self.at == start:
            raise _GiveUp
        return self.text[start : self.at]

    def address(self) -> str:
        self.space()
        local = self.dotted()
        if self.take() != "@":
            raise _GiveUp
        domain = self.dotted()
        self.space()
        return f"{local}@{domain}"


def one_mailbox(text: str) -> str | None:
    """The address as it is written, or None."""
    for bracketed in (True, False):
        reader = _Reader(text)
        try:
            if bracketed:
                reader.name()
                if reader.take() != "<":
                    continue
            found = reader.address()
            if bracketed and reader.take() != ">":
                continue
            reader.space()
        except _GiveUp:
            continue
        if not reader.look():
            return found
    return None
