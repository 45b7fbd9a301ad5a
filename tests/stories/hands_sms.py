"""Phones: people who write text messages, and have six digits for everything they decide."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sandbox.twilio import Phone, TwilioSandbox
from tests.stories import page
from tests.stories.hands import Hands, Means, Shown
from tests.stories.language import Channel

CODE = re.compile(r"\b(A|APPROVE|U|UNDO) (\d{6})\b")
OFFERS: frozenset[Means] = frozenset({"approve", "deny", "ask", "answer", "delegate", "change"})
UNDO: frozenset[Means] = frozenset({"undo"})
WORDS = {"approve": "A", "deny": "R"}


@dataclass
class SmsHands:
    """`everybody` have a number each."""

    twilio: TwilioSandbox
    everybody: tuple[str, ...]
    channel: Channel = "sms"
    _before: dict[str, int] = field(default_factory=dict)
    _deliveries: int = 0

    def identity(self, name: str) -> str:
        """Their number."""
        return f"sms:{self._number(name)}"

    def begin(self) -> None:
        """Old bubbles are not looked at; every number works again."""
        for name in self.everybody:
            self.twilio.unreachable(self._number(name), 0)
        # Twilio is asked what was sent already, and would tell of stories before.
        self.twilio.carrier.world.messages.clear()
        self._before = {name: len(self._phone(name).inbox) for name in self.everybody}
        self._deliveries = len(self.twilio.deliveries)

    async def start(self, name: str, text: str) -> None:
        """A text."""
        self._phone(name).text(text, self.twilio.number)

    async def go_on(self, name: str, text: str, root: str) -> None:
        """A text: there is only one conversation with somebody."""
        await self.start(name, text)

    async def reply(self, name: str, shown: Shown, text: str) -> None:
        """A text: which one it answers, nothing but a code tells."""
        await self.start(name, text)

    async def decide(self, name: str, shown: Shown, means: Means, text: str, changed: dict[str, str]) -> None:
        """The word, the code, and what else is to be said."""
        code = CODE.search(shown.text)
        assert code, "what offers something has a code"
        if changed:
            await page.change(shown.text, code[2], changed)
            return
        await self.start(name, f"{WORDS.get(means, means.upper())} {code[2]} {text}".strip())

    def readable(self, name: str) -> list[Shown]:
        """What arrived on their phone."""
        if name not in self.everybody:
            return []
        found = []
        for number, sms in enumerate(self._phone(name).inbox[self._before.get(name, 0) :]):
            code = CODE.search(sms.body)
            offers: frozenset[Means] = frozenset() if not code else UNDO if code[1].startswith("U") else OFFERS
            found.append(Shown(sms.sid or f"carrier {number}", sms.body, offers, sms))
        return found

    def posted(self) -> list[str]:
        """What a phone shows has no name that we know."""
        return []

    async def again(self, number: int) -> None:
        """Twilio posts something once more."""
        came = self.twilio.deliveries[self._deliveries :]
        if came:
            self.twilio.replay(came[number % len(came)])

    async def settled(self) -> None:
        """When every webhook was answered."""
        await self.twilio.settled()

    def _number(self, name: str) -> str:
        return f"+4477009000{self.everybody.index(name) + 1:02d}"

    def _phone(self, name: str) -> Phone:
        return self.twilio.phone(self._number(name), name.capitalize())


_: type[Hands] = SmsHands
