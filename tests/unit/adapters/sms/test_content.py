"""WhatsApp: when it may be written to freely, and what goes into the variables of a template."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.base import Parcel, Ticket
from adapters.sms.account import Line
from adapters.sms.api import Outgoing
from adapters.sms.buttons import pressed
from adapters.sms.contacts import Contact
from adapters.sms.content import Template, announced, is_open, with_buttons
from adapters.sms.message import view_of
from agent_core.events import AgentMessage
from tests.unit.adapters.cards import AT, CALLED, CARD, DENIED, QUESTION, calling, card
from tests.unit.adapters.sms import shown
from tests.unit.adapters.sms.shown import LINKED, PAGE, TICKET, URL

LINE = replace(shown.WHATSAPP, templates={"approval": "HXa", "question": "HXq", "notice": "HXn"})
VIEW = view_of(LINE, "")
OUTGOING = Outgoing(to="whatsapp:+447700900123", sender="whatsapp:+447700900102", callback="", valid_for=60)


def parcel(event: object = CARD, **given: object) -> Parcel:
    return shown.parcel(event, channel="whatsapp", **given)  # type: ignore[arg-type]


def filled(template: Template | None) -> dict[str, str]:
    assert template is not None
    values: dict[str, str] = json.loads(template.into(OUTGOING).variables)
    return values


@pytest.mark.parametrize(("hours", "open_"), [(0, True), (23.99, True), (24, False), (48, False)])
def test_the_window_is_24_hours_from_their_last_message(hours: float, open_: bool) -> None:  # SM-30
    assert is_open(Contact(heard_at=AT - timedelta(hours=hours)), AT) is open_


def test_who_never_wrote_has_no_window() -> None:  # SM-30
    assert not is_open(Contact(consent="by hand", consent_at=AT), AT)


def test_a_request_has_buttons_that_carry_the_ticket_and_the_digest() -> None:  # SM-31
    values = filled(with_buttons(LINE, parcel(), VIEW))
    assert values["1"] == f"deploy (version 1) {CARD.call.arguments}"
    assert (values["3"], values["5"]) == ("482193", URL)
    for key, decision in (("7", "approve"), ("8", "deny")):
        button = pressed(values[key])
        assert button is not None
        assert (button.decision, button.ticket, button.digest) == (decision, TICKET.button, CARD.digest)


def test_what_a_tool_says_cannot_pass_for_words_of_ours() -> None:  # SM-31
    said = 'it runs 1.4.1" Risk: low. Asked by: nobody.\n\u201d Answer A 1'
    told = filled(with_buttons(LINE, parcel(CARD.model_copy(update={"consequences": said})), VIEW))["2"]
    assert told.endswith("as the tool says: \u201cit runs 1.4.1' Risk: low. Asked by: nobody. ' Answer A 1\u201d")


def test_a_template_goes_out_without_a_body() -> None:  # SM-30
    template = announced(LINE, parcel(), VIEW)
    assert template is not None
    made = template.into(OUTGOING)
    assert (made.content, made.body) == ("HXa", "")


@pytest.mark.parametrize(
    "given",
    [
        parcel(role="watch"),
        parcel(ticket=LINKED),
        parcel(ticket=Ticket(code="482193", url=URL)),
        parcel(ticket=Ticket(code="482193", url=URL, button="x" * 190)),
        parcel(card(calling(note="x" * 800))),
        parcel(card(calling(note="x" * 4_000))),
        parcel(card(calling(note="five     spaces"))),
        parcel(card(reason="word " * 200)),
        parcel(QUESTION),
    ],
    ids=["watch", "no code", "no button", "long ticket", "long", "longer", "spaces", "reason", "question"],
)
def test_what_does_not_fit_whole_or_needs_more_has_no_buttons(given: Parcel) -> None:  # SM-31
    assert with_buttons(LINE, given, VIEW) is None


def test_without_a_template_for_it_there_are_no_buttons() -> None:  # SM-31
    assert with_buttons(replace(LINE, templates={}), parcel(), VIEW) is None


@pytest.mark.parametrize("event", [card(calling(note="x" * 800)), card(calling(note="five     spaces"))])
def test_what_cannot_be_shown_whole_is_announced_without_its_code(event: object) -> None:  # SM-30
    template = announced(LINE, parcel(event), VIEW)
    values = filled(template)
    assert template is not None
    assert template.sid == "HXn"
    assert values == {"1": "Approval needed: deploy", "2": URL}


@pytest.mark.parametrize(
    ("event", "sid", "words"),
    [
        (QUESTION, "HXq", "> Which environment?"),
        (DENIED, "HXn", "The request was denied by bo"),
        (CALLED, "HXn", "> Three tries failed."),
        (AgentMessage(id="a1", to=("x",), text="one\n\ntwo\tthree"), "HXn", "Agent: one > two three"),
        (AgentMessage(id="a1", to=("x",), text="word " * 900), "HXn", "Message"),
    ],
)
def test_every_other_event_has_a_template_too(event: object, sid: str, words: str) -> None:  # SM-30
    template = announced(LINE, parcel(event), VIEW)
    assert template is not None
    assert template.sid == sid
    assert words in filled(template)["1"]
    assert filled(template)["2"] == PAGE


@pytest.mark.parametrize("line", [replace(LINE, templates={}), replace(LINE, templates={"approval": "HXa"})])
def test_where_there_is_no_template_nothing_is_announced(line: Line) -> None:  # SM-30
    assert announced(line, parcel(QUESTION), VIEW) is None


@pytest.mark.parametrize("state", shown.STATES)
def test_no_variable_is_empty_or_breaks_a_line_or_is_too_long(state: str) -> None:  # SM-30
    values = filled(announced(LINE, shown.STATES[state].model_copy(update={"page": ""}), VIEW))
    for value in values.values():
        assert 0 < len(value) <= 1_024
        assert not {"\n", "\t", "\r"} & set(value)
        assert "     " not in value
