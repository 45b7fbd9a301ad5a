"""The judge on hearing: our adapter understands the same, whichever of the two Discords it is connected to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.heard import Received, Revised
from tests.contract.discord_far_ends import FAR_ENDS
from tests.contract.discord_judged import Judged, judged
from tests.unit.adapters.cards import SAID


@pytest.fixture(params=FAR_ENDS)
async def here(request: pytest.FixtureRequest, anyio_backend: str) -> AsyncIterator[Judged]:
    async with judged(request.param) as made, made.at_work():
        yield made


@pytest.fixture(params=FAR_ENDS)
async def away(request: pytest.FixtureRequest, anyio_backend: str) -> AsyncIterator[Judged]:
    """Not connected."""
    async with judged(request.param) as made:
        yield made


async def test_direct_messages_are_heard(here: Judged) -> None:  # DC-08
    di = here.far.person("di")
    id = await here.far.say(di, here.far.direct(di), "deploy 1.4.2")
    heard = await here.hears(Received)

    assert (heard.message.id, heard.message.text) == (f"discord:{id}", "deploy 1.4.2")
    assert (heard.message.author.identity, heard.message.author.assurance) == (f"discord:{di}", "verified")
    assert (heard.address.ref, heard.conversation, heard.joins) == (f"@me/{di}", here.far.direct(di), False)


async def test_who_mentions_us_begins_a_conversation(here: Judged) -> None:  # DC-07, DC-08
    far, di, general = here.far, here.far.person("di"), here.far.channel("general")
    await far.say(di, general, "not to you")
    id = await far.say(di, general, f"<@{far.bot}> deploy 1.4.2")
    heard = await here.hears(Received)

    assert (heard.message.id, heard.conversation) == (f"discord:{id}", id), "what is not for us is not stored"
    assert heard.address.ref == f"{far.guild}/{general}/{id}"
    assert heard.message.text.endswith("deploy 1.4.2")


async def test_who_answers_us_is_heard(here: Judged) -> None:  # DC-08
    far, di, general = here.far, here.far.person("di"), here.far.channel("general")
    receipt = await here.adapter.send(here.parcel(SAID, f"{far.guild}/{general}"))
    ours = receipt.provider_id.partition("/")[2]
    await far.say(di, general, "thank you", reply_to=ours)
    heard = await here.hears(Received)

    assert (heard.under, heard.message.text) == (ours, "thank you")
    assert (receipt.conversation, receipt.place) == (ours, general)


async def test_what_is_said_in_a_thread_belongs_to_it(here: Judged) -> None:  # DC-08
    far, di, general = here.far, here.far.person("di"), here.far.channel("general")
    asked = await far.say(di, general, f"<@{far.bot}> deploy 1.4.2")
    first = await here.hears(Received)
    sent = await here.adapter.send(here.parcel(SAID, first.address.ref))
    await far.say(di, asked, "and 1.4.3")
    heard = await here.hears(Received, 2)

    assert (heard.conversation, heard.joins, heard.address) == (first.conversation, True, first.address)
    assert sent.provider_id.partition("/")[0] == asked, "a thread has begun at what was asked"


async def test_what_is_changed_is_revised(here: Judged) -> None:  # DC-07
    di = here.far.person("di")
    direct = here.far.direct(di)
    id = await here.far.say(di, direct, "deploy 1.4.2")
    await here.hears(Received)
    await here.far.edit(di, direct, id, "deploy 1.4.3")
    revised = await here.hears(Revised)

    assert (revised.revises, revised.text, revised.conversation) == (f"discord:{id}", "deploy 1.4.3", direct)


async def test_what_was_said_while_we_were_away_is_heard_first(away: Judged) -> None:  # DC-04, DC-05
    far, di = away.far, away.far.person("di")
    direct = far.direct(di)
    async with away.at_work():
        await far.say(di, direct, "one")
        await away.hears(Received)
    await far.forward(6)
    missed = [await far.say(di, direct, text) for text in ("two", "three")]
    async with away.at_work():
        await far.say(di, direct, "four")
        await away.hears(Received, 4)

    heard = [one.message for one in away.desk.stored if isinstance(one, Received)]
    assert [one.text for one in heard] == ["one", "two", "three", "four"]
    assert [one.id for one in heard[1:3]] == [f"discord:{id}" for id in missed]


@pytest.mark.parametrize("directly", [False, True])
async def test_a_command_is_heard_and_its_answer_is_where_it_goes_on(here: Judged, directly: bool) -> None:  # DC-28
    far, di = here.far, here.far.person("di")
    place = far.direct(di) if directly else far.channel("general")
    await here.commanded()
    await far.slash(di, place, "ask", what="deploy 1.4.2")
    heard = await here.hears(Received)
    (asked,) = [one for one in await here.messages(place) if one["author"]["id"] == far.bot]

    assert (heard.message.text, heard.message.author.identity) == ("deploy 1.4.2", f"discord:{di}")
    assert heard.conversation == (place if directly else asked["id"])
