"""Events: the facts a thread is made of.

Each is frozen and only ever appended. Four pairs carry the talk between the agent and the outside (messages, tools,
approvals, inputs: these two are in `requests.py`); the rest mark the life of a thread. The model chooses a `Step`,
which is no event: it cannot write an answer that belongs to a person.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from agent_core.belonging import (
    IdentityLinked as IdentityLinked,
    IdentityUnlinked as IdentityUnlinked,
    PeopleChanged as PeopleChanged,
    RosterChanged as RosterChanged,
)
from agent_core.deliveries import Delivery, Redirect
from agent_core.requests import (
    Allowed as Allowed,
    ApprovalHeld as ApprovalHeld,
    ApprovalRequest as ApprovalRequest,
    ApprovalResponse as ApprovalResponse,
    FieldRequest as FieldRequest,
    InputRequest as InputRequest,
    InputResponse as InputResponse,
    RequestClosed as RequestClosed,
    RequestKept as RequestKept,
    RequestRaised as RequestRaised,
    Vote as Vote,
)
from agent_core.steps import Outcome, Step
from agent_core.values import (
    UNQUOTED,
    Attachment,
    Author,
    Call,
    Doubt,
    Fact,
    NoticeKind,
    Text,
)

# --- talk


class UserMessage(Fact):
    """A person said something, and maybe sent files along.

    `answers` is the request whose code the message proved to know; `about`, the one that it replies to a message of;
    `doubt`, why it may not say what they meant.
    """

    type: Literal["user_message"] = "user_message"
    author: Author
    text: Text
    attachments: tuple[Attachment, ...] = ()
    answers: str | None = None
    about: str = ""
    doubt: Doubt = ""
    raw: str | None = None


class MessageRevised(Fact):
    """A person says the message `revises` of theirs otherwise, or, with an empty `text`, takes it back.

    It counts as long as the agent has not heard that message; after that, what was said was said.
    """

    type: Literal["message_revised"] = "message_revised"
    revises: str
    author: Author
    text: Text = ""
    raw: str | None = None


class AgentMessage(Fact):
    """The agent says something to everyone who waits for an answer, each where they last spoke."""

    type: Literal["agent_message"] = "agent_message"
    to: tuple[str, ...]
    text: Text


# --- tools


class ToolCall(Fact):
    """The agent runs a tool. `approval`, `digest` and `policy` tie it to the request that allowed these very bytes.

    `state`, if any, is the fingerprint of what the tool said before: it only starts while that is so. `grant`, if any,
    is the standing grant that allowed it: it only starts while that stands.
    """

    type: Literal["tool_call"] = "tool_call"
    call: Call
    approval: str = ""
    digest: str = ""
    policy: str = ""
    state: str = ""
    grant: str = ""


class ToolResult(Fact):
    """What came of a call. `unknown`: it may have happened; `refused`: the gate did not let it start."""

    type: Literal["tool_result"] = "tool_result"
    call_id: str
    outcome: Literal["ok", "failed", "unknown", "refused"]
    content: Text


class Preview(Fact):
    """Before a call is put to people, or allowed, its tool says what it would do. `reason` is the agent's.

    `askers` is everybody the agent acts for, latest last: who speaks up while the tool is asked is none of them.
    """

    type: Literal["preview"] = "preview"
    call: Call
    reason: Text = ""
    askers: tuple[Author, ...] = ()


class Previewed(Fact):
    """What a tool says a call would do, in words for people; `state` is the fingerprint of what that rests on."""

    type: Literal["previewed"] = "previewed"
    preview_id: str
    outcome: Literal["ok", "failed"]
    content: Text
    state: str = ""


# --- the life of a thread


class Notice(Fact):
    """A fixed sentence to one identity: why its answer (`cause`) did not count, or what became of the thread.

    `about` is the request it speaks of, `detail` fills the sentence.
    """

    type: Literal["notice"] = "notice"
    to: str
    kind: NoticeKind
    about: str = ""
    detail: Text = ""
    cause: str = ""


class Escalation(Fact):
    """The agent cannot go on alone: these persons are told, and so is the requester.

    With `about`, it is that open request which cannot go on, and the agent still owes what it owed; the requester is
    told by a notice.
    """

    type: Literal["escalation"] = "escalation"
    to: tuple[str, ...]
    reason: Text
    about: str = ""


class Handoff(Fact):
    """A human takes the thread over (`to` human: the agent keeps silent) or gives it back (`to` agent)."""

    type: Literal["handoff"] = "handoff"
    to: Literal["human", "agent"]
    author: Author
    note: Text = ""


class Relayed(Fact):
    """What a person said while a human has the thread: passed on to these identities as it was said."""

    type: Literal["relayed"] = "relayed"
    to: tuple[str, ...]
    author: Author
    text: Text
    cause: str = ""


class Control(Fact):
    """Somebody with the right to do so pauses, resumes or stops the thread."""

    type: Literal["control"] = "control"
    verb: Literal["pause", "resume", "stop"]
    author: Author


class TimerFired(Fact):
    """A moment the thread asked to be woken at has come."""

    type: Literal["timer_fired"] = "timer_fired"
    name: str


class Summary(Fact):
    """What came before, in short: the context starts here; open requests stay whole."""

    type: Literal["summary"] = "summary"
    text: Text


class Failure(Fact):
    """Something went wrong that the agent should know in short. Counted from the log; the third in a row escalates."""

    type: Literal["failure"] = "failure"
    kind: str
    summary: Text


class ModelCall(Fact):
    """One question to the model: with which prompt, what it chose (a `step`, or a bad outcome), what it cost."""

    type: Literal["model_call"] = "model_call"
    prompt: str
    prompt_digest: str
    model: str = ""
    outcome: Outcome
    step: Step | None = None
    detail: Text = ""
    input_tokens: int = 0
    output_tokens: int = 0


Said = UserMessage | MessageRevised | ApprovalResponse | InputResponse
Inbound = Said | ToolResult | Previewed | RosterChanged | PeopleChanged | Control | TimerFired | Delivery
Outbound = (
    AgentMessage | ApprovalRequest | InputRequest | FieldRequest | Vote | RequestClosed | Notice | Escalation | Relayed
)
Request = ApprovalRequest | InputRequest
Event = Annotated[
    Inbound
    | Outbound
    | ToolCall
    | Handoff
    | Preview
    | Allowed
    | ApprovalHeld
    | RequestRaised
    | RequestKept
    | IdentityLinked
    | IdentityUnlinked
    | Redirect
    | Summary
    | Failure
    | ModelCall,
    Field(discriminator="type"),
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event, config=UNQUOTED)
