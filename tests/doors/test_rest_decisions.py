"""REST, what is neither a plain yes nor a no: other arguments, an answer instead, a question first, somebody else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.doors.scene import Caller, Scene
from tests.doors.test_rest_threads import DEPLOY, history


async def respond(who: Caller, thread: str, request: Any, decision: str, **more: str) -> None:
    body = {"decision": decision, "digest": request["digest"], **more}
    await who.post(f"/threads/{thread}/requests/{request['id']}/response", body)


async def test_an_approval_with_other_arguments_runs_those(at: Scene, ana: Caller, bo: Caller) -> None:
    starts = len(history(at))
    thread = await ana.launch(DEPLOY)
    request = await bo.request(thread)
    await respond(bo, thread, request, "approve", arguments='{"version":"1.4.0","environment":"staging"}')
    closed = await ana.heard(thread, "request_closed", outcome="approved")
    assert closed["call"]["arguments"] == '{"version":"1.4.0","environment":"staging"}'
    await ana.heard(thread, "tool_result")
    assert [run["version"] for run in history(at)[starts:]] == ["1.4.0"]


async def test_arguments_the_tool_would_not_take_decide_nothing(at: Scene, ana: Caller, bo: Caller) -> None:
    starts = len(history(at))
    thread = await ana.launch(DEPLOY)
    request = await bo.request(thread)
    await respond(bo, thread, request, "approve", arguments='{"version":"1.4.0","environment":"the moon"}')
    await bo.heard(thread, "notice", kind="bad_arguments")
    assert (await bo.request(thread))["id"] == request["id"]
    assert len(history(at)) == starts


async def test_an_answer_instead_ends_it_and_nothing_runs(at: Scene, ana: Caller, bo: Caller) -> None:
    starts = len(history(at))
    thread = await ana.launch(DEPLOY)
    await respond(bo, thread, await bo.request(thread), "answer", reason="1.4.1 runs there already")
    closed = await ana.heard(thread, "request_closed", outcome="answered")
    assert (closed["by"]["person"], closed["reason"]) == ("bo", "1.4.1 runs there already")
    assert len(history(at)) == starts


async def test_a_question_goes_to_who_asked_and_its_answer_comes_back(ana: Caller, bo: Caller) -> None:
    thread = await ana.launch(DEPLOY)
    request = await bo.request(thread)
    await respond(bo, thread, request, "ask", reason="Which cluster?")
    asked = await ana.heard(thread, "input_request", question="Which cluster?")
    assert (asked["to"], asked["about"], asked["by"]["person"]) == ("console:ana", request["id"], "bo")
    await ana.post(f"/threads/{thread}/requests/{asked['id']}/response", {"text": "The small one."})
    raised = await bo.heard(thread, "request_raised", why="answered")
    assert (raised["request_id"], raised["to"], raised["note"]) == (request["id"], ["bo"], "The small one.")


async def test_a_decision_goes_to_nobody_whom_the_rule_does_not_name(ana: Caller, bo: Caller) -> None:
    thread = await ana.launch(DEPLOY)
    request = await bo.request(thread)
    await respond(bo, thread, request, "delegate", to="cy")
    assert (await bo.heard(thread, "notice", kind="no_delegate"))["detail"] == "nobody"
    assert (await bo.request(thread))["approvers"] == request["approvers"]


@pytest.mark.parametrize(
    "body",
    [
        {"decision": "ask"},
        {"decision": "answer", "reason": "  "},
        {"decision": "delegate"},
        {"decision": "approve", "to": "cy"},
        {"decision": "deny", "arguments": "{}"},
        {"decision": "approve", "arguments": "x" * 16_385},
    ],
)
async def test_half_an_answer_is_refused(bo: Caller, body: dict[str, str]) -> None:
    path = f"/v1/threads/{'a' * 20}/requests/{'b' * 16}/response"
    answer = await bo.http.post(path, json={**body, "digest": "0" * 64})
    assert answer.status_code == 422
