"""Approvals: what the policy says of a call, and whether a person's response counts. All of it fails closed.

The digest binds what runs to what was shown; `judge` is the only place where a person's response becomes a decision,
whichever channel it came by.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from agent_core.events import ApprovalHeld, ApprovalRequest, ApprovalResponse, RequestClosed
from agent_core.people import People
from agent_core.policy.drafting import can_be_met
from agent_core.policy.rules import RISKS, Most, Policy, Rule
from agent_core.terms import Terms
from agent_core.values import Author, Call, Frozen, NoticeKind, Proof, Risk

if TYPE_CHECKING:
    from agent_core.thread import Thread
    from agent_core.tools import Tool


Gate = Literal["run", "allow", "ask", "forbid"]


class Verdict(Frozen):
    """What the policy says about a call; `why` when it is forbidden. `allow` needs no person, and opens the gate."""

    gate: Gate
    why: str = ""


def gate(tool: Tool, call: Call, askers: Sequence[Author], policy: Policy, terms: Terms, people: People) -> Verdict:
    """Stands between the choice of a tool and its run. `askers` is everybody the agent acts for right now.

    A tool that needs no approval runs unless a rule speaks of the call; one that does never runs without a rule, nor
    for a stranger, whatever the rule.
    """
    if not (tool.approval or policy.speaks_of(call)):
        return Verdict(gate="run")
    known = bool(askers) and all(asker.person is not None for asker in askers)
    match policy.rule_for(call).then:
        case "forbid":
            return Verdict(gate="forbid", why=f"the policy forbids this: {terms.rule}")
        case "auto" if known or not tool.approval:
            return Verdict(gate="allow")
    if not known:
        return Verdict(gate="forbid", why="nobody knows for sure who asks for this, so nobody may approve it")
    if not any(panel.of for panel in terms.seats):
        return Verdict(gate="forbid", why=f"the policy names no one else who may approve {tool.name}")
    if not can_be_met(terms, people, [asker.person for asker in askers if asker.person]):
        return Verdict(gate="forbid", why=f"the policy asks for more people than may approve {tool.name}")
    return Verdict(gate="ask")


def needs_of(risk: Risk, policy: Policy, rule: Rule | None = None) -> Proof:
    """The weakest proof of who somebody is that is enough to decide a call of this risk by this rule."""
    stronger = rule is not None and rule.proof == "verified"
    return "restricted" if _within(risk, policy.text_up_to) and not stronger else "verified"


def wordless(risk: Risk, policy: Policy) -> tuple[str, ...]:
    """The channels on which a call of this risk cannot be decided in words."""
    return tuple(sorted(channel for channel, most in policy.words_up_to.items() if not _within(risk, most)))


def _within(risk: Risk, most: Most) -> bool:
    return most != "none" and RISKS.index(risk) <= RISKS.index(most)


def digest(*, tenant: str, thread_id: str, call: Call, policy: str, state: str = "") -> str:
    """SHA-256 in hex over the length-prefixed UTF-8 of tenant, thread, tool, version, arguments and policy version.

    Where the tool said what a call would do, the fingerprint of what that rests on is the last part.
    """
    parts = (tenant, thread_id, call.tool, call.version, call.arguments, policy, *([state] if state else []))
    total = hashlib.sha256()
    for part in parts:
        data = part.encode()
        total.update(b"%d:%s," % (len(data), data))
    return total.hexdigest()


class Refusal(Frozen):
    """Why a response is not a decision."""

    kind: NoticeKind
    detail: str = ""


def judge(thread: Thread, response: ApprovalResponse, policy: Policy, people: People) -> ApprovalRequest | Refusal:
    """The request this response speaks of, if it counts, or why it does not. What it comes to is for the quorum."""
    request = thread.open_request(response.request_id)
    if not isinstance(request, ApprovalRequest):
        return no_longer_open(thread, response.request_id)
    if thread.stopped:  # The stop is in the log already, and about to withdraw the request.
        return Refusal(kind="already_closed", detail="withdrawn, as the conversation was stopped")
    held = thread.held_approval(request.id)
    if response.at >= request.expires_at and not held:
        return Refusal(kind="expired")
    if response.digest and response.digest != request.digest:
        return Refusal(kind="changed")
    refused = not_theirs(response.author, request, policy, people)
    if refused and not (refused == "needs_stronger" and response.decision == "ask"):
        return Refusal(kind=refused)  # A question lets nothing run, so weaker proof is enough for one.
    if _in_words_only(response, request, policy):
        return Refusal(kind="words_too_weak")
    return _held_by_others(thread, request, response, people) or request


def _in_words_only(response: ApprovalResponse, request: ApprovalRequest, policy: Policy) -> bool:
    """Whether it was said where words do not decide this: by the card, or by today's policy."""
    if response.decision == "ask":
        return False  # It lets nothing run, and changes nothing of who decides.
    channel = response.author.identity.partition(":")[0]
    return bool(response.cause) and channel in (*request.wordless, *wordless(request.risk, policy))


def _held_by_others(
    thread: Thread, request: ApprovalRequest, response: ApprovalResponse, people: People
) -> Refusal | None:
    """Why an approval that is held keeps this person from deciding.

    Who gave it may take it back. Who agreed before, or has a veto by name, may still say no: nothing runs yet.
    """
    held, author = thread.held_approval(request.id), response.author
    if held and held.by.person != author.person:
        agreed = any(vote.by.person == author.person for vote in thread.votes_on(request.id))
        if response.decision == "deny" and (agreed or people.among(author, request.terms.veto or ())):
            return None
        return Refusal(kind="already_closed", detail=hold_in_words(held))
    if not held and response.decision == "undo":
        return Refusal(kind="unknown_request")
    return None


def not_theirs(author: Author, request: ApprovalRequest, policy: Policy, people: People) -> NoticeKind | None:
    """Why this author may not decide this request: checked against the card's list and proof, and today's."""
    if author.identity == request.requester.identity:
        return "own_request"
    if author.assurance not in ("verified", "restricted"):
        return "not_verified"
    if author.person is not None and author.person in (request.requester.person, *request.askers):
        return "own_request"
    rule = policy.rule_for(request.call)
    if not people.still(author):
        return "not_an_approver"  # It was theirs when they said so, and is not any more; or they have left since.
    if not (people.among(author, request.approvers) and people.among(author, rule.names)):
        return "not_an_approver"
    enough = {request.needs, needs_of(request.risk, policy, rule)} == {"restricted"}
    return None if author.assurance == "verified" or enough else "needs_stronger"


def no_longer_open(thread: Thread, request_id: str) -> Refusal:
    """What to tell someone who answers a request that is not open."""
    closed = thread.closed_request(request_id)
    if closed is None:
        return Refusal(kind="unknown_request")
    if closed.outcome == "expired":
        return Refusal(kind="expired")
    return Refusal(kind="already_closed", detail=outcome_in_words(closed))


def outcome_in_words(closed: RequestClosed) -> str:
    """`approved by bo at 2026-11-21 09:30 UTC`."""
    who = f" by {closed.by.person or closed.by.identity}" if closed.by else ""
    return f"{closed.outcome}{who} at {closed.at:%Y-%m-%d %H:%M} UTC"


def hold_in_words(held: ApprovalHeld) -> str:
    """`approved by bo, and takes effect at 2026-11-21 09:35:10 UTC`."""
    return f"approved by {held.by.person}, and takes effect at {moment_of(held)}"


def moment_of(held: ApprovalHeld) -> str:
    """When a held approval takes effect: `2026-11-21 09:35:10 UTC`."""
    return f"{held.until:%Y-%m-%d %H:%M:%S} UTC" if held.until else ""
