"""Delivery to Slack: what is said stands there once and whole, whatever Slack answers; or the sender hears why not."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence

import pytest
import structlog

from adapters.base import Parcel
from adapters.errors import OutcomeUnknown, Rejected, TryLater
from adapters.slack import api
from adapters.slack.fit import NO_BUTTONS
from agent_core.events import ApprovalRequest, Notice
from sandbox.slack import Fault, Message
from sandbox.slack.fault import ApiFault
from tests.contract.slack_telling import ANSWER, LINES, Telling, telling
from tests.unit.adapters.cards import APPROVED, CARD, DENIED, QUESTION, SAID, card
from tests.unit.adapters.slack.shown import TICKET, strings

POST, UPDATE = "chat.postMessage", "chat.update"
LONG_CARD = card(reason="\n".join(LINES))
LONG_DENIED = DENIED.model_copy(update={"reason": "\n".join(LINES)})
FORBIDDEN = Notice(id="n1", to="slack:T1/U2", kind="not_an_approver", about="r1", detail="bo")


@pytest.fixture
async def here() -> AsyncIterator[Telling]:
    async with telling() as made:
        yield made


def read(messages: Sequence[Message]) -> str:
    """All that the blocks of the messages say."""
    return "\n".join(text for one in messages for block in one.blocks for text in strings(block))


def lines(messages: Sequence[Message]) -> list[str]:
    """The numbered lines in the blocks, in order."""
    return re.findall(r"\d+\. what there is to say about server number \d+", read(messages))


def pressable(messages: Sequence[Message]) -> list[Message]:
    """Those with buttons."""
    return [one for one in messages if any(block["type"] == "actions" for block in one.blocks)]


async def asked_for(here: Telling, event: ApprovalRequest = CARD) -> Parcel:
    """The card is shown; the parcel for its end."""
    receipt = await here.adapter.send(here.parcel(event, effect_id="e0", ticket=TICKET))
    return here.parcel(APPROVED, request=event, shown=receipt.provider_id)


# --- cards drawn anew


@pytest.mark.parametrize(
    "error",
    [
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "is_archived",
        "channel_not_found",
        "is_inactive",
    ],
)
async def test_a_card_that_cannot_be_drawn_anew_ends_in_a_message_below(here: Telling, error: str) -> None:  # SL-28
    closed = await asked_for(here)
    here.slack.order(Fault("error", method=UPDATE, error=error))
    receipt = await here.adapter.send(closed)
    before, after = here.shown
    assert pressable([before, after]) == [before]
    assert "was approved by bo" in after.text
    assert after.thread_ts == here.asked.ts
    assert receipt.provider_id.endswith(after.ts)


async def test_where_nothing_can_be_written_any_more_the_sender_is_told(here: Telling) -> None:  # SL-28
    closed = await asked_for(here)
    here.slack.channel("#deploys").archived = True
    with pytest.raises(Rejected, match="is_archived"):
        await here.adapter.send(closed)


async def test_a_card_is_drawn_anew_where_it_stands(here: Telling) -> None:  # SL-27
    closed = await asked_for(here)
    here.slack.clock.forward(2_400)
    receipt = await here.adapter.send(closed)
    (one,) = here.shown
    assert pressable([one]) == []
    assert "was approved by bo" in one.text
    assert receipt.provider_id == closed.shown


@pytest.mark.parametrize("lost", [(), (UPDATE,), (POST,), (UPDATE, POST, POST)], ids=["well", "card", "below", "all"])
async def test_what_of_a_card_drawn_anew_does_not_fit_goes_on_in_the_thread(here: Telling, lost: Sequence[str]) -> None:
    closed = await asked_for(here)
    for method in lost:
        here.slack.order(Fault("lost_reply", method=method))
    receipt = await here.persist(closed.model_copy(update={"event": LONG_DENIED}))
    assert lines(here.shown) == LINES
    assert len(here.shown) > 1
    assert {one.thread_ts for one in here.shown} == {here.asked.ts}
    assert pressable(here.shown) == []
    assert receipt.provider_id == closed.shown


# --- too long after all


@pytest.mark.parametrize("refused", [1, 2, 3])
async def test_what_slack_calls_too_long_comes_in_smaller_messages(here: Telling, refused: int) -> None:  # SL-21
    here.slack.order(Fault("error", method=POST, error="msg_blocks_too_long"), count=refused)
    await here.adapter.send(here.parcel(LONG_CARD, ticket=TICKET))
    assert pressable(here.shown) == [], "a card in pieces cannot be decided"
    assert NO_BUTTONS in "\n".join([read(here.shown), *(one.text for one in here.shown)])
    said = "\n".join(read([one]) if one.blocks else one.text for one in here.shown)
    assert re.findall(r"\d+\. what there is to say about server number \d+", said) == LINES
    assert all(word in said for word in ("deploy", "1.4.2", "production"))


async def test_the_smaller_ones_are_looked_up_too(here: Telling) -> None:  # SL-21, SL-36
    here.slack.order(Fault("error", method=POST, error="msg_blocks_too_long"))
    here.slack.order(Fault("lost_reply", method=POST), count=3)
    await here.persist(here.parcel(LONG_CARD, ticket=TICKET))
    assert lines(here.shown) == LINES
    parts = [one.metadata["event_payload"]["part"] for one in here.shown]
    assert parts[:2] == ["0.0", "0.1"]
    assert len(set(parts)) == len(parts)
    assert read(here.shown).count(NO_BUTTONS) == 1


async def test_what_is_too_long_even_as_plain_text_is_rejected(here: Telling) -> None:
    here.slack.order(Fault("error", method=POST, error="msg_blocks_too_long"), count=2)
    with pytest.raises(Rejected):
        await here.adapter.send(here.parcel(SAID))
    assert here.shown == []


async def test_a_card_too_long_to_be_drawn_anew_loses_its_buttons_all_the_same(here: Telling) -> None:  # SL-21, SL-28
    closed = await asked_for(here)
    here.slack.order(Fault("error", method=UPDATE, error="msg_blocks_too_long"))
    await here.adapter.send(closed)
    first, below = here.shown
    assert pressable(here.shown) == []
    assert first.blocks == []
    assert first.text == "Closed: deploy"
    assert "was approved by bo" in read([below])


# --- limits of time and rate


async def test_a_rate_limit_says_when_to_come_back_and_order_is_kept(here: Telling) -> None:  # SL-34
    here.slack.order(Fault("error", method="chat.startStream", error="unknown_method"))
    here.slack.order(Fault("lost_reply", method=POST))
    here.slack.order(Fault("rate_limited", method=POST, seconds=7))
    with pytest.raises(OutcomeUnknown):
        await here.adapter.send(here.parcel())
    here.slack.order(Fault("error", method="chat.startStream", error="unknown_method"))
    with pytest.raises(TryLater) as caught:
        await here.adapter.send(here.parcel(repeat=True))
    assert caught.value.retry_after == 7
    assert len(here.shown) == 1
    await here.adapter.send(here.parcel(repeat=True))
    assert re.findall(r"^\d+\. .*$", "\n".join(one.text for one in here.shown), re.MULTILINE) == LINES


@pytest.mark.parametrize(
    "method", ["chat.startStream", "conversations.replies", "conversations.open", UPDATE, "chat.postEphemeral"]
)
async def test_so_it_does_whatever_is_limited(here: Telling, method: str) -> None:  # SL-34
    closed = await asked_for(here)
    sent = {
        "chat.startStream": here.parcel(),
        "conversations.replies": here.parcel(SAID, repeat=True),
        "conversations.open": here.parcel(SAID, address=here.adapter.address_of(here.parcel().identity), repeat=True),
        UPDATE: closed,
        "chat.postEphemeral": here.parcel(FORBIDDEN),
    }[method]
    here.slack.order(Fault("rate_limited", method=method, seconds=3))
    with pytest.raises(TryLater) as caught:
        await here.adapter.send(sent)
    assert caught.value.retry_after == 3
    assert len(here.shown) == 1


@pytest.mark.parametrize("fault", ["lost_reply", "server_error", "unavailable", "drop_before"])
async def test_what_may_be_there_is_looked_up_before_it_is_sent_again(here: Telling, fault: ApiFault) -> None:  # SL-36
    here.slack.order(Fault(fault, method=POST))
    with pytest.raises(OutcomeUnknown):
        await here.adapter.send(here.parcel(CARD, ticket=TICKET))
    assert len(here.said(POST)) == 1, "nothing posts again by itself"
    begun = len(here.slack.calls)
    receipt = await here.adapter.send(here.parcel(CARD, ticket=TICKET, repeat=True))
    (one,) = here.shown
    assert receipt.provider_id.endswith(one.ts)
    again = [call.method for call in here.slack.calls[begun:]]
    assert again[0] == "conversations.replies"
    assert again.count(POST) == (0 if fault == "lost_reply" else 1)


async def test_what_is_sent_for_the_first_time_is_not_looked_for(here: Telling) -> None:  # SL-35
    await asked_for(here)
    await here.adapter.send(here.parcel())
    assert here.said("conversations.replies") == here.said("conversations.history") == []


async def test_a_server_that_hangs_leaves_the_outcome_unknown(monkeypatch: pytest.MonkeyPatch) -> None:  # SL-37
    assert api.TIMEOUT <= 15
    monkeypatch.setattr(api, "TIMEOUT", 0.3)
    async with telling() as here:
        here.slack.order(Fault("hang", method=POST, seconds=600))
        with pytest.raises(OutcomeUnknown):
            await here.adapter.send(here.parcel(CARD))
        await here.adapter.send(here.parcel(CARD, repeat=True))
        assert len(here.shown) == 1


# --- the end of an installation


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth"])
@pytest.mark.parametrize("method", [POST, UPDATE, "chat.startStream", "chat.appendStream"])
async def test_a_dead_token_is_the_end_of_the_installation(here: Telling, method: str, error: str) -> None:  # SL-44
    closed = await asked_for(here)
    dead = Fault("error", error=error)
    if method == "chat.appendStream":
        here.naps.during[1] = lambda: here.slack.order(dead, count=9)
    else:
        here.slack.order(dead, count=9)
    with pytest.raises(Rejected, match=error):
        await here.adapter.send({POST: here.parcel(SAID), UPDATE: closed}.get(method, here.parcel(ANSWER)))
    here.slack.lift()
    here.slack.forget()
    with pytest.raises(Rejected, match=f"not installed.*{error}"):
        await here.adapter.send(here.parcel(SAID))
    assert here.slack.calls == []


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_token_that_slack_refused_by_mistake_goes_on(here: Telling, error: str) -> None:  # SL-44
    here.slack.order(Fault("error", method=POST, error=error))
    with pytest.raises(TryLater):
        await here.adapter.send(here.parcel(SAID))
    await here.adapter.send(here.parcel(SAID))
    assert len(here.shown) == 1


async def test_so_is_a_revoked_one(here: Telling) -> None:  # SL-44
    await asked_for(here)
    here.slack.revoke()
    with structlog.testing.capture_logs() as logged:
        for _ in range(2):
            with pytest.raises(Rejected):
                await here.adapter.send(here.parcel(SAID))
    assert [one["team"] for one in logged if one["event"] == "installation ended"] == [here.slack.team.id]
    assert len(here.said(POST)) == 2


# --- aside


async def test_a_notice_is_for_one_persons_eyes(here: Telling) -> None:  # SL-25
    await asked_for(here)
    bo = here.slack.person("bo")
    await here.adapter.send(here.parcel(FORBIDDEN, identity=f"slack:{here.slack.team.id}/{bo.id}"))
    assert [one.ephemeral_for for one in here.shown] == ["", bo.id]


@pytest.mark.parametrize("lost", [0, 1, 2])
async def test_who_cannot_be_spoken_to_aside_is_told_directly(here: Telling, lost: int) -> None:  # SL-25, SL-51
    cy, root = here.slack.person("cy"), here.slack.person("ana").say("#incident", "@holdpoint deploy")
    here.slack.order(Fault("lost_reply", method=POST), count=lost)
    notice = here.parcel(FORBIDDEN, root, identity=f"slack:{here.slack.team.id}/{cy.id}")
    receipt = await here.persist(notice)
    (told,) = here.slack.direct("cy")
    assert [one.ts for one in here.slack.messages("#incident")] == [root.ts]
    assert receipt.conversation == "", "nothing is to be answered there"
    assert receipt.provider_id.endswith(told.ts)


async def test_a_question_too_is_once_in_a_conversation_that_begins(here: Telling) -> None:  # SL-36
    here.slack.order(Fault("lost_reply", method=POST), count=2)
    address = here.adapter.address_of(here.parcel().identity)
    receipt = await here.persist(here.parcel(QUESTION, address=address, ticket=TICKET))
    (one,) = here.slack.direct("ana")
    assert receipt.conversation == f"{here.slack.team.id}/{one.channel}/{one.ts}"
