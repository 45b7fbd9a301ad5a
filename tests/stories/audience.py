"""The audience: what the people of a story do on their channels, and what they perceive there."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace

from tests.stories import language as says, questions
from tests.stories.hands import Hands, Impossible, Means, Shown
from tests.stories.hands_console import ConsoleHands
from tests.stories.hands_mail import MailHands
from tests.stories.language import Channel, Step
from tests.stories.stage import Stage

CODE = re.compile(r"\b(?:code|[A-Z]+)\W{1,2}(\d{6})\b")
AMISS = re.compile("cannot be used|cannot stand as it is")

Decisions = (
    says.Approves | says.Denies | says.TakesBack | says.Asks | says.AnswersInstead | says.Delegates  # with a request
)


class Audience:
    """`cast` is each person's own channel. What was shown with something to decide is remembered as it was."""

    def __init__(self, stage: Stage, cast: Mapping[str, Channel]) -> None:
        self._stage, self._cast = stage, cast
        self._heard: set[tuple[str, tuple[str, str]]] = set()
        self._spoken: set[tuple[str, Channel]] = set()
        self._kept: dict[tuple[str, str], Shown] = {}

    async def play(self, step: Step) -> None:
        """Do it, or see whether it is so. Raises AssertionError."""
        match step:
            case says.Says():
                await self._say(step)
            case questions.Links():
                verb = "UNLINK" if isinstance(step, questions.Unlinks) else "LINK"
                await self._begin(step.who, f"{verb} {self._hands('', step.channel).identity(step.of or step.who)}")
            case questions.Repeats():
                text = step.text.format(code=self._code(step.of))
                await self._hands(step.who, step.on).start(step.who, text)
            case questions.Stops():
                await self._stop(step)
            case says.Writes():
                await self._hands(step.who, step.on).start(step.who, step.text)
            case says.IsForged():
                mailboxes = self._stage.hands["email"]
                assert isinstance(mailboxes, MailHands)
                await mailboxes.forge(step.who, self._newest(step, "approve")[1], step.text)
            case says.Answers() if any("respond" in one.offers for one in self._about(step)):
                hands, shown = self._newest(step, "respond")
                await hands.decide(step.who, shown, "respond", step.text, {})
            case says.Replies() | says.Answers():
                hands, shown = self._newest(step, None)
                await hands.reply(step.who, shown, step.text)
            case says.SeesOnce():
                fitting = self._fitting(step, self._readable(step.who, step.on))
                # A mail that was sent once more has the name it had.
                names = {one.name for one in fitting}
                assert len(names) == 1, f"{step.who} reads {len(names)} of that: {_texts(fitting)}"
            case says.NeverSees():
                assert not self._fitting(step, self._readable(step.who, step.on)), f"{step.who} can read that"
            case says.Hears():
                self._hear(step)
            case says.Sees():
                readable = self._readable(step.who, step.on)
                assert self._fitting(step, readable), f"{step.who} reads {_texts(readable)}"
            case says.CanDecide() | says.CannotDecide():
                can = [one for one in self._about(step) if "approve" in one.offers]
                assert bool(can) == isinstance(step, says.CanDecide), f"{step.who} reads {_texts(self._about(step))}"
            case _:
                await self._decide(step)

    def told(self) -> list[str]:
        """What everybody can read, for whoever looks why a story failed."""
        return [f"  {name} reads {_texts(self._readable(name, None))}" for name in self._cast]

    # --- doing

    async def _say(self, step: says.Says) -> None:
        hands = self._hands(step.who, step.on)
        mine = (step.who, hands.channel)
        root = step.in_thread_of or (step.who if mine in self._spoken else "")
        if root and not step.anew:
            await hands.go_on(step.who, step.text, root)
        else:
            self._spoken.add(mine)
            await hands.start(step.who, step.text)

    async def _stop(self, step: questions.Stops) -> None:
        console = self._stage.hands["console"]
        assert isinstance(console, ConsoleHands)
        at_console = step.model_copy(update={"on": "console"})
        await console.stop(step.who, self._newest(at_console, None)[1])

    async def _begin(self, name: str, text: str) -> None:
        await self._say(says.Says(who=name, text=text, anew=True))

    def _code(self, of: str) -> str:
        found = [code[1] for one in self._readable(of, None) if (code := CODE.search(one.text))]
        assert found, f"{of} was shown no code"
        return found[-1]

    async def fill(self, step: questions.FillsIn, quiet: Callable[[], Awaitable[None]]) -> None:
        """Fill in a form. Where it asks field by field, they go on while it does, and stop when it objects."""
        before = {one.heard for one in self._readable(step.who, step.on)}
        asked, objections = "", ""
        while not objections and (asked := self._next_form(step, asked)):
            hands, shown = self._newest(step, "fill")
            objections = await hands.fill(step.who, shown, step.fields)
            await quiet()
            new = [one for one in self._readable(step.who, step.on) if one.heard not in before]
            objections = objections or "".join(one.text for one in new if AMISS.search(one.text))
        assert bool(objections) == isinstance(step, questions.CannotFillIn), f"what is said against it: {objections!r}"

    def _next_form(self, step: questions.FillsIn, before: str) -> str:
        """What is to be filled in now, by name; nothing if that was filled in just before."""
        name = self._newest(step, "fill")[1].name
        return "" if name == before else name

    async def _decide(self, step: Step) -> None:
        means, text, changed = _meant(step)
        assert isinstance(step, says.OnRequest)
        hands, shown = self._newest(step, means)
        await hands.decide(step.who, shown, means, text, changed)

    def _newest(self, step: says.OnRequest, means: Means | None) -> tuple[Hands, Shown]:
        """What this person answers: what still offers it, or else what once did."""
        now = self._about(step)
        once = [shown for (who, _), shown in self._kept.items() if who == step.who and _says(shown, step.about or ())]
        for some in (now, once):
            fitting = [one for one in some if means is None or means in one.offers]
            if fitting:
                return self._of(step, fitting[-1]), _part(fitting[-1], step.about or ())
        raise Impossible(f"{step.who} has nothing for it, and reads {_texts(now)}")

    def _of(self, step: says.OnRequest, shown: Shown) -> Hands:
        channels = [step.on] if step.on else list(self._stage.hands)
        named = (c for c in channels for one in self._readable(step.who, c) if one.name == shown.name)
        return self._stage.hands[next(named)]

    # --- perceiving

    def _hear(self, step: says.Hears) -> None:
        readable = [one for one in self._readable(step.who, step.on) if (step.who, one.heard) not in self._heard]
        fitting = self._fitting(step, readable)
        assert fitting, f"{step.who} has not heard but {_texts(readable)}"
        self._heard.add((step.who, fitting[0].heard))

    def _fitting(self, step: says.Sees, readable: Iterable[Shown]) -> list[Shown]:
        return [one for one in readable if _says(one, step.words)]

    def _about(self, step: says.OnRequest) -> list[Shown]:
        return [one for one in self._readable(step.who, step.on) if _says(one, step.about or ())]

    def _readable(self, name: str, on: Channel | None) -> list[Shown]:
        channels = [on] if on else list(self._stage.hands)
        return [shown for channel in channels for shown in self._stage.hands[channel].readable(name)]

    def remember(self) -> None:
        """Keep what is shown with something to decide, as it is now: who has it on their screen may press it later."""
        for name in self._cast:
            for shown in self._readable(name, None):
                if shown.offers:
                    self._kept[name, shown.name] = shown

    def _hands(self, name: str, on: Channel | None) -> Hands:
        return self._stage.hands[on or self._cast[name]]


def _meant(step: Step) -> tuple[Means, str, dict[str, str]]:
    """By which means, with which words, and what is changed."""
    match step:
        case says.Approves():
            return "change" if step.changed else "approve", "", dict(step.changed or {})
        case says.Denies():
            return "deny", step.reason, {}
        case says.TakesBack():
            return "undo", "", {}
        case says.Asks():
            return "ask", step.question, {}
        case says.AnswersInstead():
            return "answer", step.text, {}
        case says.Delegates():
            return "delegate", f"{step.to} {step.reason}".strip(), {}
        case questions.Chooses():
            return "choose", step.choice, {}
        case questions.Confirms():
            return "confirm", "", {}
    raise AssertionError(f"nobody plays {type(step).__name__}")


def _part(shown: Shown, about: Iterable[str]) -> Shown:
    """The request that is meant, where it brings several."""
    parts = (replace(shown, text=part) for part in shown.parts)
    return next((one for one in parts if _says(one, about)), shown)


def _says(shown: Shown, words: Iterable[str]) -> bool:
    """Whether it says all this, however it is broken into lines."""
    said = " ".join(shown.text.split()).lower()
    return all(" ".join(word.split()).lower() in said for word in words)


def _texts(readable: Iterable[Shown]) -> str:
    return "".join(f"\n    [{', '.join(sorted(one.offers))}] {' '.join(one.text.split())[:700]}" for one in readable)
