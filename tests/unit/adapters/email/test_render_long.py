"""What is too long for a mail: never cut in silence, and never to be decided without having been shown. EM-47, EM-56"""

from __future__ import annotations

import json
import re

import pytest

from adapters.base import Parcel
from adapters.email.found import ANSWER_ABOVE
from adapters.email.sending.render import MOST_PAGE, render
from adapters.email.sending.sheet import LEFT_OUT, NOT_WHOLE
from adapters.layout import CODE_ASKED
from agent_core.events import AgentMessage, Escalation, RequestClosed
from agent_core.values import Call
from tests.unit.adapters.cards import BO, CALL, CARD, NOTICES, QUESTION, TICKET, calling, card
from tests.unit.adapters.email.letters import SITE
from tests.unit.adapters.email.mails import html, parsed, part, seen, squeezed, text, wire
from tests.unit.adapters.email.parcels import BY_LINK, EVERY, HONEST, parcel

WORDS = "Seven words stand here in a line.\n"


def with_arguments(arguments: dict[str, int]) -> Call:
    return CALL.model_copy(update={"arguments": json.dumps(arguments)})


BIG_CALLS = {
    "one long value": calling(script="x" * 60_000),
    "a value that grows when escaped": calling(script='<&"' * 20_000),
    "many values": with_arguments({f"name{n}": n for n in range(1_000)}),
    "long names": with_arguments({f"{n}{'y' * 3_000}": n for n in range(30)}),
    "odd words": calling(script="раypal " * 8_000),
    "hidden ones": calling(script="\u202e" * 30_000),
}
BIG_CARDS = {name: card(call) for name, call in BIG_CALLS.items()} | {"a long reason": card(reason=WORDS * 3_000)}
LONG = {
    "answer": parcel(AgentMessage(id="a1", to=("x",), text=WORDS * 3_000)),
    "answer that grows": parcel(AgentMessage(id="a1", to=("x",), text='"a' * 16_000)),
    "answer that nests": parcel(AgentMessage(id="a1", to=("x",), text="> " * 50_000)),
    "answer that hides": parcel(AgentMessage(id="a1", to=("x",), text='\u202e"&' * 10_000)),
    "question": parcel(QUESTION.model_copy(update={"question": WORDS * 3_000})),
    "escalation": parcel(Escalation(id="e1", to=("di",), reason=WORDS * 3_000)),
    "end": parcel(RequestClosed(id="c1", request_id="r1", outcome="denied", by=BO, reason=WORDS * 3_000), about=CARD),
    "end of a long one": parcel(
        RequestClosed(id="c1", request_id="r1", outcome="denied", by=BO), about=BIG_CARDS["many values"]
    ),
    "notice": parcel(NOTICES[0].model_copy(update={"kind": "bad_form", "detail": WORDS * 3_000})),
}


@pytest.mark.parametrize("given", EVERY.values(), ids=EVERY)
def test_what_fits_is_whole_and_without_a_file(given: Parcel) -> None:
    assert wire(given).get_content_type() == "multipart/alternative"
    assert LEFT_OUT not in text(given)


@pytest.mark.parametrize("name", BIG_CARDS)
def test_a_request_that_cannot_be_shown_whole_can_be_decided_by_its_link_only(name: str) -> None:
    given = parcel(BIG_CARDS[name], role="decide")
    said, page = text(given), parsed(given)
    for shown in (said, seen(page)):
        assert squeezed(NOT_WHOLE) in squeezed(shown)
        assert TICKET.code not in shown
        assert f"{CODE_ASKED} {TICKET.page_code}" in shown
        assert "APPROVE" not in shown
        assert ANSWER_ABOVE not in shown
    assert TICKET.url in said
    assert [a["href"] for a in page.find_all("a")] == [TICKET.url]
    assert not list(wire(given).iter_attachments())


@pytest.mark.parametrize("name", BIG_CALLS)
def test_who_only_watches_a_long_request_is_told_that_something_is_left_out(name: str) -> None:
    said = text(parcel(BIG_CARDS[name]))
    assert LEFT_OUT in said
    assert NOT_WHOLE not in said


def test_what_is_left_out_of_a_request_is_counted_and_the_rest_is_exact() -> None:
    given = parcel(card(calling(environment="production", script="x" * 60_000)), role="decide")
    said = text(given)
    assert re.search(r'environment: +"production"', said)
    assert re.search(r"script: +\(60,002 characters, too long to be shown here\)", said)
    assert re.search(r"Risk: +high", said)


def test_of_a_reason_that_is_cut_it_says_how_long_it_was() -> None:
    said = text(parcel(BIG_CARDS["a long reason"], role="decide"))
    assert said.count(WORDS.strip()) < 3_000
    assert f"This is only how it begins: it has {len(WORDS) * 3_000:,} characters." in said


def test_a_request_just_as_long_as_a_mail_may_be_is_shown_whole() -> None:
    """One character decides, and nothing is lost on either side of it."""
    fits = parcel(card(calling(script="x" * 40_000)), role="decide")
    assert "x" * 40_000 in text(fits)
    assert TICKET.code in text(fits)
    assert len(html(fits).encode()) < MOST_PAGE
    over = parcel(card(calling(script="x" * 50_000)), role="decide")
    assert TICKET.code not in text(over)


@pytest.mark.parametrize("given", [*LONG.values(), *(parcel(one, role="decide") for one in BIG_CARDS.values())])
def test_no_page_is_so_long_that_mail_programs_cut_it_off(given: Parcel) -> None:
    assert len(html(given).encode()) < 100_000


@pytest.mark.parametrize("name", LONG)
def test_of_what_is_said_the_whole_is_in_a_file(name: str) -> None:
    given = LONG[name]
    mail = wire(given)
    (file,) = mail.iter_attachments()
    whole = str(file.get_content()).replace("\r\n", "\n")
    expected = "answer.md" if isinstance(given.event, AgentMessage) else "message.txt"
    assert file.get_filename() == expected
    for shown in (part(mail, "plain"), seen(parsed(given))):
        assert f"The file {expected} has all of it: " in shown
    assert not mail.defects
    assert f"{len(whole):,} characters" in part(mail, "plain") or whole.endswith("\n")
    assert len(whole) > len(part(mail, "plain"))


def test_the_file_of_an_answer_is_the_answer() -> None:
    (file,) = wire(LONG["answer"]).iter_attachments()
    assert str(file.get_content()).replace("\r\n", "\n").rstrip("\n") == (WORDS * 3_000).rstrip("\n")
    assert text(LONG["answer"]).startswith(f"{ANSWER_ABOVE}\n\n{WORDS * 100}")


@pytest.mark.parametrize("given", LONG.values(), ids=LONG)
def test_a_long_mail_is_the_same_at_every_attempt(given: Parcel) -> None:
    assert render(given, SITE).as_bytes() == render(given, SITE).as_bytes()


@pytest.mark.parametrize("given", LONG.values(), ids=LONG)
def test_text_and_page_of_a_long_mail_have_the_same_letters(given: Parcel) -> None:
    letters = [re.sub(r"[^a-z]", "", shown.lower()) for shown in (text(given), seen(parsed(given)))]
    assert letters[0] == letters[1]


# --- where words do not decide


def test_a_request_that_words_must_not_decide_has_its_link_only() -> None:  # EM-23
    given = HONEST["card-by-link"]
    for shown in (text(given), seen(parsed(given))):
        assert "APPROVE" not in shown
        assert "DENY" not in shown
        assert ANSWER_ABOVE not in shown
        assert "cannot be decided by an answer in words" in shown
    assert given.ticket == BY_LINK
    assert TICKET.url in text(given)
