"""REST `/v1/threads`: the verbs on threads, and what operators must see. Commands answer 202: the thread decides."""

from __future__ import annotations

import secrets
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Path, Query
from pydantic import Field, model_validator

from agent_core.events import Event
from agent_core.tools import MAX_ARGUMENTS
from agent_core.values import Decision, Frozen
from gateway.access import Grants
from gateway.api.auth import caller, door
from gateway.door import Door
from gateway.inbound import Accepted
from gateway.problem import DOCUMENTED
from gateway.threads import ThreadListed, ThreadShown

MAX_TEXT = 32_000

TheDoor = Annotated[Door, Depends(door)]
Reader = Annotated[Grants, Depends(caller("read"))]
Writer = Annotated[Grants, Depends(caller("write"))]
Approver = Annotated[Grants, Depends(caller("approve"))]
Operator = Annotated[Grants, Depends(caller("admin"))]
ThreadId = Annotated[str, Path(pattern=r"^[a-z2-7]{20}$")]
RequestId = Annotated[str, Path(pattern=r"^[a-z2-7]{16}$")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key", pattern=r"^[\x21-\x7e]{1,128}$", description="Makes a repeated call the same call."
    ),
]


class Said(Frozen):
    """Something a person says."""

    text: Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]


class Response(Frozen):
    """An answer to a request: a decision (with the digest that was shown), or a text, of a form a line for each field.

    `reason` is why, or the question of `ask`, or the words of `answer`. `arguments` are those of the call as they are
    to be, all of them, in JSON; only `approve` has them. `to` is the person that `delegate` hands the decision to.
    """

    decision: Decision | None = None
    reason: Annotated[str, Field(max_length=2000)] = ""
    digest: Annotated[str, Field(max_length=64)] = ""
    arguments: Annotated[str, Field(max_length=MAX_ARGUMENTS)] = ""
    to: Annotated[str, Field(max_length=200)] = ""
    text: Annotated[str, Field(max_length=MAX_TEXT)] = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Response:
        if (self.decision is None) == (self.text == ""):
            raise ValueError("give a decision or a text, not both")
        if self.decision and not self.digest:
            raise ValueError("a decision needs the digest of the request it decides")
        if self.arguments and self.decision != "approve":
            raise ValueError("only an approval may change the arguments")
        if self.decision in ("ask", "answer") and not self.reason.strip():
            raise ValueError(f"{self.decision} needs a reason: the words of it")
        if (self.decision == "delegate") != bool(self.to):
            raise ValueError("delegate, and nothing else, needs a person in `to`")
        return self


class Taken(Frozen):
    """The command is in the thread's log. `fresh` is false when it was there already."""

    thread_id: str
    fresh: bool


class Effect(Frozen):
    """An effect that did not end well."""

    id: str
    thread_id: str
    queue: str
    state: Literal["pending", "sending", "sent", "failed", "unknown", "refused", "dead"]
    attempt: int


router = APIRouter(prefix="/v1", responses=DOCUMENTED)


@router.post("/threads", status_code=202)
async def launch(said: Said, door: TheDoor, who: Writer, key: Key = None) -> Taken:
    """Begin a thread."""
    return _taken(await door.threads.launch(who.person, said.text, key or _new_key()))


@router.get("/threads")
async def list_threads(
    door: TheDoor,
    who: Reader,
    most: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int | None, Query(ge=0, le=2**53, description="milliseconds since the epoch")] = None,
) -> list[ThreadListed]:
    """Threads, latest changed first."""
    return await door.threads.latest(most=most, before=before)


@router.get("/threads/{thread_id}")
async def get_thread(thread_id: ThreadId, door: TheDoor, who: Reader) -> ThreadShown:
    """One thread, with the requests that wait for an answer."""
    return await door.threads.get(thread_id)


@router.get("/threads/{thread_id}/events")
async def get_events(
    thread_id: ThreadId, door: TheDoor, who: Reader, after: Annotated[int, Query(ge=0, le=2**31)] = 0
) -> list[Event]:
    """The events after a seq, oldest first, 1000 at most."""
    return await door.threads.events(thread_id, after=after)


@router.post("/threads/{thread_id}/messages", status_code=202)
async def say(thread_id: ThreadId, said: Said, door: TheDoor, who: Writer, key: Key = None) -> Taken:
    """Say something in a thread."""
    return _taken(await door.threads.say(who.person, thread_id, said.text, key or _new_key()))


@router.post("/threads/{thread_id}/{verb}", status_code=202)
async def control(
    thread_id: ThreadId, verb: Literal["pause", "resume", "stop"], door: TheDoor, who: Writer, key: Key = None
) -> Taken:
    """Pause, resume or stop a thread. Tools that have not started are held, freed or refused at once."""
    return _taken(await door.threads.control(who.person, thread_id, verb, key or _new_key()))


@router.post("/threads/{thread_id}/requests/{request_id}/response", status_code=202)
async def respond(
    thread_id: ThreadId, request_id: RequestId, response: Response, door: TheDoor, who: Approver, key: Key = None
) -> Taken:
    """Answer a request as the person the token belongs to. Whether it counts is the thread's to judge."""
    name = key or _new_key()
    if response.decision is None:
        return _taken(await door.threads.answer(who.person, thread_id, request_id, response.text, name))
    return _taken(
        await door.threads.decide(
            who.person,
            thread_id,
            request_id,
            response.decision,
            reason=response.reason,
            digest=response.digest,
            key=name,
            arguments=response.arguments,
            to=response.to,
        )
    )


@router.get("/effects/dead")
async def dead_effects(door: TheDoor, who: Operator, most: Annotated[int, Query(ge=1, le=200)] = 50) -> list[Effect]:
    """Messages and tools that ended failed, unknown, refused or dead, latest first."""
    return [
        Effect(id=e.id, thread_id=e.thread_id, queue=e.queue, state=e.state, attempt=e.attempt)
        for e in await door.store.dead(most=most)
    ]


def _taken(accepted: Accepted) -> Taken:
    return Taken(thread_id=accepted.thread_id, fresh=accepted.fresh)


def _new_key() -> str:
    return secrets.token_hex(16)
