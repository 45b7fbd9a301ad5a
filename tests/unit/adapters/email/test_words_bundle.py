"""A mail of ours with several requests, brought back without marks: none of its lines decides, and those typed do."""

from __future__ import annotations

import textwrap

import pytest

from adapters.base import Open, Parcel, Ticket
from adapters.email.found import ANSWER_ABOVE, Words
from adapters.email.sending.render import render, text_of
from agent_core.decisions import apart, are_several, decision_in
from agent_core.values import Call
from tests.unit.adapters.cards import CARD
from tests.unit.adapters.email.letters import SITE, heard, raw
from tests.unit.adapters.email.papers import part, plain, read
from tests.unit.adapters.email.parcels import parcel

CODES = ("111111", "222222", "333333", "444444", "555555")
TYPED = ("APPROVE 111111", "DENY 111111", "DENY 111111 and why", "R 111111 too early")


def asked(code: str) -> Open:
    """A request as it stands in the mail: as short as one can be."""
    request = CARD.model_copy(update={"id": f"r{code}", "call": Call(tool="go", version="1", arguments="{}")})
    ticket = Ticket(code=code, url=f"https://holdpoint.example.test/d/{code}", page_code="739155")
    return Open(request=request.model_copy(update={"reason": ""}), ticket=ticket)


def bundle(count: int = len(CODES)) -> Parcel:
    """A mail with so many requests."""
    first, *others = map(asked, CODES[:count])
    going = parcel(first.request, role="decide")
    return going.model_copy(update={"ticket": first.ticket, "together": tuple(others)})


SENT = text_of(render(bundle(), SITE))
BARE = SENT.replace(ANSWER_ABOVE, "")
LINES = [line for line in BARE.splitlines() if line.strip()]


def test_each_request_in_a_mail_has_a_code_of_its_own_and_says_how_to_use_it() -> None:
    assert [SENT.count(f"  APPROVE {code}\n  DENY {code} and why\n") for code in CODES] == [1] * len(CODES)
    assert "each decision on a line of its own and write nothing else" in " ".join(SENT.split())
    assert SENT.startswith(ANSWER_ABOVE)


@pytest.mark.parametrize("sent", [(), (SENT,)])
def test_decisions_that_a_person_types_are_theirs_however_many_of_ours_they_repeat(sent: tuple[str, ...]) -> None:
    for word in ("APPROVE", "A", "deny"):
        said = "\n".join(f"{word} {code}" for code in CODES)
        assert [one.code for one in apart(plain(f"{said}\n\n{SENT}", *sent))] == list(CODES)
    said = "\n".join(f"DENY {code} and why" for code in CODES)
    assert [one.code for one in apart(plain(said, *sent))] == list(CODES)


def decides(typed: str, brought_back: str, *sent: str) -> list[str]:
    """What is decided, where this is typed above that: the line that counts as ever, or each of several."""
    mail = f"{typed}\n\n{brought_back}"
    for entity in (part("text/plain; charset=utf-8", mail), part("text/html; charset=utf-8", _page(mail))):
        words = read(entity, *sent)
        if not words.below and (several := apart(words.reply)):
            return [one.line for one in several]
        if not are_several(words.reply) and decision_in(words.reply):
            assert words.reply.splitlines()[0] == typed
    return []


def _page(text: str) -> str:
    return "".join(f"<div>{line.strip() or '<br>'}</div>" for line in text.splitlines())


# EM-40
@pytest.mark.parametrize("sent", [(), (SENT,)])
@pytest.mark.parametrize("typed", TYPED)
def test_the_mail_brought_back_unmarked_decides_nothing_that_was_not_typed(typed: str, sent: tuple[str, ...]) -> None:
    assert decides(typed, SENT, *sent) == []
    assert decides(typed, BARE, *sent) == []
    for width in (8, 12, 15, 20, 30, 40, 60, 76):
        wrapped = "\n".join(part for line in BARE.splitlines() for part in textwrap.wrap(line, width) or [""])
        assert decides(typed, wrapped, *sent) == [], width


# EM-40
@pytest.mark.parametrize("sent", [(), (SENT,)])
def test_nor_does_any_piece_of_it(sent: tuple[str, ...]) -> None:
    for start in range(len(LINES)):
        for end in (start + 2, start + 3, start + 5, len(LINES)):
            piece = "\n".join(LINES[start:end])
            assert decides("DENY 111111", piece, *sent) == [], piece


def test_decisions_below_what_is_quoted_may_be_the_rest_of_it() -> None:
    two = "DENY 111111\nDENY 222222"
    assert said(f"> May this run?\n\n{two}").below
    assert said("DENY 111111\n> May this run?\nDENY 222222").below
    assert not said(f"{two}\n> May this run?").below
    assert not said(two).below
    assert heard(raw(body=f"> May this run?\n\n{two}")).below
    assert not heard(raw(body=two)).below


def said(text: str) -> Words:
    return read(part("text/plain; charset=utf-8", text))
