"""Linking in the turn: who may ask for it, what proves it, and who hears of it."""

from __future__ import annotations

import pytest

from agent_core.belonging import RosterChanged
from agent_core.events import IdentityLinked, IdentityUnlinked, InputRequest, Notice, Vote
from agent_core.people import People, Person
from agent_core.policy.rules import Policy, Rule
from agent_core.values import Author
from tests.unit.core.story import ANA, ANA_BY_TEXT, BO, CY, DI, FORGED_BO, STRANGER, Story, asked_for_deploy, kinds

NEW = Author(identity="sms:+447700900077", assurance="restricted", evidence="number")
TEAM = People(
    people=tuple(
        Person(id=who.person or "", name=(who.person or "").title(), identities=(who.identity,))
        for who in (ANA, BO, CY, DI)
    )
)
WISH = f"LINK {NEW.identity}"


def wished(who: Author = ANA, words: str = WISH) -> tuple[Story, list[object]]:
    story = Story(people=TEAM)
    story.says(who, words)
    return story, list(story.turn())


def asked() -> tuple[Story, InputRequest]:
    story, (request, told) = wished()
    assert isinstance(request, InputRequest)
    assert isinstance(told, Notice)
    assert (request.to, request.links, told.kind, told.to) == (NEW.identity, ANA, "link_asked", ANA.identity)
    return story, request


def test_the_code_from_there_links_it_and_all_identities_hear_of_it() -> None:
    story, request = asked()
    story.says(NEW, "confirm 482193", answers=request.id)
    events = story.turn()
    assert kinds(events) == ["input_response", "request_closed", "identity_linked"]
    link = events[-1]
    assert isinstance(link, IdentityLinked)
    assert (link.identity, link.person, link.by, link.proof) == (NEW.identity, "ana", ANA, NEW)

    ana = Person(id="ana", name="Ana", identities=(ANA.identity, NEW.identity))
    story.people = People(people=(ana, *TEAM.people[1:]))
    said = {"cause": link.id, "identity": link.identity, "person": "ana", "by": ANA}
    story.append(RosterChanged(id="r", outcome="linked", **said))
    told = [event for event in story.turn() if isinstance(event, Notice)]
    assert [(one.kind, one.to) for one in told] == [("linked", ANA.identity), ("linked", NEW.identity)]
    assert not story.thread.debts


@pytest.mark.parametrize(("words", "proven"), [("CONFIRM", False), ("confirm 999999", False), ("yes", True)])
def test_nothing_else_does(words: str, proven: bool) -> None:
    story, request = asked()
    story.says(NEW, words, answers=request.id if proven else None)
    assert kinds(story.turn()) == ["notice"]
    assert story.thread.open_request(request.id)


@pytest.mark.parametrize("who", [STRANGER, FORGED_BO, ANA_BY_TEXT])
def test_who_is_not_known_for_sure_links_nothing(who: Author) -> None:
    _, (told,) = wished(who)
    assert isinstance(told, Notice)
    assert (told.kind, told.to) == ("not_linked", who.identity)


@pytest.mark.parametrize("identity", [BO.identity, ANA.identity, "console:ana", "pigeon:7"])
def test_what_is_somebodys_or_cannot_be_asked_is_not_asked(identity: str) -> None:
    _, (told,) = wished(words=f"link {identity}")
    assert isinstance(told, Notice)
    assert told.kind == "not_linked"


def test_what_became_somebody_elses_meanwhile_is_not_linked() -> None:
    story, request = asked()
    bo = Person(id="bo", name="Bo", identities=(BO.identity, NEW.identity))
    story.people = People(people=(TEAM.people[0], bo))
    story.says(NEW.model_copy(update={"person": "bo"}), "CONFIRM 482193", answers=request.id)
    assert kinds(story.turn()) == ["input_response", "request_closed", "notice"]


def test_one_of_theirs_is_let_go_but_not_the_last_one() -> None:
    ana = Person(id="ana", name="Ana", identities=(ANA.identity, NEW.identity))
    story = Story(people=People(people=(ana,)))
    story.says(ANA, f"UNLINK {NEW.identity}")
    (gone,) = story.turn()
    assert isinstance(gone, IdentityUnlinked)
    assert (gone.identity, gone.person, story.thread.debts) == (NEW.identity, "ana", ())

    _, (told,) = wished(words=f"UNLINK {ANA.identity}")
    assert isinstance(told, Notice)
    assert told.detail == "nobody could reach you any more"


def test_a_vote_given_from_an_identity_that_is_not_theirs_any_more_does_not_count() -> None:
    story = asked_for_deploy(
        Story(Policy(rules=(Rule(tool="deploy", approvers=("bo", "cy", "di"), need=2),)), people=TEAM)
    )
    story.clicks(BO, story.request.id, "approve", digest=story.request.digest)
    assert any(isinstance(event, Vote) for event in story.turn())
    bo = Person(id="bo", name="Bo", identities=("slack:T1:U2",))
    story.people = People(people=(TEAM.people[0], bo, *TEAM.people[2:]))
    story.clicks(CY, story.request.id, "approve", digest=story.request.digest)
    assert "tool_call" not in kinds(story.turn())
