"""Linking through the whole house: Ana, known by her mail, proves a phone by its code, and lets it go again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent_core.events import InputRequest, Notice, RosterChanged
from tests.doors.scene import until
from tests.flows.sms_house import NUMBERS, SmsHouse, mailbox, policy_of, sms_house

PHONE = f"sms:{NUMBERS['ana']}"
KNOWN = {"ana": [f"email:{mailbox('ana')}"], "cy": [f"email:{mailbox('cy')}"]}


@pytest.fixture
async def h(tmp_path: Path) -> AsyncIterator[SmsHouse]:
    async with sms_house(tmp_path, policy=policy_of("bo", via=("email",)), people=KNOWN) as ready:
        yield ready


async def wishes(h: SmsHouse, words: str, by: str = "ana") -> None:
    await h.mail.send_as(mailbox(by), h.mail.bot, "My phone", words)


async def owner(h: SmsHouse) -> str:
    found = (await h.house.roster.fresh()).people.owner(PHONE)
    return found.id if found else ""


async def becomes(h: SmsHouse, person: str) -> None:
    async def look() -> bool:
        return await owner(h) == person

    await until(look)


async def all_events(h: SmsHouse, kind: type[Notice] | type[RosterChanged] | type[InputRequest]) -> list[object]:
    threads = await h.house.threads.latest(most=50, before=None)
    return [event for one in threads for event in await h.events(one.id, kind)]


async def test_a_phone_is_proven_by_its_code_announced_everywhere_and_let_go_again(h: SmsHouse) -> None:
    await wishes(h, f"LINK sms:{NUMBERS['ana'][:3]} 7700 900001")
    await h.letter("ana", "was asked whether it is yours")
    asked = await h.sms("ana", "says that this address is theirs, too")
    code = found[1] if (found := re.search(r"CONFIRM (\d{6})", asked.body)) else ""

    h.text("ana", "CONFIRM")
    await h.sms("ana", "put the code of this very request")
    assert await owner(h) == ""
    h.text("ana", f"Confirm {code}.")
    await becomes(h, "ana")

    await h.letter("ana", "From now on", NUMBERS["ana"], "counts as yours")
    await h.sms("ana", "From now on")
    (link,) = (await h.house.roster.fresh()).links.values()
    assert (link.by, link.proof.startswith("a code answered from there (restricted)")) == (KNOWN["ana"][0], True)

    h.text("ana", f"CONFIRM {code}")
    await h.settled()
    assert len(await all_events(h, RosterChanged)) == 1

    await wishes(h, f"UNLINK {PHONE}")
    await becomes(h, "")
    await h.letter("ana", "is not taken for you any more")
    await h.sms("ana", "is not taken for you any more")


async def test_nobody_is_taken_for_somebody_by_the_word_of_another(h: SmsHouse) -> None:
    await wishes(h, f"LINK sms:{NUMBERS['bo']}", by="ana")  # It is Bo's.
    await h.letter("ana", "cannot be linked to you")
    await wishes(h, f"LINK {PHONE}", by="mallory")
    await wishes(h, f"LINK {PHONE}", by="cy")
    await h.sms("ana", "says that this address is theirs, too")
    h.text("bo", "CONFIRM 123456")
    await h.settled()

    assert await owner(h) == ""
    assert len(await all_events(h, InputRequest)) == 1
    assert await all_events(h, RosterChanged) == []
