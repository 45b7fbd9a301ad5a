"""The decision page as browsers really use it, and as somebody who holds the link but not the code would."""

from __future__ import annotations

import httpx

from agent_core.events import Event
from gateway.demo.story import code, first
from gateway.demo.teller import Teller
from gateway.demo.world import ANA, BO
from gateway.keyring import Pass
from sandbox.mail import Letter


async def ask(t: Teller, version: str) -> tuple[Letter, str]:
    """Ana asks for a deployment; Bo's card, and the link in it."""
    await t.world.mail.send_as(ANA, t.world.mail.bot, "Deployment", f"Please deploy {version} to staging.")
    card = await t.letter(BO, f'"version":"{version}"', "Bo gets the request")
    return card, first(r"(http://\S+/d/\S+)", card.text)


async def hidden(browser: httpx.AsyncClient, link: str) -> dict[str, str]:
    """What the page itself puts into its form."""
    page = (await browser.get(link)).text
    return {name: first(rf'name="{name}" value="([^"]*)"', page) for name in ("form_token", "digest", "seen")}


async def test_a_browser_that_hides_the_origin_can_use_our_own_form(t: Teller) -> None:
    # What Chromium sends for a form on a page with `Referrer-Policy: no-referrer`, as the Fetch standard has it.
    card, link = await ask(t, "1.4.1")
    async with httpx.AsyncClient() as browser:
        form = {**await hidden(browser, link), "decision": "approve", "code": code(card)}
        ours = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
        for foreign in ("cross-site", "same-site", "none"):
            sent = await browser.post(link, data=form, headers={**ours, "Sec-Fetch-Site": foreign})
            assert sent.status_code == 403, foreign
        assert (await browser.post(link, data=form, headers=ours)).status_code == 303
    await t.letter(ANA, "1.4.1", "the approved deployment ran")


async def test_a_link_written_in_another_way_gives_no_new_tries(t: Teller) -> None:
    card, link = await ask(t, "1.4.2")
    right, (request,) = int(code(card)), [e for e in await _events(t) if e.type == "approval_request"]
    latest = await t.world.house.door().threads.latest(most=1, before=None)
    bearer = Pass(thread_id=latest[0].id, request_id=request.id, identity=f"email:{BO}")
    link = link.rpartition("/")[0] + f"/{t.world.house.keyring.ticket(bearer)}"  # Long ones are good as well.
    async with httpx.AsyncClient() as browser:
        tried = []
        for n in range(1, 9):
            same = f"{link[:-3]}{'~' * 4 * n}{link[-3:]}"
            form = {**await hidden(browser, same), "decision": "approve", "code": f"{(right + n) % 1_000_000:06d}"}
            tried.append((await browser.post(same, data=form)).status_code)
    assert tried == [422] * 5 + [429] * 3


async def test_after_an_answer_that_did_not_count_the_page_still_works(t: Teller) -> None:
    card, link = await ask(t, "1.4.0")
    async with httpx.AsyncClient() as browser:
        form = {**await hidden(browser, link), "decision": "deny", "code": code(card)}
        assert (await browser.post(link, data={**form, "digest": "0" * 64})).status_code == 303
        await t.letter(BO, "what you saw is not what is being asked", "Bo is told")
        again = {**await hidden(browser, link), "decision": "deny", "code": code(card), "reason": "not today"}
        for _ in range(2):
            assert (await browser.post(link, data=again)).status_code == 303
    await t.letter(ANA, "not today", "Bo's second answer counts")
    said = [e for e in await _events(t) if e.type == "approval_response"]
    assert len(said) == 2, "a form sent twice is one answer"


async def _events(t: Teller) -> list[Event]:
    threads = t.world.house.door().threads
    latest = await threads.latest(most=1, before=None)
    return list(await threads.events(latest[0].id, after=0))
