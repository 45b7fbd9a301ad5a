"""A crawler that follows every link of every mail a thousand times, and sends every form, decides nothing."""

from __future__ import annotations

import httpx
import pytest

from agent_core.events import Event
from gateway.demo.story import code, first
from gateway.demo.teller import Teller
from gateway.demo.world import ANA, BO
from sandbox.mail import Letter
from tests.flows.crawler import Crawler, links

LOCAL = "http://127.0.0.1:"


async def ask(t: Teller, version: str) -> tuple[Letter, str]:
    """Ana asks for a deployment, of high risk; Bo's card, and the link in it."""
    await t.world.mail.send_as(ANA, t.world.mail.bot, "Deployment", f"Please deploy {version} to production.")
    card = await t.letter(BO, f'"version":"{version}"', "Bo gets the request")
    return card, first(r"(http://\S+/d/\S+)", card.text)


async def log(t: Teller) -> list[Event]:
    """All events of the latest thread."""
    threads = t.world.house.door().threads
    (latest,) = await threads.latest(most=1, before=None)
    return list(await threads.events(latest.id, after=0))


def of_every_mail(t: Teller) -> set[str]:
    """Every link in every mail of every mailbox."""
    mail = t.world.mail
    return {url for address in mail.people for letter in mail.letters(address) for url in links(letter)}


async def crawled(t: Teller, times: int) -> Crawler:
    """The crawler, after it has done all it does."""
    found = of_every_mail(t)
    assert found
    assert all(url.startswith(LOCAL) for url in found), "our mails link to us only"
    async with httpx.AsyncClient() as http:
        crawler = Crawler(http)
        await crawler.follow(found, times)
        for url in sorted(found):
            await crawler.submit(url)
    return crawler


async def decides_nothing(t: Teller, times: int, version: str) -> None:
    """Ask, crawl, look: all is as it was, and then Bo decides."""
    card, link = await ask(t, version)
    before, starts, running = await log(t), t.world.history(), t.world.running("production")
    crawler = await crawled(t, times)

    assert sum(n for (_, _, url), n in crawler.got.items() if url == link) == times
    answers = {(method, status) for method, status, url in crawler.got if url == link}
    assert answers == {("GET", 200), ("HEAD", 200), ("OPTIONS", 405)}  # HEAD as GET: some ask that first
    assert any(url.endswith(".css") for _, _, url in crawler.got), "it followed what the page leads to"
    assert sum(crawler.sent.values()) >= 100
    assert set(crawler.sent) == {403, 422}, "no form counted, and none shut the page"

    assert await log(t) == before
    (request,) = [event for event in before if event.type == "approval_request"]
    assert request.risk == "high"
    (latest,) = await t.world.house.door().threads.latest(most=1, before=None)
    assert (await t.world.house.door().threads.thread(latest.id)).open_request(request.id) == request
    assert (t.world.history(), t.world.running("production")) == (starts, running)

    async with httpx.AsyncClient() as browser:
        page = (await browser.get(link)).text
        form = {name: first(rf'name="{name}" value="([^"]*)"', page) for name in ("form_token", "digest", "seen")}
        sent = await browser.post(link, data={**form, "decision": "approve", "code": code(card)})
        assert sent.status_code == 303, "the one who was asked still can"
    await t.letter(ANA, f"{version} now", "the approved deployment ran")
    assert t.world.running("production") == version


async def test_a_crawler_that_opens_every_link_and_sends_every_form_decides_nothing(t: Teller) -> None:  # EM-49
    await decides_nothing(t, 44, "1.4.1")


@pytest.mark.slow
async def test_not_even_after_a_thousand_times(t: Teller) -> None:  # EM-49
    await decides_nothing(t, 1_000, "1.4.2")


async def test_links_behind_which_all_is_decided_are_crawled_in_vain(t: Teller) -> None:  # EM-51
    card, link = await ask(t, "1.4.0")
    await t.world.mail.reply_as(BO, card, f"DENY {code(card)} not today")
    await t.letter(ANA, "not today", "Ana is told")
    before, starts = await log(t), t.world.history()
    async with httpx.AsyncClient() as http:
        crawler = Crawler(http)
        await crawler.follow([link], 22)
        await crawler.submit(link)
        assert "This request was denied by bo at " in (await http.get(link)).text
    assert crawler.sent.total() == 0, "there is no form any more"
    assert await log(t) == before
    assert t.world.history() == starts
