"""The roster on real servers: what was said is there for good, no change is lost to another, and a loss shows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from agent_core.people import Absence, People, Person
from agent_core.policy.grants import Grant
from agent_core.values import Author
from gateway.errors import BadChange
from gateway.people import personnel
from gateway.people.changes import CHANGE, Change, Said
from gateway.people.roster import Roster
from gateway.store.errors import RosterLost
from gateway.store.roster import RedisRoster
from tests.contract.bench import Bench

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MAIL, PHONE, CHAT = "email:ana@example.test", "sms:+447700900001", "slack:T111/U111"
BASE = People(
    people=(
        Person(id="ana", name="Ana", identities=(MAIL,)),
        Person(id="bo", name="Bo", identities=("email:bo@example.test",)),
    )
)


def roster_at(bench: Bench, base: People = BASE) -> Roster:
    return Roster(base, RedisRoster(bench.redis))


def said(id: str, by: str = "cy") -> Said:
    return Said(id=id, at=NOW, by=by, why="as the form says")


async def test_what_was_said_is_there_for_whoever_looks_next(bench: Bench) -> None:
    first, second = roster_at(bench), roster_at(bench)
    away = Absence(since=NOW, until=NOW + timedelta(days=7), delegate="bo")
    grant = Grant(id="g1", tool="deploy", to=("ana",), by="bo", since=NOW, until=NOW + timedelta(hours=1))
    await first.write(personnel.linked("ana", PHONE, said("a")))
    await first.write(personnel.away("ana", away, said("b")))
    await first.write(lambda _: (change("granted", grant=grant),))

    known = await second.fresh()

    ana = known.people.person("ana")
    assert ana is not None
    assert (ana.identities, ana.away) == ((MAIL, PHONE), (away,))
    assert known.in_force(NOW) == (grant,)
    assert known.in_force(NOW + timedelta(hours=1)) == ()
    assert (known.links[PHONE].by, known.links[PHONE].at) == ("cy", NOW)
    assert [one.type for one in await second.history()] == ["linked", "away", "granted"]
    assert second.people == (await roster_at(bench).fresh()).people


async def test_who_left_and_what_was_unlinked_stay_so_whatever_the_file_says(bench: Bench) -> None:
    roster = roster_at(bench)
    await roster.write(personnel.unlinked(MAIL, said("a")))
    await roster.write(personnel.left("bo", said("b")))

    people = (await roster_at(bench).fresh()).people

    assert people.known(Author(identity=MAIL, assurance="verified")).person is None
    assert people.known(Author(identity="email:bo@example.test", assurance="verified")).person is None
    with pytest.raises(BadChange, match="bo has left"):
        await roster.write(personnel.linked("bo", PHONE, said("c")))
    # An address of theirs is not free by itself: somebody else could be taken for them.
    with pytest.raises(BadChange, match="belongs to bo"):
        await roster.write(personnel.linked("ana", "email:bo@example.test", said("d")))


async def test_who_asks_while_somebody_looks_shares_the_look_after_it(bench: Bench) -> None:
    roster = roster_at(bench)
    before = await looks(bench)
    await asyncio.gather(*(roster.fresh() for _ in range(20)))
    assert await looks(bench) - before == 2


async def looks(bench: Bench) -> int:
    """How often anybody read the list."""
    stats = await bench.redis.info("commandstats")
    return int(stats.get("cmdstat_lrange", {"calls": 0})["calls"])


@dataclass(frozen=True)
class Held(RedisRoster):
    """Its answers are on their way until `arrives`."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    arrives: asyncio.Event = field(default_factory=asyncio.Event)

    async def since(self, seen: int) -> list[bytes]:
        news = await super().since(seen)
        self.asked.set()
        await self.arrives.wait()
        return news


async def test_who_asks_after_a_change_sees_it_whoever_looks_already(bench: Bench) -> None:
    store = Held(bench.redis)
    roster = Roster(BASE, store)
    first = asyncio.create_task(roster.fresh())
    await store.asked.wait()
    await roster_at(bench).write(personnel.linked("ana", PHONE, said("a")))
    second = asyncio.create_task(roster.fresh())
    await asyncio.sleep(0)
    store.arrives.set()
    assert PHONE not in (await first).links
    assert PHONE in (await second).links


async def test_the_file_is_the_base(bench: Bench) -> None:
    await roster_at(bench).write(personnel.linked("ana", PHONE, said("a")))
    others = People(people=(BASE.people[0], Person(id="bo", name="Bo", identities=(PHONE,))))

    people = (await roster_at(bench, others).fresh()).people

    assert [owner.id for one in (PHONE, MAIL) if (owner := people.owner(one))] == ["bo", "ana"]


async def test_of_two_who_write_at_once_neither_is_lost_and_an_identity_has_one_owner(bench: Bench) -> None:
    rosters = [roster_at(bench) for _ in range(8)]

    async def link(place: int) -> object:
        person = ("ana", "bo")[place % 2]
        await rosters[place].write(personnel.linked(person, f"sms:+4477009001{place:02}", said(f"own-{place}")))
        return await asyncio.gather(
            rosters[place].write(personnel.linked(person, CHAT, said(f"same-{place}"))), return_exceptions=True
        )

    await asyncio.gather(*(link(place) for place in range(8)))

    known = await roster_at(bench).fresh()
    owned = [identity for person in known.people.people for identity in person.identities]
    assert len([one for one in owned if one.startswith("sms:")]) == 8
    assert owned.count(CHAT) == 1
    assert known.seen == 9


async def test_what_was_written_is_not_written_again_when_the_answer_was_lost(bench: Bench) -> None:
    store = RedisRoster(bench.redis)
    assert await store.append(0, [b"one", b"two"])
    assert await store.append(0, [b"one", b"two"])
    assert not await store.append(0, [b"other"])
    assert await store.since(0) == [b"one", b"two"]
    assert await store.since(1) == [b"two"]


async def test_a_loss_is_seen_by_who_was_there_and_by_who_comes_later_until_somebody_accepts_it(bench: Bench) -> None:
    roster = roster_at(bench)
    await roster.write(personnel.unlinked(MAIL, said("a")))
    await bench.redis.delete("hp:people")

    for who in (roster, roster_at(bench)):
        with pytest.raises(RosterLost):
            await who.fresh()
    await RedisRoster(bench.redis).begin_again()
    assert (await roster_at(bench).fresh()).people == BASE
    with pytest.raises(RosterLost):
        await roster.fresh()  # Who knew better does not forget.


async def test_how_far_changes_were_told_of_is_kept_for_whoever_looks_next(bench: Bench) -> None:
    first, second = roster_at(bench), roster_at(bench)
    await first.write(personnel.unlinked(MAIL, said("a")))
    await first.write(personnel.left("bo", said("b")))

    news, seen = await second.unreviewed()
    assert ([one.type for one in news], seen) == (["unlinked", "left"], 2)
    await second.note_reviewed(1)
    news, seen = await first.unreviewed()
    assert ([one.type for one in news], seen) == (["left"], 2)

    await bench.redis.delete("hp:people")
    await RedisRoster(bench.redis).begin_again()
    anew = roster_at(bench)
    await anew.write(personnel.left("bo", said("c")))
    assert len((await anew.unreviewed())[0]) == 1, "what is said after a loss is not taken for told"


async def test_it_is_read_anew_only_when_it_is_asked_for_or_old(bench: Bench) -> None:
    reader, writer = roster_at(bench), roster_at(bench)
    await reader.fresh()
    await writer.write(personnel.linked("ana", PHONE, said("a")))

    assert reader.owner(PHONE) is None
    assert (await reader.fresh()).people.owner(PHONE) is not None


async def test_a_change_that_came_twice_counts_once(bench: Bench) -> None:
    roster = roster_at(bench)
    link = change("linked", person="ana", identity=PHONE, proof="a code")
    gone = change("unlinked", id="b", person="ana", identity=PHONE)
    await roster.write(lambda _: (link, gone, link))
    assert (await roster.fresh()).people.owner(PHONE) is None


def change(type: str, id: str = "a", **fields: object) -> Change:
    return CHANGE.validate_python({"type": type, "id": id, "at": NOW, "by": "cy"} | fields)
