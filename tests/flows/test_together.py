"""Several requests to one person in a minute: the first at once, the others in one message, each decided for itself."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import httpx

from adapters.sms.text import NEXT
from agent_core.deliveries import Delivery
from agent_core.events import Notice, RequestClosed
from gateway.app import House
from gateway.keyring import Place
from tests.doors.scene import until
from tests.flows.mail_house import ANA, BO, CARD, CY, MailHouse, code, mail_house
from tests.flows.sms_house import SmsHouse, policy_of, sms_house

LIMITS = {"together_within": "PT1M", "at_once": []}


async def waiting(house: House, count: int) -> None:
    """Until so many cards wait for others."""
    redis = house.opened.guard.redis

    async def there() -> bool:
        found = [await redis.zcard(key) async for key in redis.scan_iter("hp:{ld:*}:c")]
        return sum(found) == count

    await until(there)


async def _saying(house: SmsHouse, words: str) -> str | None:
    return next((one.body for one in house.phone("bo").inbox if words in one.body), None)


async def test_texts_go_together_and_each_code_decides_its_own(tmp_path: Path) -> None:
    async with sms_house(tmp_path, policy={**policy_of(), "limits": LIMITS}) as house:
        await house.ask("1.4.1")
        await house.card("bo", "1.4.1")
        threads = {}
        for place, version in enumerate(("1.4.2", "1.4.0"), 1):
            threads[version] = await house.ask(version, to="staging")
            await waiting(house.house, place)
        await house.move_on(seconds=61)
        # It is as long as two texts, maybe, and Twilio sends one after the other.
        for version, thread in threads.items():
            [request] = (await house.house.threads.thread(thread)).open
            answer = house.house.keyring.code(Place(thread_id=thread, request_id=request.id), "bo")
            shown = await until(partial(_saying, house, f"Answer A {answer} "))
            assert version in shown
            house.text("bo", f"A {answer}")
        assert sum(NEXT in one.body for one in house.phone("bo").inbox) == 1

        for thread in threads.values():
            [closed] = await house.logged(thread, RequestClosed)
            assert (closed.outcome, closed.by and closed.by.person) == ("approved", "bo")


async def test_mails_go_together_and_the_further_ones_have_pages(tmp_path: Path) -> None:
    async with mail_house(tmp_path, policy={"limits": LIMITS}) as house:
        await house.asks()
        for place, version in enumerate(("1.4.1", "1.4.0"), 1):
            await house.mail.send_as(
                ANA, house.mail.bot, f"Deployment {version}", f"Please deploy {version} to staging."
            )
            await waiting(house.house, place)
        house.clock.move_on(hours=0.02)
        digest = await house.letter(BO, CARD, "This mail has 2 requests")
        first, second = digest.text.split("Request 2 of 2:")
        asked = [
            version for part in (first, second) for version in ("1.4.1", "1.4.0") if f'"version":"{version}"' in part
        ]
        assert sorted(asked) == ["1.4.0", "1.4.1"]
        link = next(word for word in second.split() if "/d/" in word)
        async with httpx.AsyncClient() as browser:
            page = await browser.get(link)
        assert page.status_code == 200
        assert "Deny" in page.text
        await house.mail.reply_as(BO, digest, f"APPROVE {code(digest)}")
        [approved] = await until(house.decided)
        assert approved.decision == "approve"


async def test_a_digest_that_bounces_moves_every_request_in_it(tmp_path: Path) -> None:
    async with mail_house(tmp_path, policy={"limits": LIMITS}) as house:
        await house.asks()
        house.mail.bounce(BO, "5.1.1")
        for place, version in enumerate(("1.4.1", "1.4.0"), 1):
            await house.mail.send_as(
                ANA, house.mail.bot, f"Deployment {version}", f"Please deploy {version} to staging."
            )
            await waiting(house.house, place)
        house.clock.move_on(hours=0.02)

        async def failed() -> bool:
            return sum(one.outcome == "failed" for one in await house.events(Delivery)) == 2

        await until(failed)
        for version in ("1.4.1", "1.4.0"):
            await _moved(house, version)


async def _moved(house: MailHouse, version: str) -> None:
    """Until the request of a version is at Bo's other mailbox, be it with another one."""

    async def there() -> bool:
        house.clock.move_on(hours=0.02)  # They may wait for one another there as well.
        return any(f'"version":"{version}"' in one.text for one in house.mail.letters(CY))

    await until(there)


async def test_who_was_asked_enough_is_asked_later_and_the_requester_hears_of_it(tmp_path: Path) -> None:
    async with mail_house(tmp_path, policy={"limits": {"per_person_per_hour": 1}}) as house:
        await house.asks()
        await house.mail.send_as(ANA, house.mail.bot, "Deployment", "Please deploy 1.4.0 to staging.")
        told = await house.letter(ANA, "Your request waits")
        assert "asked so much of late" in told.text
        assert [notice.kind for notice in await house.events(Notice)] == ["waits"]
        house.clock.move_on(hours=1.1)
        assert "1.4.0" in (await house.letter(BO, CARD)).text
