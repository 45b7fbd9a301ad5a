"""Voices: whether those who decided were people enough, and the right ones, by the terms on the card."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from agent_core.events import ApprovalHeld, ApprovalRequest, ApprovalResponse, Event, RequestClosed, UserMessage, Vote
from agent_core.people import People, Person
from agent_core.policy.quorum import in_words, standing
from agent_core.values import Author, Call
from gateway.consequences import millis
from gateway.ledger.cases import Case
from gateway.ledger.evidence import Deviation


def unheard_of(case: Case, log: Sequence[Event], people: People) -> Iterator[Deviation]:
    """What of a decision the people in the log did not say, or may not have decided, as the card has it.

    Groups that are a role on a platform are taken as they are known today; the people on a card are named there.
    """
    request, closed = case.as_asked(), case.closed
    if request is None or closed is None:
        return
    known = _with(people, case.votes())
    match closed.outcome:
        case "approved":
            found = _approved(case, request, closed, log, known)
        case "denied" | "answered":
            found = _ended(case, closed, log)
        case "expired" if millis(closed.at) < millis(request.expires_at):
            found = iter(["it expired before its time"])
        case _:
            found = iter(())
    yield from (Deviation(case.thread_id, closed.id, why) for why in found)


def _approved(
    case: Case, request: ApprovalRequest, closed: RequestClosed, log: Sequence[Event], people: People
) -> Iterator[str]:
    votes = [(vote, _against(vote, case, request, log, people)) for vote in case.votes()]
    counted = [vote for vote, why in votes if why is None]
    stands = standing(request, counted, people)
    if closed.by is None:
        if request.terms.on_timeout != "approve" or millis(closed.at) < millis(request.expires_at):
            yield "nobody approved it, and its terms do not let it run then"
        elif stands.state == "denied":
            yield "it was approved by default, and somebody had denied it"
        return
    if stands.state != "approved":
        why = "; ".join(f"{_name(vote.by)} {reason}" for vote, reason in votes if reason)
        missing = f" (missing {in_words(stands.missing)})" if stands.missing else ""
        yield f"those who approved it are not enough by its card{missing}" + (f": {why}" if why else "")
    elif (why_not := {vote.id: reason for vote, reason in votes}.get(closed.id)) is not None:
        yield f"{_name(closed.by)} {why_not}"
    if closed.call and not any(_asks_for(said, closed.call) for said in case.all(ApprovalResponse)):
        yield "nobody asked for the arguments that it was approved with"


def _against(vote: Vote, case: Case, request: ApprovalRequest, log: Sequence[Event], people: People) -> str | None:
    """Why a voice does not count by the card; None when it does."""
    by = vote.by
    if by.identity == request.requester.identity or (by.person in (request.requester.person, *request.askers)):
        return "asked for it"
    if by.assurance != "verified" and (by.assurance, request.needs) != ("restricted", "restricted"):
        return "was not proven well enough"
    if not people.among(by, request.approvers):
        return "is not among those who may decide it"
    said = [one for one in _said(case, log) if one.author == by and one.decision == vote.decision]
    if not said:
        return "said no such thing"
    reasons = [_badly_said(one, case, request, log) for one in said]
    return None if None in reasons else reasons[-1]


def _badly_said(said: ApprovalResponse, case: Case, request: ApprovalRequest, log: Sequence[Event]) -> str | None:
    """Why an answer is not one. What was read from a message was said when that came in."""
    mails = [one for one in log if isinstance(one, UserMessage) and said.cause and one.id == said.cause]
    if millis(min([said.at, *(mail.at for mail in mails)])) >= millis(request.expires_at) and not case.all(
        ApprovalHeld
    ):
        return "said so too late"
    if said.digest and said.request_id == case.id and said.digest != request.digest:
        return "saw another call"
    if said.cause and said.author.identity.partition(":")[0] in request.wordless:
        return "said so where words do not decide it"
    if said.cause and not any(mail.author == said.author for mail in mails):
        return "wrote no such message"
    return None


def _ended(case: Case, closed: RequestClosed, log: Sequence[Event]) -> Iterator[str]:
    if closed.outcome == "denied" and closed.by is None:
        return  # Too few were left who could agree. Nothing ran, and nobody is said to have denied it.
    if closed.by is None or not any(said.author == closed.by for said in _said(case, log)):
        yield f"{_name(closed.by)} said no such thing"


def _said(case: Case, log: Sequence[Event]) -> Iterator[ApprovalResponse]:
    """The responses before its end; also to the one in whose place it was asked, with arguments an approver changed."""
    ending = next((one.seq for one in case.events if one.event == case.closed), len(log) + 1)
    early = (one.event for one in case.events if one.seq < ending)
    yield from (event for event in early if isinstance(event, ApprovalResponse))
    before = log[case.seq - 2] if case.seq > 1 else None
    if isinstance(before, RequestClosed) and before.outcome == "withdrawn" and before.by:
        yield from (
            event
            for event in log
            if isinstance(event, ApprovalResponse)
            and (event.request_id, event.author) == (before.request_id, before.by)
            and _asks_for(event, case.opening.call)
        )


def _asks_for(said: ApprovalResponse, call: Call) -> bool:
    """Whether somebody asked for these arguments; what they left out, the tool may have filled in."""
    try:
        wanted, made = json.loads(said.arguments), json.loads(call.arguments)
    except ValueError:
        return False
    return (
        isinstance(wanted, dict)
        and isinstance(made, dict)
        and all(name in made and made[name] == value for name, value in wanted.items())
    )


def _with(people: People, votes: Sequence[Vote]) -> People:
    """The people known, with those who decided and left as they were then."""
    voted = {vote.by.person for vote in votes if vote.by.person}
    back = [one.model_copy(update={"left": False}) if one.id in voted else one for one in people.people]
    gone = sorted(voted - {one.id for one in back})
    back += [Person(id=name, name=name, identities=()) for name in gone if people.group(name) is None]
    return People(people=tuple(back), groups=people.groups)


def _name(author: Author | None) -> str:
    return (author.person or author.identity) if author else "nobody"
