"""The story: twenty requests, played unattended and checked from the outside, by what people get and what changed."""

from __future__ import annotations

import re

import httpx
import typer

from gateway.demo.discord_story import by_direct_message, changed, denied, said_twice, while_disconnected
from gateway.demo.mail_story import code as code, in_html_alone, not_bo, returned, while_away
from gateway.demo.people_story import linked, taken_over, two_of_three
from gateway.demo.slack_story import by_socket, over_http
from gateway.demo.sms_story import by_policy, by_text_alone, opted_out, taken_back
from gateway.demo.teller import StoryError, Teller, first as first
from gateway.demo.world import ANA, BO, World
from gateway.ports import TOOL_LANE

PLANNED = 166


async def tell(world: World) -> None:
    """Play all chapters. Raises SystemExit(1) when one goes wrong."""
    teller = Teller(world)
    try:
        for chapter in CHAPTERS:
            await chapter(teller)
    except StoryError as error:
        typer.echo(f"\n{error}\nstory: {teller.done} of {PLANNED} ok")
        raise SystemExit(1) from None
    typer.echo(f"\nstory: {teller.done} of {PLANNED} ok")
    if teller.done != PLANNED:
        raise SystemExit(1)


async def by_reply(t: Teller) -> None:
    """Ask, approve by reply."""
    t.chapter("Ana asks; Bo approves by answering the mail")
    asked = await t.world.mail.send_as(ANA, t.world.mail.bot, "Deployment", "Please deploy 1.4.1 to production.")
    t.step("Ana writes a mail: deploy 1.4.1 to production")
    card = await t.letter(BO, "May this run?", "Bo gets the request, with everything that would run")
    t.check('{"version":"1.4.1","environment":"production"}' in card.text, "the request shows the exact arguments")
    t.check(t.world.running("production") == "1.4.0", "production is untouched while it waits")
    await t.world.mail.reply_as(BO, card, f"APPROVE {code(card)}")
    await t.until(lambda: t.world.running("production") == "1.4.1", "Bo answers with the code; production runs 1.4.1")
    result = await t.letter(ANA, "1.4.1 now", "Ana gets the result")
    t.check(result.in_reply_to == asked, "it is an answer in her own mail thread")
    await t.letter(BO, "was approved by bo", "Bo's decision is confirmed to him")


async def with_a_reason(t: Teller) -> None:
    """Ask, deny with a reason."""
    t.chapter("Ana asks; Bo denies and says why")
    await t.world.mail.send_as(ANA, t.world.mail.bot, "Next", "Please deploy 1.4.2 to production.")
    card = await t.letter(BO, "May this run?", "Bo gets the request")
    await t.world.mail.reply_as(BO, card, f"DENY {code(card)} not on a Friday")
    await t.letter(ANA, "not on a Friday", "Ana is told that it was denied, and why")
    t.check(t.world.running("production") == "1.4.1", "production is untouched")


async def by_link(t: Teller) -> None:
    """Ask, approve by link."""
    t.chapter("Ana asks; Bo approves on the page behind the link")
    await t.world.mail.send_as(ANA, t.world.mail.bot, "Once more", "Please deploy 1.4.2 to production.")
    card = await t.letter(BO, "May this run?", "Bo gets the request")
    async with httpx.AsyncClient(follow_redirects=True) as browser:
        link = first(r"(http://\S+/d/\S+)", card.text)
        pages = [(await browser.get(link)).text for _ in range(10)]
        t.check(t.world.running("production") == "1.4.1", "ten looks at the page decide nothing")
        form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', pages[-1]))
        await browser.post(link, data={**form, "decision": "approve", "code": code(card)})
        await t.until(
            lambda: t.world.running("production") == "1.4.2", "Bo chooses, types the code; production runs 1.4.2"
        )
        await t.letter(ANA, "1.4.2 now", "Ana gets the result")
        after = (await browser.get(link)).text
        t.check("approved by bo" in after, "the link now says who decided, and when")


async def nobody_answers(t: Teller) -> None:
    """Ask, nobody answers, it expires."""
    t.chapter("Ana asks; nobody answers")
    await t.world.mail.send_as(ANA, t.world.mail.bot, "Back", "Please deploy 1.4.0 to production.")
    card = await t.letter(BO, "May this run?", "Bo gets the request")
    t.world.move_on(hours=25)
    t.step("25 hours pass")
    await t.letter(ANA, "Nobody", "Ana is told that nobody answered")
    await t.world.mail.reply_as(BO, card, f"APPROVE {code(card)}")
    await t.letter(BO, "too late", "Bo approves now, and is told that it is too late")
    t.check(t.world.running("production") == "1.4.2", "production is untouched")


async def in_the_end(t: Teller) -> None:
    """What must be true of everything that happened."""
    t.chapter("In the end")
    starts = [(run["version"], run["environment"]) for run in t.world.history()]
    deployed = [("1.4.1", "production"), ("1.4.2", "production"), ("1.4.1", "production")]
    brought_back = [("1.4.2", "production"), ("1.4.1", "production"), ("1.4.0", "production")]
    by_discord = [("1.4.1", "production"), ("1.4.2", "production"), ("1.4.1", "production")]
    every = [*deployed[:2], ("1.4.1", "staging"), *deployed[2:], *brought_back, *by_discord, ("6.6.6", "staging")]
    t.check(starts == every, "eight deployments and three rollbacks were started, each once")
    threads = t.world.house.opened.threads
    dead = [(one.lane, one.state) for one in await threads.dead()]
    t.check(dead == [(TOOL_LANE, "failed")], "no message ended badly, and no tool but the one at its health check")
    report = await threads.audit()
    t.check(report.entries > 0 and not report.broken, "the audit trail is whole")
    t.check(not t.world.model.unmatched, "the model was asked nothing unforeseen")
    t.check(not t.world.slack.strays, "Slack was asked nothing that it does not know")
    t.check(not t.world.discord.strays, "Discord was asked nothing that it does not know")
    t.check(not said_twice(t.world), "nothing was said twice on Discord")
    t.check(not t.world.twilio.strays, "Twilio was asked nothing that it does not know")


BY_MAIL = (by_reply, with_a_reason, by_link, nobody_answers)
BY_ODD_MAIL = (while_away, not_bo, returned, in_html_alone)
ON_SLACK = (over_http, by_socket)
BY_TEXT = (by_policy, by_text_alone, taken_back, opted_out)
ON_DISCORD = (by_direct_message, while_disconnected, changed, denied)
BY_SEVERAL = (two_of_three, taken_over, linked)
CHAPTERS = (*BY_MAIL, *BY_ODD_MAIL, *ON_SLACK, *BY_TEXT, *ON_DISCORD, *BY_SEVERAL, in_the_end)
