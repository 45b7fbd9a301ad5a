"""Status callbacks: ends are passed on, in whatever order they come; what they say of a number is noted once. SM-08"""

from __future__ import annotations

import pytest
import structlog

from adapters.heard import Lost, Returned
from adapters.sms.receive import TAKEN
from tests.contract.sms_bench import ANA, OURS, Bench, sid, status

WHO = f"sms:{ANA}"
QUERY = "effect=e1&thread=t1&cause=c1"


async def test_only_ends_are_passed_on_in_whatever_order_they_come() -> None:
    for order in (["sent", "delivered"], ["delivered", "sent"], ["delivered", "queued", "sent", "delivered"]):
        bench = Bench()
        for one in order:
            assert await bench.told(status(one), QUERY) == TAKEN
        (returned,) = bench.desk.stored
        assert isinstance(returned, Returned)
        assert (returned.id, returned.arrived, returned.effect_id, returned.to) == (sid(7), True, "e1", WHO)


@pytest.mark.parametrize(
    ("code", "noted"),
    [
        ("30003", []),
        ("30005", [("bar", WHO)]),
        ("21610", [("opted_out", WHO)]),
        ("30007", []),
        ("30034", [("bar", f"sms:{OURS}")]),
        ("99999", []),
    ],
)
async def test_what_a_code_says_of_a_number_is_noted_once(code: str, noted: list[tuple[str, str]]) -> None:
    bench = Bench()
    for _ in range(2):
        await bench.told(status("undelivered", ErrorCode=code), QUERY)
    assert bench.book.said == noted
    lost = [heard for heard in bench.desk.taken if isinstance(heard, Lost)]
    assert [one.identity for one in lost] == [WHO] * (code == "21610")
    assert isinstance(bench.desk.taken[-1], Returned)


@pytest.mark.parametrize(("code", "loud"), [("30003", 0), ("30007", 1), ("30034", 1)])
async def test_what_an_operator_must_see_is_an_error(code: str, loud: int) -> None:
    bench = Bench()
    with structlog.testing.capture_logs() as logs:
        await bench.told(status("undelivered", ErrorCode=code), QUERY)
    assert [one["event"] for one in logs if one["log_level"] == "error"] == ["twilio refuses"] * loud


async def test_a_status_of_something_else_is_answered_and_told() -> None:
    bench = Bench()
    bench.desk.knows = False
    with structlog.testing.capture_logs() as logs:
        assert await bench.told(status("delivered"), QUERY) == TAKEN
        assert await bench.told(status("delivered", number=8)) == TAKEN
    assert logs[1]["event"] == "status of nothing we know"
    assert [heard.id for heard in bench.desk.taken if isinstance(heard, Returned)] == [sid(7)]
