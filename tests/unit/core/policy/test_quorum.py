"""The quorum: nobody sits twice, and whatever it says is what trying every seating says."""

from __future__ import annotations

from hypothesis import assume, given

from agent_core.events import Vote
from agent_core.policy.quorum import could_fill, in_words, standing
from agent_core.terms import Seats
from tests.unit.core.policy.brute import all_sit, could_come, most, names_of, places_of
from tests.unit.core.policy.cases import (
    MANY,
    PERSONS,
    SOME,
    agreeing,
    asked,
    author,
    easy,
    leavers,
    no,
    people_of,
    seatings,
    vetoes,
    votes,
    yes,
)

PEOPLE = people_of()


@given(seats=seatings, veto=vetoes, said=votes(), left=leavers)
@MANY
def test_it_says_what_trying_every_seating_says(
    seats: list[Seats], veto: tuple[str, ...] | None, said: list[Vote], left: list[str]
) -> None:
    people, request = people_of(left), asked(*seats, veto=veto)
    places = places_of(seats)
    agreed = [names_of(vote.by, people) for vote in said if vote.decision == "approve"]
    against = [names_of(vote.by, people) for vote in said if vote.decision == "deny"]
    spoken = {vote.by.person or "" for vote in said} | {"ana"}
    # A role has people enough: as many of it as there are places.
    coming = [(name, calls) for name, calls in could_come(seats, people, spoken)]
    more = [calls for name, calls in coming for _ in (places if name == "ops" else [name])]

    stands = standing(request, said, people)

    if any(veto is None or one & set(veto) for one in against):
        assert stands.state == "denied"
    elif all_sit(agreed, places):
        assert stands.state == "approved"
    elif most([*agreed, *more], places) < len(places):
        assert stands.state == "denied"
    else:
        taken = most(agreed, places)
        helping = {name for name, calls in coming if most([*agreed, calls], places) > taken}
        assert stands.state == "open"
        assert set(stands.able) == helping
        assert sum(panel.need for panel in stands.missing) == len(places) - taken
        assert all(panel.of for panel in stands.missing)


@given(seats=seatings, left=leavers)
@SOME
def test_there_are_people_enough_when_some_seating_says_so(seats: list[Seats], left: list[str]) -> None:
    people, places = people_of(left), places_of(seats)
    coming = [c for name, c in could_come(seats, people, {"ana"}) for _ in (places if name == "ops" else [name])]

    assert could_fill(seats, people, ["ana"]) == (most(coming, places) == len(places))


@given(seats=easy, said=agreeing, left=leavers)
@SOME
def test_nothing_is_approved_without_as_many_allowed_people_as_there_are_seats(
    seats: list[Seats], said: list[Vote], left: list[str]
) -> None:
    people = people_of(left)
    assume(standing(asked(*seats), said, people).state == "approved")
    agreed = {vote.by.person: names_of(vote.by, people) for vote in said if vote.decision == "approve"}

    for panel in seats:
        assert sum(bool(names & set(panel.of)) for names in agreed.values()) >= panel.need
    assert sum(map(bool, agreed.values())) >= sum(panel.need for panel in seats)


@given(seats=seatings, veto=vetoes, said=votes())
@SOME
def test_one_more_yes_never_takes_an_approval_back(
    seats: list[Seats], veto: tuple[str, ...] | None, said: list[Vote]
) -> None:
    request, spoken = asked(*seats, veto=veto), {vote.by.person for vote in said}
    before = standing(request, said, PEOPLE).state
    for person in set(PERSONS[1:]) - spoken:
        after = standing(request, [*said, yes(person)], PEOPLE).state
        assert (before, after) not in {("approved", "open"), ("approved", "denied"), ("denied", "approved")}


@given(seats=seatings, veto=vetoes, said=votes())
@SOME
def test_one_yes_less_never_approves(seats: list[Seats], veto: tuple[str, ...] | None, said: list[Vote]) -> None:
    request = asked(*seats, veto=veto)
    assume(standing(request, said, PEOPLE).state != "approved")
    for n, vote in enumerate(said):
        if vote.decision == "approve":
            assert standing(request, [*said[:n], *said[n + 1 :]], PEOPLE).state != "approved"


@given(seats=easy, said=agreeing)
@SOME
def test_who_asks_for_more_people_never_approves_what_fewer_did_not(seats: list[Seats], said: list[Vote]) -> None:
    stricter = [panel.model_copy(update={"need": panel.need + 1}) for panel in seats]
    assume(standing(asked(*stricter), said, PEOPLE).state == "approved")

    assert standing(asked(*seats), said, PEOPLE).state == "approved"


@given(seats=seatings, said=votes())
@SOME
def test_a_no_of_whoever_has_a_veto_ends_it_whatever_the_others_say(seats: list[Seats], said: list[Vote]) -> None:
    others = [vote for vote in said if vote.by.person != "bo"]

    for veto in (None, ("bo",), ("cy", "bo")):
        assert standing(asked(*seats, veto=veto), [*others, no("bo")], PEOPLE).state == "denied"


# --- the cases people ask about


def test_somebody_on_two_panels_sits_on_one() -> None:
    request = asked(Seats(of=("bo", "cy")), Seats(of=("bo", "dee")))
    stands = standing(request, [yes("bo")], PEOPLE)

    # Whichever of the two comes, Bo takes the other seat.
    assert (stands.state, set(stands.able)) == ("open", {"cy", "dee"})
    assert standing(request, [yes("bo"), yes("cy")], PEOPLE).state == "approved"
    assert standing(request, [yes("bo"), yes("dee")], PEOPLE).state == "approved"


def test_the_same_person_twice_is_one() -> None:
    request = asked(Seats(of=("bo", "cy"), need=2))
    elsewhere = yes("bo").model_copy(update={"by": author("bo").model_copy(update={"identity": "slack:T1/U2"})})

    assert standing(request, [yes("bo"), elsewhere], PEOPLE).state == "open"


def test_the_last_word_of_each_counts() -> None:
    request = asked(Seats(of=("bo", "cy")))

    assert standing(request, [no("bo"), yes("bo")], PEOPLE).state == "approved"
    assert standing(request, [yes("bo"), no("bo")], PEOPLE).state == "open"


def test_who_has_only_a_veto_can_end_it_and_takes_no_seat() -> None:
    request = asked(Seats(of=("bo",)), veto=("eli",))

    assert standing(request, [], PEOPLE).able == ("bo",)
    assert standing(request, [yes("eli")], PEOPLE).state == "open"
    assert standing(request, [yes("bo"), no("eli")], PEOPLE).state == "denied"


def test_a_no_without_veto_ends_it_once_too_few_are_left() -> None:
    request = asked(Seats(of=("bo", "cy", "di"), need=2))

    assert standing(request, [no("bo")], PEOPLE).state == "open"
    assert standing(request, [no("bo"), no("cy")], PEOPLE).state == "denied"


def test_whom_the_ladder_will_ask_is_waited_for() -> None:
    alone, with_others = Seats(of=("bo", "cy"), need=2), ("dee",)

    assert standing(asked(alone), [yes("bo"), no("cy")], PEOPLE).state == "denied"
    stands = standing(asked(alone, ladder=with_others), [yes("bo"), no("cy")], PEOPLE)
    assert (stands.state, stands.able) == ("open", ())


def test_who_left_takes_no_seat_with_what_they_said_before() -> None:
    request = asked(Seats(of=("bo", "cy", "di"), need=2))
    stands = standing(request, [yes("bo"), yes("cy")], people_of(left=["cy"]))

    assert (stands.state, stands.able) == ("open", ("di",))


def test_what_is_missing_names_those_who_can_give_it() -> None:
    request = asked(Seats(of=("bo", "cy", "di"), need=2), Seats(of=("eli",)))

    assert in_words(standing(request, [yes("bo")], PEOPLE).missing) == "1 of cy, di; and 1 of eli"
    assert in_words(standing(request, [yes("bo"), yes("cy")], PEOPLE).missing) == "1 of eli"
