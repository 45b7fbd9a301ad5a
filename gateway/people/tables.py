"""People from a table: a CSV file in UTF-8, read as a whole; what is wrong is said with the line it is in.

The columns are `id`, `name`, `identities` (with `;` between) and, if there is one, `timezone`. Who is in the table and
known already is brought up to date; nobody is taken away.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from agent_core.people import Person
from gateway.errors import BadIdentity, BadTable
from gateway.people.changes import Change, Entered, Linked, Overlaid, Said
from gateway.people.identities import Identities

NEEDED = ("id", "name", "identities")
COLUMNS = (*NEEDED, "timezone")
MOST_BYTES = 16_000_000
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Row:
    """One person of the table; `line` is where they end in the file, from 1."""

    line: int
    id: str
    name: str
    identities: tuple[str, ...]
    timezone: str = ""


def rows_of(raw: bytes, identities: Identities) -> tuple[Row, ...]:
    """The people of a table. Raises BadTable with every line that is wrong."""
    table = _table(raw)
    rows, problems = [], []
    for line, cells in table:
        try:
            rows.append(_row(line, cells, identities))
        except (BadIdentity, ValueError) as error:
            problems.append(f"line {line}: {error}")
    problems += _twice(rows)
    if problems:
        raise BadTable("\n".join(problems))
    return tuple(rows)


def _table(raw: bytes) -> list[tuple[int, dict[str, str]]]:
    """The cells of each line by the name of their column."""
    if len(raw) > MOST_BYTES:
        raise BadTable(f"the file has more than {MOST_BYTES} bytes")
    try:
        lines = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        found = [(lines.line_num, cells) for cells in lines if any(cell.strip() for cell in cells)]
    except UnicodeDecodeError as error:
        raise BadTable(f"the file is not UTF-8: byte {error.start}") from error
    except csv.Error as error:
        raise BadTable(f"line {lines.line_num}: {error}") from error
    if not found:
        raise BadTable("the file is empty")
    names = [name.strip().lower() for name in found[0][1]]
    if len(set(names)) != len(names) or not set(NEEDED) <= set(names) <= set(COLUMNS):
        raise BadTable(f"line {found[0][0]}: the columns must be {', '.join(NEEDED)} and, if you like, timezone")
    for line, cells in found[1:]:
        if len(cells) != len(names):
            raise BadTable(f"line {line}: it has {len(cells)} cells, and there are {len(names)} columns")
    return [(line, dict(zip(names, map(str.strip, cells), strict=True))) for line, cells in found[1:]]


def _row(line: int, cells: dict[str, str], identities: Identities) -> Row:
    """Raises BadIdentity, ValueError."""
    id, name, timezone = cells["id"], cells["name"], cells.get("timezone", "")
    if not _ID.fullmatch(id):
        raise ValueError("an id is of a-z, 0-9, and - _ . behind the first")
    if not name or len(name) > 200 or _UNSEEN.search(name):
        raise ValueError("everybody has a name, of one line")
    if timezone and timezone not in available_timezones():
        raise ValueError("there is no such time zone")
    written = [one for one in cells["identities"].split(";") if one.strip()]
    return Row(line, id, name, tuple(dict.fromkeys(map(identities.parse, written))), timezone)


def _twice(rows: Sequence[Row]) -> Iterator[str]:
    """People and identities that are in the table more than once."""
    people: dict[str, int] = {}
    owners: dict[str, int] = {}
    for row in rows:
        if row.id in people:
            yield f"line {row.line}: {row.id} is in line {people[row.id]} already"
        people.setdefault(row.id, row.line)
        for identity in row.identities:
            if identity in owners:
                yield f"line {row.line}: {identity} is in line {owners[identity]} already"
            owners.setdefault(identity, row.line)


def changes_of(rows: Sequence[Row], known: Overlaid, said: Said) -> list[Change]:
    """What the table says that is not so yet. Raises BadTable for what contradicts what is known.

    What was unlinked stays so: the table may be older than that.
    """
    problems = [f"line {row.line}: {why}" for row in rows for why in _contradictions(row, known)]
    if problems:
        raise BadTable("\n".join(problems))
    made: list[Change] = []
    for row in rows:
        before = known.people.person(row.id)
        if before is None or (before.name, before.timezone) != (row.name, row.timezone or before.timezone):
            made.append(_entered(row, before, said.numbered(len(made))))
        for identity in row.identities:
            new = before is None or identity not in before.identities
            if new and (row.id, identity) not in known.let_go:
                fields = said.numbered(len(made)) | {"person": row.id, "identity": identity, "proof": "an import"}
                made.append(Linked.model_validate(fields))
    return made


def _entered(row: Row, before: Person | None, fields: dict[str, object]) -> Entered:
    timezone = row.timezone or (before.timezone if before else "")
    quiet = before.quiet if before else None
    who = {"person": row.id, "name": row.name, "timezone": timezone, "quiet": quiet}
    return Entered.model_validate(fields | who)


def _contradictions(row: Row, known: Overlaid) -> Iterator[str]:
    before = known.people.person(row.id)
    if before and before.left:
        yield f"{row.id} has left; ids are not used again"
    if known.people.group(row.id):
        yield f"{row.id} is the name of a group"
    for identity in row.identities:
        owner = known.people.owner(identity)
        if owner and owner.id != row.id:
            yield f"{identity} belongs to {owner.id}"
        elif known.people.is_room(identity):
            yield f"{identity} is a room"
