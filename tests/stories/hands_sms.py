"""Phones: people who write text messages, and have six digits for everything they decide."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sandbox.twilio import Phone, TwilioSandbox
from tests.stories import page
from tests.stories.hands import Filled, Hands, Means, Shown
from tests.stories.language import Channel

CODE = re.compile(r"\b(A|APPROVE|U|UNDO|CONFIRM) (\d{6})\b")
# A field of a form, which is asked for alone.
FIELD = re.compile(r"^(?:\d+ of \d+|Next): (.+?) \(", re.MULTILINE)
NEXT = "Another one, decided for itself:"
OFFERS: frozenset[Means] = frozenset({"approve", "deny", "ask", "answer", "delegate", "change"})
UNDO: frozenset[Means] = frozenset({"undo"})
CONFIRM: frozenset[Means] = frozenset({"confirm"})
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
        if means == "choose":
            await self.start(name, text)
            return
        code = CODE.search(shown.text)
        assert code, "what offers something has a code"
        if changed:
            await page.change(shown.text, code[2], changed)
            return
        await self.start(name, f"{WORDS.get(means, means.upper())} {code[2]} {text}".strip())

    async def fill(self, name: str, shown: Shown, filled: Filled) -> str:
        """The field that is asked for; it is left out where nothing is said of it."""
        field = FIELD.search(shown.text)
        assert field, "what offers to fill something in asks for a field"
        await self.start(name, ", ".join(filled.get(field[1].lower(), ("-",))))
        return ""

    def readable(self, name: str) -> list[Shown]:
        """What arrived on their phone."""
        if name not in self.everybody:
            return []
        found = []
        for number, sms in enumerate(self._phone(name).inbox[self._before.get(name, 0) :]):
            parts = tuple(sms.body.split(NEXT))
            name_of_it = sms.sid or f"carrier {number}"
            found.append(Shown(name_of_it, sms.body, _offers(sms.body), sms, parts if len(parts) > 1 else ()))
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


def _offers(text: str) -> frozenset[Means]:
    if code := CODE.search(text):
        return {"U": UNDO, "C": CONFIRM}.get(code[1][0], OFFERS)
    offers: set[Means] = set()
    if FIELD.search(text):
        offers.add("fill")
    if "Please answer with one of:" in text:
        offers.add("choose")
    return frozenset(offers)


_: type[Hands] = SmsHands
