"""The story's chapters on people: two of three agree, somebody takes over, and somebody says whose an address is.

They play in staging, where what was agreed to does not pass its health check.
"""

from __future__ import annotations

from gateway.demo.discord_story import card_in, press, there
from gateway.demo.teller import Teller, first
from gateway.demo.world import ANA, BO, DI, RELEASES
from sandbox.mail import Letter

CODED = r"APPROVE (\d{6})"


async def two_of_three(t: Teller) -> None:
    """By mail and on Discord; one of the three asks, and may not, wherever they are."""
    t.chapter("Ana asks by mail for a new major version; two of three must agree, and Bo has a question first")
    before, runs = t.world.running("staging"), len(t.world.history())
    await t.world.mail.send_as(ANA, t.world.mail.bot, "The new one", "Please deploy 6.6.6 to staging.")
    t.step("Ana writes a mail: deploy 6.6.6 to staging")
    card = await t.letter(BO, "May this run?", "Bo gets the request by mail")
    t.check("2 of bo, releasers" in card.text, "it says that two have to agree, and that Ana is none of them")
    t.check("6.6.6 would run instead" in card.text, "it says what would happen, as the tool foresees it")
    await card_in(t, RELEASES, "6.6.6", "the releasers see it in #releases")
    await _ana_elsewhere(t)
    await _asked_back(t, card)
    await t.world.mail.reply_as(BO, card, f"APPROVE {first(CODED, card.text)}")
    await t.letter(BO, "Still needed", "Bo agrees with his code, and hears that one more is needed")
    shown = await card_in(t, RELEASES, "bo approved", "the card in #releases says so")
    t.check(len(t.world.history()) == runs, "nothing has run")
    t.check(not await press(t.world.discord.person("di"), shown, "Approve"), "Di, who holds the role, presses Approve")
    await t.letter(ANA, "failed its health check", "now it runs, fails its health check, and Ana hears it")
    t.check(t.world.running("staging") == before, "staging runs on as it was")


async def _ana_elsewhere(t: Teller) -> None:
    ana = t.world.discord.person("ana")
    seen = len(ana.whispers)
    t.check(not await press(ana, t.world.discord.messages(RELEASES)[-1], "Approve"), "Ana presses Approve on Discord")
    await there(t, lambda: ana.whispers[seen:], "asked for themselves", "she is told that she is Ana there, too")


async def _asked_back(t: Teller, card: Letter) -> None:
    await t.world.mail.reply_as(BO, card, f"ASK {first(CODED, card.text)} who has tried it?")
    asked = await t.letter(ANA, "who has tried it?", "Bo asks something first, and Ana gets his question")
    await t.world.mail.reply_as(ANA, asked, "Nobody but me.")
    again = await t.letter(BO, "Nobody but me.", "Ana answers, and Bo is shown the request again with her answer")
    t.check("May this run?" in again.text, "it still waits for him")


async def taken_over(t: Teller) -> None:
    """A person in the agent's place, and then the agent again."""
    t.chapter("Ana asks; Bo would rather talk, and takes the agent's place for a while")
    before = t.world.running("staging")
    await t.world.mail.send_as(ANA, t.world.mail.bot, "For the fair", "Please deploy 1.4.2 to staging.")
    card = await t.letter(BO, "May this run?", "Bo gets the request")
    await t.world.mail.reply_as(BO, card, "TAKE OVER")
    await t.letter(ANA, "has taken this conversation over", "Bo writes TAKE OVER, and Ana is told")
    await t.world.mail.reply_as(BO, card, "Ana, when is the fair?")
    asked = await t.letter(ANA, "when is the fair?", "Bo writes to Ana, through the same mail thread")
    t.check("a person, not the agent" in asked.text, "she reads that it is a person")
    await t.world.mail.reply_as(ANA, asked, "In spring.")
    await t.letter(BO, "In spring.", "she answers him, and the agent is silent")
    await t.world.mail.reply_as(BO, card, "HAND BACK there is time")
    await t.letter(ANA, "has handed this conversation back", "Bo hands it back, and Ana is told")
    await t.world.mail.reply_as(BO, card, f"DENY {first(CODED, card.text)} not before spring")
    await t.letter(ANA, "not before spring", "the request was open all the time: Bo denies it, and Ana hears why")
    t.check(t.world.running("staging") == before, "staging is as it was")


async def linked(t: Teller) -> None:
    """An address is somebody's who proves it from there."""
    t.chapter("Di, whom we know on Discord, wants to be known by mail as well")
    di = t.world.discord.person("di")
    di.dm(f"LINK email:{DI}")
    t.step("Di writes the address to Holdpoint on Discord")
    asked = await t.letter(DI, "says that this address is theirs", "a mail to that address asks whether it is hers")
    await t.world.mail.reply_as(DI, asked, "CONFIRM")
    await t.letter(DI, "put the code of this very request", "CONFIRM alone does nothing; she is told what does")
    await t.world.mail.reply_as(DI, asked, first(r"CONFIRM \d{6}", asked.text))
    await t.letter(DI, "is taken for you", "she confirms it with the code, and is told by mail")
    await there(t, lambda: di.dms, "is taken for you", "and on Discord")
