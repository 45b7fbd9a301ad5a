"""Mailboxes: people who write and answer mails, as the local mail server has them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import get_args

from sandbox.mail import Letter, MailSandbox
from tests.stories import page
from tests.stories.hands import Filled, Hands, Impossible, Means, Shown
from tests.stories.language import Channel
from tests.stories.watched import Watched

CODE = re.compile(r"\b(APPROVE|UNDO|CONFIRM) (\d{6})\b")
NEXT = re.compile(r"Request \d+ of \d+:")
ASKS: dict[str, frozenset[Means]] = {
    "Please answer with one of:": frozenset({"choose"}),
    "Please answer with one line for each": frozenset({"fill"}),
}
OFFERED: dict[str, frozenset[Means]] = {
    "APPROVE": frozenset({"approve", "deny", "ask", "answer", "delegate", "change"}),
    "UNDO": frozenset({"undo"}),
    "CONFIRM": frozenset({"confirm"}),
}


@dataclass
class MailHands:
    """Everybody has a mailbox. `mailroom` is ours, and knows how far we have read."""

    mail: MailSandbox
    mailroom: Watched
    source: str
    channel: Channel = "email"
    _before: dict[str, int] = field(default_factory=dict)
    _came: int = 0

    def identity(self, name: str) -> str:
        """Their address."""
        return f"email:{_address(name)}"

    def begin(self) -> None:
        """Old letters are not looked at."""
        self._before = {address: len(self.mail.letters(address)) for address in self.mail.people}
        self._came = len(self.mail.letters(self.mail.bot))
        for address in self.mail.people:
            self.mail.usual(address)

    async def start(self, name: str, text: str) -> None:
        """A new mail."""
        await self.mail.send_as(_address(name), self.mail.bot, "A wish", text)

    async def go_on(self, name: str, text: str, root: str) -> None:
        """An answer to the last letter."""
        letters = self._letters(name)
        if not letters:
            raise Impossible(f"{name} has no letter to answer")
        await self.mail.reply_as(_address(name), letters[-1], text)

    async def reply(self, name: str, shown: Shown, text: str) -> None:
        """An answer to a letter."""
        assert isinstance(shown.source, Letter)
        await self.mail.reply_as(_address(name), shown.source, text)

    async def decide(self, name: str, shown: Shown, means: Means, text: str, changed: dict[str, str]) -> None:
        """The word and the code above the quoted letter; what came with another request has a page of its own."""
        if means == "choose":
            await self.reply(name, shown, text)
            return
        code = CODE.search(shown.text)
        if shown.parts and not code:
            await page.decide(shown.text, means)
            return
        assert code, "what offers something has a code"
        if changed:
            await page.change(shown.text, code[2], changed)
            return
        await self.reply(name, shown, f"{means.upper()} {code[2]} {text}".strip())

    async def fill(self, name: str, shown: Shown, filled: Filled) -> str:
        """A line for each field."""
        await self.reply(name, shown, "\n".join(f"{field}: {', '.join(values)}" for field, values in filled.items()))
        return ""

    async def forge(self, name: str, shown: Shown, text: str) -> None:
        """An answer in their name that nothing proves to be theirs."""
        code, letter = CODE.search(shown.text), shown.source
        assert code
        assert isinstance(letter, Letter)
        await self.mail.reply_as(_address(name), letter, text.format(code=code[2]), auth="fail")

    def readable(self, name: str) -> list[Shown]:
        """Their letters."""
        found = []
        for letter in self._letters(name):
            parts = tuple(NEXT.split(letter.text))
            found.append(
                Shown(letter.message_id, letter.text, _offers(letter.text), letter, parts if len(parts) > 1 else ())
            )
        return found

    def posted(self) -> list[str]:
        """Nobody finds what is in other people's mailboxes."""
        return []

    async def again(self, number: int) -> None:
        """A mail comes twice, as mails do."""
        letters = self.mail.letters(self.mail.bot)[self._came :]
        if letters:
            letter = letters[number % len(letters)]
            await self.mail.deliver_raw(letter.sender, letter.headers["To"], letter.raw)

    async def settled(self) -> None:
        """When every mail was understood."""
        await self.mail.settled()
        await self.mailroom.read_up_to(self.source, [letter.uid for letter in self.mail.letters(self.mail.bot)])

    def _letters(self, name: str) -> tuple[Letter, ...]:
        address = _address(name)
        return self.mail.letters(address)[self._before.get(address, 0) :]


def _offers(text: str) -> frozenset[Means]:
    if code := CODE.search(text):
        return OFFERED[code[1]]
    return frozenset[Means]().union(*(means for words, means in ASKS.items() if words in text))


def _address(name: str) -> str:
    return f"{name}@example.test" if name != "mallory" else "mallory@evil.test"


_: type[Hands] = MailHands
assert set(get_args(Means)) >= OFFERED["APPROVE"]
