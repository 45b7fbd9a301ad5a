"""The Home tab on the wire: published whenever it is opened, and taken by Slack however much waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from adapters.base import Waiting
from adapters.heard import Pressed
from agent_core.events import ApprovalRequest
from agent_core.values import Author, Call
from sandbox.slack import Fault
from tests.contract.slack_bench import TRANSPORTS, Bench, Transport, bench, until

ANA = Author(identity="slack:T0ACME/U0ANAACME", person="ana", assurance="verified")


@pytest.fixture(params=TRANSPORTS)
async def b(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    transport: Transport = request.param
    async with bench(transport) as made:
        yield made


def waiting(number: int, words: str = "") -> Waiting:
    call = Call(tool="deploy", version="1", arguments=f'{{"version":"1.0.{number}","note":"{words}"}}')
    request = ApprovalRequest(
        id=f"r{number}",
        call=call,
        risk="low",
        digest=f"{number:064d}",
        requester=ANA,
        approvers=("bo",),
        policy="p1",
        expires_at=datetime(2030, 1, 1, tzinfo=UTC),
    )
    return Waiting(request, f"ticket{number}")


async def opened(b: Bench) -> str:
    """What Bo's tab says once it is opened."""
    b.slack.person("bo").open_home()
    await b.slack.settled()
    await b.adapter.settled()
    home = b.slack.person("bo").home
    assert home is not None
    return str(home.definition["blocks"])


async def test_it_is_published_anew_whenever_it_is_opened(b: Bench) -> None:
    assert "Nothing waits for you." in await opened(b)
    b.desk.waits = [waiting(1)]
    assert "1.0.1" in await opened(b)
    b.desk.waits = []
    assert "Nothing waits for you." in await opened(b)


@pytest.mark.parametrize(("many", "words"), [(3, "x" * 2_000), (40, ""), (200, "y" * 50)])
async def test_slack_takes_it_however_much_waits(b: Bench, many: int, words: str) -> None:  # SL-20, SL-21
    b.desk.waits = [waiting(number, words) for number in range(many)]
    said = await opened(b)
    (call,) = b.slack.called("views.publish")
    assert call.error == ""
    assert "1.0.0" in said
    listed = said.count("Approval needed: deploy")
    assert listed == many or f"{many - listed} more do not fit here" in said


async def test_its_buttons_carry_the_ticket_of_their_own_request(b: Bench) -> None:
    b.desk.waits = [waiting(1), waiting(2)]
    await opened(b)
    bo = b.slack.person("bo")
    await bo.click_view("hp:home:1/hp:approve", home=True)
    (said,) = b.desk.taken
    assert isinstance(said, Pressed)
    assert (said.ticket, said.digest, said.decision) == ("ticket2", f"{2:064d}", "approve")
    assert said.address is not None
    assert said.address.ref == f"{b.slack.team.id}/{bo.id}"


async def test_a_button_of_it_that_is_foreign_is_answered_directly(b: Bench) -> None:
    b.desk.waits, b.desk.foreign = [waiting(1)], True
    await opened(b)
    bo = b.slack.person("bo")
    await bo.click_view("hp:home:0/hp:approve", home=True)
    await until(lambda: [m for m in b.slack.direct("bo") if "not one of ours" in m.text])


async def test_a_tab_that_could_not_be_shown_is_shown_the_next_time(b: Bench) -> None:
    assert "Nothing waits" in await opened(b)
    b.slack.order(Fault("error", method="views.publish", error="internal_error"))
    b.desk.waits = [waiting(1)]
    assert "Nothing waits" in await opened(b), "as it was"
    assert "1.0.1" in await opened(b)
