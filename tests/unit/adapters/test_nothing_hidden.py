"""Nothing hidden: whoever can approve on a card sees every byte that would run, and what the tool says would follow.

Whatever the arguments, the terms and the state of the request: all of it stands in the very message with the button,
or there is no button that runs anything: SL-54, DC-35.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from typing import Any

import pytest
from hypothesis import assume, given, settings, strategies as st

from adapters.base import Parcel
from adapters.text import one_line, visible
from agent_core.events import ApprovalRequest, RequestRaised, Vote
from agent_core.terms import Seats, Terms
from agent_core.values import Author, Call
from tests.unit.adapters.cards import card
from tests.unit.adapters.faces import FACES, Face, Shown, spelled
from tests.unit.adapters.panels import HANDED, NO, REMINDER, SEVERAL, TOLD, YES

HOSTILE = "ab `~*_<>&|@#[]()\\\n\r\t\"'\u202e\u200b\u2066\u00ad\u0430\U000e0041"
TEXT = st.text(st.sampled_from(HOSTILE) | st.characters(codec="utf-8"), max_size=30)
LONG = st.builds(
    lambda text, times: text * times, st.sampled_from(["x", "```", "é ", "&", "\n", "\u202e"]), st.integers(0, 900)
)
VALUE: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT | LONG,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)
ARGUMENTS = st.dictionaries(TEXT, VALUE, max_size=12)
NAMES = st.lists(st.sampled_from(["bo", "cy", "di", "eli", "fay", "a" * 60]), min_size=1, max_size=5, unique=True)
TERMS = st.builds(
    lambda of, need, veto, handed: Terms(
        seats=(Seats(of=tuple(of), need=need),), veto=veto, delegates=tuple(handed), on_timeout="escalate"
    ),
    NAMES,
    st.integers(1, 3),
    st.none() | st.just(()) | st.just(("cy",)),
    NAMES,
)
# Words that can be looked for one by one, however they are marked up.
SAYS = st.integers(0, 1_500).map(lambda count: " ".join(f"w{number}w" for number in range(count)))
RAISED = st.none() | st.sampled_from([REMINDER, HANDED, TOLD])
RUNS = {"approve", "edit"}


def put(terms: Terms, arguments: dict[str, Any], says: str, reason: str) -> ApprovalRequest:
    call = Call(tool="deploy", version="1", arguments=json.dumps(arguments, ensure_ascii=False))
    return card(call, reason=reason).model_copy(
        update={"terms": terms, "consequences": says, "approvers": terms.seats[0].of}
    )


def parcels(face: Face, request: ApprovalRequest, raised: RequestRaised | None) -> list[Parcel]:
    """The card as it comes, in private and in a room, and as it is redrawn when somebody has decided."""
    return [
        face.parcel(request, raised=raised),
        face.parcel(request, "watch", ref=face.room),
        face.parcel(YES, request=request, raised=raised),
        face.parcel(NO, "watch", ref=face.room, request=request),
    ]


def told_all(request: ApprovalRequest, first: Shown) -> None:
    """Asserts that everything stands there, letter by letter, each value at its own place."""
    values = first.values
    rows = [visible(json.dumps(value, ensure_ascii=False)) for value in json.loads(request.call.arguments).values()]
    for value in (*rows, visible(request.call.arguments), request.risk, request.digest[:12]):
        assert spelled(value) in values
        values.remove(spelled(value))
    for name in json.loads(request.call.arguments):
        assert spelled(one_line(name)) in spelled(first.words).replace("\\_", "_") or not name
    words = first.quoted.split()
    assert [word for word in request.consequences.split() if word not in words] == []
    for panel in request.terms.seats:
        assert ", ".join(panel.of) in first.words


@pytest.mark.parametrize("channel", FACES)
@settings(max_examples=25, deadline=None)
@given(TERMS, ARGUMENTS, SAYS, TEXT, RAISED)
def test_whoever_can_approve_sees_all_of_it(
    channel: str, terms: Terms, arguments: dict[str, Any], says: str, reason: str, raised: RequestRaised | None
) -> None:
    face, request = FACES[channel], put(terms, arguments, says, reason)
    for parcel in parcels(face, request, raised):
        first, *others = face.shown(parcel)
        assert not any(one.does for one in others)
        if RUNS & {*first.does}:
            told_all(request, first)
        else:
            assert first.does == ()
            assert "cannot be approved here" in first.words


@pytest.mark.parametrize("channel", FACES)
@settings(max_examples=20, deadline=None)
@given(TERMS, st.integers(0, 9_000), st.sampled_from(["approve", "deny"]))
def test_what_is_decided_on_the_way_takes_no_buttons_away(
    channel: str, terms: Terms, words: int, decision: str
) -> None:
    """SL-55, DC-36: the longest card that can be approved still can be when the first of several has decided."""
    assume(sum(panel.need for panel in terms.seats) > 1 or terms.veto is not None)
    face = FACES[channel]
    longest = longest_that_fits(face, terms)
    vote = Vote.model_validate(
        {
            "id": "v",
            "request_id": "r1",
            "by": Author(identity="email:x@example.test", person="a" * 60),
            "decision": decision,
            "reason": "y " * words,
            "missing": "; and ".join(f"{panel.need} of {', '.join(panel.of)}" for panel in terms.seats),
        }
    )
    before, (after, *others) = face.shown(face.parcel(longest))[0], face.shown(face.parcel(vote, request=longest))
    assert after.does == before.does
    assert sum(one.quoted.count("y") for one in (after, *others)) == words


def longest_that_fits(face: Face, terms: Terms) -> ApprovalRequest:
    """The request with so many arguments that one letter more would take its buttons; no single one is too long."""

    def sized(size: int) -> ApprovalRequest:
        return put(terms, {f"a{number}": "x" * (size // 20 + (number < size % 20)) for number in range(20)}, "", "")

    over = bisect_left(range(20_000), True, key=lambda size: not face.shown(face.parcel(sized(size)))[0].does)
    assert 0 < over < 20_000
    return sized(over - 1)


@pytest.mark.parametrize("channel", FACES)
def test_how_it_stands_is_the_first_thing_said(channel: str) -> None:
    face = FACES[channel]
    (first,) = face.shown(face.parcel(YES, request=SEVERAL))
    told, asked = first.words.index("bo approved; still needed: 1 of cy, di"), first.words.index("May this run?")
    assert told < asked
    assert (
        first.does
        == face.shown(face.parcel(SEVERAL))[0].does
        == ("deny", "edit", "approve", "ask", "instead", "delegate")
    )


@pytest.mark.parametrize("channel", FACES)
def test_only_those_who_may_decide_have_the_buttons_of_a_card_drawn_anew(channel: str) -> None:
    face = FACES[channel]
    (watched,) = face.shown(face.parcel(YES, "watch", request=SEVERAL))
    assert watched.does == ()
    assert "still needed" in watched.words


@pytest.mark.parametrize("channel", FACES)
def test_what_the_tool_says_must_fit_and_what_the_agent_says_need_not(channel: str) -> None:
    face = FACES[channel]
    tool = SEVERAL.model_copy(update={"consequences": "w " * 20_000})
    agent = SEVERAL.model_copy(update={"reason": "w " * 20_000})
    assert face.shown(face.parcel(tool))[0].does == ()
    assert "approve" in face.shown(face.parcel(agent))[0].does
    assert sum(one.quoted.count("w ") + one.quoted.count("w\n") for one in face.shown(face.parcel(tool))) > 19_000


@pytest.mark.parametrize("channel", FACES)
def test_hand_over_is_there_only_if_there_is_somebody_who_is_not_asked_anyway(channel: str) -> None:
    face = FACES[channel]
    asked = SEVERAL.model_copy(update={"approvers": (*SEVERAL.approvers, "eli", "fay")})
    assert "delegate" in face.shown(face.parcel(SEVERAL))[0].does
    assert "delegate" not in face.shown(face.parcel(asked))[0].does


@pytest.mark.parametrize("channel", FACES)
def test_a_long_answer_of_the_requesters_stands_below_and_takes_no_button_away(channel: str) -> None:
    """SL-57, DC-38."""
    face = FACES[channel]
    first, *others = face.shown(face.parcel(SEVERAL, raised=TOLD.model_copy(update={"note": "y " * 4_000})))
    assert "bo was asked about this, and answers: (it is long, and stands below)" in first.words
    assert "approve" in first.does
    assert sum(one.quoted.count("y") for one in (first, *others)) == 4_000
