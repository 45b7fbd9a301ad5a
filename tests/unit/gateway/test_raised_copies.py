"""Copies of a card that came by a raise, as envelopes: why they came stays on them, however they are redrawn."""

from __future__ import annotations

from agent_core.events import InputRequest, RequestRaised, Vote
from agent_core.terms import Terms
from tests.unit.core.story import ANA, BO
from tests.unit.gateway.town import BO_SLACK, DI_SLACK, LATER, after, asked, messages

REQUEST = asked(via=("slack",), terms=Terms(asked=("bo",)))
RAISED = RequestRaised(id="raise1", request_id=REQUEST.id, why="time", to=("di",), via=("slack",), note="late")
VOTE = Vote(id="v1", request_id=REQUEST.id, by=BO, decision="approve", missing="1 of di")


def test_a_vote_redraws_each_copy_with_why_it_came() -> None:
    drawn = {
        (envelope.identity, envelope.copy_of): envelope
        for _, envelope in messages(VOTE, after([REQUEST, RAISED])).values()
    }
    assert set(drawn) == {(BO_SLACK, ""), (DI_SLACK, "raise1")}
    assert drawn[BO_SLACK, ""].raised is None
    assert drawn[DI_SLACK, "raise1"].raised == RAISED


def test_a_question_of_an_approver_goes_with_the_card_it_is_about() -> None:
    question = InputRequest(id="q2", to=ANA.identity, question="which one?", expires_at=LATER, about=REQUEST.id, by=BO)
    ((_, envelope),) = messages(question, after([REQUEST])).values()
    assert envelope.request == REQUEST
