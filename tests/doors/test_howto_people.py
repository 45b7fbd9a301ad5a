"""`docs/howto/people.md` is followed to the letter: what it says to type shows what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from agent_core.people import Group, People, Person
from gateway.errors import BadIdentity
from gateway.people.identities import Identities
from tests.doors.howto import Reader, sections, unfollowed

PAGE = sections("people.md")
FOLLOWED = (
    "Try it here",
    "Who is there",
    "Take people from a table",
    "Say whose an address is",
    "Or let them prove it themselves",
    "Who is away, and who has left",
    "What needs nobody for a while",
    "What was said, and by whom",
)


def test_there_is_a_test_for_every_section_with_something_to_do() -> None:
    assert unfollowed(PAGE, Path(__file__)) == set()


async def test_the_files_of_the_page_make_a_house_that_knows_its_people(reader: Reader) -> None:
    for title in FOLLOWED[:2]:
        await reader.follow(PAGE[title])


@pytest.mark.slow
async def test_the_page_can_be_followed(reader: Reader) -> None:
    for title in FOLLOWED:
        await reader.follow(PAGE[title])


def test_the_file_of_the_page_is_one_and_all_that_can_be_said_of_a_person_is_there() -> None:
    found = re.search(r"^```yaml people\.yaml\n(.+?)^```$", PAGE["Try it here"], re.MULTILINE | re.DOTALL)
    assert found
    assert len(People.model_validate(yaml.safe_load(found[1])).people) == 3
    said = set(re.findall(r"`(\w+)`", PAGE["Try it here"]))
    assert set(Person.model_fields) - {"name", "identities"} <= said
    assert set(Group.model_fields) - {"id"} <= said


def test_every_kind_of_identity_is_there() -> None:
    forms = re.findall(r"`([a-z]+):\S+?`", PAGE["Try it here"])
    with pytest.raises(BadIdentity) as told:
        Identities().parse("nothing")
    known = str(told.value).removeprefix("an identity is one of ").removesuffix(", a colon and an address")
    assert set(known.split(", ")) == set(forms)
