"""Requests: what is put to people, how they answer, and what becomes of it. A family of events; see `events.py`."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from agent_core.terms import Terms
from agent_core.values import Author, Call, Decision, Fact, FormField, Proof, Risk, Text

# --- approvals


class Allowed(Fact):
    """The policy itself lets this call run: by the rule of this name or, with a `grant`, by leave of the person `by`.

    It opens the gate like an approval, for these bytes and once.
    """

    type: Literal["allowed"] = "allowed"
    call: Call
    digest: str
    policy: str
    rule: str
    grant: str = ""
    by: str = ""


class ApprovalRequest(Fact):
    """May this call run? The event is the card: everything an approver must see.

    `digest` is the SHA-256 that binds tenant, thread, call and policy; `approvers` are persons and groups, nobody if
    there are none; `askers` are the persons it is for, none of whom may decide it; `via` are the channels approvers are
    asked on, the best first; `needs` is the weakest proof that is enough; on channels `wordless` no words decide it;
    `reason` is the agent's wording, unchecked. `terms` are how many must agree, and what else the policy asks for;
    without seats, one approver is enough. `consequences` are the tool's own words, `state` their fingerprint.
    `denied_before` says who said no to it, or to the same tool, and when, and in their words why.
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
    terms: Terms = Terms()
    consequences: Text = ""
    state: str = ""
    denied_before: Text = ""


class ApprovalResponse(Fact):
    """A person's decision: clicked, or read from the message `cause` by the deterministic parser, never by a model.

    `digest` is that of the card they saw; empty when the channel cannot carry it. `arguments` are the call's as they
    changed them, JSON text; empty when it is to run as asked. `reason` is why, or what they ask or answer; `to` is the
    person they hand the decision to.
    """

    type: Literal["approval_response"] = "approval_response"
    request_id: str
    author: Author
    decision: Decision
    reason: Text = ""
    digest: str = ""
    arguments: Text = ""
    to: str = ""
    cause: str = ""


class Vote(Fact):
    """A decision that counts, and does not end the request by itself: every copy of its card says so.

    A later one of the same person takes its place. `missing` is what is still needed, in words.
    """

    type: Literal["vote"] = "vote"
    request_id: str
    by: Author
    decision: Literal["approve", "deny"]
    reason: Text = ""
    missing: str = ""


class RequestRaised(Fact):
    """A request is put to these persons and groups as well, or once more: its card goes to them on the channels `via`.

    `why`: its ladder says so (`time`), those asked could not be reached (`undelivered`), they are reminded
    (`reminder`), somebody handed the decision on (`delegated`: `by` them, who do not decide any more), they stand in
    for somebody who is away (`stands_in`: for `absent`, who takes no seat any more), too few of those asked are left
    (`too_few`), or the requester answered their question (`answered`, whose words are in `note`). `step` is the place
    in the plan, from 0; with a `due` it is put off till then, as all of them are asleep.
    """

    type: Literal["request_raised"] = "request_raised"
    request_id: str
    why: Literal["time", "undelivered", "too_few", "reminder", "delegated", "stands_in", "answered"]
    to: tuple[str, ...]
    via: tuple[str, ...] = ()
    step: int | None = None
    due: AwareDatetime | None = None
    by: Author | None = None
    absent: str = ""
    note: Text = ""


class RequestKept(Fact):
    """The time of a request has run out and it is held, as its terms say: it stays open until it is answered."""

    type: Literal["request_kept"] = "request_kept"
    request_id: str
    until: AwareDatetime


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

    `paced`: where it is asked, one can only answer field by field, so it begins with its first one. `about` is the
    request for approval that the person `by` wants to know something about before they decide. `links` says that `to`
    is theirs, too; what is answered counts with its code only.
    """

    type: Literal["input_request"] = "input_request"
    to: str
    question: Text
    choices: tuple[Text, ...] = ()
    fields: tuple[FormField, ...] = ()
    paced: bool = False
    expires_at: AwareDatetime
    about: str = ""
    by: Author | None = None
    links: Author | None = None


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


# --- their end


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
