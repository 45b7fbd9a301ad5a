"""Events: the facts a thread is made of.

Each is frozen and only ever appended. Four pairs carry the talk between the agent and the outside (messages, tools,
approvals, inputs); the rest mark the life of a thread. The model chooses a `Step`, which is no event: it cannot write
an answer that belongs to a person.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter

from agent_core.deliveries import Delivery, Redirect
from agent_core.steps import Outcome, Step
from agent_core.values import (
    UNQUOTED,
    Attachment,
    Author,
    Call,
    Decision,
    Doubt,
    Fact,
    FormField,
    NoticeKind,
    Proof,
    Risk,
    Text,
)

# --- talk


class UserMessage(Fact):
    """A person said something, and maybe sent files along.

    `answers` is the request whose code the message proved to know; `doubt`, why it may not say what they meant.
    """

    type: Literal["user_message"] = "user_message"
    author: Author
    text: Text
    attachments: tuple[Attachment, ...] = ()
    answers: str | None = None
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
    """The agent runs a tool. `approval`, `digest` and `policy` tie it to the request that allowed these very bytes."""

    type: Literal["tool_call"] = "tool_call"
    call: Call
    approval: str = ""
    digest: str = ""
    policy: str = ""


class ToolResult(Fact):
    """What came of a call. `unknown`: it may have happened; `refused`: the gate did not let it start."""

    type: Literal["tool_result"] = "tool_result"
    call_id: str
    outcome: Literal["ok", "failed", "unknown", "refused"]
    content: Text


# --- approvals


class ApprovalRequest(Fact):
    """May this call run? The event is the card: everything an approver must see.

    `digest` is the SHA-256 that binds tenant, thread, call and policy; `approvers` are persons and groups, nobody if
    there are none; `askers` are the persons it is for, none of whom may decide it; `via` are the channels approvers are
    asked on, the best first; `needs` is the weakest proof that is enough; on channels `wordless` no words decide it;
    `reason` is the agent's wording, unchecked.
    """

    type: Literal["approval_request"] = "approval_request"
    call: Call
    risk: Risk
    digest: str
    requester: Author
    approvers: tuple[str, ...]
    policy: str
    expires_at: AwareDatetime
    askers: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    needs: Proof = "verified"
    wordless: tuple[str, ...] = ()
    reason: Text = ""


class ApprovalResponse(Fact):
    """A person's decision: clicked, or read from the message `cause` by the deterministic parser, never by a model.

    `digest` is that of the card they saw; empty when the channel cannot carry it. `arguments` are the call's as they
    changed them, JSON text; empty when it is to run as asked. `undo` takes back an approval of theirs that is held.
    """

    type: Literal["approval_response"] = "approval_response"
    request_id: str
    author: Author
    decision: Decision
    reason: Text = ""
    digest: str = ""
    arguments: Text = ""
    cause: str = ""


class ApprovalHeld(Fact):
    """An approval that counts from `until` on, unless its giver takes it back before; `until` None: they did.

    `call` is what runs in place of what was asked, when they changed its arguments.
    """

    type: Literal["approval_held"] = "approval_held"
    request_id: str
    by: Author
    reason: Text = ""
    call: Call | None = None
    until: AwareDatetime | None


# --- inputs


class InputRequest(Fact):
    """The agent needs to know something. `choices` empty means free text; with `fields`, it is a form to fill in.

    `paced`: where it is asked, one can only answer field by field, so it begins with its first one.
    """

    type: Literal["input_request"] = "input_request"
    to: str
    question: Text
    choices: tuple[Text, ...] = ()
    fields: tuple[FormField, ...] = ()
    paced: bool = False
    expires_at: AwareDatetime


class FieldRequest(Fact):
    """The next field of a paced form: `values` are what was given so far, `problem` why a field is asked again."""

    type: Literal["field_request"] = "field_request"
    request_id: str
    to: str
    field: FormField
    values: tuple[tuple[str, Text], ...] = ()
    problem: Text = ""
    cause: str = ""


class InputResponse(Fact):
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


class RequestClosed(Fact):
    """A request has its one end; every copy of its card is redrawn from this.

    `call` is what runs in place of what was asked, when the approver changed its arguments.
    """

    type: Literal["request_closed"] = "request_closed"
    request_id: str
    outcome: Literal["approved", "denied", "answered", "expired", "withdrawn"]
    by: Author | None = None
    reason: Text = ""
    call: Call | None = None


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
    """The agent cannot go on alone: these persons are told, and so is the requester."""

    type: Literal["escalation"] = "escalation"
    to: tuple[str, ...]
    reason: Text


class Handoff(Fact):
    """A human takes the thread over (`to` human: the agent keeps silent) or gives it back (`to` agent)."""

    type: Literal["handoff"] = "handoff"
    to: Literal["human", "agent"]
    author: Author
    note: Text = ""


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
Inbound = Said | ToolResult | Control | TimerFired | Handoff | Delivery
Outbound = AgentMessage | ApprovalRequest | InputRequest | FieldRequest | RequestClosed | Notice | Escalation
Request = ApprovalRequest | InputRequest
Event = Annotated[
    Inbound | Outbound | ToolCall | ApprovalHeld | Redirect | Summary | Failure | ModelCall,
    Field(discriminator="type"),
]
EVENT: TypeAdapter[Event] = TypeAdapter(Event, config=UNQUOTED)
