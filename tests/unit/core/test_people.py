"""People: several identities, one person; and a name is only as good as its proof."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from agent_core.people import People, Person
from agent_core.values import Author

ANA = Person(id="ana", name="Ana", identities=("email:ana@example.test", "console:ana"))
BO = Person(id="bo", name="Bo", identities=("email:bo@example.test",))
PEOPLE = People(people=(ANA, BO))


def test_every_identity_leads_to_its_person() -> None:
    assert PEOPLE.owner("email:ana@example.test") is ANA
    assert PEOPLE.owner("console:ana") is ANA
    assert PEOPLE.owner("email:ANA@example.test") is None
    assert PEOPLE.person("bo") is BO
    assert PEOPLE.person("nobody") is None


@pytest.mark.parametrize("claimed", [None, "ana", "bo"])
def test_a_proven_identity_gets_its_person_whatever_was_claimed(claimed: str | None) -> None:
    author = Author(identity="email:bo@example.test", person=claimed, assurance="verified", evidence="dmarc")

    assert PEOPLE.known(author) == author.model_copy(update={"person": "bo"})


@pytest.mark.parametrize(
    "author",
    [
        Author(identity="email:bo@example.test", person="bo", assurance="asserted"),
        Author(identity="email:bo@example.test", person="bo", assurance="none"),
        Author(identity="email:else@example.test", person="bo", assurance="verified"),
    ],
)
def test_without_proof_or_link_there_is_no_person(author: Author) -> None:
    assert PEOPLE.known(author).person is None


def test_an_identity_cannot_belong_to_two_people_nor_twice_to_one() -> None:
    thief = Person(id="cy", name="Cy", identities=("console:ana",))
    for people in ((ANA, thief), (Person(id="x", name="X", identities=("a:1", "a:1")),)):
        with pytest.raises(ValidationError, match="more than one owner"):
            People(people=people)
