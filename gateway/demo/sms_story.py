"""The story's chapters by text message: put to Bo by the policy, taken back in time, by text alone, and opted out."""

from __future__ import annotations

from gateway.demo.teller import Teller, first
from gateway.demo.world import BO
from sandbox.slack import Message
from sandbox.twilio import Sms

ROOM = "#deploys"
# Longer than the demo's policy lets an approval be taken back.
WINDOW = 20


async def by_policy(t: Teller) -> None:
    """Asked on Slack, decided by text, told on Slack."""
    t.chapter("Ana asks on Slack; the policy puts it to Bo by text message")
    before = t.world.running("production")
    asked = t.world.slack.person("ana").say(ROOM, f"@{t.world.slack.app.name} Please roll production back.")
    t.step(f"Ana writes in {ROOM}: roll production back")
    await _in_thread(t, asked, "rollback", "the thread shows what is asked for")
    card = await t.text("bo", "May this run?", "Bo's phone shows the request")
    t.check('rollback (version 1) {"environment":"production"}' in card.body, "it says exactly what would run")
    t.check(card.segments <= 6 and card.encoding == "GSM-7", f"it costs {card.segments} segments")
    t.world.phone("bo").text(f"A {code(card)}")
    await t.text("bo", f"UNDO {code(card)}", "Bo answers with the code; for a while he may take it back")
    t.check(t.world.running("production") == before, "meanwhile, production is untouched")
    t.world.move_on(seconds=WINDOW)
    await t.until(lambda: t.world.running("production") != before, "the while is over; production is rolled back")
    await _in_thread(t, asked, "approved by bo", "the card in Slack says who approved")
    await _in_thread(t, asked, f"{t.world.running('production')} again", "the result is in the thread")


async def by_text_alone(t: Teller) -> None:
    """Asked, approved and told by text."""
    t.chapter("Ana asks by text; Bo approves by text")
    before = t.world.running("production")
    t.world.phone("ana").text("Please roll production back.")
    await t.text("ana", "needs the approval of bo", "Ana's phone says who must approve")
    card = await t.text("bo", "May this run?", "Bo's phone shows the request")
    t.world.phone("bo").text("yes")
    await t.text("bo", code(card), "Bo says yes; he is told that it takes the code")
    t.world.phone("bo").text(f"A {code(card)}")
    await t.text("bo", f"UNDO {code(card)}", "he answers with the code")
    t.world.move_on(seconds=WINDOW)
    await t.until(lambda: t.world.running("production") != before, "production is rolled back")
    await t.text("ana", f"{t.world.running('production')} again", "Ana gets the result by text")


async def taken_back(t: Teller) -> None:
    """Approved, and taken back in time."""
    t.chapter("Ana asks by text; Bo approves, and takes it back")
    runs = len(t.world.history())
    t.world.phone("ana").text("Please roll staging back.")
    card = await t.text("bo", "May this run?", "Bo's phone shows the request")
    t.world.phone("bo").text(f"A {code(card)}")
    await t.text("bo", f"UNDO {code(card)}", "Bo answers with the code")
    t.world.phone("bo").text(f"U {code(card)}")
    await t.text("bo", "took your approval back", "he takes it back")
    t.world.move_on(seconds=WINDOW)
    t.world.phone("bo").text(f"R {code(card)} we need it as it is")
    await t.text("ana", "we need it as it is", "then he denies it, and Ana hears why")
    t.check(len(t.world.history()) == runs, "nothing was started")


async def opted_out(t: Teller) -> None:
    """Asked by text; the approver opts out, and is asked by mail."""
    t.chapter("Bo wants no more texts while a request waits")
    before = t.world.running("production")
    t.world.phone("ana").text("Please roll production back once more.")
    await t.text("bo", "May this run?", "Bo's phone shows the request")
    t.world.phone("bo").text("STOP")
    await t.text("bo", "unsubscribed", "Bo answers STOP; the carrier confirms it")
    card = await t.letter(BO, "May this run?", "the request comes to him by mail at once")
    quiet = len(t.world.phone("bo").inbox)
    await t.world.mail.reply_as(BO, card, first(r"APPROVE \d{6}", card.text))
    await t.letter(BO, "take it back", "he approves by mail")
    t.world.move_on(seconds=WINDOW)
    await t.until(lambda: t.world.running("production") != before, "production is rolled back")
    await t.text("ana", f"{t.world.running('production')} again", "Ana gets the result by text")
    t.check(len(t.world.phone("bo").inbox) == quiet, "Bo's phone stays quiet")


def code(sms: Sms) -> str:
    """The code in a request."""
    return first(r"A (\d{6}) to approve", sms.body)


async def _in_thread(t: Teller, asked: Message, containing: str, said: str) -> Message:
    """Something that can be read in the thread."""

    def look() -> Message | None:
        return next((one for one in t.world.slack.messages(ROOM, thread=asked.ts) if containing in one.text), None)

    return await t.until(look, said)
