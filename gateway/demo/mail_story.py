"""The story's chapters on mail that is not what it seems: a machine's, a stranger's, one that comes back, one of HTML.

They play in staging, which nothing else in the story touches.
"""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid

from gateway.demo.teller import Teller, first
from gateway.demo.world import ANA, BO
from sandbox.mail import Letter
from sandbox.slack import Message

STRANGER = "mallory@evil.test"
OUT_OF_OFFICE = (("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"), ("Precedence", "bulk"))
# As Outlook sets an answer apart from what it quotes.
ANSWER = '<div style="font-family: Calibri">{text}</div><hr><div id="divRplyFwdMsg">From: {sender}</div>{original}'


async def while_away(t: Teller) -> None:
    """A machine answers first."""
    t.chapter("Ana asks; Bo's mailbox answers that he is away, and then he does")
    before = t.world.running("staging")
    card = await _asked(t, "Before the holidays", "1.4.1")
    await t.world.mail.send_as(
        BO,
        card.answer_to,
        f"Automatic reply: {card.subject}",
        f"APPROVE {code(card)}",
        in_reply_to=card.message_id,
        references=card.references,
        headers=OUT_OF_OFFICE,
    )
    t.step("Bo's mailbox answers by itself, and what it says is APPROVE and the code")
    await t.world.mail.reply_as(BO, card, f"DENY {code(card)} staging is frozen")
    await t.letter(ANA, "staging is frozen", "Bo himself denies it, and that is what counts: Ana hears why")
    t.check(t.world.running("staging") == before, "staging is untouched")


async def not_bo(t: Teller) -> None:
    """Somebody else has the mail, and its code."""
    t.chapter("Ana asks; others answer who are not Bo")
    before = t.world.running("staging")
    card = await _asked(t, "Once again", "1.4.1")
    await t.world.mail.reply_as(STRANGER, card, f"APPROVE {code(card)}")
    t.step("Mallory, to whom the mail was forwarded, approves with Bo's code")
    await t.letter(STRANGER, "no open request here", "she is told that there is nothing for her to decide")
    await t.world.mail.reply_as(BO, card, f"APPROVE {code(card)}", auth="fail")
    t.step("she writes once more, as if she were Bo")
    await t.letter(BO, "could not be proven to come from you", "Bo is told that somebody did")
    t.check(t.world.running("staging") == before, "staging is untouched")
    await t.world.mail.reply_as(BO, card, f"DENY {code(card)} that was not me")
    await t.letter(ANA, "that was not me", "Bo denies it; it was his to decide all the time")


async def returned(t: Teller) -> None:
    """The request does not arrive by mail."""
    t.chapter("Ana asks; the mail to Bo comes back")
    before, seen = t.world.running("staging"), len(t.world.slack.direct("bo"))
    t.world.mail.bounce(BO, text="The mailbox is closed")
    await _ask(t, "And again", "1.4.1")

    def card() -> Message | None:
        new = t.world.slack.direct("bo")[seen:]
        return next((one for one in new if "May this run?" in one.text), None)

    shown = await t.until(card, "Bo's server returns the request; it comes to him on Slack")
    t.world.mail.usual(BO)
    t.check(t.world.running("staging") == before, "staging is untouched while it waits")
    await t.world.slack.person("bo").click(shown, "Approve")
    await t.until(lambda: t.world.running("staging") == "1.4.1", "Bo presses Approve there; staging runs 1.4.1")
    await t.letter(ANA, "1.4.1 now", "Ana gets the result by mail")


async def in_html_alone(t: Teller) -> None:
    """A mail program without plain text, and with everything quoted."""
    t.chapter("Ana asks; Bo's mail program writes HTML alone, and quotes all that it answers")
    before = t.world.running("staging")
    card = await _asked(t, "The last one", "1.4.2")
    answer = _in_html(card, f"DENY {code(card)} one is enough")
    await t.world.mail.deliver_raw(BO, card.answer_to, answer)
    t.step("Bo writes DENY and the code above it")
    told = await t.letter(ANA, "one is enough", "Ana is told that it was denied, and why")
    t.check("May this run?" not in told.text, "nothing of what he quoted is taken for his words")
    t.check(t.world.running("staging") == before, "staging is as it was")


def code(letter: Letter) -> str:
    """The code in a request."""
    return first(r"APPROVE (\d{6})", letter.text)


async def _asked(t: Teller, subject: str, version: str) -> Letter:
    """Ana asks, and the request has come to Bo."""
    await _ask(t, subject, version)
    return await t.letter(BO, "May this run?", "Bo gets the request")


async def _ask(t: Teller, subject: str, version: str) -> None:
    await t.world.mail.send_as(ANA, t.world.mail.bot, subject, f"Please deploy {version} to staging.")
    t.step(f"Ana writes a mail: deploy {version} to staging")


def _in_html(card: Letter, text: str) -> bytes:
    """An answer without plain text, the whole request below it."""
    original = re.sub(r"(?s)^.*<body[^>]*>|</body>.*$", "", card.html)
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = BO, card.answer_to, f"RE: {card.subject}"
    mail["Message-ID"], mail["In-Reply-To"] = make_msgid(domain=BO.rpartition("@")[2]), card.message_id
    mail.set_content(ANSWER.format(text=text, sender=card.sender, original=original), subtype="html")
    return mail.as_bytes()
