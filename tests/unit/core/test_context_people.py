"""What the model reads of people deciding together: each word with its author, and nothing that passes for another."""

from __future__ import annotations

from hypothesis import given, settings

from agent_core.context import render
from agent_core.events import (
    Allowed,
    ApprovalRequest,
    Event,
    Failure,
    Handoff,
    InputRequest,
    InputResponse,
    Preview,
    Relayed,
    RequestClosed,
    RequestRaised,
    Vote,
)
from agent_core.fold import append
from agent_core.thread import Thread
from agent_core.values import Author, Call
from tests.unit.core.story import ANA, BO, CY, DI, START
from tests.unit.core.test_context import elements, hostile

CALL = Call(tool="deploy", version="1", arguments='{"version":"1.4.2"}')


def together(words: str = "why <not>?", who: Author = BO, *, tool: Call = CALL) -> tuple[Event, ...]:
    """A request that several people have to do with, and a human who takes over; all the words are these."""
    request = ApprovalRequest(
        id="r1",
        call=tool,
        risk="high",
        digest="d",
        requester=ANA,
        approvers=("bo", "cy"),
        policy="p",
        expires_at=START,
        consequences=words,
    )
    return (
        Failure(id="f", kind="no_preview", summary=words),
        Preview(id="p", call=tool, reason=words),
        request,
        Vote(id="v", request_id="r1", by=who, decision="deny", reason=words, missing=words),
        RequestRaised(id="w", request_id="r1", why="delegated", to=("dee",), by=who, note=words),
        RequestRaised(id="u", request_id="r1", why="reminder", to=("bo",), note=words),
        InputRequest(id="q", to=ANA.identity, question=words, expires_at=START, about="r1", by=who),
        InputResponse(id="i", request_id="q", author=ANA, text=words),
        RequestClosed(id="c", request_id="r1", outcome="answered", by=who, reason=words),
        Allowed(id="a", call=tool, digest="d", policy="p", rule=words, grant="g", by=words),
        Handoff(id="h1", to="human", author=DI, note=words),
        Relayed(id="l", to=(CY.identity,), author=who, text=words),
        Handoff(id="h2", to="agent", author=DI, note=words),
    )


def test_each_word_of_people_stands_with_its_author() -> None:
    text = render(append(Thread(id="t1"), *together()))

    assert text.split("\n") == [
        '<failure kind="no_preview">why &lt;not&gt;?</failure>',
        '<approval_request id="r1" name="deploy" approvers="bo, cy" would="why &lt;not&gt;?">'
        '{"version":"1.4.2"}</approval_request>',
        '<vote request="r1" decision="deny" missing="why &lt;not&gt;?" from="bo" assurance="verified">'
        "why &lt;not&gt;?</vote>",
        '<request_raised request="r1" why="delegated" to="dee" from="bo" assurance="verified">'
        "why &lt;not&gt;?</request_raised>",
        '<input_request id="q" about="r1" from="bo" assurance="verified">why &lt;not&gt;?</input_request>',
        '<input_response request="q" from="ana" assurance="verified">why &lt;not&gt;?</input_response>',
        '<request_closed request="r1" outcome="answered" from="bo" assurance="verified">'
        "why &lt;not&gt;?</request_closed>",
        '<allowed name="deploy" rule="why &lt;not&gt;?" by="why &lt;not&gt;?"></allowed>',
        '<handoff to="human" from="di" assurance="verified">why &lt;not&gt;?</handoff>',
        '<relayed to="email:cy@example.test" from="bo" assurance="verified">why &lt;not&gt;?</relayed>',
        '<handoff to="agent" from="di" assurance="verified">why &lt;not&gt;?</handoff>',
    ]


@given(words=hostile, identity=hostile)
@settings(max_examples=100, deadline=None)
def test_no_word_of_theirs_can_pass_for_another_event(words: str, identity: str) -> None:
    who = Author(identity=identity, assurance="asserted")
    tool = CALL.model_copy(update={"arguments": words})

    shown = elements(render(append(Thread(id="t1"), *together(words, who, tool=tool))))

    assert shown == [
        "failure",
        "approval_request",
        "vote",
        "request_raised",
        "input_request",
        "input_response",
        "request_closed",
        "allowed",
        "handoff",
        "relayed",
        "handoff",
    ]
