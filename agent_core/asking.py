"""Asking: from a tool the model chose to what becomes of it. It runs, is put to people, is allowed, or may not be.

A tool that can tell what a call would do is asked that first, so that people see it before they decide.
"""

from __future__ import annotations

from collections.abc import Iterator

from agent_core.approvals import digest, gate, needs_of, wordless
from agent_core.denied import before, why_not
from agent_core.errors import BadArguments
from agent_core.events import Allowed, ApprovalRequest, Event, Failure, Preview, Previewed, ToolCall
from agent_core.policy.drafting import approvers_of, expires_at, terms_of
from agent_core.policy.grants import Grant, grant_for
from agent_core.setting import Ids, Setting
from agent_core.steps import Use
from agent_core.terms import Terms
from agent_core.thread import Thread
from agent_core.tools import Tool, call_of
from agent_core.values import Author, Call, Frozen

MAX_OPEN = 5


class Wish(Frozen):
    """A call that somebody wants to run: the agent's words for it, and the tool's own, with their fingerprint.

    `askers` is everybody it is for, latest last; none: those the agent acts for now.
    """

    call: Call
    reason: str = ""
    consequences: str = ""
    state: str = ""
    askers: tuple[Author, ...] = ()


def use(thread: Thread, step: Use, setting: Setting, ids: Ids) -> Iterator[Event]:
    """The call, the question whether it may run, or why it may not."""
    tool = setting.agent.tool(step.tool)
    if tool is None:
        yield Failure(id=ids.next(), kind="unknown_tool", summary=f"there is no tool {step.tool}")
        return
    try:
        call = call_of(tool, step.arguments)
    except BadArguments as error:
        yield Failure(id=ids.next(), kind="bad_arguments", summary=str(error))
        return
    wish = Wish(call=call, reason=step.reason, askers=thread.askers)
    yield from put(thread, tool, wish, setting, ids)


def go_on(thread: Thread, previewed: Previewed, setting: Setting, ids: Ids) -> Iterator[Event]:
    """What follows from what a tool said it would do."""
    asked = next((one for one in thread.previewed if one.id == previewed.preview_id), None)
    tool = setting.agent.tool(asked.call.tool) if asked else None
    if asked is None or thread.stopped:
        return
    if tool is None or previewed.outcome == "failed":
        said = previewed.content if tool else f"there is no tool {asked.call.tool} any more"
        yield Failure(id=ids.next(), kind="no_preview", summary=said)
        return
    if thread.paused or thread.taken_by:
        still = "a human has the thread" if thread.taken_by else "the thread was paused"
        yield Failure(id=ids.next(), kind="put_off", summary=f"meanwhile {still}; ask again")
        return
    wish = Wish(
        call=asked.call,
        reason=asked.reason,
        consequences=previewed.content,
        state=previewed.state,
        askers=asked.askers,
    )
    yield from put(thread, tool, wish, setting, ids, seen=True)


def put(thread: Thread, tool: Tool, wish: Wish, setting: Setting, ids: Ids, *, seen: bool = False) -> Iterator[Event]:
    """Put a call through the gate; what needs leave is looked at first, once."""
    terms = terms_for(thread, wish, setting)
    verdict = gate(tool, wish.call, askers_of(thread, wish), setting.policy, terms, setting.people)
    grant = _grant(thread, wish, setting) if verdict.gate == "ask" else None
    if verdict.gate == "forbid":
        yield Failure(id=ids.next(), kind="forbidden", summary=verdict.why)
    elif verdict.gate == "run":
        yield ToolCall(id=ids.next(), call=wish.call)
    elif verdict.gate == "ask" and not grant and len(thread.open) >= MAX_OPEN:
        yield too_many(ids)
    elif verdict.gate == "ask" and not grant and (said := _denied(thread, wish.call, setting)):
        yield Failure(id=ids.next(), kind="denied_before", summary=said)
    elif tool.previews and not seen:
        yield Preview(id=ids.next(), call=wish.call, reason=wish.reason, askers=wish.askers)
    elif verdict.gate == "allow" or grant:
        yield from _allowed(thread, wish, grant, setting, ids)
    else:
        yield request_for(thread, tool, wish, terms, setting, ids)


def _denied(thread: Thread, call: Call, setting: Setting) -> str:
    return why_not(thread.denied, call, setting.policy.rule_for(call), setting.people)


def _grant(thread: Thread, wish: Wish, setting: Setting) -> Grant | None:
    call, rule = wish.call, setting.policy.rule_for(wish.call)
    return grant_for(call, askers_of(thread, wish), setting.grants, rule, setting.people, setting.now)


def askers_of(thread: Thread, wish: Wish) -> tuple[Author, ...]:
    """Everybody a call is for, latest last: none of them may decide about it."""
    return thread.askers_for(wish.call.tool, wish.askers)


def terms_for(thread: Thread, wish: Wish, setting: Setting) -> Terms:
    """What today's policy asks for before a call may run."""
    rule, askers = setting.policy.rule_for(wish.call), {a.person for a in askers_of(thread, wish) if a.person}
    return terms_of(rule, askers, setting.people, setting.policy.calendar(rule), setting.now)


def too_many(ids: Ids) -> Failure:
    """Why nothing more is asked."""
    return Failure(id=ids.next(), kind="too_many_requests", summary=f"{MAX_OPEN} requests are open already")


def request_for(thread: Thread, tool: Tool, wish: Wish, terms: Terms, setting: Setting, ids: Ids) -> ApprovalRequest:
    """The card."""
    policy, rule, askers = setting.policy, setting.policy.rule_for(wish.call), askers_of(thread, wish)
    version = policy.version_for(wish.call)
    state = wish.state if rule.fresh else ""
    return ApprovalRequest(
        id=ids.next(),
        call=wish.call,
        risk=tool.risk,
        digest=digest(tenant=thread.tenant, thread_id=thread.id, call=wish.call, policy=version, state=state),
        requester=askers[-1],
        approvers=approvers_of(terms),
        askers=tuple(dict.fromkeys(asker.person for asker in askers if asker.person)),
        policy=version,
        expires_at=expires_at(rule, policy.calendar(rule), setting.now),
        via=rule.via,
        needs=needs_of(tool.risk, policy, rule),
        wordless=wordless(tool.risk, policy),
        reason=wish.reason,
        terms=terms,
        consequences=wish.consequences,
        state=state,
        denied_before=before(thread.denied, wish.call, rule),
    )


def _allowed(thread: Thread, wish: Wish, grant: Grant | None, setting: Setting, ids: Ids) -> Iterator[Event]:
    """The gate is opened by the policy: for these bytes, once, and on record."""
    rule, version = setting.policy.rule_for(wish.call), setting.policy.version_for(wish.call)
    state = wish.state if rule.fresh else ""
    proven = digest(tenant=thread.tenant, thread_id=thread.id, call=wish.call, policy=version, state=state)
    allowed = Allowed(
        id=ids.next(),
        call=wish.call,
        digest=proven,
        policy=version,
        rule=rule.called,
        grant=grant.id if grant else "",
        by=grant.by if grant else "",
    )
    yield allowed
    yield ToolCall(
        id=ids.next(),
        call=wish.call,
        approval=allowed.id,
        digest=proven,
        policy=version,
        state=state,
        grant=allowed.grant,
    )
