"""Mutations of the store's scripts: a line that guards a promise, what stands there instead, and who must miss it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import tests.contract.test_store_allowed as allowed
import tests.contract.test_store_audit as audit
import tests.contract.test_store_claim as claim
import tests.contract.test_store_commit as commit
import tests.contract.test_store_control as control
import tests.contract.test_store_effects as effects
import tests.contract.test_store_fence as fence
import tests.contract.test_store_gate as gate
import tests.contract.test_store_ingest as ingest
import tests.contract.test_store_rebuild as rebuild
import tests.contract.test_store_timers as timers
from tests.contract.bench import NEIGHBOUR, Bench

Proof = Callable[[Bench], Awaitable[None]]
EVERY = "every"


def foreign(move: fence.Move, forged: str = "guessed") -> Proof:
    return partial(fence.test_a_foreign_token_changes_nothing, move=move, forged=forged)


# Script, the line or part of it, what stands there instead, and the test that must fail.
MUTANTS: list[tuple[str, str, str, Proof]] = [
    (
        "ingest",
        "if seen then return {'DUP', tonumber(seen)} end",
        "",
        ingest.test_a_redelivery_is_answered_like_the_first_time_and_changes_nothing,
    ),
    (
        "ingest",
        "return {'BUSY'}",
        "",
        ingest.test_a_thread_with_too_much_unread_says_so_and_takes_more_when_it_was_read,
    ),
    (
        "ingest",
        "#!lua",
        "#!lua flags=allow-oom",
        ingest.test_a_full_store_takes_nothing_new_and_finishes_what_is_under_way,
    ),
    (
        "commit",
        "a[2] == 'open' and 'pending' or a[2]",
        "a[2]",
        allowed.test_what_is_allowed_opens_its_gate_and_starts_by_one_commit,
    ),
    ("commit", " flags=allow-oom", "", ingest.test_a_full_store_takes_nothing_new_and_finishes_what_is_under_way),
    ("fx_claim", " flags=allow-oom", "", ingest.test_a_full_store_takes_nothing_new_and_finishes_what_is_under_way),
    ("fx_done", " flags=allow-oom", "", ingest.test_a_full_store_takes_nothing_new_and_finishes_what_is_under_way),
    (
        EVERY,
        "'LT', now, tid",
        "now, tid",
        claim.test_the_thread_that_waits_longest_comes_first_and_no_more_than_asked_for,
    ),
    (
        EVERY,
        "if not redis.call('ZSCORE', LEASED, tid) then\n    redis",
        "if true then\n    redis",
        claim.test_what_is_said_to_a_leased_thread_waits_for_its_worker,
    ),
    ("claim", " .. '-' .. random", " .. ''", foreign(fence.commit, "the counter alone")),
    ("claim", "redis.call('ZREM', READY, tid)", "", claim.test_ten_claimers_at_once_get_each_thread_once),
    (
        "claim",
        "redis.call('ZADD', LEASED, now + lease, tid)",
        "",
        claim.test_a_late_workers_thread_is_taken_over_with_a_token_never_seen_before,
    ),
    ("renew", "if not holds(ARGV[2], ARGV[3]) then return 0 end", "", foreign(fence.renew)),
    ("release", "if not holds(tid, ARGV[3]) then return 0 end", "", foreign(fence.release)),
    (
        "release",
        "now + tonumber(ARGV[4])",
        "now",
        claim.test_a_released_thread_comes_back_after_its_delay_to_whoever_asks,
    ),
    (
        "commit",
        "if last[1] == op then return {'OK', tonumber(last[2])} end",
        "",
        commit.test_a_turn_sent_again_is_answered_the_same_and_changes_nothing,
    ),
    ("commit", "if last[3] ~= token then return {'FENCED'} end", "", foreign(fence.commit)),
    (
        "commit",
        "if redis.call('LLEN', log_key) ~= expected then",
        "if false then",
        commit.test_a_stale_turn_writes_nothing_keeps_the_lease_and_hears_what_it_missed,
    ),
    (
        "commit",
        "if a[2] ~= 'open' and state ~= 'pending' then",
        "if false then",
        partial(commit.test_the_first_decision_stands, first="denied", second="approved"),
    ),
    (
        "commit",
        "if a[2] == 'open' and state then",
        "if false then",
        partial(commit.test_a_malformed_turn_is_refused_whole, case="opened twice"),
    ),
    (
        "commit",
        "named[a[1]] = a[2] == 'open' and 'pending' or a[2]",
        "",
        commit.test_one_approval_decided_twice_in_one_turn_is_refused,
    ),
    (
        "commit",
        "if redis.call('EXISTS', fx) == 0 then",
        "if true then",
        commit.test_an_effect_that_is_known_is_not_made_again,
    ),
    ("commit", "'tok', 'reb'", "'tok'", rebuild.test_a_rebuilt_thread_is_one_until_its_first_turn),
    (
        "commit",
        "redis.call('ZREM', LEASED, tid)",
        "",
        claim.test_a_leased_thread_is_nobody_elses_and_a_finished_one_needs_no_work,
    ),
    ("fire", "redis.call('ZREM', TIMERS, member)", "", timers.test_a_timer_fires_once_when_it_is_due),
    (
        "fx_claim",
        "if a[1] ~= 'approved' then return 'refused', 'not_approved' end",
        "",
        partial(gate.test_after_any_other_decision_it_never_starts, state="denied"),
    ),
    (
        "fx_claim",
        "if a[2] ~= digest then return 'refused', 'changed' end",
        "",
        partial(gate.test_what_is_not_exactly_what_was_approved_never_starts, digest="d2"),
    ),
    (
        "fx_claim",
        "if a[4] and a[4] ~= id then return 'refused', 'used' end",
        "",
        gate.test_one_approval_starts_one_tool,
    ),
    (
        "fx_claim",
        "if now >= tonumber(a[3]) then return 'refused', 'lapsed' end",
        "",
        gate.test_an_approval_must_be_used_before_its_time_is_over,
    ),
    (
        "fx_claim",
        "now >= tonumber(a[3])",
        "now > tonumber(a[3])",
        gate.test_an_approval_must_be_used_before_its_time_is_over,
    ),
    (
        "fx_claim",
        "redis.call('HSET', key('ap', tid .. ':' .. approval), 'u', id)",
        "",
        gate.test_one_approval_starts_one_tool,
    ),
    (
        "fx_claim",
        "if a[4] == id and attempts == 0 then return 'recover', '' end",
        "",
        partial(gate.test_a_tool_made_again_whose_approval_was_used_is_recovered, recover=False),
    ),
    ("fx_claim", "elseif f[3] then", "elseif false then", gate.test_before_the_decision_it_never_starts),
    (
        "fx_claim",
        "key('ap', tid .. ':' .. approval), 's'",
        f"key('ap', '{NEIGHBOUR}:' .. approval), 's'",
        gate.test_the_same_approval_of_another_thread_is_none,
    ),
    ("fx_claim", "elseif f[8] then", "elseif false then", gate.test_a_stop_keeps_an_approved_tool_from_starting),
    (
        "fx_claim",
        "stopped(tid, id, f[3], f[7])",
        "'refused', 'stopped'",
        partial(gate.test_a_stop_does_not_deny_that_a_tool_made_again_may_have_run, approval="a1"),
    ),
    (
        "commit",
        "if f[9] == 'stopped' then redis.call('HSET', fx, 'x', 1) end",
        "",
        gate.test_a_tool_made_again_and_stopped_since_never_starts,
    ),
    (
        "rebuild",
        "if held == '1' then",
        "if false then",
        partial(rebuild.test_a_thread_is_paused_if_the_last_word_of_control_was_pause, said="pause", held=True),
    ),
    (
        "fx_claim",
        "mode = 'recover' end",
        "mode = 'start' end",
        gate.test_a_tool_whose_runner_was_lost_is_recovered_never_started_again,
    ),
    (
        "fx_claim",
        "if f[5] == 'refused' then",
        "if false then",
        gate.test_a_refusal_stays_one_whoever_settles_it_and_whatever_is_decided_since,
    ),
    (
        "fx_claim",
        "elseif f[7] then",
        "elseif false then",
        gate.test_what_needs_no_approval_is_recovered_when_made_again,
    ),
    ("fx_claim", "redis.call('ZREM', DUE, lane)", "", effects.test_a_lane_goes_in_order_one_after_the_other),
    ("fx_renew", " or f[2] ~= ARGV[3]", "", foreign(fence.fx_renew)),
    ("fx_done", " or f[2] ~= token", "", foreign(fence.fx_done)),
    (
        "fx_done",
        "if f[7] == token then return 1 end",
        "",
        fence.test_settling_what_was_settled_says_yes_again_and_changes_nothing,
    ),
    (
        "fx_done",
        " and (most == 0 or tonumber(f[6]) < most)",
        "",
        effects.test_after_the_last_attempt_it_is_dead_and_the_next_one_goes,
    ),
    ("fx_done", "most == 0 or ", "", effects.test_what_is_held_back_was_not_tried_however_often),
    (
        "fx_done",
        "if most == 0 then redis.call('HINCRBY', fx, 'n', -1) end",
        "",
        effects.test_what_is_held_back_was_not_tried_however_often,
    ),
    (
        "fx_done",
        "lane_due(tid, queue, lane, now + delay)",
        "lane_due(tid, queue, lane, now)",
        effects.test_a_retry_holds_back_its_lane_and_no_other,
    ),
    ("fx_done", "redis.call('LPOP', key('oq', lane))", "", effects.test_a_lane_goes_in_order_one_after_the_other),
    (
        EVERY,
        "if queue == 'tool' and redis.call('HGET', key('t', tid), 'hold') then return end",
        "",
        control.test_a_tool_chosen_while_paused_waits_too,
    ),
    (
        "control",
        "redis.call('ZREM', key('ob', 'tool'), lane)",
        "",
        control.test_a_paused_thread_starts_no_tool_until_it_is_resumed,
    ),
    ("control", "if seen then return {'DUP', tonumber(seen)} end", "", control.test_a_word_of_control_is_heard_once),
    (
        "control",
        "if not redis.call('ZSCORE', key('obl', 'tool'), lane) then lane_due",
        "if true then lane_due",
        control.test_resuming_does_not_start_what_is_under_way_a_second_time,
    ),
    (
        "rebuild",
        "if redis.call('EXISTS', key('t', tid)) == 1 then return 0 end",
        "",
        rebuild.test_two_that_rebuild_at_once_are_one,
    ),
    ("rebuild", "for i = 4, #ARGV, 2 do", "for i = 4, 3 do", rebuild.test_what_was_received_before_is_known_again),
    (
        EVERY,
        "(redis.call('GET', P .. ':ah') or '') .. entry",
        "entry",
        audit.test_an_honest_chain_holds_in_every_partition,
    ),
    ("commit", "audit('commit', tid, op, seq)", "", audit.test_each_transition_that_changes_a_story_leaves_one_entry),
]
