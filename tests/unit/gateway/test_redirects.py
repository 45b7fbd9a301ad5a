"""Redirects: what did not arrive goes another way as it was, and its end is told where it went."""

from __future__ import annotations

import pytest

from adapters.heard import Address
from agent_core.events import (
    AgentMessage,
    ApprovalRequest,
    Escalation,
    FieldRequest,
    InputRequest,
    RequestClosed,
    Summary,
)
from agent_core.values import FormField
from gateway.consequences import effect_id
from tests.unit.core.story import BO, DI
from tests.unit.gateway.town import (
    ANA_TEXT,
    ASKED,
    BO_SLACK,
    BO_TEXT,
    CLOSED,
    DI_SLACK,
    LATER,
    QUESTION,
    after,
    asked,
    first,
    heard,
    messages,
    told,
    went,
    wrote,
)

# --- as it was


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


def test_a_request_goes_on_however_much_was_said_since() -> None:
    long_ago = after([QUESTION, Summary(id="s", text="in short")])
    assert set(messages(went("q1", BO_TEXT, BO.identity), long_ago)) == {BO.identity}


# --- how it ended


def test_an_answered_question_is_redrawn_where_it_can_be() -> None:
    question = QUESTION.model_copy(update={"to": BO_SLACK})
    answered = RequestClosed(id="c", request_id="q1", outcome="answered")
    assert told(answered, after([question, went("another", BO_SLACK, BO_TEXT)])) == {BO_SLACK: "watch"}
    assert told(answered, after([QUESTION])) == {}


def test_an_ending_is_told_where_the_card_was_though_its_person_is_back() -> None:
    moved = after([went("gone", BO_TEXT, BO.identity), asked(via=("sms",))])
    assert told(CLOSED, heard(moved, wrote(BO_TEXT))) == {BO.identity: "watch"}


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
    before = heard(after([]), wrote(BO_SLACK), ref="first").said([asked(via=("sms",))])
    there = heard(before, wrote(BO_SLACK), ref="room").said([went("r1", BO_TEXT, BO_SLACK)])
    since = heard(there, wrote(BO_SLACK), ref="other")
    ((_, envelope),) = messages(CLOSED, since).values()
    assert envelope.address == Address(channel="slack", ref="room")
    assert since.addresses[BO_SLACK] == Address(channel="slack", ref="other")


def test_what_the_requester_watched_is_redrawn_where_it_went() -> None:
    request = asked(requester=DI)
    lost = after([request, went("r1", DI.identity, DI_SLACK)])
    assert set(told(CLOSED, lost)) == {BO.identity, DI_SLACK}
