"""What `docs/channels/discord.md` says of error codes, limits, permissions and intents is what the code does."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from adapters.content import MOST_BYTES, MOST_FILES
from adapters.discord import (
    acting,
    answering,
    api,
    attached,
    card,
    commands,
    identify,
    limits,
    modal,
    said,
    signature,
    typing,
    unread,
)
from adapters.discord.account import Bot
from adapters.discord.missed import BOUNDS
from adapters.discord.socket import WHY, intents
from adapters.errors import Rejected, TryLater, Unreachable
from gateway.store.places import KEPT_SECONDS
from sandbox.discord.errors import WORDS
from sandbox.discord.fault import Fault
from sandbox.discord.world import Message
from tests.contract.discord_bench import CREATED, Sending, sending
from tests.unit.adapters.cards import APPROVED, CARD, SAID

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "channels" / "discord.md").read_text()
THREADS = f"{CREATED}/*/threads"
ROWS = [row.split(" | ") for row in re.findall(r"^\| (\d{5,6} \| .+) \|$", TEXT, re.MULTILINE)]
CODES = [(int(code), of, then.strip()) for code, _, of, then in ROWS]
CLOSED = {int(code): why for code, why in re.findall(r"^\| (4\d{3}) \| (.+) \|$", TEXT, re.MULTILINE)}
KIB, MINUTE, DAY = 1024, 60, 86_400
LIMITS = {
    "words of a message": f"{limits.CONTENT:,} characters",
    "a card's title": f"{limits.TITLE} characters",
    "a card's text": f"{limits.DESCRIPTION:,} characters",
    "all cards of a message": f"{limits.EMBEDS:,} characters",
    "an answer in messages": f"{card.SHOWN}, and then",
    "a file": f"{limits.FILE:,} bytes; where none may be sent, {card.MOST_WORDS:,} characters",
    "buttons": f"{limits.BUTTONS} in a row, of {limits.BUTTON} characters each",
    "a list of choices": f"{limits.OPTIONS}, of {limits.OPTION} characters",
    "what a component carries": f"{limits.CUSTOM_ID} characters",
    "a form": f"{modal.INPUTS} inputs, of {modal.TEXT:,} characters each; title and labels of {modal.TITLE}",
    "a thread's name": f"{limits.THREAD_NAME} characters",
    "`/ask`": f"{commands.MOST_ASKED:,} characters",
    "the first answer": f"within {answering.FIRST:g} seconds; looking up the request for a form takes {acting.LOOK_UP}",
    "later answers": f"for {answering.GOOD_FOR // MINUTE} minutes",
    "a posted interaction": f"within {signature.FRESH} seconds",
    "a call": f"{api.PATIENCE} seconds with all its attempts; a limit of Discord's of more than {api.LONGEST_WAIT} s",
    "sessions begun": f"{identify.IN_WINDOW} in {identify.WINDOW} seconds and {identify.IN_DAY} a day",
    "what was missed": f"{BOUNDS.messages:,} messages of a place, {BOUNDS.page} a page, {BOUNDS.places} places at once",
    "what was missed, ": f"of the last {KEPT_SECONDS // DAY} days",
    "what cannot be stored": f"for {BOUNDS.wait:g} seconds",
    "what cannot be stored ": f"{BOUNDS.queue:,} events",
    "what cannot be stored  ": f"asked for, for {BOUNDS.outage / 3_600:g} hours",
    "a message with its files": f"{said.MOST_WORDS:,} characters; {MOST_FILES} files of {MOST_BYTES // KIB} KiB",
    "a message with its files ": f"in {attached.SECONDS:g} seconds",
    "typing": f"every {typing.AT_MOST_EVERY} seconds, for {typing.LONGEST // MINUTE} minutes",
    '"Mention me, please"': f"in {unread.EVERY // MINUTE} minutes",
}


@pytest.mark.parametrize(("limit", "number"), LIMITS.items(), ids=list(LIMITS))
def test_a_limit_is_as_the_tables_say(limit: str, number: str) -> None:
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| {limit.rstrip(', ')}"))
    assert number in row.split(" | ", 1)[1]


def test_the_intents_are_those_that_are_asked_for() -> None:
    named = re.findall(r"^\| `(\w+)`(, only with `reads_all`)? \|", TEXT.partition("| intent |")[2], re.MULTILINE)
    asked = {name for name, only in named if not only}
    assert asked == {name for name, on in intents(Bot(SecretStr("t"))) if on}
    assert {name for name, _ in named} == {name for name, on in intents(Bot(SecretStr("t"), reads_all=True)) if on}


def test_the_permissions_are_those_the_how_to_asks_for() -> None:
    table = TEXT.partition("| permission |")[2].partition("| intent |")[0]
    how_to = (DOCS / "howto" / "discord.md").read_text()
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == re.findall(
        r"^\| `(\w+)` \| \d+ \|", how_to, re.MULTILINE
    )


def test_a_connection_that_is_closed_for_good_says_why_as_the_table_does() -> None:
    assert CLOSED == WHY


def test_what_discord_says_is_what_the_table_says() -> None:
    assert {int(code): words for code, words, _, _ in ROWS} == {code: WORDS[code][1] for code, _, _ in CODES}


def test_every_code_that_the_adapter_knows_is_in_the_table() -> None:
    source = "".join(path.read_text() for path in (DOCS.parent / "adapters" / "discord").glob("*.py"))
    known = {int(number) for number in re.findall(r"(?<![\d_.x])(?:1[06]|[345]0)\d{3,4}\b(?!_)", source)}
    assert known & set(WORDS) <= {code for code, _, _ in CODES}
    assert known & set(WORDS)


def test_an_interaction_that_is_no_more_is_told_apart() -> None:
    """What is done then: `tests/contract/test_discord_acting.py`."""
    told = {code for code, of, _ in CODES if of == "an interaction"}
    assert told == {answering.UNKNOWN_INTERACTION, answering.ALREADY_ANSWERED}


async def test_a_thread_goes_to_sleep_when_the_table_says() -> None:
    async with sending() as bench:
        await bench.send(bench.parcel(ref=bench.room(bench.di.say("#deploys", "deploy"))))
        (begun,) = bench.posts("/threads")
        assert f"it goes to sleep after {begun.body['auto_archive_duration']} minutes" in TEXT


@pytest.mark.parametrize(("code", "of", "then"), [row for row in CODES if row[1] != "an interaction"])
async def test_a_code_does_what_the_table_says(code: int, of: str, then: str) -> None:
    async with sending() as bench:
        assert await HANDLED[of](bench, code) == then


async def test_a_card_that_may_be_redrawn_in_a_while_waits_for_that() -> None:
    async with sending() as bench:
        shown = (await bench.send(bench.card(bench.room()))).provider_id
        path, wait = f"{CREATED}/*", api.LONGEST_WAIT + 1
        bench.discord.order(Fault("error", path=path, method="PATCH", code=api.CHANGED_TOO_OFTEN, seconds=wait))
        with pytest.raises(TryLater):
            await bench.send(bench.parcel(APPROVED, bench.room(), effect="e2", shown=shown, request=CARD))
        assert not answers(bench)


# --- what is seen to be done


def refuse(bench: Sending, path: str, code: int, method: str = "") -> None:
    """The next such call is refused, as Discord does with this code. What is limited is asked five times."""
    status, _ = WORDS[code]
    if status == 429:
        bench.discord.order(Fault("error", path=path, method=method, code=code, seconds=0.01), count=5)
    else:
        bench.discord.order(Fault("error", path=path, method=method, status=status, code=code))


async def given_up(bench: Sending, ref: str, effect: str) -> str:
    """What becomes of a message that is refused; empty if it was sent."""
    try:
        await bench.send(bench.parcel(ref=ref, effect=effect))
    except Unreachable:
        return "another way, and all else"
    except Rejected:
        return "another way"
    return ""


def answers(bench: Sending) -> list[Message]:
    """Our replies in #deploys."""
    return [one for one in bench.discord.messages("#deploys") if one.author == bench.us.user and one.reference]


async def message(bench: Sending, code: int) -> str:
    refuse(bench, CREATED, code)
    return await given_up(bench, bench.room(), "e1")


async def in_thread(bench: Sending, code: int) -> str:
    """Once it can be mended, and once it cannot."""
    asked = bench.di.say("#deploys", "deploy")
    await bench.send(bench.parcel(ref=bench.room(asked)))
    begun = len(bench.posts("/threads"))
    refuse(bench, f"/channels/{asked.id}/messages", code)
    assert not await given_up(bench, bench.room(asked), "e2")
    woken = bench.posts(f"/channels/{asked.id}", "PATCH")
    mended = "it is opened again" if woken else "it is begun" if len(bench.posts("/threads")) > begun else ""
    refuse(bench, f"/channels/{asked.id}/messages", code)
    refuse(bench, THREADS, 50013)
    refuse(bench, f"/channels/{asked.id}", 50013)
    lost = await given_up(bench, bench.room(asked), "e3")
    return f"{mended}; else {'a reply in its channel' if not lost and answers(bench) else lost}"


async def to_begin(bench: Sending, code: int) -> str:
    """Somebody else was a moment faster, so that there is a thread to write to."""
    asked = bench.di.say("#deploys", "deploy")
    bench.discord.core.begin_thread(asked, "deploy", bench.di.id)
    refuse(bench, f"/channels/{asked.id}/messages", 10003)
    refuse(bench, THREADS, code)
    assert not await given_up(bench, bench.room(asked), "e1")
    return "a reply in its channel" if answers(bench) else "written to"


async def redrawn(bench: Sending, code: int) -> str:
    shown = (await bench.send(bench.card(bench.room()))).provider_id
    refuse(bench, f"{CREATED}/*", code, "PATCH")
    await bench.send(bench.parcel(APPROVED, bench.room(), effect="e2", shown=shown, request=CARD))
    return "a reply says it" if answers(bench) else ""


async def file(bench: Sending, code: int) -> str:
    """It comes with the message that follows the beginning of the answer."""
    bench.discord.order(Fault("hang", path=CREATED, seconds=0), count=card.SHOWN)
    refuse(bench, CREATED, code)
    said = SAID.model_copy(update={"text": "all of it\n\n" * 1_000})
    await bench.send(bench.parcel(said, bench.room()))
    sent = bench.discord.messages("#deploys")
    return "in words" if len(sent) > card.SHOWN + 1 and not any(one.attachments for one in sent) else ""


HANDLED: Mapping[str, Callable[[Sending, int], Awaitable[str]]] = {
    "a message": message,
    "a thread": in_thread,
    "a thread to begin": to_begin,
    "a card to redraw": redrawn,
    "a file": file,
}
