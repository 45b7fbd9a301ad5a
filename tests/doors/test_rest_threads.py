"""REST, the verbs: a thread is launched, looked at, spoken to, decided; each command once, however often it is sent."""

from __future__ import annotations

import json
from typing import Any

from tests.doors.scene import Caller, Scene

DEPLOY = "Please deploy 1.4.1 to staging."


def history(at: Scene) -> list[Any]:
    """Every deployment that was started."""
    log = at.house.settings.environment_dir / "history.log"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


async def test_a_request_is_asked_for_approved_run_and_answered(at: Scene, ana: Caller, bo: Caller) -> None:
    starts = len(history(at))
    thread = await ana.launch(DEPLOY)
    request = await bo.request(thread)
    shown = await bo.get(f"/threads/{thread}")
    assert (shown["id"], shown["status"], shown["requester"]["person"]) == (thread, "awaiting_human", "ana")
    assert request["call"]["arguments"] == '{"version":"1.4.1","environment":"staging"}'
    assert len(history(at)) == starts
    await bo.decide(thread, request, "approve", "go ahead")
    await ana.heard(thread, "agent_message", text="staging runs 1.4.1 now")
    assert [(run["version"], run["environment"]) for run in history(at)[starts:]] == [("1.4.1", "staging")]
    closed = await ana.heard(thread, "request_closed", outcome="approved")
    assert (closed["by"]["person"], closed["by"]["assurance"], closed["reason"]) == ("bo", "verified", "go ahead")


async def test_a_denial_runs_nothing_and_its_reason_reaches_the_asker(at: Scene, ana: Caller, bo: Caller) -> None:
    starts = len(history(at))
    thread = await ana.launch(DEPLOY)
    await bo.decide(thread, await bo.request(thread), "deny", "not on a Friday")
    await ana.heard(thread, "agent_message", text="not on a Friday")
    assert len(history(at)) == starts


async def test_who_was_not_asked_decides_nothing_and_is_told(at: Scene, ana: Caller, bo: Caller, cy: Caller) -> None:
    starts = len(history(at))
    thread = await ana.launch(DEPLOY)
    request = await bo.request(thread)
    await cy.decide(thread, request, "approve")
    await cy.heard(thread, "notice", kind="not_an_approver", to="console:cy")
    await ana.decide(thread, request, "approve")
    await ana.heard(thread, "notice", kind="own_request", to="console:ana")
    assert (await bo.request(thread))["id"] == request["id"]
    assert len(history(at)) == starts


async def test_a_digest_that_was_not_shown_decides_nothing(at: Scene, ana: Caller, bo: Caller) -> None:
    starts = len(history(at))
    thread = await ana.launch(DEPLOY)
    request = await bo.request(thread)
    await bo.decide(thread, {**request, "digest": "0" * 64}, "approve")
    await bo.heard(thread, "notice", kind="changed")
    assert len(history(at)) == starts


async def test_a_second_decision_hears_of_the_first(at: Scene, ana: Caller, bo: Caller) -> None:
    starts = len(history(at))
    thread = await ana.launch(DEPLOY)
    request = await bo.request(thread)
    await bo.decide(thread, request, "deny")
    await bo.decide(thread, request, "approve")
    await bo.heard(thread, "notice", kind="already_closed")
    assert len(history(at)) == starts


async def test_a_question_is_answered_in_its_own_words(ana: Caller, bo: Caller) -> None:
    thread = await ana.launch("Please deploy 1.4.2.")
    asked = await ana.request(thread)
    await ana.post(f"/threads/{thread}/requests/{asked['id']}/response", {"text": "staging"})
    card = await bo.heard(thread, "approval_request")
    assert card["call"]["arguments"] == '{"version":"1.4.2","environment":"staging"}'


async def test_only_who_was_asked_answers_and_only_with_a_choice(ana: Caller, cy: Caller) -> None:
    thread = await ana.launch("Please deploy 1.4.2.")
    asked = await ana.request(thread)
    path = f"/threads/{thread}/requests/{asked['id']}/response"
    await cy.post(path, {"text": "production"})
    await cy.heard(thread, "notice", kind="not_an_approver", to="console:cy")
    await ana.post(path, {"text": "the moon"})
    await ana.heard(thread, "notice", kind="not_a_choice", to="console:ana")
    assert (await ana.get(f"/threads/{thread}"))["open"] == [asked]


async def test_what_is_said_later_is_part_of_the_thread(ana: Caller) -> None:
    thread = await ana.launch("Hello")
    await ana.heard(thread, "agent_message", text="Hello!")
    await ana.post(f"/threads/{thread}/messages", {"text": "What versions are there?"})
    await ana.heard(thread, "agent_message", text="1.4.2")
    assert [e["text"] for e in await ana.events(thread, "user_message")] == ["Hello", "What versions are there?"]


async def test_a_repeated_command_is_the_same_command(ana: Caller, bo: Caller) -> None:
    first = await ana.post("/threads", {"text": DEPLOY}, key="once")
    again = await ana.post("/threads", {"text": DEPLOY}, key="once")
    assert again == {"thread_id": first["thread_id"], "fresh": False}
    other = await bo.post("/threads", {"text": DEPLOY}, key="once")
    assert other["fresh"]
    assert other["thread_id"] != first["thread_id"]
    thread = first["thread_id"]
    request = await bo.request(thread)
    answer = {"decision": "deny", "reason": "", "digest": request["digest"]}
    for path, body in (
        (f"/threads/{thread}/messages", {"text": "Thanks"}),
        (f"/threads/{thread}/pause", None),
        (f"/threads/{thread}/resume", None),
        (f"/threads/{thread}/requests/{request['id']}/response", answer),
        (f"/threads/{thread}/stop", None),
    ):
        taken = [await bo.post(path, body, key=f"k{len(path)}") for _ in range(2)]
        assert [one["fresh"] for one in taken] == [True, False], path
    assert len(await bo.events(thread, "control")) == 3
    assert len(await bo.events(thread, "approval_response")) == 1


async def test_events_are_read_on_from_a_place(ana: Caller) -> None:
    thread = await ana.launch("Hello")
    await ana.heard(thread, "agent_message")
    whole = await ana.get(f"/threads/{thread}/events")
    assert await ana.get(f"/threads/{thread}/events", after=1) == whole[1:]
    assert await ana.get(f"/threads/{thread}/events", after=len(whole)) == []


async def test_the_list_has_the_latest_first_and_goes_on_from_a_time(ana: Caller) -> None:
    threads = []
    for text in ("Hello", "Hi", "Hey"):
        threads.append(await ana.launch(text))
        await ana.heard(threads[-1], "agent_message")
    listed = [one for one in await ana.get("/threads", most=200) if one["id"] in threads]
    assert [(one["id"], one["held"]) for one in listed] == [(thread, False) for thread in reversed(threads)]
    await ana.post(f"/threads/{threads[0]}/pause")
    listed = [one for one in await ana.get("/threads", most=200) if one["id"] in threads]
    assert [(one["id"], one["held"]) for one in listed[:2]] == [(threads[0], True), (threads[2], False)]
    assert len(await ana.get("/threads", most=1)) == 1
    assert await ana.get("/threads", most=200, before=0) == []
