"""People from a table: any bytes are rows or a named error, and what is wrong is said with its line."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from agent_core.people import People, Person
from gateway.errors import BadTable
from gateway.people.changes import Linked, Overlaid, Said, Unlinked
from gateway.people.identities import Identities
from gateway.people.tables import changes_of, rows_of

READS = Identities({"sms": "GB"})
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SAID = Said(id="s", at=NOW, by="cy")
HEAD = "id,name,identities,timezone\n"
GOOD = HEAD + "ana,Ana,email:Ana@Example.test;sms:07700 900001,Europe/London\nbo,Bo,slack:t111/u222,\n"
EMPTY = Overlaid(People())


def test_identities_are_written_as_their_channels_know_them() -> None:
    ana, bo = rows_of(GOOD.encode(), READS)
    assert ana.identities == ("email:ana@example.test", "sms:+447700900001")
    assert (bo.identities, bo.timezone, bo.line) == (("slack:T111/U222",), "", 3)


def test_a_table_taken_once_changes_nothing_when_it_is_taken_again() -> None:
    rows = rows_of(GOOD.encode(), READS)
    after = EMPTY.after(changes_of(rows, EMPTY, SAID))
    assert [person.id for person in after.people.people] == ["ana", "bo"]
    assert changes_of(rows, after, SAID) == []


def test_what_was_unlinked_is_not_linked_by_an_older_table() -> None:
    rows = rows_of(GOOD.encode(), READS)
    gone = Unlinked(id="u", at=NOW, by="cy", person="ana", identity="sms:+447700900001")
    after = EMPTY.after([*changes_of(rows, EMPTY, SAID), gone])
    assert changes_of(rows, after, SAID) == []
    again = Linked(id="l", at=NOW, by="cy", person="ana", identity=gone.identity, proof="cy says so")
    assert after.after([again]).let_go == frozenset()


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("ana,Ana,email:a@b.test,\nana,Ana,,\n", "line 3: ana is in line 2 already"),
        ("ana,Ana,email:a@b.test,\nbo,Bo,email:A@b.test,\n", "line 3: email:a@b.test is in line 2 already"),
        ("Ana!,Ana,,\n", "line 2: an id is"),
        ("ana,,,\n", "line 2: everybody has a name"),
        ("ana,Ana,pigeon:1,\n", "line 2: an identity is one of"),
        ("ana,Ana,sms:12,\n", "line 2: this is no address of sms"),
        ("ana,Ana,,Europe/Atlantis\n", "line 2: there is no such time zone"),
        ("ana,Ana\n", "line 2: it has 2 cells"),
        ('ana,"Ana,,\n', "line 2: unexpected end of data"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(lines: str, said: str) -> None:
    with pytest.raises(BadTable, match=said):
        rows_of((HEAD + lines).encode(), READS)


def test_what_contradicts_what_is_known_takes_nothing_in() -> None:
    taken = Person(id="cy", name="Cy", identities=("email:ana@example.test",))
    gone = Person(id="bo", name="Bo", identities=(), left=True)
    with pytest.raises(BadTable) as caught:
        changes_of(rows_of(GOOD.encode(), READS), Overlaid(People(people=(taken, gone))), SAID)
    assert str(caught.value).splitlines() == [
        "line 2: email:ana@example.test belongs to cy",
        "line 3: bo has left; ids are not used again",
    ]


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: (HEAD + text).encode("utf-8", "replace")))
def test_any_bytes_are_rows_or_a_named_error(raw: bytes) -> None:
    try:
        rows = rows_of(raw, READS)
    except BadTable:
        return
    after = EMPTY.after(changes_of(rows, EMPTY, SAID))
    assert {person.id: person.identities for person in after.people.people} == {r.id: r.identities for r in rows}
    People.model_validate(after.people.model_dump())
