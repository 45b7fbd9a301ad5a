"""The console: it is read and never sent to, and a terminal obeys nothing it is shown."""

from __future__ import annotations

import pytest

from adapters.base import Adapter, Parcel
from adapters.console.adapter import ConsoleAdapter
from adapters.console.render import lines
from adapters.errors import Rejected
from adapters.heard import Address
from agent_core.events import AgentMessage, Outbound
from tests.unit.adapters.cards import APPROVED, CARD, EVERY, SAID, calling, card


def test_a_conversation_lives_at_the_persons_own_name() -> None:
    adapter: Adapter = ConsoleAdapter()
    assert adapter.address_of("console:ana") == Address(channel="console", ref="ana")
    assert adapter.capabilities.pull


async def test_a_message_routed_here_is_refused_for_good() -> None:
    parcel = Parcel(
        effect_id="e1",
        thread_id="t1",
        reply_token="abc",
        identity="console:ana",
        address=Address(channel="console", ref="ana"),
        event=SAID,
        role="watch",
    )
    with pytest.raises(Rejected, match="read, not sent to"):
        await ConsoleAdapter().send(parcel)


def test_a_terminal_shows_the_card_without_a_way_to_answer_in_the_senders_place() -> None:
    shown = lines(CARD, role="decide")
    assert '  environment: "production"' in shown
    assert "APPROVE" not in shown


def test_escape_sequences_are_spelled_out() -> None:
    shown = lines(AgentMessage(id="a", to=("x",), text="\x1b]0;title\x07\x1b[2J\x9b1Amoved\rAPPROVED"), role="watch")
    assert shown == "\\u{001B}]0;title\\u{0007}\\u{001B}[2J\\u{009B}1Amoved\\u{000D}APPROVED\n"


def test_an_argument_cannot_draw_a_line_of_its_own() -> None:
    shown = lines(card(calling(version="1\n  Risk:  low")), role="decide")
    assert [line.split() for line in shown.splitlines() if "Risk:" in line.split()[:1]] == [["Risk:", "high"]]


@pytest.mark.parametrize("event", EVERY, ids=lambda event: getattr(event, "kind", event.type))
def test_every_event_can_be_shown(event: Outbound) -> None:
    assert lines(event, role="watch", request=CARD).strip()


def test_an_end_tells_of_what() -> None:
    assert '"1.4.2"' in lines(APPROVED, role="watch", request=CARD)
