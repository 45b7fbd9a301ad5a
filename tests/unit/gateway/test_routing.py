"""Routing: who is asked where, and what becomes of those who cannot be reached there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from adapters.base import Capabilities
from adapters.heard import Address
from agent_core.events import (
    AgentMessage,
    ApprovalRequest,
    ApprovalResponse,
    Escalation,
    FieldRequest,
    InputRequest,
    Notice,
)
from agent_core.people import Group
from agent_core.values import Author, FormField
from gateway.routing import NOWHERE, Channel, Routing
from tests.unit.core.story import ANA, BO, DI
from tests.unit.gateway.journeys import Journey, journeys
from tests.unit.gateway.town import (
    ANA_TEXT,
    BO_SLACK,
    BO_TEXT,
    CLOSED,
    CY_TEXT,
    DI_SLACK,
    LATER,
    PEOPLE,
    QUESTION,
    SURE,
    TEXTER,
    TOWN,
    after,
    asked,
    first,
    heard,
    messages,
    told,
    went,
    wrote,
)

# --- where somebody is asked


@pytest.mark.parametrize(
    ("requester", "via", "home"),
    [
        (ANA, (), BO.identity),
        (TEXTER, (), BO_TEXT),
        (ANA, ("sms", "slack"), BO_TEXT),
        (ANA, ("slack", "sms"), BO_SLACK),
        (ANA, ("console", "pigeon", "slack"), BO_SLACK),
        (ANA, ("pigeon",), BO.identity),
        (Author(identity="console:who"), (), BO_TEXT),
    ],
)
def test_an_approver_is_asked_as_the_policy_says_or_where_it_was_asked(
    requester: Author, via: tuple[str, ...], home: str
) -> None:
    request = asked(requester=requester, via=via)
    deciders = [identity for identity, role in told(request, after([])).items() if role == "decide"]
    assert deciders == [home]


def test_a_channel_that_people_come_to_is_none_to_ask_on() -> None:
    request = asked(requester=DI, approvers=("ana",), via=("console", "sms"))
    assert told(request, after([])) == {ANA_TEXT: "decide", DI.identity: "watch"}


def test_where_little_is_proven_the_card_goes_where_more_is_as_well() -> None:  # SM-16
    request = SURE.model_copy(update={"via": ("sms",)})
    assert told(request, after([])) == {BO_TEXT: "decide", BO.identity: "decide", ANA.identity: "watch"}
    assert told(CLOSED, after([request])) == {BO_TEXT: "watch", BO.identity: "watch"}


def test_where_enough_is_proven_one_card_is_enough() -> None:
    assert told(SURE, after([])) == {BO.identity: "decide", ANA.identity: "watch"}
    assert told(asked(via=("sms",)), after([])) == {BO_TEXT: "decide", ANA.identity: "watch"}


def test_who_can_prove_nothing_better_is_asked_nowhere() -> None:  # SM-16
    request = SURE.model_copy(update={"approvers": ("cy",)})
    nowhere = {"nowhere:cy": "decide", ANA.identity: "watch"}
    assert told(request, after([])) == nowhere
    (effect, _) = messages(request, after([]))["nowhere:cy"]
    assert effect.queue == NOWHERE
    assert told(request.model_copy(update={"needs": "restricted"}), after([])) == {
        CY_TEXT: "decide",
        ANA.identity: "watch",
    }


ROOM = "discord:100/200"
GROUPS = (Group(id="ops", role="discord:100/7", room=ROOM),)
WITH_GROUP = replace(
    TOWN,
    people=TOWN.people.model_copy(update={"groups": GROUPS}),
    channels={**TOWN.channels, "discord": Channel(Capabilities(edits=True), first)},
)


def test_a_group_is_asked_in_its_room() -> None:
    request, before = asked(approvers=("ops", "cy"), needs="restricted"), after([])
    found = {one.identity: one for one in WITH_GROUP.envelopes(request, before)}
    roles = {identity: one.role for identity, one in found.items()}
    assert roles == {ROOM: "decide", CY_TEXT: "decide", ANA.identity: "watch"}
    assert found[ROOM].address == Address(channel="discord", ref="100/200")


def test_the_card_in_a_room_is_redrawn_when_it_ended() -> None:
    request = asked(approvers=("ops",))
    ended = {one.identity for one in WITH_GROUP.envelopes(CLOSED, after([request]))}
    assert ROOM in ended


def test_the_next_field_is_asked_of_whom_it_is_for() -> None:
    field = FieldRequest(id="f1", request_id="q1", to=BO_TEXT, field=FormField(name="env", label="Where?"))
    assert told(field, after([QUESTION])) == {BO_TEXT: "decide"}
    # Its form goes with it: it says which one of how many fields this is.
    assert [envelope.request for envelope in TOWN.envelopes(field, after([QUESTION]))] == [QUESTION]


# --- who moved


@pytest.mark.parametrize(
    ("event", "wanted"),
    [
        (AgentMessage(id="a", to=(BO_TEXT,), text="Done."), {BO.identity}),
        (Notice(id="n", to=BO_TEXT, kind="unclear"), {BO.identity}),
        (QUESTION, {BO.identity}),
        (FieldRequest(id="f", request_id="q1", to=BO_TEXT, field=FormField(name="e", label="?")), {BO.identity}),
        (asked(via=("sms",)), {BO.identity, ANA.identity}),
        (Escalation(id="e", to=("bo",), reason="at a loss"), {BO.identity}),
    ],
)
def test_what_comes_later_follows_to_where_somebody_went(
    event: AgentMessage | Notice | InputRequest | FieldRequest | ApprovalRequest | Escalation, wanted: set[str]
) -> None:
    lost = after([went("gone", BO_TEXT, BO.identity)])
    assert set(told(event, lost)) == wanted


def test_a_cry_for_help_follows_the_one_who_asked() -> None:
    lost = heard(after([]), wrote(BO_TEXT)).said([went("gone", BO_TEXT, BO.identity)])
    assert set(told(Escalation(id="e", to=("di",), reason="at a loss"), lost)) == {DI_SLACK, BO.identity}


def test_who_went_on_twice_is_followed_to_the_end() -> None:
    lost = after([went("x", BO_TEXT, BO.identity), went("y", BO.identity, BO_SLACK)])
    assert set(told(Notice(id="n", to=BO_TEXT, kind="unclear"), lost)) == {BO_SLACK}


def test_who_writes_from_there_again_is_there_again() -> None:
    lost = heard(after([went("gone", BO_TEXT, BO.identity)]), wrote(BO_TEXT))
    assert told(QUESTION, lost) == {BO_TEXT: "decide"}


def test_who_decides_from_there_again_is_there_again() -> None:
    click = ApprovalResponse(id="k", request_id="r1", author=Author(identity=BO_TEXT), decision="deny")
    lost = heard(after([went("gone", BO_TEXT, BO.identity)]), click)
    assert told(QUESTION, lost) == {BO_TEXT: "decide"}


def test_to_go_the_same_way_later_moves_nobody() -> None:
    again = went("x", BO_TEXT, BO_TEXT)
    assert after([again]).moved == {}
    assert after([again.model_copy(update={"due": LATER})]).moved == {}
    assert after([again.model_copy(update={"due": LATER, "to": BO.identity})]).moved == {}


def test_proof_is_asked_for_where_its_place_moved_to() -> None:
    lost = after([went("gone", BO.identity, BO_SLACK)])
    assert set(told(SURE.model_copy(update={"via": ("sms",)}), lost)) == {BO_TEXT, BO_SLACK, ANA.identity}


def test_proof_is_asked_for_in_the_old_place_rather_than_where_less_is_proven() -> None:
    lost = after([went("gone", BO.identity, BO_TEXT)])
    deciders = {identity for identity, role in told(SURE, lost).items() if role == "decide"}
    assert deciders == {BO_TEXT, BO_SLACK}


@settings(max_examples=60, deadline=None)
@given(journeys)
def test_no_way_leads_in_a_circle(journey: Journey) -> None:
    moved = journey.conversation.moved
    for start in moved:
        seen, place = {start}, start
        while place in moved:
            place = moved[place]
            assert place not in seen
            seen.add(place)


def test_who_has_one_sure_place_only_is_asked_there_even_if_it_failed_before() -> None:
    request = SURE.model_copy(update={"requester": DI, "approvers": ("ana",), "via": ("sms",)})
    lost = after([went("gone", ANA.identity, ANA_TEXT)])
    assert told(request, lost) == {ANA_TEXT: "decide", ANA.identity: "decide", DI.identity: "watch"}


# --- what the core is told of it


def test_the_core_knows_the_channels_that_people_can_be_written_to_on() -> None:
    assert TOWN.reach == {"email": "verified", "slack": "verified", "sms": "restricted"}
    assert TOWN.paced == frozenset({"sms"})
    assert Routing(PEOPLE, {}).reach == {}
