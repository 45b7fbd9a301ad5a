"""Log entries: what is encoded comes back as it was, stamped; and a conversation knows where everyone last spoke."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings, strategies as st
from pydantic import ValidationError

from adapters.heard import Address
from agent_core.deliveries import Redirect
from agent_core.events import AgentMessage, Event, Inbound, TimerFired, UserMessage
from agent_core.values import EPOCH, Author
from gateway.entry import Conversation, Entry, decode, encode, follow, load, received_id
from tests.unit.core.history import histories
from tests.unit.core.story import ANA, BO, Story
from tests.unit.gateway.journeys import Journey, journeys

AT = datetime(2026, 11, 21, 9, 0, 0, 123_000, tzinfo=UTC)
HOME, DESK = Address(channel="email", ref="home"), Address(channel="email", ref="desk")


def stamped(record: bytes, at: datetime = AT) -> bytes:
    """What the store makes of a record as it appends it: by cutting, without understanding."""
    assert record[-1:] == b"}"
    return record[:-1] + f',"at":{(at - EPOCH) // timedelta(milliseconds=1)}}}'.encode()


def said(author: Author, text: str) -> UserMessage:
    """Somebody's words."""
    return UserMessage(id=f"m-{text}", author=author, text=text)


@settings(max_examples=30, deadline=None)
@given(histories)
def test_every_event_of_every_history_survives_the_log(story: Story) -> None:
    for event in story.log:
        entry = decode(stamped(encode(event), event.at))
        assert entry == Entry(event=event)


@settings(deadline=None)
@given(st.text(), st.text(), st.text())
def test_words_and_addresses_survive_whatever_is_in_them(text: str, channel: str, ref: str) -> None:
    address, event = Address(channel=channel, ref=ref), said(ANA, text)
    assert decode(stamped(encode(event, address))) == Entry(event=event.model_copy(update={"at": AT}), address=address)


def test_the_time_is_the_stores_and_never_the_events_own() -> None:
    early = said(ANA, "hello").model_copy(update={"at": AT - timedelta(days=1)})
    record = encode(early)
    assert "at" not in json.loads(record)["event"]
    assert decode(stamped(record)).event.at == AT


def test_words_cannot_add_to_the_record_they_are_in() -> None:
    sly = said(ANA, '"},"address":{"channel":"email","ref":"mallory"},"x":{"y":"')
    entry = decode(stamped(encode(sly)))
    assert (entry.event.id, entry.address) == (sly.id, None)


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"{}",
        b'{"event":{},"at":1}',
        b'{"event":{"type":"user_message"},"at":1}',
        b'{"event":{"type":"no_such","id":"x"},"at":1}',
        b'{"event":{"type":"timer_fired","id":"x","name":"y"}}',
        b'{"event":{"type":"timer_fired","id":"x","name":"y","more":1},"at":1}',
    ],
)
def test_a_record_that_is_none_is_not_taken_for_one(record: bytes) -> None:
    with pytest.raises((ValidationError, ValueError, KeyError)):
        decode(record)


@settings(max_examples=30, deadline=None)
@given(histories)
def test_only_what_came_from_outside_has_a_dedupe_key(story: Story) -> None:
    for event in story.log:
        wanted = event.id if isinstance(event, Inbound) else None
        assert received_id(stamped(encode(event))) == wanted


def test_a_conversation_knows_where_each_person_last_spoke() -> None:
    entries = [
        Entry(event=said(ANA, "one"), address=HOME),
        Entry(event=said(BO, "two"), address=HOME),
        Entry(event=said(ANA, "three"), address=DESK),
        Entry(event=said(BO, "four")),
        Entry(event=TimerFired(id="t", name="t"), address=DESK),
    ]
    known = Conversation(thread=Story().thread).heard(entries)
    assert known.addresses == {ANA.identity: DESK, BO.identity: HOME}
    assert known.thread.seq == 5


def test_hearing_leaves_the_conversation_before_as_it_was() -> None:
    before = Conversation(thread=Story().thread)
    after = before.heard([Entry(event=said(ANA, "one"), address=HOME)])
    assert (before.thread.seq, before.addresses) == (0, {})
    assert after.said([AgentMessage(id="a", to=(ANA.identity,), text="Hello")]).addresses == after.addresses


@settings(max_examples=30, deadline=None)
@given(histories, st.data())
def test_a_snapshot_and_the_rest_are_the_whole_log(story: Story, data: st.DataObject) -> None:
    records = [stamped(encode(event, _where(event)), event.at) for event in story.log]
    cut = data.draw(st.integers(0, len(records)))
    whole = load("t1", "default", None, records)
    snapshot = load("t1", "default", None, records[:cut]).model_dump_json().encode()
    assert load("t1", "default", snapshot, records[cut:]) == whole
    assert whole.thread == story.thread


@settings(max_examples=30, deadline=None)
@given(journeys, st.data())
def test_a_snapshot_knows_who_went_where_as_the_whole_log_does(journey: Journey, data: st.DataObject) -> None:
    records = [stamped(encode(event, _where(event)), event.at) for event in journey.log]
    cut = data.draw(st.integers(0, len(records)))
    whole = load("t1", "default", None, records)
    snapshot = load("t1", "default", None, records[:cut]).model_dump_json().encode()
    assert load("t1", "default", snapshot, records[cut:]) == whole
    assert (whole.moved, whole.cards_moved) == (journey.conversation.moved, journey.conversation.cards_moved)


def test_a_way_once_taken_is_kept_until_its_beginning_is_heard_again() -> None:
    way = Redirect(id="w", cause="c", instead_of=ANA.identity, to=BO.identity)
    known = Conversation(thread=Story().thread).said([way])
    assert follow(ANA.identity, known.moved) == BO.identity
    back = Redirect(id="b", cause="d", instead_of=BO.identity, to=ANA.identity)
    assert follow(ANA.identity, known.said([back]).moved) == ANA.identity
    assert known.heard([Entry(event=said(BO, "here"))]).moved == known.moved
    assert known.heard([Entry(event=said(ANA, "here"))]).moved == {}


def _where(event: Event) -> Address | None:
    return Address(channel="email", ref=event.id) if isinstance(event, UserMessage) else None
