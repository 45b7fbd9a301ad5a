"""Who may decide: the policy's gate, the digest that binds, and the one judge of every answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings, strategies as st

from agent_core.approvals import Refusal, Verdict, digest, gate, judge
from agent_core.events import ApprovalRequest, ApprovalResponse
from agent_core.fold import append
from agent_core.policy.drafting import approvers_of, terms_of
from agent_core.policy.rules import Policy, Rule
from agent_core.terms import Terms
from agent_core.thread import Thread
from agent_core.tools import Tool
from agent_core.values import Assurance, Author, Call
from tests.unit.core.story import ANA, BO, BY_NAME, CY, PEOPLE, POLICY, START, STRANGER, deploy, look

CALL = Call(tool="deploy", version="1", arguments='{"version":"1.4.2"}')
REQUEST = ApprovalRequest(
    id="r1",
    at=START,
    call=CALL,
    risk="high",
    digest=digest(tenant="default", thread_id="t1", call=CALL, policy=POLICY.version_for(CALL)),
    requester=ANA,
    approvers=("bo", "cy"),
    policy=POLICY.version_for(CALL),
    expires_at=START + timedelta(hours=1),
)
THREAD = append(Thread(id="t1"), REQUEST)

names = st.sampled_from(("ana", "bo", "cy", "di", ""))
identities = st.sampled_from(("email:ana@example.test", "email:bo@example.test", "console:bo", "x:1"))
authors = st.builds(
    Author,
    identity=identities,
    person=st.none() | names,
    assurance=st.sampled_from(("verified", "asserted", "none")),
)
responses = st.builds(
    ApprovalResponse,
    id=st.just("x"),
    at=st.integers(min_value=-10, max_value=4000).map(lambda seconds: START + timedelta(seconds=seconds)),
    request_id=st.sampled_from(("r1", "r1", "r1", "r2", "")),
    author=authors,
    decision=st.sampled_from(("approve", "deny")),
    digest=st.sampled_from(("", REQUEST.digest, REQUEST.digest[:12], "0" * 64)),
)
policies = st.builds(
    lambda approvers: Policy(rules=(Rule(tool="deploy", approvers=tuple(approvers)),)), st.lists(names, max_size=4)
)


def terms_for(tool: Tool, asking: Sequence[Author], policy: Policy) -> Terms:
    """What a policy asks for before a call of this tool may run."""
    rule = policy.rule_for(called(tool))
    return terms_of(
        rule, {one.person for one in asking if one.person is not None}, BY_NAME, policy.calendar(rule), START
    )


def gated(tool: Tool, asking: Sequence[Author], policy: Policy) -> Verdict:
    """What the gate says of a call of this tool."""
    return gate(tool, called(tool), asking, policy, terms_for(tool, asking, policy), BY_NAME)


def called(tool: Tool) -> Call:
    return Call(tool=tool.name, version="1", arguments="{}")


@given(response=responses, policy=st.just(POLICY) | policies)
@settings(max_examples=500, deadline=None)
def test_only_a_proven_person_of_both_lists_decides_in_time_and_having_seen_these_bytes(
    response: ApprovalResponse, policy: Policy
) -> None:
    author = response.author
    allowed = (
        response.request_id == "r1"
        and response.at < REQUEST.expires_at
        and response.digest in ("", REQUEST.digest)
        and author.assurance == "verified"
        and author.identity != ANA.identity
        and author.person in ("bo", "cy")
        and any(p.id == author.person and author.identity in p.identities for p in PEOPLE.people)
        and author.person in policy.rule_for(CALL).approvers
    )

    assert isinstance(judge(THREAD, response, policy, PEOPLE), ApprovalRequest) == allowed


@given(approvers=st.lists(names, max_size=4), asking=st.lists(authors, max_size=3))
@settings(max_examples=300, deadline=None)
def test_the_gate_lets_nobody_ask_for_themselves_or_for_somebody_unknown(
    approvers: list[str], asking: list[Author]
) -> None:
    policy = Policy(rules=(Rule(tool="deploy", approvers=tuple(approvers)),))
    others = set(approvers) - {author.person for author in asking}
    somebody = any(BY_NAME.person(name) for name in others)
    known = bool(asking) and all(author.person is not None for author in asking)

    assert gated(deploy, asking, policy).gate == ("ask" if known and somebody else "forbid")
    assert set(approvers_of(terms_for(deploy, asking, policy))) == others


def test_a_tool_without_approval_passes_the_gate_for_anybody() -> None:
    assert gated(look, (STRANGER,), Policy()).gate == "run"
    assert gated(look, (), Policy()).gate == "run"


def test_no_policy_at_all_forbids() -> None:
    assert gated(deploy, (ANA,), Policy()).gate == "forbid"


@pytest.mark.parametrize("assurance", ["asserted", "none"])
def test_a_person_claimed_but_not_proven_does_not_decide(assurance: Assurance) -> None:
    claimed = BO.model_copy(update={"assurance": assurance})
    response = ApprovalResponse(id="x", at=START, request_id="r1", author=claimed, decision="approve")

    assert judge(THREAD, response, POLICY, PEOPLE) == Refusal(kind="not_verified")


def test_a_request_about_to_be_withdrawn_by_a_stop_is_no_longer_decided() -> None:
    stopped = THREAD.model_copy(update={"stopped": True})
    response = ApprovalResponse(id="x", at=START, request_id="r1", author=CY, decision="approve")

    assert isinstance(judge(THREAD, response, POLICY, PEOPLE), ApprovalRequest)
    assert isinstance(judge(stopped, response, POLICY, PEOPLE), Refusal)


BOUND = {"tenant": "default", "thread_id": "t1", "policy": "p1"}


@pytest.mark.parametrize(
    "changed",
    [
        {"tenant": "other"},
        {"thread_id": "t2"},
        {"policy": "p2"},
        {"call": CALL.model_copy(update={"tool": "erase"})},
        {"call": CALL.model_copy(update={"version": "2"})},
        {"call": CALL.model_copy(update={"arguments": '{"version": "1.4.2"}'})},
        {"tenant": "defaultt", "thread_id": "1"},
        {"tenant": "", "thread_id": "defaultt1"},
    ],
)
def test_the_digest_changes_with_every_part_and_with_where_a_part_ends(changed: dict[str, str]) -> None:
    assert digest(**{"call": CALL, **BOUND, **changed}) != digest(call=CALL, **BOUND)  # type: ignore[arg-type]


def test_the_digest_is_this_very_one_for_ever() -> None:
    assert digest(call=CALL, **BOUND) == "86470aebb71b5d6111811ea6f0b24a897daeca954c0b1dccfa0682de757a7cc4"


def test_a_policy_that_changed_has_another_version() -> None:
    longer = Policy(rules=(Rule(tool="deploy", approvers=("bo",), expires_in=timedelta(hours=2)),))
    shorter = Policy(rules=(Rule(tool="deploy", approvers=("bo",), expires_in=timedelta(hours=1)),))

    assert longer.version_for(CALL) != shorter.version_for(CALL)
    assert longer.version_for(CALL) == Policy.model_validate_json(longer.model_dump_json()).version_for(CALL)
