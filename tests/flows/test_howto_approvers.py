"""`docs/howto/approvers.md` is true: each sentence to type is typed, each notice and each part of a card is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from adapters.conditions import rows_of
from adapters.notices import NOTICES
from agent_core.agent import scripted
from agent_core.decisions import apart, at_best
from agent_core.events import (
    ApprovalHeld,
    ApprovalResponse,
    Event,
    Handoff,
    IdentityUnlinked,
    InputRequest,
    Notice,
    Relayed,
    RequestClosed,
    RequestRaised,
    ToolCall,
)
from agent_core.people import People, Person
from agent_core.policy.rules import Panel, Policy, Rule
from agent_core.values import Author, Doubt, NoticeKind
from gateway.cli.chat import DECISIONS
from tests.doors.howto import ROOT, sections
from tests.unit.core.story import ANA, BO, BO_BY_TEXT, CY, DI, DONE, Story, asked_for_deploy

PAGE = sections("approvers.md")
CODE = re.compile(r"482 ?193")
EVERYBODY = (("ana", ANA), ("bo", BO), ("cy", CY), ("dee", DI))
PEOPLE = People(
    people=tuple(
        Person(id=id, name=id.title(), identities=(one.identity, *([BO_BY_TEXT.identity] if id == "bo" else [])))
        for id, one in EVERYBODY
    )
)
RULE = Rule(tool="deploy", approvers=("bo", "cy"), delegates=("dee",))
ASKED = Policy(rules=(RULE,), text_up_to="high")
UNDOABLE = Policy(rules=(RULE.model_copy(update={"undo_within": timedelta(minutes=5)}),), text_up_to="high")


def rows(title: str, header: str) -> Iterator[tuple[str, ...]]:
    """The cells of the rows of a table of a section, which begins with this cell."""
    table = PAGE[title].partition(f"| {header} |")[2].partition("\n\n")[0]
    for line in table.splitlines()[2:]:
        yield tuple(cell.strip() for cell in line.strip("|").split(" | "))


def played(text: str, who: Author, policy: Policy = ASKED, before: Sequence[str] = ()) -> list[Event]:
    """What follows when somebody who has Ana's request before them writes this."""
    story = asked_for_deploy(Story(policy, people=PEOPLE))
    for one in (*before, text):
        story.says(who, one, story.request.id if CODE.search(one) else None)
        events = story.turn(model=scripted(DONE))
    return [event for event in events if event.type != "model_call"]


def meaning(events: Sequence[Event]) -> str:
    """What that was, in the words of the page."""
    match [event for event in events if not isinstance(event, ApprovalResponse)]:
        case [RequestClosed(outcome="approved"), ToolCall()]:
            return "yes"
        case [RequestClosed(outcome="denied"), *_]:
            return "no"
        case [RequestClosed(outcome="answered"), *_]:
            return "answer instead"
        case [InputRequest(to=ANA.identity, by=by), Notice(kind="asked_back")] if by:
            return "ask first"
        case [RequestRaised(why="delegated", to=("dee",)), Notice(kind="delegated")]:
            return "hand on"
        case [ApprovalHeld(until=None), Notice(kind="undone")]:
            return "take back"
        case [Notice(kind=kind)]:
            return f"nothing: {kind}"
    return f"something else: {[event.type for event in events]}"


WAYS = list(rows("What you can do", "You want to say"))
TYPED = [
    (want, cell.strip("`"), who)
    for want, _, text, mail, *_ in WAYS
    for cell, who in ((text, BO_BY_TEXT), (mail, BO))
    if "482193" in cell
]


@pytest.mark.parametrize(("want", "text", "who"), TYPED)
def test_a_line_by_text_or_mail_does_what_it_is_there_for(want: str, text: str, who: Author) -> None:
    if want == "take back":
        assert meaning(played(text, who, UNDOABLE, before=["approve 482193"])) == want
    else:
        assert meaning(played(text, who)) == want


def test_there_is_a_line_for_everything_that_words_can_say() -> None:
    assert len(WAYS) == 7
    assert {want for want, _, _ in TYPED} == {row[0] for row in WAYS} - {"yes, with changes"}
    assert len(TYPED) == 12


def test_the_buttons_the_choices_and_the_commands_are_those_there_are() -> None:
    buttons = {cell.strip("*") for _, cell, *_ in WAYS}
    assert buttons == said_in("adapters/slack", buttons) == said_in("adapters/discord", buttons)
    form = (ROOT / "gateway/templates/decide.html").read_text()
    assert {row[4].strip("*") for row in WAYS if row[4] != "–"} == set(re.findall(r'\("\w+", "(.+?)"\)', form))
    commands = {cell.strip("`").split()[0] for *_, cell in WAYS}
    assert commands == {*DECISIONS, "holdpoint"}


def said_in(folder: str, words: set[str]) -> set[str]:
    source = " ".join(path.read_text() for path in (ROOT / folder).glob("*.py"))
    return {one for one in words if f'"{one}"' in source}


@pytest.mark.parametrize(
    ("text", "want"), [(row[0].strip("`"), row[1]) for row in rows("How to answer in words", "You write")]
)
def test_an_answer_in_words_is_what_the_page_says(text: str, want: str) -> None:
    assert meaning(played(text, BO)) == want


def test_several_at_once_are_what_the_page_says() -> None:
    (two, _), (more, told) = rows("How to answer in words", "You write, in one message")
    text, other = ("\n".join(re.findall(r"`(.+?)`", cell)) for cell in (two, more))
    assert [at_best(one.line) for one in apart(text)] == ["approve", "deny"]
    assert [one.line for one in apart(text)] == text.splitlines()
    assert other.startswith(text)
    assert apart(other) == ()
    assert meaning(played(other, BO)) == "nothing: several"
    assert re.findall(r'"(.+?)"', told)[0] in NOTICES["several"]


@pytest.mark.parametrize(
    ("text", "told"), [(row[0].strip("`"), row[1].strip('"')) for row in rows("What never counts", "You write")]
)
def test_what_never_counts_does_not_and_says_why(text: str, told: str) -> None:
    for who in (BO, BO_BY_TEXT):
        (notice,) = played(text, who)[-1:]
        assert isinstance(notice, Notice)
        assert NOTICES[notice.kind].startswith(told)
        assert meaning([notice]).startswith("nothing")


def test_a_conversation_is_taken_over_and_handed_back_by_these_words() -> None:
    words = [row[0].strip("`") for row in rows("To take a conversation over", "You write")]
    assert len(words) == 3
    taken, told, back = (played(one, BO, before=words[:place]) for place, one in enumerate(words))
    assert [event.to for event in taken if isinstance(event, Handoff)] == ["human"]
    assert [(event.to, event.text) for event in told if isinstance(event, Relayed)] == [((ANA.identity,), words[1])]
    assert [(event.to, event.note) for event in back if isinstance(event, Handoff)] == [("agent", "it is fine now")]
    assert meaning(played("approve 482193", BO, before=words[:2])) == "yes"
    assert meaning(played(words[0], ANA)) == "nothing: not_in_charge"


def test_an_address_is_linked_and_let_go_by_these_lines() -> None:
    link, unlink = (row[0].strip("`") for row in rows("Your other addresses", "You write"))
    asked = played(link, BO)
    assert [event.to for event in asked if isinstance(event, InputRequest)] == [link.removeprefix("LINK ")]
    assert [event.identity for event in played(unlink, BO) if isinstance(event, IdentityUnlinked)] == [
        BO_BY_TEXT.identity
    ]


def test_every_line_of_a_card_is_explained_and_no_other() -> None:
    named = {
        name for row in rows("How to read a card", "The card says") for name in re.findall(r"\*\*(.+?)\*\*", row[0])
    }
    card = (ROOT / "tests/golden/email/card.txt").read_text()
    usual = set(re.findall(r"^  ([A-Z][\w ]+):  ", card, re.MULTILINE)) | set(
        re.findall(r"^  (Exact bytes):", card, re.MULTILINE)
    )
    odd = RULE.model_copy(update={"need": 2, "on_timeout": "hold", "also": (Panel(of=("dee",)),)})
    request = asked_for_deploy(Story(Policy(rules=(odd,)), people=PEOPLE)).request
    assert named == usual | {name for name, _ in rows_of(request)}


def test_every_notice_that_anybody_is_sent_is_explained_and_no_other() -> None:
    quoted = [row[0].strip('"') for row in rows("What you may be told", "You read")]
    kinds = [[kind for kind, text in NOTICES.items() if one in text] for one in quoted]
    assert [one for one, found in zip(quoted, kinds, strict=True) if len(found) != 1] == []
    explained = [kind for (kind,) in kinds]
    assert len(explained) == len(set(explained))
    assert set(explained) == sent()


def sent() -> set[NoticeKind]:
    """The kinds that the core ever sends."""
    files = [path for path in (ROOT / "agent_core").rglob("*.py") if path.name != "values.py"]
    source = " ".join(path.read_text() for path in files)
    return {kind for kind in get_args(NoticeKind) if kind in get_args(Doubt) or f'"{kind}"' in source}


def test_nothing_to_type_is_on_the_page_that_is_not_typed_here() -> None:
    typed = {text for _, text, _ in TYPED} | {row[0].strip("`") for title in PAGE for row in rows(title, "You write")}
    coded = {text for section in PAGE.values() for text in re.findall(r"`([^`]*482 ?193[^`]*)`", section)}
    assert coded <= typed
    assert Path(__file__).name in (ROOT / "docs" / "howto" / "approvers.md").read_text()
