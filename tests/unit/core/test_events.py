"""Every event survives the log: through JSON and back it is the same value, and nothing else gets in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given, settings, strategies as st
from pydantic import AwareDatetime, BaseModel, ValidationError

from agent_core.events import EVENT, Event, Failure, ModelCall, UserMessage
from agent_core.steps import Ask, GiveUp, Say, Use
from agent_core.values import Attachment, Author, Call, WhyNot

KINDS: tuple[type[BaseModel], ...] = get_args(get_args(Event)[0])
moments = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))
st.register_type_strategy(AwareDatetime, moments)
read = st.builds(Attachment, name=st.text(), text=st.text(), why_not=st.none())
unread = st.builds(Attachment, name=st.text(), text=st.none(), why_not=st.sampled_from(get_args(WhyNot)))
st.register_type_strategy(Attachment, read | unread)


def made(kind: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Any value of a model, every field drawn by its type."""
    fields = {name: _drawn(field.annotation) for name, field in kind.model_fields.items() if name not in TAGS}
    return st.fixed_dictionaries({}, optional=fields).flatmap(lambda given: _complete(kind, given, fields))


TAGS = ("type", "step", "schema_version")


def _drawn(annotation: Any) -> st.SearchStrategy[Any]:
    if annotation in (Author, Call, Say, Use, Ask, GiveUp):
        return made(annotation)
    return st.from_type(annotation)


def _complete(kind: type[BaseModel], given: dict[str, Any], fields: dict[str, Any]) -> st.SearchStrategy[Any]:
    missing = {n: fields[n] for n, f in kind.model_fields.items() if f.is_required() and n not in given}
    return st.fixed_dictionaries(missing).map(lambda rest: kind.model_validate({**given, **rest}))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_event_of_every_kind_comes_back_from_json_as_it_was(kind: type[BaseModel]) -> None:
    @given(event=made(kind))
    @settings(max_examples=20, deadline=None)
    def holds(event: BaseModel) -> None:
        assert EVENT.validate_json(event.model_dump_json()) == event

    holds()


@pytest.mark.parametrize("step", [Say(text="a"), Use(tool="t", arguments="{}"), Ask(question="q"), GiveUp(reason="r")])
def test_the_step_of_a_model_call_comes_back_as_the_step_it_was(step: Say | Use | Ask | GiveUp) -> None:
    call = ModelCall(id="1", prompt="p", prompt_digest="d", outcome="step", step=step)

    assert EVENT.validate_json(call.model_dump_json()) == call


def test_there_are_thirty_three_kinds_of_events_and_their_names_are_all_different() -> None:
    names = {kind.model_fields["type"].default for kind in KINDS}

    assert len(names) == len(KINDS) == 33


def test_an_event_cannot_be_changed() -> None:
    failure = Failure(id="1", kind="k", summary="s")

    with pytest.raises(ValidationError, match="frozen"):
        failure.summary = "another"  # type: ignore[misc]


@pytest.mark.parametrize(
    "json",
    [
        '{"type":"failure","id":"1","kind":"k","summary":"s","metadata":{}}',
        '{"type":"no_such_event","id":"1"}',
        '{"type":"failure","id":"1","kind":"k"}',
        '{"type":"failure","id":"1","kind":"k","summary":"s","schema_version":2}',
        '{"type":"failure","id":"1","kind":"k","summary":"s","at":"2026-11-21T09:00:00"}',
        '{"type":"notice","id":"1","to":"x","kind":"a kind nobody declared"}',
    ],
    ids=[
        "an extra field",
        "an unknown type",
        "a missing field",
        "another version",
        "a time without zone",
        "a new kind",
    ],
)
def test_what_is_not_an_event_is_refused(json: str) -> None:
    with pytest.raises(ValidationError):
        EVENT.validate_json(json)


@pytest.mark.parametrize("model", [Say, Use, Ask, GiveUp])
def test_words_that_are_not_unicode_are_mended_so_that_the_log_can_hold_them(model: type[BaseModel]) -> None:
    fields = {name: "a\ud800b" for name, field in model.model_fields.items() if field.is_required()}
    step = model.model_validate(fields)

    assert "a?b" in step.model_dump_json()


def test_a_message_that_is_not_unicode_is_mended_so_that_the_log_can_hold_it() -> None:
    message = UserMessage(id="1", author=Author(identity="x:1"), text="caf\udce9")

    assert EVENT.validate_json(message.model_dump_json()) == message
