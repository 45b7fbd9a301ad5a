"""Routing: who is asked where, what becomes of those who cannot be reached there, and which way an event goes then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings

from adapters.heard import Address
from agent_core.deliveries import Redirect
from agent_core.events import (
    AgentMessage,
    ApprovalRequest,
    ApprovalResponse,
    Escalation,
    FieldRequest,
    InputRequest,
    Notice,
    RequestClosed,
    UserMessage,
)
from agent_core.values import Author, Call, FormField
from gateway.consequences import effect_id
from gateway.routing import NOWHERE, Routing
from tests.unit.core.story import ANA, BO, DI, START
from tests.unit.gateway.journeys import Journey, journeys
from tests.unit.gateway.town import (
    ANA_TEXT,
    BO_SLACK,
    BO_TEXT,
    CY_TEXT,
    DI_SLACK,
    PEOPLE,
    TOWN,
    after,
    first,
    heard,
    messages,
    told,
)

LATER = START + timedelta(hours=1)
TEXTER = Author(identity=ANA_TEXT, person="ana", assurance="restricted", evidence="twilio")
ASKED = ApprovalRequest(
    id="r1",
    call=Call(tool="deploy", version="1", arguments="{}"),
    risk="high",
    digest="d",
    requester=ANA,
    approvers=("bo",),
    policy="p",
    expires_at=LATER,
    needs="restricted",
)
SURE = ASKED.model_copy(update={"needs": "verified"})
CLOSED = RequestClosed(id="c1", request_id="r1", outcome="denied")
QUESTION = InputRequest(id="q1", to=BO_TEXT, question="Where?", expires_at=LATER)


def asked(**changes: object) -> ApprovalRequest:
    """The request, otherwise."""
    return ASKED.model_copy(update=changes)


def went(cause: str, instead_of: str, to: str, id: str = "w1") -> Redirect:
    """An event goes another way."""
    return Redirect(id=id, cause=cause, instead_of=instead_of, to=to)


def wrote(identity: str) -> UserMessage:
    """Somebody writes."""
    return UserMessage(id=f"m-{identity}", author=Author(identity=identity), text="hello")


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


def test_the_next_field_is_asked_of_whom_it_is_for() -> None:
    field = FieldRequest(id="f1", request_id="q1", to=BO_TEXT, field=FormField(name="env", label="Where?"))
    assert told(field, after([QUESTION])) == {BO_TEXT: "decide"}


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
    again = Redirect(id="w", cause="x", instead_of=BO_TEXT, to=BO_TEXT, due=LATER)
    assert after([again]).moved == {}
    assert after([again.model_copy(update={"due": None})]).moved == {}


def test_proof_is_asked_for_where_its_place_moved_to() -> None:
    lost = after([went("gone", BO.identity, BO_SLACK)])
    assert set(told(SURE.model_copy(update={"via": ("sms",)}), lost)) == {BO_TEXT, BO_SLACK, ANA.identity}


def test_proof_is_asked_for_in_the_old_place_rather_than_where_less_is_proven() -> None:
    lost = after([went("gone", BO.identity, BO_TEXT)])
    deciders = {identity for identity, role in told(SURE, lost).items() if role == "decide"}
    assert deciders == {BO_TEXT, BO_SLACK}


# --- the same event another way


def test_a_card_goes_on_as_it_was_to_who_may_decide_it() -> None:  # SM-11
    redirect = went("r1", BO_TEXT, BO.identity)
    ((effect, envelope),) = messages(redirect, after([asked(via=("sms",))])).values()
    assert effect.id == effect_id("t1", "r1", BO.identity)
    assert (effect.queue, envelope.address) == ("email", first(BO.identity))
    assert (envelope.event, envelope.role) == (asked(via=("sms",)), "decide")


@pytest.mark.parametrize(
    ("event", "to", "role"),
    [
        (ASKED, ANA_TEXT, "watch"),
        (ASKED, DI.identity, "watch"),
        (ASKED, "email:nobody@elsewhere.test", "watch"),
        (QUESTION, BO.identity, "decide"),
        (FieldRequest(id="f", request_id="q1", to=BO_TEXT, field=FormField(name="e", label="?")), BO_SLACK, "decide"),
        (AgentMessage(id="a", to=(BO_TEXT,), text="Done."), BO.identity, "watch"),
        (Escalation(id="e", to=("bo",), reason="at a loss"), BO.identity, "watch"),
    ],
)
def test_what_goes_on_asks_of_each_what_it_asked_of_them(
    event: ApprovalRequest | InputRequest | FieldRequest | AgentMessage | Escalation, to: str, role: str
) -> None:
    ((_, envelope),) = messages(went(event.id, BO_TEXT, to), after([event])).values()
    assert (envelope.identity, envelope.role, envelope.event) == (to, role, event)


def test_the_same_one_once_more_is_another_message() -> None:
    before = after([QUESTION])
    ((effect, envelope),) = messages(went("q1", BO_TEXT, BO_TEXT, id="w7"), before).values()
    assert effect.id == effect_id("t1", "q1", BO_TEXT, "w7")
    assert (envelope.identity, envelope.event) == (BO_TEXT, QUESTION)


def test_what_waits_for_its_moment_sends_nothing_yet() -> None:
    later = went("q1", BO_TEXT, BO_TEXT).model_copy(update={"due": LATER})
    assert messages(later, after([QUESTION])) == {}


def test_what_nobody_remembers_goes_nowhere() -> None:
    assert messages(went("q1", BO_TEXT, BO.identity), after([])) == {}


def test_who_comes_by_themselves_is_sent_nothing() -> None:
    assert messages(went("q1", BO_TEXT, "console:ana"), after([QUESTION])) == {}


def test_an_ending_that_goes_on_brings_its_card_along() -> None:
    ((_, envelope),) = messages(went("c1", BO_TEXT, BO.identity), after([ASKED, CLOSED])).values()
    assert (envelope.request, envelope.event) == (ASKED, CLOSED)


# --- how it ended


def test_an_ending_is_told_where_the_card_went_and_not_where_it_was_lost() -> None:
    request = asked(via=("sms",))
    lost = after([request, went("r1", BO_TEXT, BO.identity)])
    assert told(CLOSED, lost) == {BO.identity: "watch"}
    assert told(CLOSED, heard(lost, wrote(BO_TEXT))) == {BO.identity: "watch"}


def test_a_card_that_can_be_redrawn_is_even_when_its_person_moved_since() -> None:
    request = asked(via=("slack",))
    lost = after([request, went("another", BO_SLACK, BO.identity)])
    assert told(CLOSED, lost) == {BO_SLACK: "watch"}


def test_a_card_that_cannot_be_redrawn_is_told_of_where_its_person_is_now() -> None:
    lost = after([asked(via=("sms",)), went("another", BO_TEXT, BO_SLACK)])
    assert told(CLOSED, lost) == {BO_SLACK: "watch"}


def test_a_card_that_went_on_is_redrawn_where_it_went() -> None:
    there = heard(after([]), wrote(BO_SLACK), ref="room").said([asked(via=("sms",)), went("r1", BO_TEXT, BO_SLACK)])
    since = heard(there, wrote(BO_SLACK), ref="other")
    ((_, envelope),) = messages(CLOSED, since).values()
    assert envelope.address == Address(channel="slack", ref="room")
    assert since.addresses[BO_SLACK] == Address(channel="slack", ref="other")


def test_what_the_requester_watched_is_redrawn_where_it_went() -> None:
    request = asked(requester=DI)
    lost = after([request, went("r1", DI.identity, DI_SLACK)])
    assert set(told(CLOSED, lost)) == {BO.identity, DI_SLACK}


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


# --- what the core is told of it


def test_the_core_knows_the_channels_that_people_can_be_written_to_on() -> None:
    assert TOWN.reach == {"email": "verified", "slack": "verified", "sms": "restricted"}
    assert TOWN.paced == frozenset({"sms"})
    assert Routing(PEOPLE, {}).reach == {}
