"""Events: the facts a thread is made of, and the few shapes everyone in the house speaks.

Each event is frozen and only ever appended. Four pairs carry the talk between the agent and the outside (messages,
tools, approvals, inputs); the rest mark the life of a thread. The model chooses a `Step`, which is not an event: it
has no way to write an answer that belongs to a person.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from agent_core.steps import Outcome, Step
from agent_core.values import UNQUOTED, Attachment, FormField, Frozen, NoticeKind, Text

SCHEMA_VERSION: Literal[1] = 1
EPOCH = datetime.fromtimestamp(0, UTC)

Assurance = Literal["verified", "asserted", "none"]
Decision = Literal["approve", "deny"]
Risk = Literal["low", "medium", "high"]


class Author(Frozen):
    """Who said it: an identity on a channel (`email:ana@example.com`), the person behind it if linked, and how sure.

    `verified` means the channel proved it (signature, aligned DMARC, our own token); `evidence` says by what.
    """

    identity: str
    person: str | None = None
    assurance: Assurance = "none"
    evidence: str = ""


class _Event(Frozen):
    """`id` is the platform's own id where it has one; `at` is the store's clock at the moment of appending."""

    schema_version: Literal[1] = SCHEMA_VERSION
    id: str
    at: AwareDatetime = EPOCH


# --- talk


class UserMessage(_Event):
    """A person said something, and maybe sent files along.

    `answers` names the request whose code the message proved to know, if any.
    """

    type: Literal["user_message"] = "user_message"
    author: Author
    text: Text
    attachments: tuple[Attachment, ...] = ()
    answers: str | None = None
    raw: str | None = None


class MessageRevised(_Event):
    """A person says the message `revises` of theirs otherwise, or, with an empty `text`, takes it back.

    It counts as long as the agent has not heard that message; after that, what was said was said.
    """

    type: Literal["message_revised"] = "message_revised"
    revises: str
    author: Author
    text: Text = ""
    raw: str | None = None


class AgentMessage(_Event):
    """The agent says something to everyone who waits for an answer, each where they last spoke."""

    type: Literal["agent_message"] = "agent_message"
    to: tuple[str, ...]
    text: Text


# --- tools


class Call(Frozen):
    """A tool with the exact bytes of its arguments: JSON text that is never serialised again."""

    tool: str
    version: str
    arguments: str


class ToolCall(_Event):
    """The agent runs a tool. `approval`, `digest` and `policy` tie it to the request that allowed these very bytes."""

    type: Literal["tool_call"] = "tool_call"
    call: Call
    approval: str = ""
    digest: str = ""
    policy: str = ""


class ToolResult(_Event):
    """What came of a call. `unknown`: it may have happened; `refused`: the gate did not let it start."""

    type: Literal["tool_result"] = "tool_result"
    call_id: str
    outcome: Literal["ok", "failed", "unknown", "refused"]
    content: Text


# --- approvals


class ApprovalRequest(_Event):
    """May this call run? The event is the card: everything an approver must see.

    `digest` is the SHA-256 that binds tenant, thread, call and policy; `approvers` are person ids, and an empty list
    means nobody; `reason` is the agent's own wording, unchecked.
    """

    type: Literal["approval_request"] = "approval_request"
    call: Call
    risk: Risk
    digest: str
    requester: Author
    approvers: tuple[str, ...]
    policy: str
    expires_at: AwareDatetime
    reason: Text = ""


class ApprovalResponse(_Event):
    """A person's decision: clicked, or read from the message `cause` by the deterministic parser, never by a model.

    `digest` is that of the card the person saw; empty when the channel cannot carry it. `arguments` are the call's as
    the person changed them while approving, JSON text; empty when it is to run as asked.
    """

    type: Literal["approval_response"] = "approval_response"
    request_id: str
    author: Author
    decision: Decision
    reason: Text = ""
    digest: str = ""
    arguments: Text = ""
    cause: str = ""


# --- inputs


class InputRequest(_Event):
    """The agent needs to know something. `choices` empty means free text; with `fields`, it is a form to fill in."""

    type: Literal["input_request"] = "input_request"
    to: str
    question: Text
    choices: tuple[Text, ...] = ()
    fields: tuple[FormField, ...] = ()
    expires_at: AwareDatetime


class InputResponse(_Event):
    """A person's answer to an input request; read from the message `cause`, if it came in words.

    `values` are a form's, by field; a field of several choices stands once for each choice taken.
    """

    type: Literal["input_response"] = "input_response"
    request_id: str
    author: Author
    text: Text
    values: tuple[tuple[str, Text], ...] = ()
    cause: str = ""


# --- the life of a thread


class RequestClosed(_Event):
    """A request has its one end; every copy of its card is redrawn from this.

    `call` is what runs in place of what was asked, when the approver changed its arguments.
    """

    type: Literal["request_closed"] = "request_closed"
    request_id: str
    outcome: Literal["approved", "denied", "answered", "expired", "withdrawn"]
    by: Author | None = None
    reason: Text = ""
    call: Call | None = None


class Notice(_Event):
    """A fixed sentence to one identity: why its answer (`cause`) did not count, or what became of the thread.

    `about` is the request it speaks of, `detail` fills the sentence.
    """

    type: Literal["notice"] = "notice"
    to: str
    kind: NoticeKind
    about: str = ""
    detail: Text = ""
    cause: str = ""


class Escalation(_Event):
    """The agent cannot go on alone: these persons are told, and so is the requester."""

    type: Literal["escalation"] = "escalation"
    to: tuple[str, ...]
    reason: Text


class Handoff(_Event):
    """A human takes the thread over (`to` human: the agent keeps silent) or gives it back (`to` agent)."""

    type: Literal["handoff"] = "handoff"
    to: Literal["human", "agent"]
    author: Author
    note: Text = ""


class Control(_Event):
    """Somebody with the right to do so pauses, resumes or stops the thread."""

    type: Literal["control"] = "control"
    verb: Literal["pause", "resume", "stop"]
    author: Author


class TimerFired(_Event):
    """A moment the thread asked to be woken at has come."""

    type: Literal["timer_fired"] = "timer_fired"
    name: str


class Summary(_Event):
    """What came before, in short: the context starts here; open requests stay whole."""

    type: Literal["summary"] = "summary"
    text: Text


class Delivery(_Event):
    """How a message to somebody ended. `cause` is the event it carried, `provider_id` the far end's own id."""

    type: Literal["delivery"] = "delivery"
    effect_id: str
    cause: str
    to: str
    outcome: Literal["sent", "failed", "unknown", "refused", "dead"]
    provider_id: str = ""
    detail: Text = ""


class Failure(_Event):
    """Something went wrong that the agent should know in short. Counted from the log; the third in a row escalates."""

    type: Literal["failure"] = "failure"
    kind: str
    summary: Text


class ModelCall(_Event):
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


Inbound = (
    UserMessage
    | MessageRevised
    | ToolResult
    | ApprovalResponse
    | InputResponse
    | Control
    | TimerFired
    | Handoff
    | Delivery
)
Outbound = AgentMessage | ApprovalRequest | InputRequest | RequestClosed | Notice | Escalation
Request = ApprovalRequest | InputRequest
Event = Annotated[Inbound | Outbound | ToolCall | Summary | Failure | ModelCall, Field(discriminator="type")]
EVENT: TypeAdapter[Event] = TypeAdapter(Event, config=UNQUOTED)
